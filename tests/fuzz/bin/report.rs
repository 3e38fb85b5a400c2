//! Fuzzes `targets/report.rs`.
#![no_main]

#[path = "../targets/report.rs"]
mod report;

libfuzzer_sys::fuzz_target!(|input: &[u8]| report::holds(input));
