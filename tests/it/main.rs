//! The integration tests: one binary, real servers on free loopback ports, a scrubbed environment.

mod ca;
mod canary;
mod cli;
mod contract;
mod engine;
mod gonogo;
mod hostile;
mod http;
mod look;
mod no_unseen_go;
mod plan;
mod readme;
mod render;
mod scripted;
