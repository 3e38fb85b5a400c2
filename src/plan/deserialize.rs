//! A serde deserializer over [`Node`]s: typed values with the place of what does not fit.
//!
//! Plain scalars keep their text where text is wanted (`1.50`, `007`); a scalar from variables takes the type of the
//! field. `key:` without a value is an error: a demand must not vanish because its value was forgotten.

mod access;

use std::{cell::RefCell, collections::HashSet};

use serde::{
    de::{self, Visitor},
    forward_to_deserialize_any,
};

use access::{Borrowed, Entries, Items, variant};

use super::{
    mismatch::Mismatch,
    node::{Filled, Node, Scalar, Style, Value},
    number,
    place::Place,
    variables::PLACEHOLDER,
};
use crate::model::{SECRET_NEWTYPE, looks_secret};

/// So many keys are named where a map is wanted and none is there.
const MOST_KEYS: usize = 10;

/// What holds for one reading of a whole tree.
#[derive(Default)]
pub(super) struct Reading {
    /// Entries and items to leave out, since they were found wrong before.
    pub(super) dropped: HashSet<Place>,
    /// What scalars from variables give.
    pub(super) given: Given,
    /// Scalars that were read as secrets.
    pub(super) secrets: RefCell<HashSet<Place>>,
}

/// What a scalar from variables gives to whoever reads it. Only its value makes a plan; the others are for messages that
/// tell no value.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Given {
    /// Its value.
    #[default]
    Value,
    /// Its text as written, `${api}`.
    Written,
    /// The same, but [an address](ADDRESSES) where the value is one: so that what is wrong elsewhere is found.
    Shaped,
}

/// Addresses that stand for those in variables.
pub(super) const ADDRESSES: [&str; 2] = ["https://variable.invalid/", "http://variable.invalid/"];

/// Reads a node.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    node: &'a Node,
    /// Where to point if something is missing from the node.
    label: Place,
    reading: &'a Reading,
}

impl<'a> Reader<'a> {
    /// `label` is where to point if something is missing from the node: its key.
    pub(super) fn new(node: &'a Node, label: Place, reading: &'a Reading) -> Self {
        Self { node, label, reading }
    }

    fn expected(&self, wanted: &str) -> Mismatch {
        Mismatch::new(format!("expected {wanted}, found {}", self.node.noun())).at(self.place())
    }

    /// A scalar shows itself; of a list or map, or where nothing stands, the key is shown.
    fn place(&self) -> Place {
        match &self.node.value {
            Value::Scalar(scalar) if !scalar.text.is_empty() && !scalar.is_null() => self.node.place,
            _ => self.label,
        }
    }

    /// The scalar, if anything was written.
    fn scalar(&self, wanted: &str) -> Result<&'a Scalar, Mismatch> {
        match &self.node.value {
            Value::Scalar(scalar) if scalar.is_null() => Err(self.expected(wanted).hint("give it a value, or leave the key out")),
            Value::Scalar(scalar) => Ok(scalar),
            Value::List(_) | Value::Map(_) => Err(self.expected(wanted)),
        }
    }

    /// The text of a scalar, as far as it is known.
    fn text(&self, wanted: &str) -> Result<&'a str, Mismatch> {
        let scalar = self.scalar(wanted)?;
        match scalar.filled() {
            Some(filled) if !is_known(filled) => Err(Mismatch::unset(&filled.unset).at(self.node.place)),
            Some(filled) if self.reading.given != Given::Value => {
                let address =
                    ADDRESSES.into_iter().find(|address| scalar.text.starts_with(&address[..=address.find("//").unwrap_or(0) + 1]));
                Ok(address.filter(|_| self.reading.given == Given::Shaped).unwrap_or(&filled.written))
            }
            _ => Ok(&scalar.text),
        }
    }

    fn number<T>(&self, wanted: &str, parse: impl Fn(&str) -> Option<T>) -> Result<T, Mismatch> {
        let text = self.text(wanted)?;
        let scalar = self.scalar(wanted)?;
        if !scalar.is_bare() {
            return Err(Mismatch::new(format!("expected {wanted}, found text")).hint("write it without quotes").at(self.node.place));
        }
        parse(text).ok_or_else(|| match scalar.filled() {
            // A placeholder is no number; the value may well be one.
            Some(filled) if !filled.unset.is_empty() => Mismatch::unset(&filled.unset).at(self.node.place),
            _ => self.expected(wanted),
        })
    }

    fn list<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        let Value::List(items) = &self.node.value else {
            let near = if self.node.scalar().is_some_and(|scalar| !scalar.is_null()) { Some(self.node.noun()) } else { None };
            let mismatch = self.expected("a list");
            return Err(match near {
                Some(item) => mismatch.hint(format!("write `[{}]`", item.trim_matches('`'))),
                None => mismatch,
            });
        };
        visitor.visit_seq(Items::new(items, self)).map_err(|mismatch| mismatch.at(self.label))
    }

    fn map<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        let Value::Map(entries) = &self.node.value else { return Err(self.expected("a map of keys")) };
        visitor.visit_map(Entries::new(entries, self)).map_err(|mismatch| mismatch.at(self.label))
    }

    fn any<V: Visitor<'a>>(self, scalar: &'a Scalar, visitor: V) -> Result<V::Value, Mismatch> {
        if scalar.is_null() {
            return visitor.visit_unit();
        }
        let text = self.text("a value")?;
        match (&scalar.style, number::of(text)) {
            (Style::Plain, _) if text == "true" || text == "false" => visitor.visit_bool(text == "true"),
            (Style::Plain, Some(number)) => match (number.as_u64(), number.as_i64()) {
                (Some(number), _) => visitor.visit_u64(number),
                (None, Some(number)) => visitor.visit_i64(number),
                (None, None) => visitor.visit_f64(number.as_f64().unwrap_or_default()),
            },
            _ => visitor.visit_borrowed_str(text),
        }
    }

    /// The value and what may be shown in its place.
    fn secret<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        let scalar = self.scalar("text")?;
        self.reading.secrets.borrow_mut().insert(self.node.place);
        let (value, written) = match scalar.filled() {
            Some(filled) if !filled.unset.is_empty() => (PLACEHOLDER, filled.written.as_str()),
            Some(filled) => (scalar.text.as_str(), filled.written.as_str()),
            None => (scalar.text.as_str(), "***"),
        };
        let both = [value, written].into_iter().map(Borrowed);
        visitor.visit_seq(de::value::SeqDeserializer::new(both)).map_err(|mismatch: Mismatch| mismatch.at(self.node.place))
    }
}

