//! Commands of a checklist as checks: only those that ask surely the same. Nothing is run, and what is not known is not guessed.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Map, Value, json};

use super::line::Command;
use crate::{
    model::regex,
    net::redis,
    starter::{
        command::{Words, is_glob, lines},
        import::{
            entry::{Check, Entry},
            web::{self, Ask},
            words::{is_regex, literal, period, variable},
        },
    },
};

static STATUS: LazyLock<Regex> = LazyLock::new(|| regex(r"^(?:HTTP/[0-9.]+ )?([1-5][0-9][0-9])(?: [A-Za-z ]+)?$"));
/// `.status == "healthy"` of jq.
static PATH: LazyLock<Regex> = LazyLock::new(|| regex(r"^((?:\.[A-Za-z_]\w*)+)(?:\s*==\s*(.+))?$"));
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
/// A host and port, or a path, that nothing is still to be put into.
static PLACE: LazyLock<Regex> = LazyLock::new(|| regex("^[\u{e000}\u{e001}\\w.:/@%~+=,?&*-]+$"));

/// Makes checks of one command; `text` is that of its box. `None` where it is not surely a question that a kind asks.
pub(super) fn ask(entry: &mut Entry, command: &Command, text: &str) -> Option<()> {
    let expected = command.expected.as_deref();
    if let Some(dump) = dump(&command.text) {
        return backup(entry, &dump, text, expected);
    }
    let stages: Vec<&[String]> = command.stages.as_ref()?.iter().map(Vec::as_slice).collect();
    // It only ends the session.
    let stages = match stages.as_slice() {
        [echo, rest @ ..] if echo[0] == "echo" && !rest.is_empty() && rest[0][0] == "openssl" => rest,
        all => all,
    };
    let ([program, words @ ..], pipe) = stages.split_first()? else { return None };
    match (program.as_str(), words.first().map(String::as_str)) {
        ("curl", _) => curl(entry, words, pipe, expected),
        ("psql", _) if pipe.is_empty() => psql(entry, words, expected),
        ("redis-cli", _) => redis(entry, words, pipe, expected),
        ("openssl", Some("s_client")) => served(entry, &words[1..], pipe, expected),
        ("openssl", Some("x509")) if pipe.is_empty() => certificate(entry, json!({}), words, expected),
        ("kubectl", _) if pipe.is_empty() && expected.is_none() => kubectl(entry, words),
        ("test" | "[", _) if pipe.is_empty() && expected.is_none() => test(entry, words),
        ("nc", _) if pipe.is_empty() && expected.is_none() => connect(entry, words),
        _ => None,
    }
}

