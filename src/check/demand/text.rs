//! A text that is demanded as it stands.

use std::fmt;

use crate::model::{from_text, quote};

/// A text that is looked for; never empty, since everything holds the empty text.
#[derive(Debug, Clone)]
pub struct Text(String);

impl Text {
    /// The text itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&quote(&self.0))
    }
}

from_text!(Text, { "type": "string", "minLength": 1 }, |text| {
    if text.is_empty() { Err("an empty text demands nothing") } else { Ok(Text(text)) }
});
