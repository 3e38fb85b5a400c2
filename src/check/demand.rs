//! The language of demands: what a value in a document must be, whatever brought the document.

mod as_they_stand;
mod compare;
mod count;
mod counterexamples;
mod fields;
mod instant;
pub(crate) mod json_text;
mod judge;
mod matcher;
mod paths;
mod pattern;
mod place;
mod takes;
mod text;
mod texts;
mod unit;
mod version;
mod written;

pub(crate) use as_they_stand::as_they_stand;
pub use count::Count;
pub use fields::{Demand, Fields};
pub use instant::Distance;
pub(crate) use paths::Lost;
pub use paths::{Demands, Hit, Hits};
pub use pattern::Pattern;
pub(crate) use place::Place;
pub use text::Text;
pub(crate) use texts::{Texts, Within};
