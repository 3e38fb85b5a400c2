//! An amount of bytes as plans write it: `10MiB`, `500kB`.

use std::{fmt, str::FromStr};

use serde::{Serialize, Serializer};

use super::from_text;

const UNITS: [(&str, u64); 9] = [
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("TiB", 1 << 40),
    ("kB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("TB", 1_000_000_000_000),
    ("B", 1),
];

/// An amount of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Size(pub u64);

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is not a size: write a number and a unit, like `512B`, `500kB` or `10MiB`");
        let (unit, factor) = UNITS.iter().find(|(unit, _)| text.ends_with(unit)).ok_or_else(wrong)?;
        let number = text[..text.len() - unit.len()].trim_end();
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || !digits(whole) || !digits(fraction) || fraction.len() > 6 {
            return Err(wrong());
        }
        let scale = 10_u128.pow(u32::try_from(fraction.len()).map_err(|_| wrong())?);
        let thousandths: u128 = format!("{whole}{fraction}").parse().map_err(|_| wrong())?;
        let bytes = thousandths.checked_mul(u128::from(*factor)).ok_or_else(wrong)? / scale;
        u64::try_from(bytes).map(Self).map_err(|_| wrong())
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (unit, factor) in UNITS[..4].iter().rev() {
            if self.0 >= *factor {
                let tenths = u128::from(self.0) * 10 / u128::from(*factor);
                return if tenths.is_multiple_of(10) {
                    write!(f, "{} {unit}", tenths / 10)
                } else {
                    write!(f, "{}.{} {unit}", tenths / 10, tenths % 10)
                };
            }
        }
        write!(f, "{} B", self.0)
    }
}

impl Serialize for Size {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{}B", self.0))
    }
}

from_text!(Size, { "type": "string", "pattern": r"^[0-9]+(\.[0-9]+)? *([KMGT]iB|[kMGT]?B)$", "description": "an amount of bytes: `512B`, `500kB`, `10MiB`" });

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_says() {
        for (text, bytes, said) in
            [("512B", 512, "512 B"), ("10MiB", 10 << 20, "10 MiB"), ("1.5 GiB", 1_610_612_736, "1.5 GiB"), ("500kB", 500_000, "488.2 KiB")]
        {
            let size: Size = text.parse().expect(text);
            assert_eq!((size.0, size.to_string().as_str()), (bytes, said));
        }
    }

    #[test]
    fn never_guesses() {
        for text in ["", "10", "MiB", "-1B", "10mb", "1e3B", "99999999999TiB"] {
            assert!(text.parse::<Size>().is_err(), "{text}");
        }
    }
}
