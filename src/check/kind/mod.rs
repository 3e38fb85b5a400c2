//! One file a kind.

pub mod http;
pub mod redis_persistence;
