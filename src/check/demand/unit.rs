//! Values that are written with a unit, and the bounds that they must be within.

use std::{fmt, sync::LazyLock};

use jiff::SignedDuration;
use regex::Regex;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::model::{Size, quote, regex};

/// What a value is read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    /// Bytes: a whole number of them, or a text like `512kB`, `10MiB`.
    Size,
    /// A text like `500ms`, `1h30m`, `PT5M`; a number names no unit.
    Duration,
    /// A number, or a text as Kubernetes writes one: `500m`, `1.5`, `2e3`, `16Gi`
    /// (<https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/>).
    Quantity,
}

/// How much a value may be, each bound written as the value itself is.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Within {
    /// At least this.
    pub min: Option<Value>,
    /// At most this.
    pub max: Option<Value>,
}

static QUANTITY: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"^(?P<sign>[+-]?)(?P<whole>[0-9]{0,18})(?:\.(?P<part>[0-9]{0,9}))?(?:[eE](?P<power>[+-]?[0-9]{1,2})|(?P<unit>[numkMGTPE]|[KMGTPE]i))?$",
    )
});

impl Unit {
    /// The value in thousand-millionths of bytes, seconds or whatever is counted; `None` where it is not written so.
    pub(super) fn read(self, value: &Value) -> Option<i128> {
        match (self, value) {
            (Self::Size, Value::Number(bytes)) => Some(i128::from(bytes.as_u64()?) * NANO),
            (Self::Size, Value::String(text)) => Some(i128::from(text.parse::<Size>().ok()?.0) * NANO),
            (Self::Duration, Value::String(text)) => Some(text.parse::<SignedDuration>().ok()?.as_nanos()),
            (Self::Quantity, Value::Number(number)) => quantity(&number.to_string()),
            (Self::Quantity, Value::String(text)) => quantity(text),
            _ => None,
        }
    }
}

const NANO: i128 = 1_000_000_000;

fn quantity(text: &str) -> Option<i128> {
    let parts = QUANTITY.captures(text)?;
    let (whole, part) = (&parts["whole"], parts.name("part").map_or("", |part| part.as_str()));
    let digits = format!("{whole}{part:0<9}").parse::<i128>().ok().filter(|_| !whole.is_empty() || !part.is_empty())?;
    let ten = |power: u32| 10_i128.checked_pow(power);
    let unit = parts.name("unit").map_or("", |unit| unit.as_str());
    let size = match unit.strip_suffix('i') {
        Some(unit) => digits.checked_mul(1024_i128.checked_pow(u32::try_from("KMGTPE".find(unit)?).ok()? + 1)?)?,
        None => match (parts.name("power").map(|power| power.as_str().parse::<i32>()), "num".find(unit), "kMGTPE".find(unit)) {
            (Some(power), ..) => scaled(digits, power.ok()?)?,
            _ if unit.is_empty() => digits,
            (_, Some(small), _) => digits / ten(9 - 3 * u32::try_from(small).ok()?)?,
            (_, _, Some(large)) => digits.checked_mul(ten(3 * (u32::try_from(large).ok()? + 1))?)?,
            _ => return None,
        },
    };
    Some(if &parts["sign"] == "-" { -size } else { size })
}

/// Times a power of ten.
fn scaled(digits: i128, power: i32) -> Option<i128> {
    let factor = 10_i128.checked_pow(power.unsigned_abs())?;
    if power < 0 { Some(digits / factor) } else { digits.checked_mul(factor) }
}

/// So many thousand-millionths as a number.
pub(super) fn written(nanos: i128) -> String {
    let (whole, part) = ((nanos / NANO).unsigned_abs(), (nanos % NANO).unsigned_abs());
    let text = format!("{}{whole}.{part:09}", if nanos < 0 { "-" } else { "" });
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

impl Within {
    /// Why it cannot be meant so.
    pub(super) fn contradiction(&self, key: &str, unit: Unit) -> Option<String> {
        let form = match unit {
            Unit::Size => "a size like `10MiB`",
            Unit::Duration => "a duration like `500ms`",
            Unit::Quantity => "a number or a quantity like `500m` or `16Gi`",
        };
        let bounds = [&self.min, &self.max].map(Option::as_ref);
        if let Some(wrong) = bounds.into_iter().flatten().find(|bound| unit.read(bound).is_none()) {
            return Some(format!("`{key}` takes {form}, not {}", quote(&wrong.to_string())));
        }
        match bounds.map(|bound| bound.and_then(|bound| unit.read(bound))) {
            [None, None] => Some(format!("`{key}` demands nothing: give `min`, `max` or both, {form}")),
            [Some(min), Some(max)] => (min > max).then(|| format!("`min` of `{key}` is above its `max`: nothing is both")),
            _ => None,
        }
    }

    /// Whether so much is within.
    pub(super) fn takes(&self, amount: i128, unit: Unit) -> bool {
        let bound = |bound: &Option<Value>| bound.as_ref().and_then(|bound| unit.read(bound));
        bound(&self.min).is_none_or(|min| amount >= min) && bound(&self.max).is_none_or(|max| amount <= max)
    }

    /// A quantity that is not within.
    pub(super) fn beyond(&self) -> Value {
        let bound = |bound: &Option<Value>| bound.as_ref().and_then(|bound| Unit::Quantity.read(bound));
        let out = bound(&self.max).map_or_else(|| bound(&self.min).unwrap_or_default() - NANO, |most| most + NANO);
        Value::from(written(out))
    }
}

impl fmt::Display for Within {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        match (&self.min, &self.max) {
            (Some(min), Some(max)) => write!(f, "from {} to {}", plain(min), plain(max)),
            (Some(min), None) => write!(f, "of at least {}", plain(min)),
            (None, Some(max)) => write!(f, "of at most {}", plain(max)),
            (None, None) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn amounts_are_exact_and_never_guessed() {
        use Unit::{Duration, Quantity, Size};
        for (unit, value, nanos) in [
            (Quantity, json!("35m"), Some(35_000_000)),
            (Quantity, json!("0.035"), Some(35_000_000)),
            (Quantity, json!(2), Some(2 * NANO)),
            (Quantity, json!("2e3"), Some(2000 * NANO)),
            (Quantity, json!("1e-3"), Some(1_000_000)),
            (Quantity, json!("100n"), Some(100)),
            (Quantity, json!("16Gi"), Some(16 * 1024 * 1024 * 1024 * NANO)),
            (Quantity, json!("1k"), Some(1000 * NANO)),
            (Quantity, json!("1E"), Some(1_000_000_000_000_000_000 * NANO)),
            (Quantity, json!("-1.5"), Some(-1_500_000_000)),
            (Quantity, json!("1K"), None),
            (Quantity, json!("1gi"), None),
            (Quantity, json!(""), None),
            (Quantity, json!("."), None),
            (Quantity, json!("1 Gi"), None),
            (Quantity, json!("i"), None),
            (Quantity, json!(null), None),
            (Size, json!("1.5MiB"), Some(1_572_864 * NANO)),
            (Size, json!(512), Some(512 * NANO)),
            (Size, json!("512"), None),
            (Size, json!(-1), None),
            (Duration, json!("1h30m"), Some(5400 * NANO)),
            (Duration, json!("500ms"), Some(500_000_000)),
            (Duration, json!("PT5M"), Some(300 * NANO)),
            (Duration, json!("5"), None),
            (Duration, json!(5), None),
        ] {
            assert_eq!(unit.read(&value), nanos, "{unit:?} {value}");
        }
    }
}
