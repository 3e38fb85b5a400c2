//! Redis and Valkey: where a server stands, how to log in, and the few questions that change nothing.
//!
//! Nothing but a [`Question`] or a [`Command`] can be asked of a server. A login that is refused ends the session: the connection would
//! otherwise stay usable as the user `default`.

mod command;
mod dial;
mod question;
mod rows;
mod session;
mod target;
mod trouble;
mod wire;

pub use command::Command;
pub use question::Question;
pub use rows::Row;
pub use session::{Answer, Session};
pub use target::{Target, TargetError};
pub use trouble::Trouble;
