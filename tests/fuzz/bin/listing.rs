//! Fuzzes `targets/listing.rs`.
#![no_main]

#[path = "../targets/listing.rs"]
mod listing;

libfuzzer_sys::fuzz_target!(|input: &[u8]| listing::holds(input));
