//! What a source holds: keys with their values. Never printed.

/// No source is meant to hold more keys.
pub(crate) const MOST_KEYS: usize = 2_000;

pub(crate) struct Held {
    pub key: String,
    pub value: Value,
}

#[derive(PartialEq, Eq)]
pub(crate) enum Value {
    /// Text, as it was found.
    Text(String),
    /// One line that its readers read differently: whose reading, and the text, if it does not rest on what is elsewhere.
    Readings(Vec<(String, Option<String>)>),
    /// Bytes that are no text.
    Bytes(Vec<u8>),
    /// It is there but cannot be read, and why.
    Unreadable(String),
    /// It is set more than once, to different things, at these lines.
    Contradictory(Vec<u64>),
}

impl Value {
    /// Text where the bytes are text.
    pub(crate) fn of(bytes: Vec<u8>) -> Self {
        String::from_utf8(bytes).map_or_else(|error| Self::Bytes(error.into_bytes()), Self::Text)
    }

    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Readings(readings) => readings.iter().find_map(|(_, text)| text.as_deref()),
            _ => None,
        }
    }
}

impl Held {
    pub(crate) fn text(key: impl Into<String>, text: impl Into<String>) -> Self {
        Self { key: key.into(), value: Value::Text(text.into()) }
    }
}
