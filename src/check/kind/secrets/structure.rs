//! Patterns that no random value has: repetition, runs, few characters.

use std::collections::BTreeSet;

use super::{
    flaw::{Class, Flaw},
    purpose,
};

/// The pattern in `text`, in the text itself or in the bytes it writes in hexadecimal or base64.
pub fn flaw(text: &str) -> Option<Flaw> {
    of_bytes(text.trim().as_bytes()).or_else(|| purpose::decoded(text.trim()).and_then(|bytes| of_bytes(&bytes)))
}

/// The pattern in `bytes`.
pub fn of_bytes(bytes: &[u8]) -> Option<Flaw> {
    let found = |what: &str| Some(Flaw::new(Class::Pattern, what));
    let plain: Vec<u8> = bytes.iter().copied().filter(|b| !b"-_ :.".contains(b)).collect();
    let plain = if plain.is_empty() { bytes } else { &plain };
    let distinct = plain.iter().collect::<BTreeSet<_>>().len();
    if plain.len() >= 2 && distinct == 1 {
        return found("one character repeated");
    }
    if plain.len() >= 4 && repeats(plain) {
        return found("a repeated pattern");
    }
    // Django refuses fewer than five distinct characters too (check security.W009).
    if (plain.len() >= 8 && distinct <= 2) || (plain.len() >= 16 && distinct < 5) {
        return found("very few different characters");
    }
    if plain.len() >= 4 && longest_run(plain) * 10 >= plain.len() * 6 {
        return found("a run of neighbouring characters");
    }
    None
}

/// Whether a block, at most half as long, makes up the whole.
fn repeats(bytes: &[u8]) -> bool {
    (1..=bytes.len() / 2).any(|block| bytes.iter().zip(&bytes[block..]).all(|(a, b)| a == b))
}

/// The length of the longest run that counts up or down, or along a row of the keyboard or the hexadecimal digits.
fn longest_run(bytes: &[u8]) -> usize {
    let lower = bytes.to_ascii_lowercase();
    let (mut longest, mut up, mut down) = (1, 1, 1);
    for pair in lower.windows(2) {
        up = if follows(pair[0], pair[1]) { up + 1 } else { 1 };
        down = if follows(pair[1], pair[0]) { down + 1 } else { 1 };
        longest = longest.max(up).max(down);
    }
    longest
}

fn follows(a: u8, b: u8) -> bool {
    const KEYBOARD: &[u8] = b"qwertyuiop asdfghjkl zxcvbnm 90";
    a.checked_add(1) == Some(b)
        || (a != b' '
            && b != b' '
            && KEYBOARD.iter().position(|key| *key == a).is_some_and(|at| KEYBOARD.get(at + 1) == Some(&b) || (a == b'9' && b == b'a')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        for text in [
            "0000000000000000000000000000000000000000000000000000000000000000",
            "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
            "abcabcabcabc",
            "deadbeefdeadbeef",
            "00000000-0000-0000-0000-000000000000",
            "0123456789abcdef",
            "0123456789abcdef0123456789abcdef",
            "000102030405060708090a0b0c0d0e0f",
            "abcdefghijklmnopqrstuvwxyz",
            "qwertyuiop",
            "1234567890",
            "1111111122222222",
        ] {
            assert!(flaw(text).is_some(), "{text}");
        }
    }

    #[test]
    fn no_patterns() {
        for text in ["9f86d081884c7d659a2feaa0c55ad015", "correct horse", "hunter2", "abcxyz-17", "Tr0ub4dor&3", "1203948576"] {
            assert_eq!(flaw(text), None, "{text}");
        }
    }
}
