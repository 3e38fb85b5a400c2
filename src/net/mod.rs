//! How to reach things. Judges nothing: says what was seen or why nothing could be.

pub mod http;
pub mod pins;
pub mod reach;
pub mod tls;

pub use pins::{Pin, Pins};
pub use reach::Reach;
