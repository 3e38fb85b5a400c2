//! CycloneDX (ECMA-424), 1.2 to 1.7, as JSON; XML is brought into the same shape.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Map, Value, json};

use super::seen::{Bill, Component};
use crate::{
    check::evidence::{Element, Event, Events, Said, list, texts},
    model::{quote, regex},
};

static SERIAL: LazyLock<Regex> = LazyLock::new(|| regex(r"^(?i)urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"));

pub(super) fn read(value: &Value, said: &mut Said) -> Result<Bill, String> {
    let mut bill = Bill::default();
    let version = texts(value, "/specVersion");
    if !matches!(version, "1.2" | "1.3" | "1.4" | "1.5" | "1.6" | "1.7") {
        bill.odd.push(format!("the version {} of CycloneDX", quote(version)));
    }
    if value.get("serialNumber").is_some() && !SERIAL.is_match(texts(value, "/serialNumber")) {
        bill.broken(format!("its serial number {} is none", quote(texts(value, "/serialNumber"))));
    }
    let (metadata, subject) = (&value["metadata"], &value["metadata"]["component"]);
    said.time(texts(metadata, "/timestamp"));
    of_subject(subject, said);
    let mut all = Vec::new();
    collect(list(value, "components"), &mut all);
    for component in &all {
        let kind = texts(component, "/type");
        if kind.is_empty() {
            bill.broken(format!("the component {} has no type", quote(texts(component, "/name"))));
        }
        bill.add(&Component {
            name: texts(component, "/name"),
            version: texts(component, "/version"),
            supplier: ["supplier", "publisher", "author", "authors", "manufacturer"].iter().any(|key| !component[*key].is_null()),
            identified: ["purl", "cpe", "bom-ref"].iter().any(|key| !component[*key].is_null()),
            licence: licence(component),
        });
    }
    let text = |value: &'_ Value, key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
    let mut ids: Vec<String> = all.iter().copied().chain([subject]).filter_map(|component| text(component, "bom-ref")).collect();
    ids.extend(list(value, "services").iter().filter_map(|service| text(service, "bom-ref")));
    let dependencies = list(value, "dependencies");
    let mut uses: Vec<String> = dependencies.iter().filter_map(|dependency| text(dependency, "ref")).collect();
    uses.extend(dependencies.iter().flat_map(|dependency| list(dependency, "dependsOn")).filter_map(Value::as_str).map(str::to_owned));
    // What stands in another document.
    uses.retain(|used| !used.starts_with("urn:cdx:"));
    bill.references(ids.iter().map(String::as_str), uses.iter().map(String::as_str));
    let author = ["authors", "tools", "manufacture", "manufacturer", "supplier"].iter().any(|key| !metadata[*key].is_null());
    let lacks = [
        ("relationships", dependencies.is_empty()),
        ("an author of the document", !author),
        ("the time of the document", said.written.is_none()),
    ];
    bill.lacking.extend(lacks.into_iter().filter(|(_, lacks)| *lacks).map(|(what, _)| (what.to_owned(), 0)));
    Ok(bill)
}

/// Components may hold others.
fn collect<'v>(from: &'v [Value], all: &mut Vec<&'v Value>) {
    for component in from {
        all.push(component);
        collect(list(component, "components"), all);
    }
}

/// The digests by which the subject is known.
fn of_subject(subject: &Value, said: &mut Said) {
    said.digest(texts(subject, "/purl"));
    said.digest(texts(subject, "/version"));
    for hash in list(subject, "hashes").iter().filter(|hash| texts(hash, "/alg") == "SHA-256") {
        said.digest(&format!("sha256:{}", texts(hash, "/content")));
    }
    for property in list(subject, "properties") {
        match texts(property, "/name") {
            "aquasecurity:trivy:RepoDigest" => said.digest(texts(property, "/value")),
            "aquasecurity:trivy:ImageID" => said.image(texts(property, "/value")),
            _ => {}
        }
    }
}

/// All licences as one expression; a name that is no identifier is one word of it.
fn licence(component: &Value) -> String {
    let each = list(component, "licenses").iter().map(|choice| match (texts(choice, "/expression"), texts(choice, "/license/id")) {
        // As SPDX has it for what is not on its list.
        ("", "") => {
            let name = texts(choice, "/license/name").split_whitespace().collect::<Vec<_>>().join("-").replace(['(', ')'], "");
            if name.is_empty() { name } else { format!("LicenseRef-{name}") }
        }
        ("", id) => id.to_owned(),
        (expression, _) => format!("({expression})"),
    });
    each.filter(|licence| !licence.is_empty()).collect::<Vec<_>>().join(" AND ")
}

/// Elements that are lists in JSON.
const LISTS: [&str; 8] = ["components", "licenses", "hashes", "dependencies", "properties", "services", "authors", "tools"];

/// The same document as JSON has it, with the `keys` only.
pub(super) fn from_xml(root: Element, events: &mut Events<'_>, keys: &str) -> Result<Value, String> {
    let keys: Vec<&str> = keys.split(' ').collect();
    let space =
        root.get("xmlns").or_else(|| root.attributes.iter().find(|(name, _)| name.starts_with("xmlns:")).map(|(_, value)| value.as_str()));
    let version = space.and_then(|space| space.rsplit('/').next()).unwrap_or_default().to_owned();
    let mut value = node(root, events, &keys)?;
    value["specVersion"] = version.into();
    Ok(value)
}

fn node(element: Element, events: &mut Events<'_>, keys: &[&str]) -> Result<Value, String> {
    let (mut items, mut text, mut fields) = (Vec::new(), String::new(), Map::new());
    fields
        .extend(element.attributes.into_iter().filter(|(name, _)| keys.contains(&name.as_str())).map(|(name, value)| (name, value.into())));
    loop {
        match events.next()?.ok_or("is cut off")? {
            Event::Close(_) => break,
            Event::Text(more) => text.push_str(&more),
            Event::Open(child) => {
                let name = child.name.clone();
                let value = node(child, events, keys)?;
                match name.as_str() {
                    "license" | "expression" if element.name == "licenses" => items.push(json!({ name: value })),
                    "dependency" if element.name == "dependency" => {
                        if let Value::Array(on) = fields.entry("dependsOn").or_insert_with(|| json!([])) {
                            on.push(value["ref"].clone());
                        }
                    }
                    _ if LISTS.contains(&element.name.as_str()) => items.push(value),
                    known if keys.contains(&known) => drop(fields.insert(name, value)),
                    _ => {}
                }
            }
        }
    }
    let text = text.trim();
    if LISTS.contains(&element.name.as_str()) {
        return Ok(Value::Array(items));
    }
    match element.name.as_str() {
        "hash" => drop(fields.insert("content".into(), text.into())),
        "property" => drop(fields.insert("value".into(), text.into())),
        _ if fields.is_empty() => return Ok(text.into()),
        _ => {}
    }
    Ok(Value::Object(fields))
}
