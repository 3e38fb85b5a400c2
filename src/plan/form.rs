//! The right form of what stands in a plan, from its schema: `http: { url: … }`.

use serde_json::Value as Json;

use super::{
    node::{Node, Value},
    place::Place,
    schema::schema,
};
use crate::check::Kind;

/// Keys that are shown of a map that demands none.
const FEW: usize = 3;

/// A step of the way from the file to a value in it.
enum Step<'n> {
    Key(&'n str),
    Item,
}

/// How what is meant at `place` of the file is written; `None` where that is no key of the plan. What was written goes into it if it is
/// `told` anyway: it may be a secret.
pub(super) fn at(root: &Node, place: Place, told: &str) -> Option<String> {
    let schema = schema();
    let (way, found) = way(root, place)?;
    let about = way.iter().try_fold(file(&schema, root)?, |about, step| child(&schema, about, step))?;
    let named = way.iter().rev().find_map(|step| if let Step::Key(key) = step { Some(format!("{key}: ")) } else { None });
    let scalar = found.scalar().map(|scalar| scalar.text.as_str()).filter(|text| !text.is_empty() && told.contains(text));
    Some(format!("{}{}", named.unwrap_or_default(), shown(&schema, about, scalar, 2)?))
}

/// The key beside the unknown one at `place` in which that is known; `None` where none or several know it.
pub(super) fn home(root: &Node, place: Place) -> Option<String> {
    let schema = schema();
    let (mut way, _) = way(root, place)?;
    let Some(Step::Key(stray)) = way.pop() else { return None };
    // A kind is named by whoever writes the check, and not by one of its keys.
    let is_meant = |name: &str| Kind::named(name).is_none();
    let about = way.iter().try_fold(file(&schema, root)?, |about, step| child(&schema, about, step))?;
    let siblings = branches(&schema, about).into_iter().filter_map(|branch| branch["properties"].as_object()).flatten();
    let knows = |about| branches(&schema, about).into_iter().any(|branch| branch["properties"].get(stray).is_some());
    let mut homes = siblings.filter(|(name, about)| is_meant(name) && knows(about)).map(|(name, _)| name);
    let home = homes.next()?;
    homes.next().is_none().then(|| format!("`{stray}` stands in `{home}`: `{home}: {{ {stray}: … }}`"))
}

/// The way to what begins at `place`, or to what the key there names.
fn way(node: &Node, place: Place) -> Option<(Vec<Step<'_>>, &Node)> {
    match &node.value {
        _ if node.place == place => Some((Vec::new(), node)),
        Value::Scalar(_) => None,
        Value::List(items) => items.iter().find_map(|item| below(Step::Item, item, place)),
        Value::Map(entries) => entries.iter().find_map(|(key, child)| {
            let named = (key.place == place).then(|| (vec![Step::Key(&key.text)], child));
            named.or_else(|| below(Step::Key(&key.text), child, place))
        }),
    }
}

fn below<'n>(step: Step<'n>, child: &'n Node, place: Place) -> Option<(Vec<Step<'n>>, &'n Node)> {
    let (mut rest, found) = way(child, place)?;
    rest.insert(0, step);
    Some((rest, found))
}

/// What the whole file may be.
fn file<'s>(schema: &'s Json, root: &Node) -> Option<&'s Json> {
    let has = |key: &str| root.entries().is_some_and(|entries| entries.iter().any(|(known, _)| known.text == key));
    let of = match &root.value {
        Value::Map(_) if !has("project") && !has("environments") && has("checks") => "file",
        Value::Map(_) if has("waivers") => "waivers",
        _ => "plan",
    };
    schema["definitions"].get(of)
}

/// A schema, with everything else that it may be.
fn branches<'s>(root: &'s Json, about: &'s Json) -> Vec<&'s Json> {
    let mut all = vec![about];
    let mut at = 0;
    while let Some(about) = all.get(at).copied() {
        let named = about["$ref"].as_str().and_then(|path| root["definitions"].get(path.rsplit('/').next()?));
        all.extend(named);
        for several in ["anyOf", "oneOf", "allOf"] {
            all.extend(about[several].as_array().into_iter().flatten());
        }
        at += 1;
        if at > 100 {
            break;
        }
    }
    all
}

