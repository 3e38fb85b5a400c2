//! The values of an environment: where they are read, and how each program that reads them does.

mod held;
mod printed;
mod read;
mod reading;
mod source;
mod syntax;

pub(crate) use held::{Held, Value};
pub(crate) use read::read;
pub(crate) use source::Source;
