//! `curl`, and what of its answer is looked at, as kind `http`.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Value, json};

use super::{PLACE, found};
use crate::{
    model::regex,
    starter::import::{
        entry::Entry,
        web::Ask,
        words::{literal, period},
    },
};

static STATUS: LazyLock<Regex> = LazyLock::new(|| regex(r"^(?:HTTP/[0-9.]+ )?([1-5][0-9][0-9])(?: [A-Za-z ]+)?$"));
/// `.status == "healthy"` of jq.
static PATH: LazyLock<Regex> = LazyLock::new(|| regex(r"^((?:\.[A-Za-z_]\w*)+)(?:\s*==\s*(.+))?$"));
pub(super) fn curl(entry: &mut Entry, words: &[String], pipe: &[&[String]], expected: Option<&str>) -> Option<()> {
    let mut asked = Ask::default();
    let mut words = words.iter().map(String::as_str);
    while let Some(word) = words.next() {
        match word {
            "-H" | "--header" => {
                let (name, value) = words.next()?.split_once(':')?;
                asked.headers.insert(name.trim().into(), json!(value.trim()));
            }
            "-X" | "--request" => asked.method = Some(words.next().filter(|name| ["GET", "HEAD", "OPTIONS"].contains(name))?.into()),
            "-u" | "--user" => asked.login = words.next()?.split_once(':').map(|(user, password)| (user.into(), password.into())),
            "-m" | "--max-time" => {
                let most = words.next()?.parse::<u64>().ok().filter(|seconds| (1..=600).contains(seconds))? * 1_000;
                asked.expect.insert("max-time".into(), json!(period(most)));
                asked.timeout = Some(most + 5_000);
            }
            "-o" | "--output" | "-w" | "--write-out" => drop(words.next()?),
            "-L" | "--location" => asked.follows = true,
            "-I" | "--head" => asked.method = Some("HEAD".into()),
            "--fail" | "--silent" | "--show-error" | "--include" | "--verbose" | "--compressed" => {}
            _ if word.starts_with("--") => return None,
            _ if word.starts_with('-') => {
                let letters = &word[1..];
                if letters.is_empty() || !letters.chars().all(|c| "fsSvigLIq".contains(c)) {
                    return None;
                }
                asked.follows |= letters.contains('L');
                if letters.contains('I') {
                    asked.method = Some("HEAD".into());
                }
            }
            url if asked.url.is_empty() && PLACE.is_match(url) && !url.contains(['*', '~']) => asked.url = url.into(),
            _ => return None,
        }
    }
    (!asked.url.is_empty() && (!asked.url.contains("://") || asked.url.starts_with("http"))).then_some(())?;
    answer(&mut asked, pipe, expected)?;
    asked.say(entry);
    Some(())
}

/// What the answer must be: what it is piped into looks for, or a comment expects.
fn answer(asked: &mut Ask, pipe: &[&[String]], expected: Option<&str>) -> Option<()> {
    let [path, wanted] = match pipe {
        [] => [None, expected],
        [[grep, flags @ .., pattern]] if grep == "grep" && expected.is_none() => {
            asked.texts.contains.push(found(flags, pattern)?);
            [None; 2]
        }
        [[jq, flags @ .., filter]] if jq == "jq" && flags.iter().all(|flag| ["-e", "-r", "-er", "-re"].contains(&flag.as_str())) => {
            let parts = PATH.captures(filter)?;
            [parts.get(1).map(|path| path.as_str()), Some(parts.get(2).map_or(expected?, |wanted| wanted.as_str()))]
        }
        _ => return None,
    };
    let Some(wanted) = wanted else { return Some(()) };
    if let Some(path) = path {
        let wanted = serde_json::from_str(wanted).unwrap_or_else(|_| json!(wanted));
        wanted.as_object().is_none().then(|| demands(asked, &format!("${path}"), &wanted))
    } else if let Some(status) = STATUS.captures(wanted) {
        asked.status.push(json!(status[1].parse::<u16>().ok()?));
        Some(())
    } else {
        let whole: Value = serde_json::from_str(wanted).ok().filter(Value::is_object)?;
        demands(asked, "$", &whole);
        Some(())
    }
}

/// Every value of the JSON that must be there.
fn demands(asked: &mut Ask, path: &str, value: &Value) {
    match value {
        Value::Object(fields) => fields.iter().for_each(|(key, value)| demands(asked, &format!("{path}[{}]", literal(key)), value)),
        value => {
            let all = asked.expect.entry("json").or_insert_with(|| json!({}));
            all.as_object_mut().into_iter().for_each(|all| drop(all.insert(path.to_owned(), json!({ "equals": value }))));
        }
    }
}
