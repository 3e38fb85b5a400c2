//! Backup files and folders, read to their end: what they are, and whether they are whole.
//!
//! PostgreSQL: `pg_dump` plain, custom, directory and tar, `pg_dumpall`, `pg_basebackup` with its manifest. Redis: RDB
//! and the append-only file. MySQL and MariaDB: `mysqldump`. Plain, compressed with gzip, zstd, xz, bzip2 or lz4, or in a zip. Memory is bounded
//! whatever a file claims, time by the instant given.

mod aof;
mod aof_folder;
mod archive;
mod base_backup;
mod compressed;
mod content;
mod crc;
mod custom;
mod directory;
mod fault;
mod folder;
mod manifest;
mod openpgp;
mod place;
mod plain;
mod rdb;
mod reading;
mod stream;
mod tar;
mod zipped;

pub use content::{Content, Family};
pub use fault::Fault;
pub use place::{Place, glance, read};
pub use stream::{Accepts, read_stream};
