//! A share as plans write it: `95%`.

use std::{fmt, str::FromStr};

use serde::{Serialize, Serializer};

use super::from_text;

/// A share between 0 % and 100 %.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Percent(f64);

impl Percent {
    /// As a fraction between 0 and 1.
    pub fn fraction(self) -> f64 {
        self.0 / 100.0
    }
}

impl FromStr for Percent {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = text.strip_suffix('%').map(str::trim_end);
        let plain = |n: &&str| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        match number.filter(plain).and_then(|n| n.parse::<f64>().ok()) {
            Some(share) if share <= 100.0 => Ok(Self(share)),
            _ => Err(format!("`{text}` is not a percentage: write a number from 0 to 100 and `%`, like `95%`")),
        }
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} %", self.0)
    }
}

impl Serialize for Percent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{}%", self.0))
    }
}

from_text!(Percent, { "type": "string", "pattern": r"^[0-9]+(\.[0-9]+)? *%$", "description": "a share: `95%`" });

#[cfg(test)]
mod tests {
    use super::Percent;

    #[test]
    fn is_between_none_and_all() {
        assert_eq!("95%".parse::<Percent>().map(Percent::fraction), Ok(0.95));
        for text in ["", "%", "95", "101%", "-1%", "NaN%", "1e1%", "inf%"] {
            assert!(text.parse::<Percent>().is_err(), "{text}");
        }
    }
}
