//! The schema of `gonogo.yaml`. Its outline is written here; what it holds comes from the structs that read it.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Value, json};

use super::{ID, closed, loosen, loosened, section};
use crate::{
    model::{Person, Runbook, Signoff, Windows},
    notify::Notify,
    plan::{AT_ONCE, allow, notify, pack::packs, release::ReleaseSettings, rollout, windows},
    rollout::{Rollout, Several},
};

/// The main file.
pub(super) fn plan(generator: &mut SchemaGenerator) -> Value {
    let person = loosened(Person::json_schema(generator).to_value());
    let mut signoff = loosened(Signoff::json_schema(generator).to_value());
    signoff["allOf"] = json!([{ "$ref": "#/definitions/literal" }]);
    let mut partial = signoff.clone();
    if let Some(signoff) = partial.as_object_mut() {
        signoff.remove("required");
    }
    let environments = json!({
        "type": "object",
        "minProperties": 1,
        "propertyNames": { "pattern": ID },
        "additionalProperties": environment(&partial),
        "description": "Named sets of targets and variables: `prod`, `staging`.",
    });
    let properties = json!({
        "project": { "type": ["string", "number", "boolean"], "not": loosen::variable(), "description": "The project's name; reports and the record go by it." },
        "environments": environments,
        "allow": { "type": "array", "minItems": 1, "items": { "enum": allow::WORDS }, "description": "What checks may do that is off unless it stands here. `command`: run programs that the plan names." },
        "vars": vars("Variables of all environments: `${name}`."),
        "include": { "type": "array", "minItems": 1, "items": { "anyOf": [path(), pack()] }, "description": "Files of checks, and packs." },
        "section": section(),
        "checks": { "$ref": "#/definitions/checks", "description": "The checks, in the order of the report." },
        "release": loosened(ReleaseSettings::json_schema(generator).to_value()),
        "people": { "type": "object", "additionalProperties": person, "allOf": [{ "$ref": "#/definitions/literal" }], "description": "Who answers and signs, by id. Takes no variables." },
        "signoff": signoff,
        "waivers": { "type": "string", "minLength": 1, "not": loosen::variable(), "description": "The file of accepted exceptions. Default: `waivers.yaml` beside this file, where there is one." },
        "runbook": loosened(Runbook::json_schema(generator).to_value()),
        windows::KEY: loosened(Windows::json_schema(generator).to_value()),
        rollout::KEY: loosened(Rollout::json_schema(generator).to_value()),
        notify::KEY: loosened(Several::<Notify>::json_schema(generator).to_value()),
        "ledger": { "$ref": "#/definitions/scalar", "description": "Where the record is kept: a path or an address." },
    });
    closed("The plan's main file, `gonogo.yaml`.", properties, &["project", "environments"])
}

/// The main file as people read of it: what has a page of its own is only named.
pub(in crate::plan) fn outline(generator: &mut SchemaGenerator) -> Schema {
    let mut plan = plan(generator);
    let parts = [("environment", "/properties/environments/additionalProperties"), ("pack", "/properties/include/items/anyOf/1")];
    for (name, place) in parts {
        let Some(place) = plan.pointer_mut(place) else { continue };
        let mut part = std::mem::replace(place, json!({ "$ref": format!("#/definitions/{name}") }));
        name_only(&mut part);
        generator.definitions_mut().insert(name.into(), part);
    }
    name_only(&mut plan);
    Schema::try_from(plan).unwrap_or_default()
}

/// Of each key what it is for, and in a word what stands there.
fn name_only(object: &mut Value) {
    for property in object["properties"].as_object_mut().into_iter().flatten().filter_map(|(_, property)| property.as_object_mut()) {
        property.retain(|key, _| !["allOf", "properties", "not"].contains(&key.as_str()));
        for place in [None, Some("additionalProperties"), Some("items")] {
            let place = match place {
                None => Some(&mut *property),
                Some(key) => property.get_mut(key).and_then(Value::as_object_mut),
            };
            let Some((place, word)) = place.and_then(|place| word(place.get("$ref")?.as_str()?).map(|word| (place, word))) else {
                continue;
            };
            place.remove("$ref");
            place.insert("type".into(), json!(word));
        }
    }
}

