//! How roles stand in a plan: short as a list or a name, long as a map.

use schemars::{JsonSchema, json_schema};
use serde::Deserialize;

use super::{Method, Required, Role, When};
use crate::model::{from_forms, schema};

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

from_forms!(
    Role,
    "a list of people, or a map with `people`, `meaning` and `methods`",
    list |people| Ok(Role { people, meaning: None, methods: ssh() }),
    map in_full,
);

schema!(Role, |generator| {
    let (person, full) = (generator.subschema_for::<String>(), generator.subschema_for::<WrittenRole>());
    json_schema!({ "anyOf": [{ "type": "array", "minItems": 1, "items": person }, full] })
});

fn in_full(WrittenRole { people, meaning, methods }: WrittenRole) -> Result<Role, String> {
    if methods.is_empty() {
        return Err("with no method nobody can sign: leave `methods` out for `[ssh]`".into());
    }
    Ok(Role { people, meaning, methods })
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
    /// For which changes it must sign. Default: for all.
    #[serde(default)]
    when: Option<When>,
}

fn one() -> u32 {
    1
}

from_forms!(
    Required,
    "a role, or a map with `role`, `count` and `when`",
    text | role | Ok(Required { role: role.to_owned(), count: 1, when: None }),
    map | WrittenRequired { role, count, when }
        | match count {
            0 => Err("a count of 0 requires nobody: leave the role out".into()),
            _ => Ok(Required { role, count, when }),
        },
);

schema!(Required, |generator| {
    let (role, full) = (generator.subschema_for::<String>(), generator.subschema_for::<WrittenRequired>());
    json_schema!({ "anyOf": [role, full] })
});
