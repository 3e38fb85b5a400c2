//! The look-alike production of `gonogo demo`: its folder, and the small shop that answers on loopback.

mod folder;
mod shop;

pub use folder::{Change, DemoFolder};
pub use shop::Shop;
