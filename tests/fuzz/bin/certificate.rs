//! Fuzzes `targets/certificate.rs`.
#![no_main]

#[path = "../targets/certificate.rs"]
mod certificate;

libfuzzer_sys::fuzz_target!(|input: &[u8]| certificate::holds(input));
