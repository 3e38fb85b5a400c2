//! Reads the values, and keeps those that are asked for.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};

use super::{Config, seen::Seen};
use crate::{
    check::{
        Context, Unseen, blocking,
        demand::json_text,
        environment::{self, Held, Source, Value},
    },
    net::{env_file, regular_file},
};

pub(super) async fn observe(check: &Config, cx: &Context) -> Result<Seen, Unseen> {
    let asked: BTreeSet<&str> = check.keys().collect();
    let held = environment::read(&check.source, &|key| asked.contains(key), cx).await?;
    let mut seen = Seen::default();
    let mut row = serde_json::Map::new();
    let comments = comments(&check.source, cx).await?;
    for key in asked {
        match held.iter().find(|entry| entry.key == key).map(|entry| text(&entry.value)) {
            // Of several ConfigMaps each key has its map's name before it: asked for without, it would never be there.
            None if let Some(entry) = held.iter().find(|entry| entry.key.rsplit_once('/').is_some_and(|(_, name)| name == key)) => {
                drop(seen.unread.insert(key.to_owned(), format!("it stands there as `{}`: name it so", entry.key)));
            }
            None => drop(seen.unset.insert(key.to_owned(), instead(key, &held, comments.as_deref()))),
            Some(Ok("")) => drop(row.insert(key.to_owned(), Json::Null)),
            Some(Ok(text)) => drop(row.insert(key.to_owned(), json!(text))),
            Some(Err(why)) => drop(seen.unread.insert(key.to_owned(), why)),
        }
    }
    for (key, demands) in &check.json {
        let Some(text) = row.get(key).and_then(Json::as_str) else { continue };
        match json_text::parse(text.as_bytes()) {
            Ok(value) => drop(seen.json.insert(key.clone(), demands.look(&value))),
            Err(why) => drop(seen.unread.insert(key.clone(), format!("its value is no JSON: {why}"))),
        }
    }
    seen.equal = check.differ.iter().flat_map(|keys| equal(keys, &row)).collect();
    seen.values = check.values.as_ref().map(|values| values.look(&json!([row]))).unwrap_or_default();
    Ok(seen)
}

fn text(value: &Value) -> Result<&str, String> {
    match value {
        Value::Text(text) => Ok(text),
        Value::Readings(readings) => {
            let said = |(by, text): &(String, Option<String>)| match text {
                Some(text) => format!("{by} `{text}`"),
                None => format!("{by} what is not in the file"),
            };
            let said: Vec<String> = readings.iter().map(said).collect();
            Err(format!("the programs that read env files disagree on its line: {}; say which with `syntax`", said.join(", ")))
        }
        Value::Bytes(_) => Err("its value is no text".into()),
        Value::Unreadable(why) => Err(why.clone()),
        Value::Contradictory(lines) => {
            let lines: Vec<String> = lines.iter().map(u64::to_string).collect();
            Err(format!("it is set to different values, on lines {}", lines.join(", ")))
        }
    }
}

/// Groups of two or more of the keys that hold one value.
fn equal(keys: &[String], row: &serde_json::Map<String, Json>) -> Vec<Vec<String>> {
    let mut groups: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for key in keys {
        if let Some(text) = row.get(key).and_then(Json::as_str) {
            groups.entry(text).or_default().push(key.clone());
        }
    }
    groups.into_values().filter(|group| group.len() > 1).collect()
}

/// What stands there in place of a key that is not set.
fn instead(key: &str, held: &[Held], text: Option<&str>) -> String {
    let commented = |line: &str| {
        let line = line.trim_start().strip_prefix('#')?.trim_start_matches(['#', ' ', '\t']);
        let rest = line.strip_prefix("export ").unwrap_or(line).strip_prefix(key)?;
        rest.trim_start().starts_with('=').then_some(())
    };
    if let Some((at, ())) = text.unwrap_or_default().lines().enumerate().find_map(|(at, line)| Some((at, commented(line)?))) {
        return format!("it stands in a comment only, on line {}", at + 1);
    }
    let close = held.iter().map(|entry| (strsim::jaro_winkler(&entry.key, key), &entry.key)).filter(|(score, _)| *score > 0.92);
    close.max_by(|(a, _), (b, _)| a.total_cmp(b)).map(|(_, other)| format!("`{other}` is set: is that meant?")).unwrap_or_default()
}

/// The text of an env file, for its comments.
async fn comments(source: &Source, cx: &Context) -> Result<Option<String>, Unseen> {
    match source {
        Source::EnvFile(file, _) => {
            let path = cx.path(file);
            blocking(move || regular_file::read_text(&path, env_file::LARGEST).ok()).await
        }
        _ => Ok(None),
    }
}
