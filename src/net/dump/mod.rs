//! Backup files and folders, read to their end: what they are, and whether they are whole.
//!
//! PostgreSQL: `pg_dump` plain, custom, directory and tar, `pg_dumpall`, `pg_basebackup` with its manifest. Redis: RDB
//! and the append-only file. MySQL and MariaDB: `mysqldump`. Plain or compressed with gzip or zstd. Memory is bounded
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
mod plain;
mod rdb;
mod rows;
mod source;
mod tar;

pub use content::{Content, Family, read_stream};
pub use fault::Fault;
pub use source::{Place, glance, read};
