//! One file a kind.

pub mod health;
pub mod http;
