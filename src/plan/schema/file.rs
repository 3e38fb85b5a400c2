//! The schema of each file by itself: `gonogo.yaml`, the check files and `waivers.yaml` have one each, and so has the report.

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use super::schema;
use crate::model::Report;

/// A file that has a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum File {
    /// `gonogo.yaml`.
    Plan,
    /// A file of checks that it includes.
    Checks,
    /// `waivers.yaml`.
    Waivers,
    /// A JSON report.
    Report,
}

impl File {
    /// Its schema. The first line of a file of the plan names it to the editor:
    /// `# yaml-language-server: $schema=gonogo.schema.json`.
    pub fn schema(self) -> Value {
        let (id, definition) = match self {
            Self::Plan => ("plan", "plan"),
            Self::Checks => ("checks", "file"),
            Self::Waivers => ("waivers", "waivers"),
            Self::Report => ("report", ""),
        };
        let mut own = if self == Self::Report {
            SchemaSettings::draft07().for_serialize().into_generator().into_root_schema_for::<Report>().to_value()
        } else {
            let mut whole = schema();
            let mut own = whole["definitions"][definition].take();
            own["definitions"] = referred(&own, &whole["definitions"]).into();
            if self == Self::Plan {
                // What an editor offers; every other name is as good.
                let any = json!({ "$ref": "#/properties/environments/additionalProperties" });
                own["properties"]["environments"]["properties"] = json!({ "prod": any, "staging": any });
            }
            own
        };
        unbroken(&mut own);
        let mut all = json!({ "$schema": "http://json-schema.org/draft-07/schema#", "$id": format!("urn:gonogo:{id}:v1"), "title": format!("gonogo {id}") });
        if let (Some(all), Some(own)) = (all.as_object_mut(), own.as_object()) {
            all.extend(
                own.iter()
                    .filter(|(key, _)| !["$schema", "title"].contains(&key.as_str()))
                    .map(|(key, value)| (key.clone(), value.clone())),
            );
        }
        all
    }
}

/// Those of `all` that `own` refers to, and those that they do.
fn referred(own: &Value, all: &Value) -> Map<String, Value> {
    let (mut found, mut open) = (Map::new(), vec![own.to_string()]);
    while let Some(text) = open.pop() {
        for (name, definition) in all.as_object().into_iter().flatten() {
            if !found.contains_key(name) && text.contains(&format!("\"#/definitions/{name}\"")) {
                found.insert(name.clone(), definition.clone());
                open.push(definition.to_string());
            }
        }
    }
    found
}

/// Puts each paragraph of the descriptions on one line: editors show every line as one of its own.
fn unbroken(schema: &mut Value) {
    match schema {
        Value::Array(all) => all.iter_mut().for_each(unbroken),
        Value::Object(entries) => {
            for (key, value) in entries {
                match value {
                    Value::String(text) if key == "description" => {
                        let goes_on = |line: &str| line.starts_with(|c: char| c.is_alphanumeric() || "`(".contains(c));
                        let mut whole = String::new();
                        for line in text.lines() {
                            let joint = if whole.is_empty() {
                                ""
                            } else if goes_on(line) && !whole.ends_with('\n') {
                                " "
                            } else {
                                "\n"
                            };
                            whole += joint;
                            whole += line;
                        }
                        *text = whole;
                    }
                    value => unbroken(value),
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::*;

    #[test]
    fn each_file_has_a_schema_of_its_own() {
        for (file, holds, key) in [
            (File::Plan, json!({ "project": "a", "environments": { "prod": null } }), "project"),
            (File::Checks, json!({ "checks": [{ "id": "a", "tcp": { "address": "h:1" } }] }), "checks"),
            (File::Waivers, json!([]), ""),
        ] {
            let schema = file.schema();
            let validator = jsonschema::draft7::new(&schema).expect("a schema of draft-07");
            assert!(validator.is_valid(&holds), "{file:?}");
            assert!(!validator.is_valid(&json!({ "foo": 1 })), "{file:?}");
            assert!(schema["$id"].as_str().is_some_and(|id| id.starts_with("urn:gonogo:")));
            assert!(key.is_empty() || schema["properties"][key].is_object(), "{file:?}");
        }
        let pack = File::Plan.schema();
        let variables = pack.pointer("/properties/include/items/anyOf/1/allOf/0/then/properties/vars/properties").expect("variables");
        assert!(variables.as_object().is_some_and(|all| !all.is_empty()));
        // No sentence goes on in a line of its own.
        let torn = |text: &str| text.lines().skip(1).any(|line| line.starts_with(char::is_lowercase));
        for (key, about) in pack["definitions"]["check"]["properties"].as_object().expect("properties") {
            assert!(!about["description"].as_str().is_some_and(torn), "{key}");
        }
    }

    #[test]
    fn reports_fit_their_schema() {
        let schema = File::Report.schema();
        let validator = jsonschema::draft7::new(&schema).expect("a schema of draft-07");
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/report");
        for name in ["go", "no-go", "hold", "partial"] {
            let text = fs::read_to_string(folder.join(format!("{name}.json"))).expect("a report");
            let report: Value = serde_json::from_str(&text).expect("JSON");
            let wrong: Vec<String> = validator.iter_errors(&report).map(|error| format!("{}: {error}", error.instance_path())).collect();
            assert_eq!(wrong, Vec::<String>::new(), "{name}");
        }
        let mut broken: Value = serde_json::from_str(&fs::read_to_string(folder.join("go.json")).expect("a report")).expect("JSON");
        broken["verdict"] = "perhaps".into();
        assert!(!validator.is_valid(&broken));
        for definition in ["Finding", "Expectation", "Vantage"] {
            for (key, about) in schema["definitions"][definition]["properties"].as_object().expect("properties") {
                assert!(about["description"].is_string(), "{definition}.{key}");
            }
        }
    }
}
