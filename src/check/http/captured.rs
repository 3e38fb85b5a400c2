//! What was captured of earlier answers, and the places `{{name}}` that it is put into.

use std::{borrow::Cow, collections::BTreeMap, sync::LazyLock};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use regex::{Captures, Regex};

use crate::model::regex;

/// A name in two pairs of braces. `${NAME}` is filled when the plan is read, this while the check looks.
static PLACEHOLDER: LazyLock<Regex> = LazyLock::new(|| regex(r"\{\{ *([A-Za-z_][A-Za-z0-9_-]*) *\}\}"));

/// All but what stands for itself everywhere in an address (RFC 3986, 2.3).
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Where a value is put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// Into a text, as it is; a `{{` that begins no name is part of it.
    Text,
    /// Into a header, as it is.
    Header,
    /// Into an address, percent-encoded: it stays one part of it.
    Address,
}

/// Values by name, which are never shown; of a single request none, and there `{{name}}` is no placeholder.
#[derive(Default)]
pub(crate) struct Captured(Option<BTreeMap<String, String>>);

impl Captured {
    /// Something that fits everywhere under each of these names, of which there may be none.
    pub(crate) fn harmless<'n>(names: impl Iterator<Item = &'n str>) -> Self {
        Self(Some(names.map(|name| (name.to_owned(), "x".to_owned())).collect()))
    }

    /// From now on `name` is this.
    pub(crate) fn keep(&mut self, name: &str, value: String) {
        self.0.get_or_insert_default().insert(name.to_owned(), value);
    }

    /// `text` with every placeholder filled, once: what a value itself holds is no placeholder. Borrowed where there is none.
    ///
    /// # Errors
    /// Where a name was not captured, a `{{` begins none, or a value leads out of its place in an address.
    pub(crate) fn fill<'t>(&self, text: &'t str, place: Place) -> Result<Cow<'t, str>, String> {
        let Some(values) = &self.0 else { return Ok(text.into()) };
        if place != Place::Text && text.matches("{{").count() != placeholders(text).count() {
            return Err("`{{` begins a name like `{{id}}`: letters, digits, `_` and `-`".into());
        }
        for name in placeholders(text) {
            match values.get(name) {
                None => return Err(format!("`{{{{{name}}}}}` was captured by no step before")),
                Some(value) if place == Place::Address && value.bytes().all(|byte| byte == b'.') => {
                    return Err(format!("`{{{{{name}}}}}` consists of dots, which lead elsewhere in an address"));
                }
                Some(_) => {}
            }
        }
        Ok(PLACEHOLDER.replace_all(text, |found: &Captures<'_>| {
            let value = values.get(&found[1]).map_or("", String::as_str);
            if place == Place::Address { utf8_percent_encode(value, ESCAPED).to_string() } else { value.to_owned() }
        }))
    }
}

/// The names in `text` that stand for what is captured.
pub(crate) fn placeholders(text: &str) -> impl Iterator<Item = &str> {
    PLACEHOLDER.captures_iter(text).filter_map(|found| Some(found.get(1)?.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_filled_once_and_stays_in_its_place() {
        let mut captured = Captured::default();
        for (name, value) in [("id", "a/b?c=ü&{{x}}"), ("x", "y"), ("up", ".."), ("one", "$1")] {
            captured.keep(name, value.into());
        }
        let fill = |text: &str, place| captured.fill(text, place).map(Cow::into_owned);
        assert_eq!(fill("/{{id}}/{{ x }}", Place::Address), Ok("/a%2Fb%3Fc%3D%C3%BC%26%7B%7Bx%7D%7D/y".into()));
        assert_eq!(fill("{{id}} {{one}} {{}} {{a.b}} ${x}", Place::Text), Ok("a/b?c=ü&{{x}} $1 {{}} {{a.b}} ${x}".into()));
        assert_eq!(fill("{{no}}", Place::Text), Err("`{{no}}` was captured by no step before".into()));
        assert!(fill("{{ a.b }}", Place::Header).is_err() && fill("/{{", Place::Address).is_err());
        assert!(fill("/{{up}}", Place::Address).is_err() && fill("{{up}}", Place::Text).is_ok());
        assert_eq!(placeholders("{{a}} {b} {{ c-d }}{{e}}").collect::<Vec<_>>(), ["a", "c-d", "e"]);
    }
}