/// What stands at a reference to something that is no part of the plan by itself.
fn word(reference: &str) -> Option<&'static str> {
    match reference.rsplit('/').next()? {
        "scalar" => Some("text"),
        "id" | "full-id" => Some("id"),
        "checks" => Some("list of checks"),
        _ => None,
    }
}

fn environment(signoff: &Value) -> Value {
    let pins = json!({
        "type": "object",
        "additionalProperties": { "type": "string" },
        "description": "Names pinned to addresses, like curl's `--resolve`: `{ api.example.com: \"10.0.0.7:443\" }`.",
    });
    let guard = json!({
        "type": "array",
        "minItems": 1,
        "items": { "$ref": "#/definitions/full-id" },
        "description": "Checks that run first; unless they pass, nothing else is touched.",
    });
    let properties = json!({
        "vars": vars("Variables of this environment; they come before all others."),
        "env-file": { "$ref": "#/definitions/scalar", "description": "A file of `NAME=value` lines; it never overrides the process environment." },
        "guard": guard,
        "resolve": pins,
        "per-target": {
            "type": "integer",
            "minimum": AT_ONCE.start(),
            "maximum": AT_ONCE.end(),
            "description": "Checks at once on one target, at most. Without it: 32, and more while it answers as fast.",
        },
        "signoff": signoff,
    });
    let mut environment = closed("An environment.", properties, &[]);
    environment["type"] = json!(["object", "null"]);
    environment
}

fn vars(about: &str) -> Value {
    json!({
        "type": "object",
        "propertyNames": { "pattern": "^[A-Za-z_][A-Za-z0-9_.-]*$" },
        "additionalProperties": { "$ref": "#/definitions/scalar" },
        "description": about,
    })
}

fn path() -> Value {
    json!({ "type": "string", "minLength": 1, "not": loosen::variable(), "description": "A path or glob, relative to this file." })
}

fn pack() -> Value {
    let names: Vec<&str> = packs().iter().map(|pack| &*pack.name).collect();
    let of_checks = |items: Value, about: &str| json!({ "type": "object", "additionalProperties": items, "description": about });
    let properties = json!({
        "pack": {
            "anyOf": [{ "enum": names }, { "type": "string", "pattern": "/" }],
            "description": "The pack's name: `gonogo explain` lists them. Or a file, `./packs/payments.yaml`, or a pinned file of a commit, `git+https://…//payments.yaml@COMMIT#SHA256`, which `gonogo pack fetch` puts beside the plan.",
        },
        "allow": { "type": "array", "items": { "enum": ["command"] }, "description": "Lets the checks of a pack from a file run programs." },
        "as": { "$ref": "#/definitions/id", "description": "What its ids begin with: `web` makes `web/tls`. Default: the pack's name." },
        "vars": vars("What the pack wants to know."),
        "change": of_checks(json!({ "type": "object" }), "Other keys or settings for checks of the pack, by id."),
        "without": of_checks(json!({ "type": ["string", "number", "boolean"] }), "Checks of the pack to leave out, by id, each with the reason."),
    });
    let mut pack = closed("A ready-made checklist.", properties, &["pack"]);
    let wants = packs().iter().map(|pack| {
        let vars: serde_json::Map<String, Value> =
            pack.vars.iter().map(|(name, var)| (name.clone(), json!({ "description": var.about }))).collect();
        json!({ "if": { "required": ["pack"], "properties": { "pack": { "const": pack.name } } }, "then": { "properties": { "vars": { "properties": vars } } } })
    });
    pack["allOf"] = wants.collect();
    pack
}