fn child<'s>(root: &'s Json, about: &'s Json, step: &Step<'_>) -> Option<&'s Json> {
    branches(root, about).into_iter().find_map(|branch| match step {
        Step::Item => branch.get("items"),
        Step::Key(key) => branch["properties"].get(key).or_else(|| branch.get("additionalProperties").filter(|values| values.is_object())),
    })
}

/// Written out, so deep; a map that demands one key holds what was written instead of it.
fn shown(root: &Json, about: &Json, scalar: Option<&str>, depth: usize) -> Option<String> {
    let branches = branches(root, about);
    let find = |key: &str| branches.iter().find_map(|branch| branch.get(key));
    if let Some(keys) = find("properties").and_then(Json::as_object) {
        let required: Vec<&str> = find("required").and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str).collect();
        let names: Vec<&str> = if required.is_empty() { keys.keys().map(String::as_str).take(FEW).collect() } else { required };
        let only = scalar.filter(|_| names.len() == 1 && find("required").is_some());
        let within = |name: &&str| {
            let value = if depth > 1 { shown(root, &keys[*name], only, depth - 1) } else { None };
            format!("{name}: {}", value.as_deref().or(only).unwrap_or("…"))
        };
        let more = if find("required").is_none() && keys.len() > FEW { ", …" } else { "" };
        return Some(format!("{{ {}{more} }}", names.iter().map(within).collect::<Vec<_>>().join(", ")));
    }
    if let Some(items) = find("items") {
        if let Some(scalar) = scalar {
            return Some(format!("[{}]", scalar.split_whitespace().collect::<Vec<_>>().join(", ")));
        }
        return Some(format!(
            "[{}]",
            shown(root, items, None, depth.saturating_sub(1)).filter(|_| depth > 0).unwrap_or_else(|| "…".into())
        ));
    }
    if let Some(values) = find("additionalProperties").filter(|values| values.is_object()) {
        return Some(format!(
            "{{ NAME: {} }}",
            shown(root, values, None, depth.saturating_sub(1)).filter(|_| depth > 1).unwrap_or_else(|| "…".into())
        ));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::yaml;

    /// The form of what stands where `mark` does.
    fn form(text: &str, mark: &str) -> Option<String> {
        let root = yaml::parse(0, text, &mut Vec::new()).expect("YAML");
        let start = text.find(mark).expect("the mark");
        at(&root, Place::new(0, &(start..start + mark.len())), text)
    }

    #[test]
    fn what_is_meant_is_shown() {
        let check = |kind: &str| format!("project: x\nenvironments: {{ prod: {{}} }}\nchecks:\n  - id: a\n    {kind}\n");
        for (kind, mark, wanted) in [
            ("http: https://example.com/", "https://example.com/", "http: { url: https://example.com/ }"),
            ("manual: Is the team told?", "Is the team told?", "manual: { question: Is the team told? }"),
            ("http: { url: u, headers: [a] }", "headers", "headers: { NAME: … }"),
            ("http: { url: u, expect: 200 }", "200", "expect: { status: […], headers: { NAME: … }, content-type: …, … }"),
        ] {
            assert_eq!(form(&check(kind), mark).as_deref(), Some(wanted), "{kind}");
        }
        assert_eq!(
            form("project: x\nenvironments: [prod]\n", "environments").as_deref(),
            Some("environments: { NAME: { vars: …, env-file: …, guard: … } }")
        );
        assert_eq!(form("project: x\nsurprise: 1\n", "surprise"), None);
    }

    #[test]
    fn a_key_is_led_home() {
        let text = "project: x\nenvironments: { prod: {} }\nchecks:\n  - id: a\n    http: { url: u, status: 200 }\n";
        let root = yaml::parse(0, text, &mut Vec::new()).expect("YAML");
        let start = text.find("status").expect("the key");
        let home = home(&root, Place::new(0, &(start..start + 6)));
        assert_eq!(home.as_deref(), Some("`status` stands in `expect`: `expect: { status: … }`"));
    }
}
