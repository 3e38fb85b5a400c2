//! The integration tests: one binary, real servers on free loopback ports, a scrubbed environment.

mod look;
mod redis_persistence;
mod servers;
