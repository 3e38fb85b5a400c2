//! One file a kind.

pub mod backup;
pub mod command;
pub mod config;
pub mod cors;
pub mod dns;
pub mod document;
pub mod file;
pub mod health;
pub mod host;
pub mod http;
pub mod image;
pub mod kubernetes;
pub mod manual;
pub mod postgres_indexes;
pub mod prometheus;
pub mod redis;
pub mod redis_persistence;
pub mod secrets;
pub mod security_headers;
pub mod sql;
pub mod tcp;
pub mod tls;
