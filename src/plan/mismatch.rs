//! What is wrong between a node and the type that should be read from it.

use std::fmt;

use serde::de::{self, Expected, Unexpected};

use super::{place::Place, suggest};

/// Why a node is not of the type wanted.
#[derive(Debug)]
pub(super) struct Mismatch(Box<Parts>);

#[derive(Debug)]
struct Parts {
    message: String,
    hint: Option<String>,
    cause: Cause,
    /// Where it is: the key, value or map.
    place: Option<Place>,
    /// The innermost map entry or list item it is in; `None` at the root.
    entry: Option<Place>,
}

/// What kind of mismatch it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cause {
    /// The key is not known; nothing else about its map is wrong.
    UnknownKey,
    /// The words are our own and quote no value.
    Plain,
    /// The words are somebody else's and may quote a value.
    Foreign,
    /// A variable in it is not set; only `lint` gets that far.
    Unset(Vec<String>),
}

impl Mismatch {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self::of(Cause::Plain, message.into())
    }

    pub(super) fn unset(names: &[String]) -> Self {
        Self::of(Cause::Unset(names.to_vec()), String::new())
    }

    fn of(cause: Cause, message: String) -> Self {
        Self(Box::new(Parts { message, hint: None, cause, place: None, entry: None }))
    }

    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hint = Some(hint.into());
        self
    }

    /// Says where, if nothing nearer did.
    pub(super) fn at(mut self, place: Place) -> Self {
        self.0.place.get_or_insert(place);
        self
    }

    /// Says in which entry, if nothing nearer did.
    pub(super) fn within(mut self, entry: Place) -> Self {
        self.0.entry.get_or_insert(entry);
        self
    }

    pub(super) fn cause(&self) -> &Cause {
        &self.0.cause
    }

    pub(super) fn place(&self) -> Option<Place> {
        self.0.place
    }

    pub(super) fn entry(&self) -> Option<Place> {
        self.0.entry
    }

    /// Whether its words quote `text`.
    pub(super) fn quotes(&self, text: &str) -> bool {
        self.0.message.contains(text) || self.0.hint.as_ref().is_some_and(|hint| hint.contains(text))
    }

    pub(super) fn into_words(self) -> (String, Option<String>) {
        (self.0.message, self.0.hint)
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl std::error::Error for Mismatch {}

impl de::Error for Mismatch {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::of(Cause::Foreign, message.to_string())
    }

    fn invalid_type(found: Unexpected<'_>, wanted: &dyn Expected) -> Self {
        Self::of(Cause::Foreign, format!("expected {wanted}, found {}", said(found)))
    }

    fn invalid_value(found: Unexpected<'_>, wanted: &dyn Expected) -> Self {
        Self::invalid_type(found, wanted)
    }

    fn unknown_variant(variant: &str, known: &'static [&'static str]) -> Self {
        let mut mismatch = Self::of(Cause::Foreign, format!("`{variant}` is not known here"));
        mismatch.0.hint = suggest::hint(variant, known.iter().copied(), "values");
        mismatch
    }

    fn unknown_field(key: &str, known: &'static [&'static str]) -> Self {
        let mut mismatch = Self::of(Cause::UnknownKey, format!("unknown key `{key}`"));
        mismatch.0.hint = suggest::hint(key, known.iter().copied(), "keys");
        mismatch
    }

    fn missing_field(key: &'static str) -> Self {
        Self::of(Cause::Plain, format!("the key `{key}` is missing"))
    }

    fn duplicate_field(key: &'static str) -> Self {
        Self::of(Cause::Plain, format!("duplicate key `{key}`"))
    }
}

fn said(found: Unexpected<'_>) -> String {
    match found {
        Unexpected::Bool(value) => format!("`{value}`"),
        Unexpected::Unsigned(value) => format!("`{value}`"),
        Unexpected::Signed(value) => format!("`{value}`"),
        Unexpected::Float(value) => format!("`{value}`"),
        Unexpected::Str(value) => format!("`{value}`"),
        Unexpected::Unit | Unexpected::Option => "nothing".into(),
        Unexpected::Seq => "a list".into(),
        Unexpected::Map => "a map".into(),
        other => other.to_string(),
    }
}
