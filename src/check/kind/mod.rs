//! One file a kind.

pub mod backup;
pub mod cors;
pub mod dns;
pub mod health;
pub mod http;
pub mod manual;
pub mod postgres_indexes;
pub mod prometheus;
pub mod redis_persistence;
pub mod secrets;
pub mod tcp;
pub mod tls;
