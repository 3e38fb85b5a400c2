//! Texts that must not be there, as they stand.

use serde::{Deserialize, Deserializer, de::Error};

use super::Text;
use crate::check::OneOrMore;

/// Texts that must not be there.
pub(crate) fn as_they_stand<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<OneOrMore<Text>>, D::Error> {
    let texts = OneOrMore::<Text>::deserialize(deserializer)?;
    match texts.iter().find_map(|text| foreign(text.as_str())) {
        Some(why) => Err(D::Error::custom(why)),
        None => Ok(Some(texts)),
    }
}

/// Why a text that must not be there is written in another program's way: it would never be found, and so always be missing.
fn foreign(text: &str) -> Option<String> {
    let within = |start: &str, end: &str| {
        text.strip_prefix(start).and_then(|rest| rest.strip_suffix(end)).filter(|inner| inner.contains(char::is_alphanumeric))
    };
    let as_it_stands = "`not-contains` looks for a text as it stands";
    if let Some(inner) = within("/", "/") {
        return Some(format!("{as_it_stands}, and `{text}` is an expression: write `not-matches: {inner:?}`"));
    }
    if ["(?i)", "(?s)", "(?m)", "^"].iter().any(|start| text.starts_with(start)) || text.ends_with(".*") || text.starts_with(".*") {
        return Some(format!("{as_it_stands}, and `{text}` is an expression: write `not-matches: {text:?}`"));
    }
    if let Some(inner) = within("*", "*").or_else(|| within("%", "%")) {
        return Some(format!("{as_it_stands}, `*` and `%` too: write `not-contains: {inner:?}`"));
    }
    text.strip_prefix('!').filter(|rest| rest.starts_with(|c: char| c.is_alphanumeric() || c == '/')).map(|rest| {
        format!("{as_it_stands}, `!` too, and is a negation already: write `not-contains: {rest:?}`, or `contains` if it must be there")
    })
}
