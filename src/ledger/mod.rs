//! What is put on record, and whether it can be believed: entries in a chain, signatures, two stores, and the rules of
//! the gate. It knows reports and statements, not plans or checks.

mod bundle;
mod entry;
mod envelope;
mod error;
mod store;

pub use bundle::{BUNDLE_SCHEMA, Bundle, BundleError, BundledStatement, Contents, Manifest};
pub use entry::{Draft, Entry, VERSION};
pub use envelope::{Envelope, NAMESPACE, pae};
pub use error::LedgerError;
pub use store::{Blob, Store};
