//! Numbers as plans write them: decimal, nothing guessed. `010`, `0x1F`, `1_000` and `.inf` are no numbers here.

use std::str::FromStr;

use serde_json::Number;

/// The number that `text` is, of whatever type it suggests, if it is one that loses nothing.
pub(super) fn of(text: &str) -> Option<Number> {
    // A whole number too large for both integers would lose digits as a float.
    let float = || decimal(text).filter(|_| text.contains(['.', 'e', 'E'])).and_then(Number::from_f64);
    whole::<u64>(text).map(Number::from).or_else(|| whole::<i64>(text).map(Number::from)).or_else(float)
}

/// A whole number.
pub(super) fn whole<T: FromStr>(text: &str) -> Option<T> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let sound = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) && (digits == "0" || !digits.starts_with('0'));
    if sound { text.parse().ok() } else { None }
}

/// A number with or without decimals.
pub(super) fn decimal(text: &str) -> Option<f64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let leading = digits.starts_with('0') && digits.len() > 1 && digits.as_bytes()[1].is_ascii_digit();
    let sound = digits.starts_with(|c: char| c.is_ascii_digit()) && !leading && !digits.ends_with('.');
    if !sound || !digits.bytes().all(|b| b.is_ascii_digit() || b".eE+-".contains(&b)) {
        return None;
    }
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guesses_nothing() {
        for text in ["", "-", "010", "0x1F", "0o17", "1_000", ".5", "5.", ".inf", ".nan", "1e999", "٣", "+5", "1-1", "00.5"] {
            assert!(of(text).is_none(), "{text}");
        }
        assert_eq!(whole::<u8>("256"), None);
        assert_eq!(whole::<i64>("-7"), Some(-7));
        assert_eq!(decimal("0.50"), Some(0.5));
        assert_eq!(decimal("1e3"), Some(1000.0));
    }
}
