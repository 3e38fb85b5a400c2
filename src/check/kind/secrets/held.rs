//! What a source holds: keys with their values. Never printed.

use super::{address, assess, known};

/// No source is meant to hold more keys.
pub(super) const MOST_KEYS: usize = 2_000;

pub(super) struct Held {
    pub key: String,
    pub value: Value,
}

#[derive(PartialEq, Eq)]
pub(super) enum Value {
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
    pub(super) fn of(bytes: Vec<u8>) -> Self {
        String::from_utf8(bytes).map_or_else(|error| Self::Bytes(error.into_bytes()), Self::Text)
    }

    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Readings(readings) => readings.iter().find_map(|(_, text)| text.as_deref()),
            _ => None,
        }
    }
}

impl Held {
    /// What to mask of it: nothing of a plain word, which stands in any report for other reasons; of a very long text its
    /// first lines, as much as any report could quote.
    pub(super) fn worth_hiding(&self) -> Vec<String> {
        const LONGEST: usize = 8 << 10;
        let Some(text) = self.value.text().map(str::trim) else { return Vec::new() };
        let mut all = assess::texts(self);
        all.insert(text.to_owned());
        let word = is_word(text) || address::read(text).and_then(|address| address.password).is_some_and(|password| is_word(&password));
        all.retain(|other| other != text || !word);
        let lines = |text: String| match text.len() {
            0..=LONGEST => vec![text],
            _ => text.lines().filter(|line| (16..=LONGEST).contains(&line.len())).take(100).map(str::to_owned).collect(),
        };
        let worth = |text: &String| text.len() >= 6 && !is_word(text) && *text != self.key && known::value(text).is_none();
        all.into_iter().filter(worth).flat_map(lines).collect()
    }

    pub(super) fn text(key: impl Into<String>, text: impl Into<String>) -> Self {
        Self { key: key.into(), value: Value::Text(text.into()) }
    }
}

fn is_word(text: &str) -> bool {
    text.len() < 12 && text.chars().all(char::is_alphabetic)
}
