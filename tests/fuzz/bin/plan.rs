//! Fuzzes `targets/plan.rs`.
#![no_main]

#[path = "../targets/plan.rs"]
mod plan;

libfuzzer_sys::fuzz_target!(|input: &[u8]| plan::holds(input));
