//! The look-alike production of `gonogo demo`: its folder, and the small shop that answers on loopback.

mod folder;
mod shop;

pub use folder::DemoFolder;
pub use shop::serve;
