//! PostgreSQL: where a database stands, how to log in, and read-only sessions lent to one check at a time.
//!
//! The settings are libpq's: URLs, `key=value` strings, PG* variables, the password file, `sslmode`. Nothing but a
//! [`Reading`] can be asked of a server to look at it, so nothing can be changed there; a [`Recorder`] is for the ledger.

mod attempt;
mod attrs;
mod dial;
mod host;
mod keyword;
mod lender;
mod pairs;
mod passfile;
mod reading;
mod recorder;
mod session;
mod settings;
mod target;
mod tls;
mod trouble;
mod uri;
mod wire;

pub use lender::{Lender, Loan};
pub use reading::Reading;
pub use recorder::Recorder;
pub use settings::schemas;
pub use target::Target;
pub use trouble::{Refused, TargetError, Trouble};
