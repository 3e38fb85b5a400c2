//! One file a kind.

pub mod alertmanager;
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
pub mod load_balancer;
pub mod logging;
pub mod manual;
pub mod metrics_endpoint;
pub mod postgres_indexes;
pub mod prometheus;
pub mod prometheus_rules;
pub mod rate_limit;
pub mod redis;
pub mod redis_persistence;
pub mod release_share;
pub mod secrets;
pub mod sql;
pub mod tcp;
pub mod tls;
