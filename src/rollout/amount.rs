//! The limits of a rollout as its plan writes them: `1%`, `5s`, `512MiB`, `100`, `120% of baseline`, `+5% of baseline`.

use std::{fmt, str::FromStr};

use crate::model::{Percent, Period, Size, from_forms, schema};

/// What a number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A share of all.
    Share,
    /// Seconds.
    Time,
    /// Bytes.
    Bytes,
    /// Whatever is measured.
    Plain,
}

/// A number with its unit, as it is written.
#[derive(Debug, Clone, PartialEq)]
pub struct Amount {
    /// The value: a share as a fraction, a time in seconds, a size in bytes.
    pub value: f64,
    /// What it counts.
    pub unit: Unit,
    written: String,
}

/// Where a measure may be, at most or at least.
#[derive(Debug, Clone, PartialEq)]
pub enum Limit {
    /// Whatever the old version does.
    Fixed(Amount),
    /// So many times what the baseline is: 1.05 for `+5% of baseline` and for `105% of baseline`.
    OfBaseline(f64),
}

impl Limit {
    /// The factor, where the limit goes by the baseline.
    pub fn factor(&self) -> Option<f64> {
        match self {
            Self::Fixed(_) => None,
            Self::OfBaseline(factor) => Some(*factor),
        }
    }
}

impl FromStr for Amount {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let of = |value, unit| Self { value, unit, written: text.to_owned() };
        if text.ends_with('%') {
            return text.parse::<Percent>().map(|share| of(share.fraction(), Unit::Share));
        }
        if let Some(number) = text.parse::<f64>().ok().filter(|number| number.is_finite() && *number >= 0.0) {
            return Ok(of(number, Unit::Plain));
        }
        let size = || text.parse::<Size>().map(|size| of(size.0 as f64, Unit::Bytes));
        let time = || text.parse::<Period>().map(|time| of(time.get().as_secs_f64(), Unit::Time));
        time().or_else(|_| size()).map_err(|_| format!("`{text}` is no limit: write `1%`, `500ms`, `512MiB` or a number"))
    }
}

impl FromStr for Limit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let Some(part) = text.strip_suffix("of baseline").map(str::trim_end) else { return text.parse().map(Self::Fixed) };
        let wrong = || format!("`{text}` is no limit by the baseline: write `+5% of baseline` or `120% of baseline`");
        let (more, number) = part.strip_prefix('+').map_or((0.0, part), |rest| (1.0, rest));
        let number = number.strip_suffix('%').map(str::trim_end).and_then(|number| number.parse::<f64>().ok());
        match number.filter(|number| (0.0..=10_000.0).contains(number)) {
            Some(number) if more > 0.0 || number > 0.0 => Ok(Self::OfBaseline(more + number / 100.0)),
            _ => Err(wrong()),
        }
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixed(amount) => amount.fmt(f),
            Self::OfBaseline(factor) => write!(f, "{}% of baseline", round(factor * 100.0)),
        }
    }
}

/// To as many digits as people read.
fn round(number: f64) -> f64 {
    (number * 1e6).round() / 1e6
}

macro_rules! written {
    ($type:ident, $expected:literal) => {
        from_forms!($type, $expected,
            text |text: &str| text.parse(),
            whole |number: u64| number.to_string().parse(),
            float |number: f64| number.to_string().parse(),
        );
        schema!(inline $type, |_| schemars::json_schema!({ "type": ["string", "number"], "description": $expected }));
    };
}

written!(Amount, "a limit: `1%`, `500ms`, `512MiB` or a number");
written!(Limit, "a limit: `1%`, `500ms`, `512MiB`, a number, `120% of baseline` or `+5% of baseline`");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_read_as_people_write_them() {
        let fixed = |text: &str| match text.parse() {
            Ok(Limit::Fixed(amount)) => (amount.value, amount.unit),
            other => panic!("{text}: {other:?}"),
        };
        assert_eq!(fixed("0.1%"), (0.001, Unit::Share));
        assert_eq!(fixed("5s"), (5.0, Unit::Time));
        assert_eq!(fixed("5m"), (300.0, Unit::Time));
        assert_eq!(fixed("512MiB"), (536_870_912.0, Unit::Bytes));
        assert_eq!(fixed("0.8"), (0.8, Unit::Plain));
        for (text, factor) in [("120% of baseline", 1.2), ("+5% of baseline", 1.05), ("+0% of baseline", 1.0), ("105 % of baseline", 1.05)]
        {
            assert!(matches!(text.parse(), Ok(Limit::OfBaseline(read)) if (read - factor).abs() < 1e-9), "{text}");
        }
        for text in ["", "-1", "NaN", "inf", "101%", "5 apples", "of baseline", "0% of baseline", "-5% of baseline", "+x% of baseline"] {
            assert!(text.parse::<Limit>().is_err(), "{text}");
        }
        assert_eq!(Limit::OfBaseline(1.05).to_string(), "105% of baseline");
    }
}
