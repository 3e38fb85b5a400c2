//! How types stand in a plan, each with its schema: as one text, in one of several forms, as a struct whose keys must agree.

use std::fmt::Display;

use serde::{Deserialize, Deserializer, de::Error};

/// Gives the type a schema of its own, under its name, or `inline` wherever the type is used.
macro_rules! schema {
    (inline $type:ident, $schema:expr) => {
        $crate::model::schema!($type, $schema, fn inline_schema() -> bool { true });
    };
    ($type:ident, $schema:expr $(, $inline:item)?) => {
        impl schemars::JsonSchema for $type {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($type).into()
            }

            $($inline)?

            fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                let schema: fn(&mut schemars::SchemaGenerator) -> schemars::Schema = $schema;
                schema(generator)
            }
        }
    };
}

/// Reads the type from a text, by `$read` or its `FromStr`; the schema stands wherever the type is used.
macro_rules! from_text {
    ($type:ident, $schema:tt) => {
        $crate::model::from_text!($type, $schema, |text| text.parse());
    };
    ($type:ident, $schema:tt, $read:expr) => {
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::model::read_text(deserializer, $read)
            }
        }

        $crate::model::schema!(inline $type, |_| schemars::json_schema!($schema));
    };
}

/// Reads the type from any of the [forms](form), or from a `map` only; `$expected` is what a message says was wanted.
macro_rules! from_forms {
    (map $type:ty, $expected:expr, $read:path) => {
        $crate::model::from_forms!(deserialize_map $type, $expected, entries $read);
    };
    ($type:ty, $expected:expr, $($form:ident $read:expr),+ $(,)?) => {
        $crate::model::from_forms!(deserialize_any $type, $expected, $($form $read),+);
    };
    ($deserialize:ident $type:ty, $expected:expr, $($form:ident $read:expr),+) => {
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Forms;

                impl<'de> serde::de::Visitor<'de> for Forms {
                    type Value = $type;

                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(f, "{}", $expected)
                    }

                    $($crate::model::form!($form $read);)+
                }

                deserializer.$deserialize(Forms)
            }
        }
    };
}

/// A form in which a type may stand, and what reads it: `nothing`, a `text`, a `whole` number, any `scalar` but a `float`, a
/// `list`, a `map` that is another type, or a map read by its `entries`.
macro_rules! form {
    (nothing $read:expr) => {
        $crate::model::form!(@visit_unit(), (), $read);
    };
    (text $read:expr) => {
        $crate::model::form!(@visit_str(text: &str), text, $read);
    };
    (whole $read:expr) => {
        $crate::model::form!(@visit_u64(number: u64), number, $read);
        $crate::model::form!(@visit_i64(number: i64), u64::try_from(number).unwrap_or_default(), $read);
    };
    (scalar $read:expr) => {
        $crate::model::form!(@visit_bool(value: bool), value.into(), $read);
        $crate::model::form!(@visit_u64(value: u64), value.into(), $read);
        $crate::model::form!(@visit_i64(value: i64), value.into(), $read);
        $crate::model::form!(@visit_str(value: &str), value.into(), $read);
    };
    (float $read:expr) => {
        $crate::model::form!(@visit_f64(number: f64), number, $read);
    };
    (list $read:expr) => {
        fn visit_seq<A: serde::de::SeqAccess<'de>>(self, list: A) -> Result<Self::Value, A::Error> {
            $crate::model::read_form(serde::Deserialize::deserialize(serde::de::value::SeqAccessDeserializer::new(list))?, $read)
        }
    };
    (map $read:expr) => {
        fn visit_map<A: serde::de::MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
            $crate::model::read_form(serde::Deserialize::deserialize(serde::de::value::MapAccessDeserializer::new(map))?, $read)
        }
    };
    (entries $read:expr) => {
        fn visit_map<A: serde::de::MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
            $read(map)
        }
    };
    (@$visit:ident($($value:ident: $type:ty)?), $given:expr, $read:expr) => {
        fn $visit<E: serde::de::Error>(self $(, $value: $type)?) -> Result<Self::Value, E> {
            $crate::model::read_form($given, $read)
        }
    };
}

/// Reads the type as derived with `#[serde(remote = "Self")]`, and refuses keys that its `contradiction` says cannot stand so.
macro_rules! without_contradiction {
    ($type:ty) => {
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let read = Self::deserialize(deserializer)?;
                read.contradiction().map_or(Ok(read), |why| Err(serde::de::Error::custom(why)))
            }
        }
    };
}

/// What `read` makes of a text.
pub(crate) fn read_text<'de, D: Deserializer<'de>, T, E: Display>(
    deserializer: D,
    read: impl FnOnce(String) -> Result<T, E>,
) -> Result<T, D::Error> {
    read(String::deserialize(deserializer)?).map_err(D::Error::custom)
}

/// What `read` makes of a form.
pub(crate) fn read_form<F, T, E: Error>(form: F, read: impl FnOnce(F) -> Result<T, String>) -> Result<T, E> {
    read(form).map_err(E::custom)
}

pub(crate) use {form, from_forms, from_text, schema, without_contradiction};
