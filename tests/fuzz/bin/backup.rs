//! Fuzzes `targets/backup.rs`.
#![no_main]

#[path = "../targets/backup.rs"]
mod backup;

libfuzzer_sys::fuzz_target!(|input: &[u8]| backup::holds(input));
