//! What the program is compared with: clients that ask the same and do nothing else.

pub(crate) mod dns;
pub(crate) mod files;
pub(crate) mod http;
pub(crate) mod postgres;
pub(crate) mod psql;
pub(crate) mod redis;
pub(crate) mod tcp;
pub(crate) mod tls;
