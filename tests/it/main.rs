//! The integration tests: one binary, real servers on free loopback ports, a scrubbed environment.

mod backup;
mod ca;
mod canary;
mod cli;
mod contract;
mod engine;
mod golden;
mod gonogo;
mod health;
mod hostile;
mod http;
mod http_demands;
mod look;
mod nginx;
mod no_unseen_go;
mod plan;
mod postgres;
mod postgres_indexes;
mod readme;
mod redis_persistence;
mod render;
mod scripted;
mod secrets;
mod servers;
