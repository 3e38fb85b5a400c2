//! A key that takes one value or a list of them; an empty list would demand nothing and is refused.

use std::{fmt, marker::PhantomData, ops::Deref};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{
    Deserialize, Deserializer,
    de::{Error, IntoDeserializer, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer},
};

/// At least one value; none twice, unless `TWICE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OneOrMore<T, const TWICE: bool = false>(Vec<T>);

/// A program and its arguments, of which two may be the same.
pub type Argv = OneOrMore<String, true>;

impl<T, const TWICE: bool> Deref for OneOrMore<T, TWICE> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T> From<Vec<T>> for OneOrMore<T> {
    fn from(values: Vec<T>) -> Self {
        Self(values)
    }
}

/// "a", "a or b", "a, b or c".
impl<T: fmt::Display, const TWICE: bool> fmt::Display for OneOrMore<T, TWICE> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, value) in self.0.iter().enumerate() {
            match index {
                0 => {}
                _ if index + 1 == self.0.len() => f.write_str(" or ")?,
                _ => f.write_str(", ")?,
            }
            value.fmt(f)?;
        }
        Ok(())
    }
}

impl<'de, T: Deserialize<'de> + fmt::Display, const TWICE: bool> Deserialize<'de> for OneOrMore<T, TWICE> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OneOrMoreVisitor(PhantomData))
    }
}

/// A value that stands alone.
macro_rules! one {
    ($($visit:ident $type:ty),*) => {
        $(fn $visit<E: Error>(self, value: $type) -> Result<Self::Value, E> {
            T::deserialize(value.into_deserializer()).map(|one| OneOrMore(vec![one]))
        })*
    };
}

struct OneOrMoreVisitor<T, const TWICE: bool>(PhantomData<T>);

impl<'de, T: Deserialize<'de> + fmt::Display, const TWICE: bool> Visitor<'de> for OneOrMoreVisitor<T, TWICE> {
    type Value = OneOrMore<T, TWICE>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value or a list of values")
    }

    one!(visit_str &str, visit_u64 u64, visit_i64 i64);

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(|one| OneOrMore(vec![one]))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut all: Vec<T> = Vec::new();
        while let Some(value) = seq.next_element::<T>()? {
            let said = value.to_string();
            if !TWICE && all.iter().any(|have| have.to_string() == said) {
                return Err(A::Error::custom(format!("{said} stands here twice")));
            }
            all.push(value);
        }
        if all.is_empty() { Err(A::Error::custom("an empty list demands nothing: name at least one")) } else { Ok(OneOrMore(all)) }
    }
}

impl<T: JsonSchema, const TWICE: bool> JsonSchema for OneOrMore<T, TWICE> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        format!("OneOrMore_{}{}", T::schema_name(), if TWICE { "_twice" } else { "" }).into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let one = generator.subschema_for::<T>();
        json_schema!({ "anyOf": [one.clone(), { "type": "array", "items": one, "minItems": 1, "uniqueItems": !TWICE }] })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Argv, OneOrMore};

    #[test]
    fn one_value_is_a_list_of_one_and_a_list_is_never_empty() {
        let read = |json| serde_json::from_value::<OneOrMore<String>>(json).map(|all| all.to_vec()).map_err(|error| error.to_string());
        assert_eq!(read(json!("a")), Ok(vec!["a".to_owned()]));
        assert_eq!(read(json!(["a", "b"])), Ok(vec!["a".to_owned(), "b".to_owned()]));
        assert!(read(json!([])).is_err_and(|why| why.contains("an empty list demands nothing")));
        assert!(read(json!(["a", "a"])).is_err_and(|why| why.contains("a stands here twice")));
        assert_eq!(serde_json::from_value::<OneOrMore<u16>>(json!(200)).ok().as_deref(), Some(&[200][..]));
        assert!(serde_json::from_value::<Argv>(json!(["echo", "a", "a"])).is_ok());
    }
}
