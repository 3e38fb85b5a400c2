//! What a form or a query says.

use std::collections::BTreeMap;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::form_urlencoded;

/// The fields of a form that is not of several parts, or of a query; of two with one name the first.
#[derive(Default)]
pub(super) struct Fields(BTreeMap<String, String>);

impl Fields {
    /// Reads them; what is no field is left out.
    pub(super) fn of(text: &[u8]) -> Self {
        let mut fields = BTreeMap::new();
        for (name, value) in form_urlencoded::parse(text) {
            fields.entry(name.into_owned()).or_insert(value.into_owned());
        }
        Self(fields)
    }

    /// Every value of a field.
    pub(super) fn all<'t>(text: &'t [u8], name: &'t str) -> impl Iterator<Item = String> + 't {
        form_urlencoded::parse(text).filter(move |(of, _)| of == name).map(|(_, value)| value.into_owned())
    }

    /// Takes a field in.
    pub(super) fn put(&mut self, name: String, value: String) {
        self.0.entry(name).or_insert(value);
    }

    /// A field that says something.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    /// A field, or what stands for it.
    pub(super) fn or<'f>(&'f self, name: &str, usual: &'f str) -> &'f str {
        self.get(name).unwrap_or(usual)
    }
}

/// A query of these fields, without the empty ones.
pub(super) fn query(fields: &[(&str, &str)]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in fields.iter().filter(|(_, value)| !value.is_empty()) {
        query.append_pair(name, value);
    }
    let query = query.finish();
    if query.is_empty() { query } else { format!("?{query}") }
}

/// A part of an address.
pub(super) fn segment(text: &str) -> String {
    const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_');
    utf8_percent_encode(text, KEPT).to_string()
}

/// The address of an environment's page.
pub(super) fn place(project: &str, environment: &str) -> String {
    format!("/p/{}/{}", segment(project), segment(environment))
}
