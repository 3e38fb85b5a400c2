//! The items of a list and the entries of a map, handed to serde one by one, each with its place.

use serde::de::{self, DeserializeSeed, Visitor};

use super::{
    super::{
        mismatch::Mismatch,
        node::{Key, Node},
    },
    Reader,
};

/// Text handed on as it is.
pub(super) struct Borrowed<'a>(pub(super) &'a str);

impl<'a> de::IntoDeserializer<'a, Mismatch> for Borrowed<'a> {
    type Deserializer = de::value::BorrowedStrDeserializer<'a, Mismatch>;

    fn into_deserializer(self) -> Self::Deserializer {
        de::value::BorrowedStrDeserializer::new(self.0)
    }
}

/// The items of a list, without those that are left out.
pub(super) struct Items<'a> {
    items: std::slice::Iter<'a, Node>,
    of: Reader<'a>,
}

impl<'a> Items<'a> {
    pub(super) fn new(items: &'a [Node], of: Reader<'a>) -> Self {
        Self { items: items.iter(), of }
    }
}

impl<'a> de::SeqAccess<'a> for Items<'a> {
    type Error = Mismatch;

    fn next_element_seed<T: DeserializeSeed<'a>>(&mut self, seed: T) -> Result<Option<T::Value>, Mismatch> {
        let Some(node) = self.items.find(|node| !self.of.reading.dropped.contains(&node.place)) else { return Ok(None) };
        let reader = Reader { node, label: node.place, reading: self.of.reading };
        seed.deserialize(reader).map(Some).map_err(|mismatch| mismatch.at(reader.place()).within(node.place))
    }
}

/// The entries of a map, without those that are left out.
pub(super) struct Entries<'a> {
    entries: std::slice::Iter<'a, (Key, Node)>,
    entry: Option<&'a (Key, Node)>,
    of: Reader<'a>,
}

impl<'a> Entries<'a> {
    pub(super) fn new(entries: &'a [(Key, Node)], of: Reader<'a>) -> Self {
        Self { entries: entries.iter(), entry: None, of }
    }
}

impl<'a> de::MapAccess<'a> for Entries<'a> {
    type Error = Mismatch;

    fn next_key_seed<K: DeserializeSeed<'a>>(&mut self, seed: K) -> Result<Option<K::Value>, Mismatch> {
        self.entry = self.entries.find(|(key, _)| !self.of.reading.dropped.contains(&key.place));
        let Some((key, _)) = self.entry else { return Ok(None) };
        let text = de::value::BorrowedStrDeserializer::new(key.text.as_str());
        seed.deserialize(text).map(Some).map_err(|mismatch: Mismatch| mismatch.at(key.place).within(key.place))
    }

    fn next_value_seed<T: DeserializeSeed<'a>>(&mut self, seed: T) -> Result<T::Value, Mismatch> {
        let Some((key, node)) = self.entry else { return Err(Mismatch::new("a value without its key")) };
        let reader = Reader { node, label: key.place, reading: self.of.reading };
        seed.deserialize(reader).map_err(|mismatch| mismatch.at(reader.place()).within(key.place))
    }
}

/// A map with one key, taken for an enum's variant with what it holds.
pub(super) fn variant<'a, V: Visitor<'a>>(visitor: V) -> impl Visitor<'a, Value = V::Value> {
    struct Variant<V>(V);

    impl<'a, V: Visitor<'a>> Visitor<'a> for Variant<V> {
        type Value = V::Value;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            self.0.expecting(f)
        }

        fn visit_map<A: de::MapAccess<'a>>(self, map: A) -> Result<V::Value, A::Error> {
            self.0.visit_enum(de::value::MapAccessDeserializer::new(map))
        }
    }

    Variant(visitor)
}