/// Whether there is a text to go on with: every variable is set, or is a secret that a placeholder stands for.
fn is_known(filled: &Filled) -> bool {
    filled.unset.iter().all(|name| looks_secret(name))
}

macro_rules! numbers {
    ($($method:ident $visit:ident $type:ty;)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
            let wanted = match <$type>::BITS {
                64 if <$type>::MIN == 0 => "a whole number, 0 or more".to_owned(),
                64 => "a whole number".to_owned(),
                _ => format!("a whole number from {} to {}", <$type>::MIN, <$type>::MAX),
            };
            let number = self.number(&wanted, number::whole::<$type>)?;
            visitor.$visit(number).map_err(|mismatch: Mismatch| mismatch.at(self.node.place))
        })*
    };
}

/// What is read as something else is.
macro_rules! forward {
    ($($method:ident($($known:ty),*) to $as:ident;)*) => {
        $(fn $method<V: Visitor<'de>>(self, $(_: $known,)* visitor: V) -> Result<V::Value, Mismatch> {
            self.$as(visitor)
        })*
    };
}

impl<'de> de::Deserializer<'de> for Reader<'de> {
    type Error = Mismatch;

    numbers! {
        deserialize_u8 visit_u8 u8;
        deserialize_u16 visit_u16 u16;
        deserialize_u32 visit_u32 u32;
        deserialize_u64 visit_u64 u64;
        deserialize_i8 visit_i8 i8;
        deserialize_i16 visit_i16 i16;
        deserialize_i32 visit_i32 i32;
        deserialize_i64 visit_i64 i64;
    }

    forward! {
        deserialize_f32() to deserialize_f64;
        deserialize_char() to deserialize_str;
        deserialize_string() to deserialize_str;
        deserialize_identifier() to deserialize_str;
        deserialize_seq() to list;
        deserialize_tuple(usize) to list;
        deserialize_tuple_struct(&'static str, usize) to list;
        deserialize_map() to map;
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        match &self.node.value {
            Value::Scalar(scalar) => self.any(scalar, visitor).map_err(|mismatch| mismatch.at(self.place())),
            Value::List(_) => self.list(visitor),
            Value::Map(_) => self.map(visitor),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        let value = self.number("`true` or `false`", |text| match text {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        })?;
        visitor.visit_bool(value)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        let number = self.number("a number", number::decimal)?;
        visitor.visit_f64(number).map_err(|mismatch: Mismatch| mismatch.at(self.node.place))
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        let text = self.text("text")?;
        visitor.visit_borrowed_str(text).map_err(|mismatch: Mismatch| mismatch.at(self.node.place))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        if self.node.scalar().is_some_and(Scalar::is_null) {
            self.scalar("a value")?;
        }
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, Mismatch> {
        // What is wrong within is said at the value, also where the type checks itself (`#[serde(try_from)]`).
        if name == SECRET_NEWTYPE { self.secret(visitor) } else { visitor.visit_newtype_struct(self).map_err(|m| m.at(self.place())) }
    }

    fn deserialize_struct<V: Visitor<'de>>(self, _: &'static str, keys: &'static [&'static str], visitor: V) -> Result<V::Value, Mismatch> {
        match &self.node.value {
            Value::Scalar(_) | Value::List(_) if (1..=MOST_KEYS).contains(&keys.len()) => {
                Err(self.expected("a map of keys").hint(format!("its keys are `{}`", keys.join("`, `"))))
            }
            _ => self.map(visitor),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(self, _: &'static str, _: &'static [&'static str], visitor: V) -> Result<V::Value, Mismatch> {
        match &self.node.value {
            Value::Scalar(_) => {
                let text = self.text("a word")?;
                visitor.visit_enum(de::value::BorrowedStrDeserializer::new(text)).map_err(|mismatch: Mismatch| mismatch.at(self.node.place))
            }
            Value::Map(entries) if entries.len() == 1 => self.map(variant(visitor)),
            Value::Map(_) => Err(self.expected("a map with one key")),
            Value::List(_) => Err(self.expected("a word")),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! { i128 u128 bytes byte_buf unit unit_struct }
}