fn curl(entry: &mut Entry, words: &[String], pipe: &[&[String]], expected: Option<&str>) -> Option<()> {
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

/// The text that `grep` looks for, where it is a text and no pattern.
fn found(flags: &[String], pattern: &str) -> Option<String> {
    let known = flags.iter().all(|flag| ["-q", "-F", "-qF", "-Fq"].contains(&flag.as_str()));
    (known && !pattern.is_empty() && is_regex(pattern) && !pattern.contains(['\\', '[', ']', '^', '$', '*', '\u{e000}']))
        .then(|| pattern.to_owned())
}

/// Values of options, and what is no option; `None` where an option is not among the known ones.
fn options<'w>(words: &'w [String], valued: &[&'static str], flags: &[&str]) -> Option<(Map<String, Value>, Vec<&'w str>)> {
    let (mut values, mut rest) = (Map::new(), Vec::new());
    let mut words = words.iter().map(String::as_str);
    while let Some(word) = words.next() {
        if valued.contains(&word) {
            values.insert(word.to_owned(), json!(words.next()?));
        } else if let Some((name, value)) = word.split_once('=').filter(|(name, _)| valued.contains(name)) {
            values.insert(name.to_owned(), json!(value));
        } else if !flags.contains(&word) {
            if word.starts_with('-') {
                return None;
            }
            rest.push(word);
        }
    }
    Some((values, rest))
}

fn psql(entry: &mut Entry, words: &[String], expected: Option<&str>) -> Option<()> {
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
pub(super) fn query(entry: &mut Entry, database: Option<String>, text: &str, expected: Option<&str>) -> Option<()> {
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

fn redis(entry: &mut Entry, words: &[String], pipe: &[&[String]], expected: Option<&str>) -> Option<()> {
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
    (command.join(" ").parse::<redis::Command>().is_ok() && get("-n").is_none_or(|number| number == "0")).then_some(())?;
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

/// `openssl s_client`, and what of its certificate is looked at.
fn served(entry: &mut Entry, words: &[String], pipe: &[&[String]], expected: Option<&str>) -> Option<()> {
    let valued = ["-connect", "-servername", "-verify_hostname", "-starttls", "-CAfile"];
    let (values, rest) = options(words, &valued, &["-showcerts", "-brief", "-quiet", "-verify_return_error"])?;
    let address = values.get("-connect")?.as_str().filter(|address| PLACE.is_match(address) && address.contains(':'))?;
    let name = values.get("-verify_hostname").or(values.get("-servername")).filter(|name| address.split(':').next() != name.as_str());
    let known = ["postgres", "mysql", "ldap", "smtp", "imap", "pop3", "ftp"];
    values.get("-starttls").is_none_or(|name| known.iter().any(|known| name == known)).then_some(())?;
    let body = json!({ "address": address, "server-name": name, "starttls": values.get("-starttls"), "ca-file": values.get("-CAfile") });
    match pipe {
        [] if rest.is_empty() && expected.is_none() => entry.say("tls", body),
        [words] if rest.is_empty() && words[0] == "openssl" => return certificate(entry, body, &words[1..], expected),
        _ => return None,
    }
    Some(())
}

/// `openssl x509` asked for dates: of `served`, or of a file.
fn certificate(entry: &mut Entry, served: Value, words: &[String], expected: Option<&str>) -> Option<()> {
    let (values, rest) = options(words, &["-in", "-checkend"], &["-noout", "-dates", "-enddate", "-startdate"])?;
    let file = values.get("-in").and_then(Value::as_str);
    (rest == ["x509"] && expected.is_none() && file.is_some() != served["address"].is_string()).then_some(())?;
    let mut body = served;
    if let Some(file) = file {
        PLACE.is_match(file).then_some(())?;
        body["file"] = json!(file);
        entry.notes.push("kind `tls` asks for the chain and the keys too".into());
    }
    if let Some(seconds) = values.get("-checkend") {
        let seconds = seconds.as_str()?.parse::<u64>().ok().filter(|seconds| (1..=400_000_000).contains(seconds))?;
        body["min-remaining"] = json!(period(seconds * 1_000));
    }
    entry.say("tls", body);
    Some(())
}

/// That a deployment is rolled out, which only `kubectl` itself can be asked for.
fn kubectl(entry: &mut Entry, words: &[String]) -> Option<()> {
    let (values, rest) = options(words, &["-n", "--namespace", "--context", "--timeout", "--for"], &["--watch=false"])?;
    let object = match (rest.as_slice(), values.get("--for").and_then(Value::as_str)) {
        (["rollout", "status", object], None) => (*object).to_owned(),
        (["rollout", "status", kind, name], None) => format!("{kind}/{name}"),
        (["wait", object], Some(condition)) if condition.eq_ignore_ascii_case("condition=available") => (*object).to_owned(),
        _ => return None,
    };
    let (kind, name) = object.split_once('/').filter(|(_, name)| PLACE.is_match(name) && !name.contains(['\u{e000}', '/']))?;
    let kinds =
        [("deploy", "Deployment"), ("sts", "StatefulSet"), ("statefulset", "StatefulSet"), ("ds", "DaemonSet"), ("daemonset", "DaemonSet")];
    let named = kinds.iter().find(|(short, _)| *short == kind).map(|(_, name)| *name);
    let named = named.or(["deployment", "deployment.apps", "deployments"].contains(&kind).then_some("Deployment"))?;
    let mut argv = vec!["kubectl".to_owned(), "get".into(), format!("{}/{name}", named.to_lowercase())];
    for option in ["-n", "--namespace", "--context"] {
        if let Some(value) = values.get(option).and_then(Value::as_str) {
            argv.extend([option.to_owned(), value.to_owned()]);
        }
    }
    argv.extend(["-o".to_owned(), "json".into()]);
    let env = ["HOME", "KUBECONFIG?"];
    let object = format!("{named}/{name}");
    entry
        .commands
        .push(Check::new("kubernetes", json!({ "command": argv, "env": env, "live": true, "rules": ["ready"], "objects": [object] })));
    Some(())
}

fn test(entry: &mut Entry, words: &[String]) -> Option<()> {
    let words: Vec<&str> = words.iter().map(String::as_str).filter(|word| *word != "]").collect();
    let (absent, flag, path) = match words.as_slice() {
        ["!", flag, path] => (true, *flag, *path),
        [flag, path] => (false, *flag, *path),
        _ => return None,
    };
    // Where a relative path begins is not said.
    (path.starts_with(['/', '\u{e000}']) && PLACE.is_match(path) && !path.contains(['*', '?'])).then_some(())?;
    let kind = match (flag, absent) {
        ("-e", _) | ("-f" | "-d", true) => Value::Null,
        ("-f", false) => json!("file"),
        ("-d", false) => json!("directory"),
        _ => return None,
    };
    // What is no file may be a folder.
    (!absent || flag == "-e").then_some(())?;
    entry.say("file", json!({ "path": path, "type": kind, "absent": absent.then_some(true) }));
    Some(())
}

fn connect(entry: &mut Entry, words: &[String]) -> Option<()> {
    let (_, rest) = options(words, &["-w"], &["-z", "-v", "-zv", "-vz"])?;
    let [host, port] = rest.as_slice() else { return None };
    (words.iter().any(|word| word.contains('z')) && PLACE.is_match(host) && port.parse::<u16>().is_ok()).then_some(())?;
    web::tcp(entry, &format!("{host}:{port}"), Value::Null, None);
    Some(())
}

/// The file that a dump is written to or listed from; what a command fills in stands as `*`.
fn dump(line: &str) -> Option<String> {
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
fn backup(entry: &mut Entry, files: &str, text: &str, expected: Option<&str>) -> Option<()> {
    let age = AGE.captures(text).filter(|_| expected.is_none())?;
    entry.say("backup", json!({ "files": files, "contents": "postgres", "max-age": format!("{}{}", &age[1], age[2].to_lowercase()) }));
    Some(())
}
