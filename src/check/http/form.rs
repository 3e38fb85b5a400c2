//! A form that is sent: names and values, as browsers send them.

use std::fmt;

use schemars::json_schema;
use serde::de::{Error, MapAccess};
use serde_json::Value;
use url::form_urlencoded::Serializer;

use super::captured::{Captured, Place};
use crate::model::{from_forms, schema};

/// Fields of a form, in their order; never none.
#[derive(Clone)]
pub struct SentForm(Vec<(String, String)>);

impl SentForm {
    /// The same with what was captured in the place of values.
    pub(crate) fn filled(&self, captured: &Captured) -> Result<Self, String> {
        let fields = self.0.iter().map(|(name, value)| Ok((name.clone(), captured.fill(value, Place::Text)?.into_owned())));
        fields.collect::<Result<_, String>>().map(Self)
    }

    /// As `application/x-www-form-urlencoded` (WHATWG URL Standard, 5.2).
    pub fn bytes(&self) -> Vec<u8> {
        Serializer::new(String::new()).extend_pairs(&self.0).finish().into_bytes()
    }

    fn read<'de, A: MapAccess<'de>>(mut map: A) -> Result<Self, A::Error> {
        let mut fields: Vec<(String, String)> = Vec::new();
        while let Some(name) = map.next_key::<String>()? {
            // The value is not quoted: it may be a secret.
            let value = match map.next_value::<Value>()? {
                Value::String(text) => text,
                value @ (Value::Bool(_) | Value::Number(_)) => value.to_string(),
                _ => return Err(A::Error::custom(format!("`{name}` is no text: a form has texts only, send JSON with `body`"))),
            };
            fields.push((name, value));
        }
        if fields.is_empty() { Err(A::Error::custom("an empty form sends nothing: name a field")) } else { Ok(Self(fields)) }
    }
}

/// Its names only: a secret may be in it.
impl fmt::Debug for SentForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

from_forms!(map SentForm, "the fields of a form by name", SentForm::read);

schema!(inline SentForm, |_| {
    json_schema!({ "type": "object", "minProperties": 1, "additionalProperties": { "type": ["string", "number", "boolean"] } })
});
