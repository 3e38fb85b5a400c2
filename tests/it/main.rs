//! The integration tests: one binary, real servers on free loopback ports, a scrubbed environment.

mod ca;
mod engine;
mod fixtures;
mod hostile;
mod http;
mod look;
mod no_unseen_go;
mod plan;
mod render;
mod scripted;
