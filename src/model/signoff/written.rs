//! How roles stand in a plan: short as a list or a name, long as a map.

use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer},
};

use super::{Method, Required, Role};

/// A role in full.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct WrittenRole {
    /// Who has it, by id.
    #[schemars(length(min = 1))]
    people: Vec<String>,
    /// The sentence its people sign.
    #[serde(default)]
    meaning: Option<String>,
    /// How its people may sign. Default: `[ssh]`.
    #[serde(default = "ssh")]
    #[schemars(length(min = 1))]
    methods: Vec<Method>,
}

fn ssh() -> Vec<Method> {
    vec![Method::Ssh]
}

impl<'de> Deserialize<'de> for Role {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RoleVisitor)
    }
}

struct RoleVisitor;

impl<'de> Visitor<'de> for RoleVisitor {
    type Value = Role;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of people, or a map with `people`, `meaning` and `methods`")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Role, A::Error> {
        let mut people = Vec::new();
        while let Some(person) = seq.next_element()? {
            people.push(person);
        }
        Ok(Role { people, meaning: None, methods: ssh() })
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Role, A::Error> {
        let WrittenRole { people, meaning, methods } = WrittenRole::deserialize(MapAccessDeserializer::new(map))?;
        if methods.is_empty() {
            return Err(A::Error::custom("with no method nobody can sign: leave `methods` out for `[ssh]`"));
        }
        Ok(Role { people, meaning, methods })
    }
}

impl JsonSchema for Role {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Role".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let (person, full) = (generator.subschema_for::<String>(), generator.subschema_for::<WrittenRole>());
        json_schema!({ "anyOf": [{ "type": "array", "minItems": 1, "items": person }, full] })
    }
}

/// `{ role: security, count: 2 }`.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct WrittenRequired {
    /// The role.
    role: String,
    /// By how many different people. Default: 1.
    #[serde(default = "one")]
    #[schemars(range(min = 1))]
    count: u32,
}

fn one() -> u32 {
    1
}

impl<'de> Deserialize<'de> for Required {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RequiredVisitor)
    }
}

struct RequiredVisitor;

impl<'de> Visitor<'de> for RequiredVisitor {
    type Value = Required;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a role, or a map with `role` and `count`")
    }

    fn visit_str<E: Error>(self, role: &str) -> Result<Required, E> {
        Ok(Required { role: role.to_owned(), count: 1 })
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Required, A::Error> {
        let WrittenRequired { role, count } = WrittenRequired::deserialize(MapAccessDeserializer::new(map))?;
        if count == 0 {
            return Err(A::Error::custom("a count of 0 requires nobody: leave the role out"));
        }
        Ok(Required { role, count })
    }
}

impl JsonSchema for Required {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Required".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let (role, full) = (generator.subschema_for::<String>(), generator.subschema_for::<WrittenRequired>());
        json_schema!({ "anyOf": [role, full] })
    }
}
