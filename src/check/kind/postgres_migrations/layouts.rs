//! Migrations whose files have to be read: their names do not say what they are called.

use std::{path::Path, sync::LazyLock};

use regex::Regex;
use serde_json::Value;

use super::folder::{Migration, Release, bytes, sum};
use crate::{
    check::format::{self, Format, Limits},
    model::{quote, regex},
};

/// Alembic: `revision = "…"`, `down_revision: Union[str, None] = ("…", "…")`.
static REVISION: LazyLock<Regex> = LazyLock::new(|| regex(r#"(?m)^revision\s*(?::[^=\n]*)?=\s*["']([^"'\n]+)["']"#));
static DOWN: LazyLock<Regex> =
    LazyLock::new(|| regex(r#"(?m)^down_revision\s*(?::[^=\n]*)?=\s*(None|["'][^"'\n]+["']|\([^)]*\)|\[[^\]]*\])"#));
static QUOTED: LazyLock<Regex> = LazyLock::new(|| regex(r#"["']([^"'\n]+)["']"#));
/// Django: `replaces = [("app", "0001_initial"), …]`.
static REPLACES: LazyLock<Regex> = LazyLock::new(|| regex(r"(?ms)^\s+replaces\s*=\s*[\[(](.*?)[\])]\s*$"));
static PAIR: LazyLock<Regex> = LazyLock::new(|| regex(r#"\(\s*["'](\w+)["']\s*,\s*["'](\w+)["']\s*,?\s*\)"#));
/// Liquibase: `--changeset author:id …`.
static FORMATTED: LazyLock<Regex> = LazyLock::new(|| regex(r#"(?mi)^\s*--\s*changeset\s+("[^"\n]+"|[^:\s]+):("[^"\n]+"|\S+)(.*)$"#));

/// Reads every file that such a tool would.
pub(super) fn read(layout: &str, folder: &Path, files: &[String], release: &mut Release) -> Result<(), String> {
    match layout {
        "drizzle" => return drizzle(folder, release),
        "sqitch" => return sqitch(folder, release),
        _ => {}
    }
    for path in files {
        let ends = |end: &str| path.len() > end.len() && path.to_ascii_lowercase().ends_with(end);
        let text = |what: &[&str]| -> Result<Option<String>, String> {
            if !what.iter().any(|end| ends(end)) || path.ends_with("__init__.py") {
                return Ok(None);
            }
            String::from_utf8(bytes(folder, path)?).map(Some).map_err(|_| format!("has {}, which is no UTF-8", quote(path)))
        };
        match layout {
            "alembic" if !matches!(path.as_str(), "env.py") => text(&[".py"])?.map(|text| alembic(&text, path, release)),
            "django" => text(&[".py"])?.map(|text| django(&text, path, release)),
            "liquibase" => text(&[".sql", ".xml", ".yaml", ".yml", ".json"])?.map(|text| liquibase(&text, path, release)),
            _ => None,
        };
    }
    Ok(())
}

fn alembic(text: &str, path: &str, release: &mut Release) {
    match (REVISION.captures(text), DOWN.captures(text)) {
        (Some(revision), Some(down)) => {
            let after = QUOTED.captures_iter(&down[1]).map(|one| one[1].to_owned()).collect();
            release.add(&revision[1], Migration { after, ..Migration::default() }, path);
        }
        _ => release.odd.push(format!("{path} (it says no `revision` and `down_revision`)")),
    }
}

/// `…/app/migrations/0001_initial.py`, or `app/0001_initial.py` of a folder that is called so.
fn django(text: &str, path: &str, release: &mut Release) {
    let parts: Vec<&str> = path.trim_end_matches(".py").split('/').collect();
    let [.., app, "migrations", name] = parts.as_slice() else { return };
    let replaced =
        REPLACES.captures(text).map(|found| PAIR.captures_iter(&found[1]).map(|pair| format!("{}.{}", &pair[1], &pair[2])).collect());
    if text.contains("class Migration") {
        release.add(&format!("{app}.{name}"), Migration { replaces: replaced.unwrap_or_default(), ..Migration::default() }, path);
    }
}

/// What makes a change set one for some databases only.
const CONDITIONS: [&str; 4] = ["context", "contextFilter", "labels", "dbms"];

fn liquibase(text: &str, path: &str, release: &mut Release) {
    let add = |author: &str, id: &str, more: &str, release: &mut Release| {
        let attribute = |name: &str| {
            let after = more.split_once(&format!("{name}:")).or_else(|| more.split_once(&format!("{name}=")))?.1;
            Some(after.trim_start_matches(['"', '\'', ' ']).split(['"', '\'', ' ', '>']).next().unwrap_or_default().to_owned())
        };
        let of_others = attribute("dbms").is_some_and(|dbms| !dbms.contains("postgres") && !dbms.contains("all"));
        let perhaps = CONDITIONS.iter().any(|name| attribute(name).is_some());
        if !of_others {
            release.add(&format!("{author}:{id}"), Migration { perhaps, ..Migration::default() }, path);
        }
    };
    if path.ends_with(".sql") {
        for found in FORMATTED.captures_iter(text) {
            add(found[1].trim_matches('"'), found[2].trim_matches('"'), &found[3], release);
        }
        return;
    }
    let format = Format::of_file(Path::new(path)).unwrap_or(Format::Yaml);
    let document = match format::read(text.as_bytes(), format.into(), Limits::default()) {
        Ok(document) => document,
        Err(why) => return release.odd.push(format!("{path} ({why})")),
    };
    change_sets(&document, &mut |set| {
        // Attributes of XML begin with a mark.
        let value = |name: &str| set.get(name).or_else(|| set.get(format!("@{name}"))).filter(|value| !value.is_null());
        let value = |name: &str| value(name).map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
        let more: Vec<String> = CONDITIONS.iter().filter_map(|name| Some(format!("{name}:{}", value(name)?))).collect();
        match (value("author"), value("id")) {
            (Some(author), Some(id)) => add(&author, &id, &more.join(" "), release),
            _ => release.odd.push(format!("{path} (a change set without author or id)")),
        }
    });
}

fn change_sets(value: &Value, take: &mut impl FnMut(&Value)) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| change_sets(item, take)),
        Value::Object(fields) => {
            for (key, value) in fields {
                match value {
                    Value::Array(sets) if key.rsplit(':').next() == Some("changeSet") => sets.iter().for_each(&mut *take),
                    Value::Object(_) if key == "changeSet" => take(value),
                    _ => change_sets(value, take),
                }
            }
        }
        _ => {}
    }
}

/// `meta/_journal.json` lists them; the SQL stands beside it.
fn drizzle(folder: &Path, release: &mut Release) -> Result<(), String> {
    let journal = bytes(folder, "meta/_journal.json")?;
    let journal =
        crate::check::demand::json_text::parse(&journal).map_err(|why| format!("has a `meta/_journal.json` that is not read: {why}"))?;
    for entry in journal["entries"].as_array().ok_or("has a `meta/_journal.json` without `entries`")? {
        let (Some(when), Some(tag)) = (entry["when"].as_u64(), entry["tag"].as_str()) else {
            return Err("has a `meta/_journal.json` with an entry that says no `when` and `tag`".into());
        };
        if tag.contains(['/', '\\']) {
            return Err(format!("has a journal that names {}, which is no file of it", quote(tag)));
        }
        let path = format!("{tag}.sql");
        release.add(&when.to_string(), Migration { sum: Some(sum("sha256", &bytes(folder, &path)?)), ..Migration::default() }, &path);
    }
    Ok(())
}

/// `sqitch.plan` lists the changes, one a line, with tags and pragmas among them.
fn sqitch(folder: &Path, release: &mut Release) -> Result<(), String> {
    let plan = String::from_utf8(bytes(folder, "sqitch.plan")?).map_err(|_| "has a `sqitch.plan` that is no UTF-8")?;
    for line in plan.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with(['%', '#', '@'])) {
        match line.split_whitespace().next() {
            Some(name) if !name.starts_with('-') => {
                // A change that was reworked stands there once more.
                release.migrations.entry(name.trim_start_matches('+').to_owned()).or_default();
            }
            _ => release.odd.push(format!("sqitch.plan ({})", quote(line))),
        }
    }
    Ok(())
}
