//! The integration tests: one binary, real servers on free loopback ports, a scrubbed environment.

mod ca;
mod fixtures;
mod health;
mod hostile;
mod http;
mod http_demands;
mod look;
mod nginx;
