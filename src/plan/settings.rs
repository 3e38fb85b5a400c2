//! A kind's settings as the report shows them: resolved, but without secrets.

use std::collections::HashSet;

use serde_json::{Map, Value as Json};

use super::{
    conceal,
    node::{Node, Scalar, Style, Value},
    number,
    place::Place,
};

/// `node` as JSON; scalars at `secrets` stand as the plan writes them, literal ones as `***`.
pub(super) fn shown(node: &Node, secrets: &HashSet<Place>) -> Json {
    match &node.value {
        Value::Scalar(scalar) if secrets.contains(&node.place) => Json::String(scalar.filled().map_or("***", |f| &f.written).to_owned()),
        Value::Scalar(scalar) => value(scalar),
        Value::List(items) => items.iter().map(|item| shown(item, secrets)).collect(),
        Value::Map(entries) => {
            entries.iter().map(|(key, node)| (key.text.clone(), shown(node, secrets))).collect::<Map<String, Json>>().into()
        }
    }
}

fn value(scalar: &Scalar) -> Json {
    let text = conceal::without_passwords(scalar.filled().map_or(&scalar.text, |filled| &filled.shown));
    match (&scalar.style, number::of(&text)) {
        (Style::Plain, _) if scalar.is_null() => Json::Null,
        (Style::Plain, _) if text == "true" || text == "false" => Json::Bool(text == "true"),
        // `1.50` may be a version: it stays as written.
        (Style::Plain, Some(number)) if number.to_string() == text => Json::Number(number),
        _ => Json::String(text),
    }
}
