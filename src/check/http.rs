//! What kinds that ask over HTTP share: what is sent, and what is kept of an answer.

mod body;
mod captured;
mod form;
mod host_path;
mod look;
mod method;
mod picked;
mod sent;
pub(crate) mod site;

pub use body::BodySeen;
pub(crate) use body::{EXCERPT, essence};
pub(crate) use captured::{Captured, Place, placeholders};
pub use form::SentForm;
pub use host_path::HostPath;
pub(crate) use look::{judge_time, millis};
pub use method::Method;
pub(crate) use picked::Picks;
pub use picked::{Named, Picked};
pub use sent::{SentBody, SentHeaders};
