//! One file a kind.

pub mod http;
