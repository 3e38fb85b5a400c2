//! What is put on record, and whether it can be believed: entries in a chain, signatures, two stores, and the rules of
//! the gate. It knows reports and statements, not plans or checks.

mod admission;
pub mod chain;
mod entry;
mod envelope;
mod error;
pub mod export;
pub mod kept;
mod memory;
pub mod place;
pub mod postgres;
mod row;
mod sqlite;
mod store;

pub use entry::{Draft, Entry, VERSION};
pub use envelope::{Envelope, NAMESPACE, pae};
pub use error::LedgerError;
pub use memory::Memory;
pub use postgres::Postgres;
pub use sqlite::Sqlite;
pub use store::{Blob, Store};
