//! The language of demands: what a value in a document must be, whatever brought the document.

mod compare;
pub(crate) mod json_text;
mod matcher;
mod paths;
mod pattern;
mod text;
mod written;

pub(crate) use paths::Lost;
pub use paths::{Demands, Hit, Hits};
pub use pattern::Pattern;
pub use text::Text;
