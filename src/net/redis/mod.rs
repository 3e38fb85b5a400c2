//! Redis and Valkey: where a server stands, how to log in, and the few questions that change nothing.
//!
//! Nothing but a [`Question`] can be asked of a server. A login that is refused ends the session: the connection would
//! otherwise stay usable as the user `default`.

mod dial;
mod question;
mod session;
mod target;
mod trouble;
mod wire;

pub use question::Question;
pub use session::{Answer, Session};
pub use target::{Target, TargetError};
pub use trouble::Trouble;
