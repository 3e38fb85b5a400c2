//! Random values never fail: ten thousand of them, the same on every run.

use std::fmt::Write as _;

use base64::{Engine as _, engine::general_purpose::*};

use super::*;

/// xorshift64*, so that the values are the same on every run.
struct Random(u64);

impl Random {
    fn bytes(&mut self, count: usize) -> Vec<u8> {
        let next = |state: &mut u64| {
            *state ^= *state >> 12;
            *state ^= *state << 25;
            *state ^= *state >> 27;
            (state.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 56) as u8
        };
        (0..count).map(|_| next(&mut self.0)).collect()
    }
}

#[test]
fn random_values_never_fail() {
    const BASE62: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    for round in 0..10_000_usize {
        let bytes = random.bytes(16 + round % 33);
        let hex = bytes.iter().fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        });
        let text = match round % 6 {
            0 => hex,
            1 => STANDARD.encode(&bytes),
            2 => URL_SAFE_NO_PAD.encode(&bytes),
            3 => random.bytes(24 + round % 40).iter().map(|byte| char::from(BASE62[usize::from(*byte) % 62])).collect(),
            4 => format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..32]),
            _ => hex.to_uppercase(),
        };
        let key = ["SESSION_SECRET", "ENCRYPTION_KEY", "API_KEY", "DB_PASSWORD"][round % 4];
        let around = Surroundings { key, user: None, places: Vec::new(), demand: Demand::of(key, None), allow: &[] };
        let flaw = assess(&Value::Text(text.clone()), &around).flaw;
        assert_eq!(flaw, None, "round {round}: {key}={text}");
    }
}
