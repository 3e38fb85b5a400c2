//! The JSON Schema (draft-07) of plans, for editors: completion, hover and most problems while typing.
//!
//! It is composed from the structs that read a plan, so that it cannot say something else; their doc comments are the
//! descriptions.

mod file;
mod loosen;
pub(super) mod root;
mod waivers;

use schemars::{JsonSchema, SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};

use super::envelope::Envelope;
use crate::check::KINDS;

pub use file::File;

const ID: &str = "^[a-z0-9][a-z0-9-]*$";
const FULL_ID: &str = r"^[a-z0-9][a-z0-9-]*(/[a-z0-9][a-z0-9-]*|\[[^\[\]]+\])?$";

/// All of the schemas of a plan's files in one.
pub(super) fn schema() -> Value {
    let mut generator = SchemaSettings::draft07().into_generator();
    let check = check(&mut generator);
    let plan = root::plan(&mut generator);
    let mut definitions: Map<String, Value> = generator.take_definitions(true);
    definitions.values_mut().for_each(loosen::loosen);
    definitions.insert("check".into(), check);
    definitions.insert("checks".into(), json!({ "type": "array", "minItems": 1, "items": { "$ref": "#/definitions/check" }, "description": "The checks, in the order of the report." }));
    definitions.insert("plan".into(), plan);
    definitions.insert("file".into(), file());
    definitions.insert("waivers".into(), waivers::waivers());
    definitions.insert("scalar".into(), json!({ "type": ["string", "number", "boolean"] }));
    definitions.insert("variable".into(), loosen::variable());
    definitions.insert("literal".into(), loosen::literal());
    definitions.insert("id".into(), json!({ "type": "string", "pattern": ID }));
    definitions.insert("full-id".into(), json!({ "type": "string", "pattern": FULL_ID }));
    let of_plan: Vec<Value> = ["project", "environments", "include"].iter().map(|key| json!({ "required": [key] })).collect();
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "gonogo plan",
        "description": "A deployment checklist: `gonogo.yaml`, a file of checks that it includes, or `waivers.yaml`.",
        "type": ["object", "array"],
        "if": { "type": "object", "anyOf": of_plan },
        "then": { "$ref": "#/definitions/plan" },
        "else": {
            "if": { "anyOf": [{ "type": "array" }, { "required": ["waivers"] }] },
            "then": { "$ref": "#/definitions/waivers" },
            "else": { "$ref": "#/definitions/file" },
        },
        "definitions": definitions,
    })
}

/// A check: the keys that all have, and exactly one kind.
fn check(generator: &mut SchemaGenerator) -> Value {
    let mut check = loosened(Envelope::json_schema(generator).to_value());
    let one_of: Vec<Value> = KINDS.iter().map(|kind| json!({ "required": [kind.name] })).collect();
    if let Some(properties) = check.get_mut("properties").and_then(Value::as_object_mut) {
        for kind in KINDS {
            properties.insert(kind.name.into(), loosened((kind.schema)(generator).to_value()));
        }
        // These take no variables.
        properties["id"] = json!({ "$ref": "#/definitions/id", "description": properties["id"]["description"] });
        for (list, item) in [("needs", "full-id"), ("environments", "id")] {
            properties[list]["items"] = json!({ "$ref": format!("#/definitions/{item}") });
        }
    }
    // Of many alternatives an editor names the first that is missing. Where there is none at all, these words are better.
    let names: Vec<&str> = KINDS.iter().map(|kind| kind.name).collect();
    let lacks = format!("This check has no kind, so it checks nothing: add one of {}", names.join(", "));
    check["if"] = json!({ "not": { "anyOf": one_of } });
    check["then"] = json!({ "type": "null", "errorMessage": lacks });
    check["else"] = json!({ "oneOf": one_of });
    check["description"] = "One check: an id, a kind, and what the report says of it.".into();
    check
}

fn file() -> Value {
    closed(
        "A file of checks that `gonogo.yaml` includes.",
        json!({ "section": section(), "checks": { "$ref": "#/definitions/checks" } }),
        &["checks"],
    )
}

fn section() -> Value {
    json!({ "$ref": "#/definitions/scalar", "description": "The heading under which reports show these checks." })
}

fn closed(about: &str, properties: Value, required: &[&str]) -> Value {
    json!({ "type": "object", "description": about, "properties": properties, "required": required, "additionalProperties": false })
}

fn loosened(mut schema: Value) -> Value {
    loosen::loosen(&mut schema);
    schema
}

#[cfg(test)]
mod tests {
    use std::{
        collections::HashSet,
        fs,
        path::{Path, PathBuf},
    };

