//! What is asked of databases and of their dumps, as kinds `sql`, `redis` and `backup`.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Value, json};

use super::{PLACE, found, options};
use crate::{
    model::regex,
    net::redis as server,
    starter::{
        command::{Words, is_glob, lines},
        import::{entry::Entry, words::variable},
    },
};

static ROWS: LazyLock<Regex> = LazyLock::new(|| regex(r"^\(?([0-9]{1,3}) rows?\)?$"));
static QUERY: LazyLock<Regex> = LazyLock::new(|| regex(r"(?is)^(?:select|with|values|table)\b[^;]*$"));
static COUNT: LazyLock<Regex> = LazyLock::new(|| regex(r"(?is)^select\s+count\(\s*\*\s*\)\s+from\b"));
static ONE: LazyLock<Regex> = LazyLock::new(|| regex(r"(?i)^select\s+1$"));
/// How old a backup may be, where the text says it.
static AGE: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?i)(?:not older than|younger than|less than|at most|max(?:imum)?[ -]age:?|within(?: the last)?|<=?)\s*([1-9][0-9]{0,3})\s*(h|d)(?:ours?|ays?)?\b",
    )
});
pub(super) fn psql(entry: &mut Entry, words: &[String], expected: Option<&str>) -> Option<()> {
    let (values, rest) =
        options(words, &["-h", "-p", "-U", "-d", "-c"], &["-t", "-A", "-q", "-X", "-w", "-tA", "-At", "-tAq", "-qtA", "-Atq"])?;
    let keys = [("-h", "host"), ("-p", "port"), ("-U", "user"), ("-d", "dbname")];
    let mut parts: Vec<String> = Vec::new();
    let mut whole = None;
    let named = keys.iter().filter_map(|(option, key)| Some((*key, values.get(*option)?.as_str()?)));
    for (key, value) in named.chain(rest.iter().map(|word| ("dbname", *word))) {
        PLACE.is_match(value).then_some(())?;
        // `-d` and a word alone may be a whole address.
        if key == "dbname" && (value.contains("://") || value.starts_with('\u{e000}')) && whole.is_none() {
            whole = Some(value.to_owned());
        } else {
            parts.push(format!("{key}={value}"));
        }
    }
    (rest.len() <= 1 && (whole.is_none() || parts.is_empty())).then_some(())?;
    let database = whole.or((!parts.is_empty()).then(|| parts.join(" ")));
    query(entry, database, values.get("-c")?.as_str()?, expected)
}

/// One query, where it is said what it must answer.
pub(in crate::starter::import::checklist) fn query(
    entry: &mut Entry,
    database: Option<String>,
    text: &str,
    expected: Option<&str>,
) -> Option<()> {
    let text = text.trim().trim_end_matches(';').trim();
    (QUERY.is_match(text) && !text.contains('\u{e000}')).then_some(())?;
    let mut body = json!({ "database": database, "query": text });
    match expected {
        None if ONE.is_match(text) => body["rows"] = json!(1),
        Some(expected) => match ROWS.captures(expected) {
            Some(rows) => body["rows"] = json!(rows[1].parse::<u16>().ok()?),
            None if COUNT.is_match(text) => body["columns"] = json!({ "count": expected.parse::<u64>().ok()? }),
            None => return None,
        },
        None => return None,
    }
    entry.say("sql", body);
    Some(())
}

pub(super) fn redis(entry: &mut Entry, words: &[String], pipe: &[&[String]], expected: Option<&str>) -> Option<()> {
    let (values, command) = options(words, &["-h", "-p", "-u", "-a", "-n", "--user", "--pass"], &["--tls", "--no-auth-warning", "--raw"])?;
    let get = |option: &str| values.get(option).and_then(Value::as_str);
    let url = match (get("-u"), get("-h")) {
        (Some(url), _) => url.to_owned(),
        (None, Some(host)) => {
            let login =
                get("-a").or(get("--pass")).map_or(String::new(), |password| format!("{}:{password}@", get("--user").unwrap_or_default()));
            let scheme = if words.iter().any(|word| word == "--tls") { "rediss" } else { "redis" };
            format!("{scheme}://{login}{host}:{}", get("-p").unwrap_or("6379"))
        }
        // What answers on the machine of whoever types this is not said.
        (None, None) => variable("REDIS_URL"),
    };
    PLACE.is_match(&url).then_some(())?;
    let expected = match pipe {
        [] => expected.map(str::to_owned),
        [[grep, flags @ .., pattern]] if grep == "grep" && expected.is_none() => Some(found(flags, pattern)?),
        _ => return None,
    };
    let asked = command.join(" ").to_uppercase();
    if asked == "PING" {
        expected.is_none_or(|expected| expected == "PONG").then_some(())?;
        entry.say("redis", json!({ "url": url, "ask": "INFO server", "rows": 1 }));
        return Some(());
    }
    // Which database it is about is not asked here.
    (command.join(" ").parse::<server::Command>().is_ok() && get("-n").is_none_or(|number| number == "0")).then_some(())?;
    let expected = expected?;
    let (field, value) = match (command.as_slice(), expected.split_once(':')) {
        ([info, ..], Some((field, value))) if info.eq_ignore_ascii_case("info") => (field.trim(), value.trim()),
        ([_, _, setting], None) if asked.starts_with("CONFIG GET ") && !setting.contains('*') => {
            (*setting, expected.strip_prefix(*setting).map_or(expected.as_str(), str::trim))
        }
        ([_, ..], None) if !["INFO", "CONFIG", "ROLE", "CLUSTER", "ACL", "SENTINEL"].iter().any(|name| asked.starts_with(name)) => {
            ("answer", expected.as_str())
        }
        _ => return None,
    };
    (!value.is_empty() && !value.contains(' ') && !field.contains(' ')).then_some(())?;
    let value = value.parse::<i64>().map_or_else(|_| json!(value), |number| json!(number));
    entry.say("redis", json!({ "url": url, "ask": command.join(" "), "fields": { field: { "equals": value } } }));
    Some(())
}

/// The file that a dump is written to or listed from; what a command fills in stands as `*`.
pub(super) fn dump(line: &str) -> Option<String> {
    let line = lines(line);
    let [command]: &[Words] = &line else { return None };
    if let Some(words) = command.after("pg_dump") {
        return command.output(words).flatten();
    }
    let words = command.after("pg_restore")?;
    let [flag, file] = words else { return None };
    (["-l", "--list"].contains(&flag.as_str()) && is_glob(file)).then(|| file.clone())
}

/// A dump that is there and whole; how old it may be must be said.
pub(super) fn backup(entry: &mut Entry, files: &str, text: &str, expected: Option<&str>) -> Option<()> {
    let age = AGE.captures(text).filter(|_| expected.is_none())?;
    entry.say("backup", json!({ "files": files, "contents": "postgres", "max-age": format!("{}{}", &age[1], age[2].to_lowercase()) }));
    Some(())
}
