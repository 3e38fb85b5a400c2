//! A kind's documentation, from its struct: doc comments, keys, types, defaults, and its example.

use std::fmt::Write as _;

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value};

use super::{KINDS, Kind};

/// The first sentence of a kind's doc comment.
pub fn summary(kind: &Kind) -> String {
    let schema = schema(kind);
    first_sentence(text(&schema, "description")).to_owned()
}

/// All about one kind, as Markdown.
pub fn page(kind: &Kind) -> String {
    let schema = schema(kind);
    let definitions = schema.get("definitions").and_then(Value::as_object).cloned().unwrap_or_default();
    let mut page = format!("# {}\n\n{}\n", kind.name, text(&schema, "description"));
    let mut open = vec![("Keys".to_owned(), Value::Object(schema.into_iter().collect()))];
    let mut done: Vec<String> = Vec::new();
    while let Some((title, object)) = open.pop() {
        keys(&mut page, &title, &object);
        for name in references(&object).into_iter().rev() {
            if let Some(definition) = definitions.get(&name)
                && !done.contains(&name)
            {
                open.push((format!("`{name}`"), definition.clone()));
                done.push(name);
            }
        }
    }
    let _ = write!(page, "\n## Example\n\n```yaml\n{}```\n", kind.example);
    page
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

fn schema(kind: &Kind) -> Map<String, Value> {
    let mut generator = SchemaSettings::draft07().into_generator();
    let mut schema = match (kind.schema)(&mut generator).to_value() {
        Value::Object(schema) => schema,
        other => Map::from_iter([("description".to_owned(), other)]),
    };
    let definitions: Map<String, Value> = generator.take_definitions(true).into_iter().collect();
    schema.insert("definitions".into(), Value::Object(definitions));
    schema
}

fn keys(page: &mut String, title: &str, object: &Value) {
    let required: Vec<&str> =
        object["required"].as_array().map(|names| names.iter().filter_map(Value::as_str).collect()).unwrap_or_default();
    let Some(properties) = object["properties"].as_object() else {
        let about = object["description"].as_str().unwrap_or_default();
        let _ = write!(page, "\n## {title}\n\n{about}{}\n", alternatives(object));
        return;
    };
    let _ = write!(page, "\n## {title}\n");
    if title != "Keys"
        && let Some(about) = object["description"].as_str()
    {
        let _ = write!(page, "\n{about}\n");
    }
    for (key, property) in properties {
        let demanded = if required.contains(&key.as_str()) { ", required" } else { "" };
        let _ = write!(page, "\n- **`{key}`** ({}{demanded})", shape(property));
        let about = property["description"].as_str().unwrap_or_default();
        let _ = write!(page, ": {}", about.replace('\n', "\n  "));
        page.push('\n');
    }
}

/// The words an enumeration allows, each with its meaning.
fn alternatives(object: &Value) -> String {
    let mut text = String::new();
    for choice in ["oneOf", "anyOf"].iter().filter_map(|key| object[*key].as_array()).flatten() {
        let word = choice["const"].as_str().map(|word| format!("`{word}`")).unwrap_or_else(|| shape(choice));
        let _ = write!(text, "\n- {word}: {}", choice["description"].as_str().unwrap_or_default().replace('\n', "\n  "));
    }
    text
}

/// What may stand in a place, in a word or two.
fn shape(schema: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str() {
        return format!("`{}`", name.rsplit('/').next().unwrap_or(name));
    }
    if let Some(words) = schema["enum"].as_array() {
        return words.iter().map(|word| format!("`{}`", word.as_str().unwrap_or("null"))).collect::<Vec<_>>().join(" or ");
    }
    if let Some(word) = schema["const"].as_str() {
        return format!("`{word}`");
    }
    for key in ["anyOf", "oneOf", "allOf"] {
        if let Some(choices) = schema[key].as_array() {
            let shapes: Vec<String> = choices.iter().filter(|choice| choice["type"] != "null").map(shape).collect();
            return shapes.join(" or ");
        }
    }
    match &schema["type"] {
        Value::String(name) if name == "array" => format!("list of {}", shape(&schema["items"])),
        Value::String(name) if name == "object" && schema["additionalProperties"].is_object() => {
            format!("map to {}", shape(&schema["additionalProperties"]))
        }
        Value::String(name) => name.clone(),
        Value::Array(names) => names.iter().filter_map(Value::as_str).filter(|name| *name != "null").collect::<Vec<_>>().join(" or "),
        _ => "any value".into(),
    }
}

/// The names of the definitions an object refers to, in order.
fn references(value: &Value) -> Vec<String> {
    match value {
        Value::Object(fields) => fields
            .iter()
            .filter(|(key, _)| *key != "definitions")
            .flat_map(|(key, field)| match field.as_str().and_then(|path| path.rsplit('/').next()) {
                Some(name) if key == "$ref" => vec![name.to_owned()],
                _ => references(field),
            })
            .collect(),
        Value::Array(items) => items.iter().flat_map(references).collect(),
        _ => Vec::new(),
    }
}

fn text<'a>(schema: &'a Map<String, Value>, key: &str) -> &'a str {
    schema.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn first_sentence(text: &str) -> &str {
    let end = text.find("\n\n").unwrap_or(text.len());
    let paragraph = &text[..end];
    paragraph.find(". ").map_or(paragraph, |stop| &paragraph[..=stop])
}
