//! An expression that is demanded.

use std::fmt;

use regex::{Regex, RegexBuilder};

use crate::model::from_text;

/// A regular expression in the syntax of the Rust crate `regex`; it takes time linear in the text.
#[derive(Debug, Clone)]
pub struct Pattern {
    text: String,
    search: Regex,
    whole: Regex,
}

impl Pattern {
    /// The first place in `text` that it matches.
    pub(crate) fn find<'t>(&self, text: &'t str) -> Option<&'t str> {
        self.search.find(text).map(|found| found.as_str())
    }

    /// What its first group holds where it matches first; without a group the whole match.
    pub(crate) fn capture<'t>(&self, text: &'t str) -> Option<&'t str> {
        let found = self.search.captures(text)?;
        found.get(usize::from(found.len() > 1)).map(|group| group.as_str())
    }

    /// Where in `text` it matches first.
    pub(crate) fn place(&self, text: &str) -> Option<usize> {
        self.search.find(text).map(|found| found.start())
    }

    /// Whether it matches the whole of `text`.
    pub fn is_whole(&self, text: &str) -> bool {
        self.whole.is_match(text)
    }

    /// As the plan writes it.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/{}/", self.text)
    }
}

from_text!(Pattern, { "type": "string", "minLength": 1, "description": "a regular expression" }, |text| {
    if text.is_empty() {
        return Err("an empty expression matches everything".to_owned());
    }
    let build = |pattern: &str| {
        let built = RegexBuilder::new(pattern).size_limit(1 << 20).build();
        built.map_err(|error| format!("not a regular expression: {error}"))
    };
    Ok(Pattern { search: build(&text)?, whole: build(&format!("\\A(?:{text})\\z"))?, text })
});
