//! One file a kind.

pub mod backup;
pub mod command;
pub mod config;
pub mod cors;
pub mod coverage;
pub mod dns;
pub mod document;
pub mod file;
pub mod health;
pub mod host;
pub mod http;
pub mod load_test;
pub mod manual;
pub mod postgres_indexes;
pub mod prometheus;
pub mod redis;
pub mod redis_persistence;
pub mod sbom;
pub mod scan_report;
pub mod secrets;
pub mod sql;
pub mod tcp;
pub mod test_report;
pub mod tls;
