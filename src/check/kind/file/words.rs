//! The forms that the keys take.

use std::fmt;

use schemars::{JsonSchema, json_schema};
use serde::{Deserialize, Serialize};

use crate::model::{Digest, from_forms, from_text, schema};

/// What a path leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub enum Type {
    /// A regular file, at the end of links too.
    File,
    /// A folder, at the end of links too.
    Directory,
    /// A symbolic link that leads somewhere.
    Link,
}

/// Permissions, as `chmod` takes them in octal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mode(pub(super) u32);

from_text!(Mode, { "type": "string", "pattern": "^0?[0-7]{3,4}$" }, |text| {
    let octal = (3..=5).contains(&text.len()) && text.bytes().all(|digit| matches!(digit, b'0'..=b'7'));
    let mode = u32::from_str_radix(&text, 8).ok().filter(|mode| octal && *mode <= 0o7777);
    mode.map(Mode).ok_or_else(|| format!("`{text}` are no permissions: write them in octal and in quotes, like \"0640\""))
});

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04o}", self.0)
    }
}

/// An account or a group: by its name, or by its number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    /// As `/etc/passwd` or `/etc/group` names it.
    Name(String),
    /// By number.
    Number(u32),
}

from_forms!(
    Who,
    "a name or a number",
    text | name
        | match (name, name.parse()) {
            ("", _) => Err("an empty name names nobody".to_owned()),
            (_, Ok(number)) => Ok(Who::Number(number)),
            (name, Err(_)) => Ok(Who::Name(name.to_owned())),
        },
    whole | number | u32::try_from(number).map(Who::Number).map_err(|_| format!("`{number}` is no number of an account or a group")),
);

schema!(inline Who, |_| json_schema!({ "anyOf": [{ "type": "string", "minLength": 1 }, { "type": "integer", "minimum": 0 }] }));

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Number(number) => write!(f, "number {number}"),
        }
    }
}

/// At least, at most; one of them is given.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub struct Between<T> {
    /// At least this.
    pub(super) min: Option<T>,
    /// At most this.
    pub(super) max: Option<T>,
}

impl<T: PartialOrd + Copy + fmt::Display> Between<T> {
    pub(super) fn takes(&self, value: T) -> bool {
        self.min.is_none_or(|min| value >= min) && self.max.is_none_or(|max| value <= max)
    }

    /// Why it demands nothing or too much; `least` is what everything is.
    pub(super) fn contradiction(&self, key: &str, least: T) -> Option<String> {
        match (self.min, self.max) {
            (None, None) => Some(format!("`{key}` demands nothing: give `min`, `max` or both")),
            (Some(min), Some(max)) if min > max => Some(format!("`{key}`: `min` {min} is above `max` {max}")),
            (Some(min), None) if min <= least => Some(format!("`{key}`: everything is at least {least}: give a larger `min`, or a `max`")),
            _ => None,
        }
    }
}

impl<T: fmt::Display> fmt::Display for Between<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.min, &self.max) {
            (Some(min), Some(max)) => write!(f, "{min} to {max}"),
            (Some(min), None) => write!(f, "at least {min}"),
            (None, Some(max)) => write!(f, "at most {max}"),
            (None, None) => f.write_str("any"),
        }
    }
}

/// How many files: a number, or bounds.
#[derive(Debug, Clone, Copy)]
pub struct Count(pub(super) Between<u64>);

from_forms!(
    Count,
    "a number, or `{min: …, max: …}`",
    whole |number| Ok(Count(Between { min: Some(number), max: Some(number) })),
    map |bounds: Between<u64>| Ok(Count(bounds)),
);

schema!(inline Count, |generator| {
    let bounds = generator.subschema_for::<Between<u64>>();
    json_schema!({ "anyOf": [{ "type": "integer", "minimum": 0 }, bounds] })
});

/// A fingerprint that is demanded.
#[derive(Debug, Clone)]
pub struct Sha256(pub(super) Digest);

from_text!(Sha256, { "type": "string", "pattern": "^(sha256:)?[0-9a-fA-F]{64}$" }, |text| {
    let digits = text.strip_prefix("sha256:").unwrap_or(&text).to_ascii_lowercase();
    Digest::parse(&digits).map(Sha256).ok_or_else(|| format!("`{text}` is no SHA-256: 64 hexadecimal digits, as `sha256sum` prints them"))
});