    use super::*;
    use crate::plan::{settings, yaml};

    fn fixtures() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/plan")
    }

    fn validator() -> jsonschema::Validator {
        jsonschema::draft7::new(&schema()).expect("a schema of draft-07")
    }

    /// What an editor would underline in a file; `None` if it is no YAML.
    fn complaints(validator: &jsonschema::Validator, file: &Path) -> Option<Vec<String>> {
        let text = fs::read_to_string(file).ok()?;
        let node = yaml::parse(0, &text, &mut Vec::new())?;
        let json = settings::shown(&node, &HashSet::new());
        Some(validator.iter_errors(&json).map(|error| format!("{}: {}: {error}", file.display(), error.instance_path())).collect())
    }

    fn yaml_files(folder: &Path) -> Vec<PathBuf> {
        let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
        let (folders, files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
        let files = files.into_iter().filter(|path| path.extension().is_some_and(|extension| extension == "yaml"));
        files.chain(folders.iter().flat_map(|folder| yaml_files(folder))).collect()
    }

    #[test]
    fn accepts_what_the_parser_accepts() {
        let validator = validator();
        let mut seen = 0;
        for case in fs::read_dir(fixtures()).expect("fixtures").map(|entry| entry.expect("an entry").path()) {
            // A case whose problem is no matter of form has a form that is right.
            if case.file_name().is_some_and(|name| name.to_string_lossy().starts_with("good-")) {
                for file in yaml_files(&case) {
                    assert_eq!(complaints(&validator, &file), Some(Vec::new()));
                    seen += 1;
                }
            }
        }
        for file in yaml_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("checks")) {
            if !file.parent().is_some_and(|folder| folder.ends_with("packs")) {
                assert_eq!(complaints(&validator, &file), Some(Vec::new()));
                seen += 1;
            }
        }
        assert!(seen >= 5, "{seen}");
    }

    #[test]
    fn refuses_what_the_parser_refuses_for_its_form() {
        let validator = validator();
        for case in [
            "bad-id",
            "empty-checks",
            "empty-checks-of-a-file",
            "empty-lists",
            "environment-badly-named",
            "environments-empty",
            "guard-empty",
            "kind-as-a-value",
            "no-environments",
            "no-kind",
            "no-project",
            "not-a-check",
            "null-values",
            "out-of-bounds",
            "pack-changes",
            "pack-unknown",
            "release-people-signoff",
            "signoff-requires-nobody",
            "signoff-variables",
            "waivers-unknown-key",
            "waivers-variable",
            "unknown-key",
            "unknown-key-far",
            "unknown-key-of-a-file",
            "unknown-key-of-a-kind",
            "unknown-key-of-an-environment",
            "unknown-key-of-the-plan",
            "unknown-kind",
            "unknown-kind-far",
            "unknown-word",
            "variable-in-a-list-of-ids",
            "variable-in-a-structure",
            "wrong-type",
            "wrong-unit",
            "yaml-not-a-map",
        ] {
            let files = yaml_files(&fixtures().join(case));
            assert!(fixtures().join(case).join("problems.txt").exists(), "{case}: the parser accepts it");
            assert!(
                files.iter().any(|file| complaints(&validator, file).is_some_and(|all| !all.is_empty())),
                "{case}: the schema accepts it"
            );
        }
    }

    #[test]
    fn takes_variables_for_scalars_and_not_for_lists() {
        let validator = validator();
        let plan = |check: Value| json!({ "checks": [check] });
        let check = |key: &str, value: Value| {
            let mut check = json!({ "id": "a", "http": { "url": "https://a.example.com" } });
            check[key] = value;
            plan(check)
        };
        for (key, value) in
            [("timeout", json!("${T}")), ("severity", json!("${S}")), ("title", json!(1.5)), ("retry", json!({ "attempts": "${N}" }))]
        {
            assert!(validator.is_valid(&check(key, value)), "{key}");
        }
        for (key, value) in [("tags", json!("${T}")), ("id", json!("${ID}")), ("retry", json!("${R}")), ("timeout", json!("10"))] {
            assert!(!validator.is_valid(&check(key, value)), "{key}");
        }
        assert!(!validator.is_valid(&plan(json!({ "id": "a" }))));
    }

    #[test]
    fn every_key_of_a_kind_says_what_it_is_for() {
        let schema = schema();
        for (key, about) in schema["definitions"]["check"]["properties"].as_object().expect("properties") {
            assert!(about["description"].as_str().is_some_and(|text| !text.is_empty()), "{key}");
        }
    }
}
