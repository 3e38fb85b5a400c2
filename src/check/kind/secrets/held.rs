//! What a source holds: keys with their values. Never printed.

use super::{address, known};

/// No source is meant to hold more keys.
pub const MOST_KEYS: usize = 2_000;

/// One key of a source.
pub struct Held {
    /// The key.
    pub key: String,
    /// What it holds.
    pub value: Value,
}

/// What a key holds.
pub enum Value {
    /// Text, as it was found.
    Text(String),
    /// Bytes that are no text.
    Bytes(Vec<u8>),
    /// It is there but cannot be read, and why.
    Unreadable(String),
    /// It is set more than once, to different things, at these lines.
    Contradictory(Vec<u64>),
}

impl Value {
    /// Text where the bytes are text.
    pub fn of(bytes: Vec<u8>) -> Self {
        String::from_utf8(bytes).map_or_else(|error| Self::Bytes(error.into_bytes()), Self::Text)
    }

    /// The text, if it is text.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl Held {
    /// What to mask of it: nothing of a plain word, which stands in any report for other reasons; of a very long text its
    /// first lines, as much as any report could quote.
    pub fn worth_hiding(&self) -> Vec<&str> {
        const LONGEST: usize = 8 << 10;
        let Some(text) = self.value.text().map(str::trim) else { return Vec::new() };
        let word = is_word(text) || address::read(text).and_then(|address| address.password).is_some_and(|password| is_word(&password));
        if text.len() < 6 || word || text == self.key || known::value(text).is_some() {
            Vec::new()
        } else if text.len() <= LONGEST {
            vec![text]
        } else {
            text.lines().filter(|line| (16..=LONGEST).contains(&line.len())).take(100).collect()
        }
    }

    /// A key with a text.
    pub fn text(key: impl Into<String>, text: impl Into<String>) -> Self {
        Self { key: key.into(), value: Value::Text(text.into()) }
    }
}

fn is_word(text: &str) -> bool {
    text.len() < 12 && text.chars().all(char::is_alphabetic)
}

/// The keys in order, if they are not too many to judge.
///
/// # Errors
/// When there are more than [`MOST_KEYS`]: a fragment that reads well after the source's name.
pub fn bounded(mut held: Vec<Held>) -> Result<Vec<Held>, String> {
    if held.len() > MOST_KEYS {
        return Err(format!("holds {} keys; at most {MOST_KEYS} are judged", held.len()));
    }
    held.sort_by(|a, b| a.key.cmp(&b.key));
    Ok(held)
}
