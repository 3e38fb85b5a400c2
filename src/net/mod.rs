//! How to reach things. Judges nothing: says what was seen or why nothing could be.

pub mod accounts;
pub mod command;
pub mod dns;
pub mod env_file;
pub mod git;
pub mod http;
pub mod new_file;
pub mod pins;
pub mod postgres;
pub mod prometheus;
pub mod proxies;
pub mod reach;
pub mod redis;
pub mod regular_file;
pub mod smtp;
mod strain;
pub mod tcp;
pub mod tls;
mod trouble;
mod watched;

pub use env_file::EnvFile;
pub use pins::{Pin, Pins};
pub use reach::Reach;
pub use strain::Strain;
pub use trouble::Trouble;
