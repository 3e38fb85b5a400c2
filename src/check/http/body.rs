//! What was found in a body, as evidence.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    check::demand::{Hits, Lost, Within},
    model::{excerpt_of, quote},
    net::http::{Body, End},
};

/// Bytes of a body that are kept as evidence when something is amiss.
pub(crate) const EXCERPT: usize = 2 << 10;

/// What was found in the body.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BodySeen {
    /// Bytes that were read.
    pub size: u64,
    /// How it ended.
    pub end: End,
    /// Whether all of it is text in the charset that it names, UTF-8 where it names none.
    #[serde(default = "crate::check::yes", skip_serializing_if = "is_yes")]
    pub utf8: bool,
    /// Texts that were looked for, and whether they are in it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub texts: BTreeMap<String, bool>,
    /// Expressions that were looked for, and what they match first.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub patterns: BTreeMap<String, Option<String>>,
    /// JSON paths that were looked for, and what they lead to.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub json: BTreeMap<String, Hits>,
    /// Why it is no JSON, where JSON was looked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_json: Option<String>,
    /// Its beginning, kept when something is amiss.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub excerpt: Option<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_yes(value: &bool) -> bool {
    *value
}

impl BodySeen {
    /// Nothing found yet in `body`, whose text is `text`; `utf8` as there.
    pub(crate) fn new(body: &Body, text: &str, utf8: bool) -> Self {
        Self {
            size: body.size,
            end: body.end.clone(),
            utf8,
            texts: BTreeMap::new(),
            patterns: BTreeMap::new(),
            json: BTreeMap::new(),
            not_json: None,
            excerpt: evidence(text, body),
        }
    }

    /// Whether demands on the whole body can be judged; why not.
    pub(crate) fn readable(&self) -> Result<(), String> {
        match &self.end {
            End::Whole => Ok(()),
            End::TooLarge => Err(format!("the body is larger than {} and was not read to its end", crate::model::Size(self.size))),
            End::Broken(why) => Err(format!("the body did not come whole: {}", quote(why))),
            End::Coded(coding) => Err(format!("the body came in the content coding `{}`, which is not read", quote(coding))),
        }
    }

    /// Whether the absence of a text can be judged.
    fn is_text(&self) -> Result<(), String> {
        if self.utf8 {
            Ok(())
        } else {
            Err("the body is no text in the charset that it names (UTF-8 where it names none), so something may be in it unseen".into())
        }
    }

    /// What demands on its text are held against.
    pub(crate) fn within(&self) -> Within<'_> {
        Within {
            noun: "body",
            texts: &self.texts,
            patterns: &self.patterns,
            readable: self.readable(),
            is_text: self.is_text(),
            is_empty: self.size == 0,
            shown: self.shown(),
        }
    }

    /// What the demanded paths lead to in it.
    pub(crate) fn document(&self) -> Result<&BTreeMap<String, Hits>, Lost> {
        self.readable().map_err(Lost::Unread)?;
        match &self.not_json {
            Some(why) => Err(Lost::Other(format!("no JSON ({}): {}", quote(why), self.shown()))),
            None => Ok(&self.json),
        }
    }

    /// Its beginning, for a sentence.
    pub(crate) fn shown(&self) -> String {
        match (&self.excerpt, self.size) {
            (_, 0) => "an empty body".into(),
            (Some(text), _) => quote(text),
            (None, size) => format!("a body of {size} bytes"),
        }
    }
}

/// The beginning of a body, as evidence. A cut is always said, so that the beginning of a secret before it is known for
/// one.
fn evidence(text: &str, body: &Body) -> Option<String> {
    let total = usize::try_from(body.size).unwrap_or(usize::MAX);
    match body.end {
        _ if text.is_empty() => None,
        End::Broken(_) | End::TooLarge if text.len() <= EXCERPT && total <= body.bytes.len() => {
            Some(format!("{text}… (the rest was not read)"))
        }
        _ => Some(excerpt_of(text, EXCERPT, total.saturating_add(text.len()).saturating_sub(body.bytes.len()))),
    }
}

/// The type without its parameters, in lower case (RFC 9110, 8.3.1).
pub(crate) fn essence(content_type: &str) -> String {
    content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}
