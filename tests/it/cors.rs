//! The kind `cors`.

mod api;
mod asking;
mod classes;
mod demands;
mod nginx;
mod settings;
