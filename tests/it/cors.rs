//! The kind `cors`.

mod api;
mod asking;
mod demands;
mod nginx;
mod settings;
