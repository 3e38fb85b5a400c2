//! Patterns that no random value has: repetition, runs, few characters.

use std::collections::BTreeSet;

use super::flaw::{Class, Flaw};

/// The pattern in `text`. What it writes in hexadecimal or base64 is judged as bytes of its own.
pub(super) fn flaw(text: &str) -> Option<Flaw> {
    of_codes(&text.trim().to_lowercase().chars().filter(|c| !"-_ :.".contains(*c)).map(u32::from).collect::<Vec<_>>())
}

/// The pattern in `bytes`.
pub(super) fn of_bytes(bytes: &[u8]) -> Option<Flaw> {
    of_codes(&bytes.iter().copied().map(u32::from).collect::<Vec<_>>())
}

fn of_codes(codes: &[u32]) -> Option<Flaw> {
    let found = |what: &str| Some(Flaw::new(Class::Pattern, what));
    let distinct = codes.iter().collect::<BTreeSet<_>>().len();
    let other: Vec<u32> = codes.iter().step_by(2).chain(codes.iter().skip(1).step_by(2)).copied().collect();
    match codes.len() {
        2.. if distinct == 1 => found("one character repeated"),
        4.. if repeats(codes) => found("a repeated pattern"),
        // Django refuses fewer than five distinct characters too (check security.W009).
        8.. if distinct <= 2 => found("very few different characters"),
        16.. if distinct < 5 => found("very few different characters"),
        // `1a2b3c4d` is two runs that take turns.
        4.. if in_runs(codes) || (codes.len() >= 8 && in_runs(&other)) => found("a run of neighbouring characters"),
        _ => None,
    }
}

/// Whether a block, at most half as long, makes up the whole.
fn repeats(codes: &[u32]) -> bool {
    (1..=codes.len() / 2).any(|block| codes.iter().zip(&codes[block..]).all(|(a, b)| a == b))
}

/// Whether most of it is runs of one character, or of characters that count up or down, or follow each other on a keyboard.
fn in_runs(codes: &[u32]) -> bool {
    let shortest = if codes.len() < 8 { 3 } else { 4 };
    let (mut covered, mut run, mut before) = (0, 1, None);
    for step in codes.windows(2).map(|pair| step(pair[0], pair[1])).chain([None]) {
        if step.is_some() && step == before {
            run += 1;
            continue;
        }
        covered += if run >= shortest { run } else { 0 };
        (run, before) = (if step.is_some() { 2 } else { 1 }, step);
    }
    covered * 10 >= codes.len() * 6
}

/// How `b` follows `a`, if it does.
fn step(a: u32, b: u32) -> Option<u8> {
    const ROWS: &str = "qwertyuiop asdfghjkl zxcvbnm qwertzuiop yxcvbnm azertyuiop qsdfghjklm wxcvbn 1qaz 2wsx 3edc 4rfv 5tgb 6yhn 7ujm йцукенгшщзх фывапролджэ";
    const NINE: (u32, u32, u32) = ('9' as u32, '0' as u32, 'a' as u32);
    let row = |a: u32, b: u32| {
        let (a, b) = (char::from_u32(a)?, char::from_u32(b)?);
        (a != ' ' && b != ' ' && ROWS.contains(&*String::from_iter([a, b]))).then_some(())
    };
    match () {
        () if a == b => Some(0),
        () if b == a + 1 || (a == NINE.0 && (b == NINE.1 || b == NINE.2)) => Some(1),
        () if a == b + 1 || (b == NINE.0 && a == NINE.2) => Some(2),
        () if row(a, b).is_some() => Some(3),
        () => row(b, a).map(|()| 4),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        for text in [
            "0000000000000000000000000000000000000000000000000000000000000000",
            "abcabcabcabc",
            "deadbeefdeadbeef",
            "00000000-0000-0000-0000-000000000000",
            "0123456789abcdef",
            "0123456789abcdef0123456789abcdef",
            "abcdefghijklmnopqrstuvwxyz",
            "qwertyuiop",
            "1234567890",
            "1111111122222222",
            "11111111-2222-3333-4444-555555555555",
            "12345678-1234-1234-1234-123456789abc",
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
            "1a2b3c4d5e6f7a8b",
            "00112233445566778899aabbccddeeff",
            "0f1e2d3c4b5a6978",
            "1qaz2wsx3edc4rfv",
            "azertyuiop",
            "йцукенгш",
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
