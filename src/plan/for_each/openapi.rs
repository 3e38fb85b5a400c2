//! Rows of an OpenAPI document (3.x, or Swagger 2.0): one an operation, with `method`, `path` and `operation`.

use std::collections::BTreeMap;

use super::{Reading, Row};
use crate::plan::{
    fault::Fault,
    fields::{word, words},
    node::{Key, Node, Value},
};

/// The operations of a path. Source: OpenAPI 3.1, "Path Item Object".
const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// `{openapi: api.yaml, methods: [get], parameters: {id: 1}}`.
pub(super) fn rows(entries: &[(Key, Node)], reading: &mut Reading<'_>) -> Vec<Row> {
    let (mut name, mut methods, mut given) = (None, vec!["get".to_owned()], BTreeMap::new());
    for (key, node) in entries {
        match (key.text.as_str(), &node.value) {
            ("openapi", _) => name = word(node, key.place, reading.faults),
            ("methods", Value::List(items)) => {
                methods = words(items, reading.faults).into_iter().map(|word| word.text.to_lowercase()).collect();
            }
            ("parameters", Value::Map(entries)) => {
                for (key, node) in entries {
                    given.extend(word(node, key.place, reading.faults).map(|word| (key.text.clone(), word.text)));
                }
            }
            _ => {
                let fault = Fault::new(key.place, format!("`{}` cannot stand here so", key.text));
                reading.faults.push(fault.hint("write `{openapi: api.yaml, methods: [get, head], parameters: {id: 1}}`"));
            }
        }
    }
    let Some(name) = name else { return Vec::new() };
    if let Some(odd) = methods.iter().find(|method| !METHODS.contains(&method.as_str())) {
        reading.faults.push(Fault::new(name.place, format!("`{odd}` is no method of an OpenAPI document: {}", METHODS.join(", "))));
    }
    let Some(node) = reading.one(&name.text, name.place).and_then(|(path, place)| reading.tree(path, place)) else { return Vec::new() };
    let Some(paths) = node.get("paths").and_then(Node::entries).filter(|_| node.get("openapi").or_else(|| node.get("swagger")).is_some())
    else {
        reading.faults.push(Fault::new(name.place, "the file is no OpenAPI document: it lacks `openapi` or `paths`"));
        return Vec::new();
    };
    let base = node.get("basePath").and_then(Node::scalar).map_or("", |scalar| scalar.text.trim_end_matches('/'));
    let mut rows = Vec::new();
    for (path, item) in paths.iter().filter(|(path, _)| path.text.starts_with('/')) {
        let Some(item) = followed(item, &node) else {
            let message = format!("what `{}` can do stands in another document, which is not read", path.text);
            reading.faults.push(Fault::new(name.place, message).hint("put it into this document, or list the rows yourself"));
            continue;
        };
        for (method, operation) in item.entries().unwrap_or_default().iter().filter(|(key, _)| methods.contains(&key.text)) {
            match filled(&path.text, &given, &[operation, item], &node) {
                Ok(filled) => {
                    let id = operation.get("operationId").and_then(Node::scalar).map(|scalar| scalar.text.clone());
                    let id = id.unwrap_or_else(|| format!("{} {}", method.text, path.text));
                    let row = [("operation", id), ("method", method.text.to_uppercase()), ("path", format!("{base}{filled}"))];
                    rows.push(row.map(|(name, value)| (name.to_owned(), value)).into());
                }
                Err(parameter) => {
                    let message =
                        format!("the path `{}` has the parameter `{parameter}`, for which the document gives no example", path.text);
                    let hint = format!("give it beside `openapi`: `parameters: {{{parameter}: …}}`");
                    reading.faults.push(Fault::new(name.place, message).hint(hint));
                }
            }
        }
    }
    rows
}

/// The path with values for its parameters: those given, else the examples and defaults of the document.
fn filled(path: &str, given: &BTreeMap<String, String>, holders: &[&Node], document: &Node) -> Result<String, String> {
    let mut out = String::new();
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').ok_or_else(|| rest.to_owned())?;
        let value = given.get(name).cloned().or_else(|| example(name, holders, document)).ok_or_else(|| name.to_owned())?;
        out.push_str(before);
        out.push_str(&value);
        rest = after;
    }
    Ok(out + rest)
}

fn example(name: &str, holders: &[&Node], document: &Node) -> Option<String> {
    let parameters = holders.iter().filter_map(|holder| holder.get("parameters")?.items()).flatten();
    let parameters = parameters.filter_map(|parameter| followed(parameter, document));
    let mut named = parameters.filter(|parameter| {
        let is = |key: &str, wanted: &str| parameter.get(key).and_then(Node::scalar).is_some_and(|scalar| scalar.text == wanted);
        is("name", name) && is("in", "path")
    });
    named.find_map(|parameter| {
        let schema = parameter.get("schema").and_then(|schema| followed(schema, document));
        let places =
            [parameter.get("example"), schema.and_then(|schema| schema.get("example")), schema.and_then(|schema| schema.get("default"))];
        places.into_iter().flatten().find_map(|node| node.scalar().map(|scalar| scalar.text.clone()))
    })
}

/// What a `$ref` within the document leads to.
fn followed<'n>(node: &'n Node, document: &'n Node) -> Option<&'n Node> {
    let Some(reference) = node.get("$ref").and_then(Node::scalar) else { return Some(node) };
    reference.text.strip_prefix("#/")?.split('/').try_fold(document, |node, key| node.get(key))
}
