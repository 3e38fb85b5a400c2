//! A kind's documentation, from its struct: doc comments, keys, types, defaults, and its example.

use std::fmt::Write as _;

use schemars::{Schema, SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value};

use super::{KINDS, Kind};

/// The first sentence of a kind's doc comment.
pub fn summary(kind: &Kind) -> String {
    first_sentence(kind.schema)
}

/// The first sentence of what is said of anything that a plan may hold.
pub fn first_sentence(schema: fn(&mut SchemaGenerator) -> Schema) -> String {
    let reference = Reference::of(schema);
    let about = reference.root["description"].as_str().unwrap_or_default();
    let paragraph = about.split("\n\n").next().unwrap_or_default().replace('\n', " ");
    paragraph.find(". ").map_or(paragraph.as_str(), |stop| &paragraph[..=stop]).to_owned()
}

/// All about one kind, as Markdown.
pub fn page(kind: &Kind) -> String {
    format!("{}\n## Example\n\n```yaml\n{}```\n", about(kind.name, kind.schema), kind.example)
}

/// All about anything that a plan may hold, as Markdown.
pub fn about(name: &str, schema: fn(&mut SchemaGenerator) -> Schema) -> String {
    let reference = Reference::of(schema);
    format!("# {name}\n\n{}\n{}", reference.root["description"].as_str().unwrap_or_default(), reference.sections())
}

/// The keys of anything that a plan may hold, and of all in it.
pub fn keys(schema: fn(&mut SchemaGenerator) -> Schema) -> String {
    Reference::of(schema).sections()
}

/// Every kind's page, one after the other, as `checks/README.md` has it.
pub fn book() -> String {
    let mut book = String::from("<!-- Made from the source: `gonogo explain KIND` prints each page. -->\n\n");
    for kind in KINDS {
        book.push_str(&page(kind));
        book.push('\n');
    }
    book
}

/// A schema and the definitions it refers to.
struct Reference {
    root: Value,
    definitions: Map<String, Value>,
}

impl Reference {
    fn of(schema: fn(&mut SchemaGenerator) -> Schema) -> Self {
        let mut generator = SchemaSettings::draft07().into_generator();
        let root = schema(&mut generator).to_value();
        Self { root, definitions: generator.take_definitions(true).into_iter().collect() }
    }

    /// Its keys, then those of everything that it refers to.
    fn sections(&self) -> String {
        let mut page = String::new();
        let mut open = vec![("Keys".to_owned(), &self.root)];
        let mut done: Vec<String> = Vec::new();
        while let Some((title, object)) = open.pop() {
            self.section(&mut page, &title, object);
            for name in references(object).into_iter().rev() {
                if let Some(definition) = self.definitions.get(&name)
                    && !done.contains(&name)
                {
                    open.push((format!("`{name}`"), definition));
                    done.push(name);
                }
            }
        }
        page
    }

    fn section(&self, page: &mut String, title: &str, object: &Value) {
        if map_of(object).is_some() {
            // Its shape is said where it is used.
            return;
        }
        let about = object["description"].as_str().filter(|_| title != "Keys");
        let _ = write!(page, "\n## {title}\n");
        if let Some(about) = about {
            let _ = write!(page, "\n{about}\n");
        }
        match object["properties"].as_object() {
            Some(properties) => self.keys(page, object, properties),
            None => self.alternatives(page, object),
        }
    }

    fn keys(&self, page: &mut String, object: &Value, properties: &Map<String, Value>) {
        let required: Vec<&str> =
            object["required"].as_array().map(|names| names.iter().filter_map(Value::as_str).collect()).unwrap_or_default();
        for (key, property) in properties {
            let demanded = if required.contains(&key.as_str()) { ", required" } else { "" };
            let about = property["description"].as_str().unwrap_or_default().replace('\n', "\n  ");
            let _ = write!(page, "\n- **`{key}`** ({}{demanded}): {about}\n", self.shape(property));
        }
    }

    /// The words an enumeration allows, each with its meaning.
    fn alternatives(&self, page: &mut String, object: &Value) {
        page.push('\n');
        for choice in ["oneOf", "anyOf"].iter().filter_map(|key| object[*key].as_array()).flatten() {
            let about = choice["description"].as_str().unwrap_or_default().replace('\n', "\n  ");
            let colon = if about.is_empty() { "" } else { ": " };
            let _ = writeln!(page, "- {}{colon}{about}", self.shape(choice));
        }
    }

    /// What may stand in a place, in a word or two.
    fn shape(&self, schema: &Value) -> String {
        if let Some(name) = schema["$ref"].as_str().map(|path| path.rsplit('/').next().unwrap_or(path)) {
            return match self.definitions.get(name).and_then(map_of) {
                Some(values) => format!("map to {}", self.shape(values)),
                None => format!("`{name}`"),
            };
        }
        if let Some(words) = schema["enum"].as_array() {
            return words.iter().map(|word| format!("`{}`", word.as_str().unwrap_or("null"))).collect::<Vec<_>>().join(" or ");
        }
        if let Some(word) = schema["const"].as_str() {
            return format!("`{word}`");
        }
        for key in ["anyOf", "oneOf", "allOf"] {
            if let Some(choices) = schema[key].as_array() {
                let shapes: Vec<String> =
                    choices.iter().filter(|choice| choice["type"] != "null").map(|choice| self.shape(choice)).collect();
                return shapes.join(" or ");
            }
        }
        if let Some(values) = map_of(schema) {
            return format!("map to {}", self.shape(values));
        }
        match &schema["type"] {
            Value::String(name) if name == "array" => format!("list of {}", self.shape(&schema["items"])),
            Value::String(name) => name.clone(),
            Value::Array(names) => names.iter().filter_map(Value::as_str).filter(|name| *name != "null").collect::<Vec<_>>().join(" or "),
            _ => "any value".into(),
        }
    }
}

/// What the values of a map of free keys are; `None` for anything else.
fn map_of(schema: &Value) -> Option<&Value> {
    schema.get("additionalProperties").filter(|values| values.is_object() && schema.get("properties").is_none())
}

/// The names of the definitions an object refers to, in order.
fn references(value: &Value) -> Vec<String> {
    match value {
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(key, field)| match field.as_str().and_then(|path| path.rsplit('/').next()) {
                Some(name) if key == "$ref" => vec![name.to_owned()],
                _ => references(field),
            })
            .collect(),
        Value::Array(items) => items.iter().flat_map(references).collect(),
        _ => Vec::new(),
    }
}
