//! How to reach things. Judges nothing: says what was seen or why nothing could be.

pub mod pins;
pub mod reach;
pub mod redis;
pub mod tls;

pub use pins::{Pin, Pins};
pub use reach::Reach;
