//! One value handed from a reader to a writer, piece by piece: without a tree of it in between.

use std::{cell::Cell, fmt};

use serde::{
    Deserializer, Serialize, Serializer,
    de::{DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor},
    ser::{Error as _, SerializeMap, SerializeSeq},
};

/// What a reader has next, to be written once.
pub(super) struct Copied<D>(Cell<Option<D>>);

impl<D> Copied<D> {
    pub(super) fn new(reader: D) -> Self {
        Self(Cell::new(Some(reader)))
    }
}

impl<'de, D: Deserializer<'de>> Serialize for Copied<D> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let reader = self.0.take().ok_or_else(|| S::Error::custom("it was written already"))?;
        reader.deserialize_any(Writer(serializer)).map_err(S::Error::custom)
    }
}

/// Writes what it is shown.
struct Writer<S>(S);

macro_rules! scalars {
    ($($visit:ident $serialize:ident $type:ty;)*) => {
        $(fn $visit<E: serde::de::Error>(self, value: $type) -> Result<S::Ok, E> {
            self.0.$serialize(value).map_err(E::custom)
        })*
    };
}

impl<'de, S: Serializer> Visitor<'de> for Writer<S> {
    type Value = S::Ok;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    scalars! {
        visit_bool serialize_bool bool;
        visit_u64 serialize_u64 u64;
        visit_i64 serialize_i64 i64;
        visit_f64 serialize_f64 f64;
        visit_str serialize_str &str;
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<S::Ok, E> {
        self.0.serialize_unit().map_err(E::custom)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<S::Ok, A::Error> {
        let mut list = self.0.serialize_seq(items.size_hint()).map_err(A::Error::custom)?;
        while items.next_element_seed(ItemSeed(&mut list))?.is_some() {}
        list.end().map_err(A::Error::custom)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<S::Ok, A::Error> {
        let mut map = self.0.serialize_map(entries.size_hint()).map_err(A::Error::custom)?;
        while entries.next_key_seed(KeySeed(&mut map))?.is_some() {
            entries.next_value_seed(ValueSeed(&mut map))?;
        }
        map.end().map_err(A::Error::custom)
    }
}

macro_rules! seeds {
    ($($seed:ident $writer:ident $write:ident;)*) => {$(
        struct $seed<'a, W>(&'a mut W);

        impl<'de, W: $writer> DeserializeSeed<'de> for $seed<'_, W> {
            type Value = ();

            fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<(), D::Error> {
                self.0.$write(&Copied::new(reader)).map_err(D::Error::custom)
            }
        }
    )*};
}

seeds! {
    ItemSeed SerializeSeq serialize_element;
    KeySeed SerializeMap serialize_key;
    ValueSeed SerializeMap serialize_value;
}
