//! One file a kind.

pub mod backup;
pub mod command;
pub mod compare;
pub mod config;
pub mod cors;
pub mod dns;
pub mod document;
pub mod feature_flag;
pub mod file;
pub mod git;
pub mod health;
pub mod host;
pub mod http;
pub mod manual;
pub mod postgres_indexes;
pub mod postgres_migrations;
pub mod postgres_schema;
pub mod prometheus;
pub mod redis;
pub mod redis_persistence;
pub mod secrets;
pub mod sql;
pub mod tcp;
pub mod tls;
