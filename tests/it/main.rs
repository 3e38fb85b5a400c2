//! The integration tests: one binary, real servers on free loopback ports, a scrubbed environment.

mod engine;
mod ca;
mod fixtures;
mod hostile;
mod http;
mod look;
mod no_unseen_go;
mod scripted;
mod render;
mod plan;
