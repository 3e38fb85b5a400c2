//! The kind `cors`.

pub(crate) mod api;
mod asking;
mod classes;
mod demands;
mod nginx;
mod settings;
