//! Fuzzes `targets/env_file.rs`.
#![no_main]

#[path = "../targets/env_file.rs"]
mod env_file;

libfuzzer_sys::fuzz_target!(|input: &[u8]| env_file::holds(input));
