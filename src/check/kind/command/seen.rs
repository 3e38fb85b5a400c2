//! What a program did, as evidence: what the demands name, and no more.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    check::demand::{Hits, Lost, Within},
    model::quote,
};

/// What a program did.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Seen {
    /// Its exit code.
    pub code: i32,
    /// From its start to its end, in milliseconds, rounded up.
    #[serde(default)]
    pub ms: u64,
    /// Bytes that it printed.
    #[serde(default)]
    pub size: u64,
    /// Whether they are UTF-8.
    #[serde(default = "crate::check::yes")]
    pub utf8: bool,
    /// The first line of its standard error that says something, without credentials.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub complaint: String,
    /// Texts that were looked for, and whether they are in the output.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub texts: BTreeMap<String, bool>,
    /// Expressions that were looked for, and what they match first.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub patterns: BTreeMap<String, Option<String>>,
    /// JSON paths that were looked for, and what they lead to.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub json: BTreeMap<String, Hits>,
    /// Why the output is no JSON, where JSON was looked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_json: Option<String>,
    /// The beginning of the output, kept when something is amiss, without credentials.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub excerpt: Option<String>,
}

impl Seen {
    /// What it says of itself: the first line of its output, else of its complaint.
    pub(super) fn first_line(&self) -> Option<&str> {
        let printed = self.excerpt.as_deref().and_then(|text| text.lines().map(str::trim).find(|line| !line.is_empty()));
        Some(self.complaint.as_str()).filter(|said| !said.is_empty()).or(printed)
    }

    /// What demands on the output's text are held against.
    pub(super) fn within(&self) -> Within<'_> {
        let readable = if self.utf8 { Ok(()) } else { Err("the output is no UTF-8 text".to_owned()) };
        Within {
            noun: "output",
            texts: &self.texts,
            patterns: &self.patterns,
            is_text: readable.clone(),
            readable,
            is_empty: self.size == 0,
            shown: self.shown(),
        }
    }

    /// What the demanded paths lead to in it.
    pub(super) fn document(&self) -> Result<&BTreeMap<String, Hits>, Lost> {
        match &self.not_json {
            Some(why) => Err(Lost::Unread(format!("the output is no JSON ({}): {}", quote(why), self.shown()))),
            None => Ok(&self.json),
        }
    }

    fn shown(&self) -> String {
        match (&self.excerpt, self.size) {
            (_, 0) => "an empty output".into(),
            (Some(text), _) => quote(text),
            (None, size) => format!("an output of {size} bytes"),
        }
    }
}
