//! The named fields within a text that has some: JSON, YAML, lines of `name=value`, connection strings, XML.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value as Json;

use super::{
    naming::{describes, ends_in, names_a_secret},
    words::list,
};
use crate::check::table::rows;

/// One field, and what stands beside it.
pub(super) struct Field {
    pub name: String,
    /// The name that makes it a secret: its own, or that of what it stands in.
    pub secret: Option<String>,
    /// Whether it does for sure: what else stands in `auth` may be a setting.
    pub sure: bool,
    pub text: String,
    /// The user that stands beside it.
    pub user: Option<String>,
    /// The hosts that stand beside it.
    pub places: Vec<String>,
}

/// What `text`, which `name` holds, is as a noun ("JSON", "a file", "a connection string"), and its fields in order.
pub(super) fn read(name: &str, text: &str) -> Option<(&'static str, Vec<Field>)> {
    let (form, tree) = tree(text)?;
    let mut all = Vec::new();
    let carried = Some(name).filter(|name| names_a_secret(name) && !any_secret(&tree)).map(|name| (name, true));
    walk(name, &tree, carried, &Beside::default(), &mut all);
    Some((form, all))
}

fn tree(text: &str) -> Option<(&'static str, Json)> {
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.starts_with(['{', '['])
        && let Ok(json) = serde_json::from_str::<Json>(text)
    {
        return Some(("JSON", json)).filter(|(_, json)| json.as_array().is_none_or(|items| !items.is_empty()));
    }
    let lines = text.lines().filter(|line| !line.trim().is_empty()).count();
    if lines > 1 && !is_shallow(text) {
        return Some(("a file", Json::Null));
    }
    if lines > 1 {
        let yaml = text.split("\n---").map(|part| serde_yaml::from_str(part.trim_start_matches("---")).ok());
        let yaml: Option<Vec<Json>> = yaml.collect();
        if let Some(yaml) = yaml.filter(|parts| parts.iter().any(|part| part.is_object() || part.is_array())) {
            return Some(("a file", Json::Array(yaml)));
        }
    }
    if lines < 2 && !text.contains(['=', '<', '"', '\'']) && !text.contains("login ") {
        return None;
    }
    let pairs = named(text);
    let secret = pairs.iter().any(|(name, _)| names_a_secret(name));
    // One line is a text with a sign in it, until a name says that it holds a secret.
    let form = if lines > 1 { "a file" } else { "a connection string" };
    (secret || (lines > 1 && pairs.len() == lines)).then(|| (form, Json::Object(several(pairs))))
}

/// Whether a parser that calls itself for each level may read it: no file of settings is nested deeper.
fn is_shallow(text: &str) -> bool {
    let steep = |line: &str| line.len() - line.trim_start_matches([' ', '\t', '-', '?']).len() > 200;
    let mut depth = 0_usize;
    let flat = text.chars().all(|c| {
        match c {
            '[' | '{' => depth += 1,
            ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth <= 64
    });
    flat && !text.lines().any(steep)
}

/// A name given twice keeps both: the later one is numbered.
fn several(pairs: Vec<(String, String)>) -> serde_json::Map<String, Json> {
    let mut object = serde_json::Map::new();
    for (name, value) in pairs {
        let times = (0..).find(|times| !object.contains_key(&format!("{name}{}", " ".repeat(*times)))).unwrap_or(0);
        object.insert(format!("{name}{}", " ".repeat(times)), Json::String(value));
    }
    object
}

/// Whatever stands in the text as a name with a value.
fn named(text: &str) -> Vec<(String, String)> {
    static FORMS: LazyLock<Vec<Regex>> =
        LazyLock::new(|| rows(include_str!("forms.txt")).filter_map(|(_, form)| Regex::new(form).ok()).collect());
    // On one line with several signs each is a field, not the first one with all that follows.
    let several = text.lines().count() == 1 && text.matches('=').count() > 1;
    let mut pairs: Vec<(String, String)> = Vec::new();
    for found in FORMS.iter().skip(usize::from(several)).flat_map(|form| form.captures_iter(text)) {
        let bare = match found[2].starts_with(['"', '\'']) {
            true => found[2].trim_matches(['"', '\'']),
            false => found[2].split(" #").next().unwrap_or_default().trim(),
        };
        let known = |(name, value): &(String, String)| *name == found[1] && value.starts_with(bare);
        if !bare.is_empty() && !pairs.iter().any(known) {
            pairs.push((found[1].to_owned(), bare.to_owned()));
        }
    }
    pairs
}

/// Whether a name anywhere in `json` says that it holds a secret.
fn any_secret(json: &Json) -> bool {
    match json {
        Json::Object(_) => entries(json).iter().any(|(name, value)| (names_a_secret(name) && !value.is_boolean()) || any_secret(value)),
        Json::Array(items) => items.iter().any(any_secret),
        _ => false,
    }
}

/// The names of an object with their values; `{ name: DB_PASSWORD, value: … }` is one.
fn entries(json: &Json) -> Vec<(&str, &Json)> {
    let Json::Object(object) = json else { return Vec::new() };
    let find = |names: &[&str]| object.iter().find(|(name, _)| names.contains(&name.to_lowercase().as_str())).map(|(_, value)| value);
    let name = find(&["name", "key", "parameterkey"]).and_then(Json::as_str).filter(|name| names_a_secret(name));
    let pair = name.zip(find(&["value", "parametervalue", "default"]));
    pair.map_or_else(|| object.iter().map(|(name, value)| (name.trim_end(), value)).collect(), |pair| vec![pair])
}

/// The user and the hosts of the object that a field stands in.
#[derive(Default)]
struct Beside {
    user: Option<String>,
    places: Vec<String>,
}

impl Beside {
    fn of(entries: &[(&str, &Json)]) -> Self {
        let texts = |names: &[&str]| -> Vec<String> {
            let named = entries.iter().filter(|(name, _)| names.contains(&name.to_lowercase().as_str()));
            named.filter_map(|(_, value)| value.as_str()).filter(|text| !text.is_empty()).map(str::to_owned).collect()
        };
        let user = texts(&["user", "username", "user id", "uid", "login", "user_name"]).into_iter().next();
        let host = |text: String| text.trim_start_matches("tcp:").split([',', ':']).next().unwrap_or_default().to_owned();
        let places = texts(&["host", "hostname", "server", "data source", "addr", "address"]);
        Self { user, places: places.into_iter().map(host).collect() }
    }
}

fn walk(name: &str, json: &Json, secret: Option<(&str, bool)>, beside: &Beside, all: &mut Vec<Field>) {
    let field = |text: String| Field {
        name: name.to_owned(),
        secret: secret.map(|(name, _)| name.to_owned()),
        sure: secret.is_some_and(|(_, sure)| sure),
        text,
        user: beside.user.clone(),
        places: beside.places.clone(),
    };
    match json {
        Json::Object(_) => {
            let entries = entries(json);
            let beside = Beside::of(&entries);
            for (name, value) in entries {
                // What stands in a secret is one, but for what describes it, and where something in it is called one.
                let own = Some(name).filter(|name| names_a_secret(name) && !any_secret(value)).map(|name| (name, true));
                let carried = secret
                    .filter(|_| !describes(name))
                    .map(|(outer, sure)| (outer, sure && (ends_in("sure", outer) || list("carrying").contains(&&*name.to_lowercase()))));
                walk(name, value, own.or(carried), &beside, all);
            }
        }
        Json::Array(items) => items.iter().for_each(|item| walk(name, item, secret, beside, all)),
        Json::String(text) if !text.trim().is_empty() => all.push(field(text.clone())),
        Json::Number(number) if secret.is_some() => all.push(field(number.to_string())),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets(name: &str, text: &str) -> Vec<(String, String)> {
        let all = read(name, text).map(|(_, all)| all).unwrap_or_default();
        all.into_iter().filter(|field| field.sure).filter_map(|field| Some((field.secret?, field.text))).collect()
    }

    #[test]
    fn every_shape_gives_up_its_secrets() {
        for (name, text, field) in [
            ("DB_PASSWORD", r#"{"computed":"it","note":"x","raw_type":{"type":"string"},"sensitive":true}"#, "DB_PASSWORD"),
            ("config", r#"{"a":[{"b":{"password":"it"}}],"user":"app"}"#, "password"),
            ("task", r#"[{"name":"LOG","value":"info"},{"name":"DB_PASSWORD","value":"it"}]"#, "DB_PASSWORD"),
            ("config.yaml", "log: info\ndb:\n  password: |-\n    it\n  port: 5432\n", "password"),
            (".env", "# comment\nLOG=info\nexport DB_PASSWORD=\"it\"  # said\n", "DB_PASSWORD"),
            (".env", "DB_PASSWORD=it\n", "DB_PASSWORD"),
            ("app.properties", "spring.datasource.password=it\nserver.port=8080", "spring.datasource.password"),
            ("app.ini", "[db]\nuser = app\npassword = it\n[cache]\nport = 1\n", "password"),
            ("main.tfvars", "region = \"eu\"\ndb_password = \"it\"\n", "db_password"),
            ("sql", "Server=tcp:sql.corp,1433;User Id=sa;Password=it;Encrypt=True", "Password"),
            ("odbc", "DRIVER={x};SERVER=db;UID=app;PWD=it", "PWD"),
            ("libpq", "host=db user=app password='it'", "password"),
            ("blob", "DefaultEndpointsProtocol=https;AccountName=x;AccountKey=it", "AccountKey"),
            ("JAAS", "o.a.k.PlainLoginModule required username=\"app\" password=\"it\";", "password"),
            ("JAVA_OPTS", "-Xmx1g -Djavax.net.ssl.keyStorePassword=it -Da=b", "Djavax.net.ssl.keyStorePassword"),
            ("web.config", "<c>\n<add key=\"DbPassword\" value=\"it\"/>\n</c>", "DbPassword"),
            ("settings.xml", "<server><username>app</username><password>it</password></server>", "password"),
            ("wp-config.php", "<?php\ndefine( 'DB_PASSWORD', 'it' );\ndefine( 'DB_USER', 'app' );\n", "DB_PASSWORD"),
            (".netrc", "machine x login app password it", "password"),
        ] {
            assert_eq!(secrets(name, text), [(field.to_owned(), "it".to_owned())], "{text}");
        }
    }

    #[test]
    fn what_has_no_fields() {
        for text in
            ["9f86d081884c7d65", "gK7=vQ2!mZp9xL", "Kp7+/9xQvB2mNc4LsW8rTy6UhJ1dKp3+Zq5/8wE=", "correct horse", "a\nb", "[]", "\"x\""]
        {
            assert!(read("DB_PASSWORD", text).is_none(), "{text}");
        }
    }

    #[test]
    fn nested_without_end() {
        for text in [format!("a:\n {}", "[".repeat(100_000)), format!("a:\n {}b", "- ".repeat(100_000)), "{\"a\":".repeat(100_000)] {
            assert!(secrets("DB_PASSWORD", &text).is_empty());
        }
    }

    #[test]
    fn what_stands_beside_a_secret_is_none() {
        for text in [
            r#"{"auth":{"flow":"pkce","enabled":true},"cookie":{"sameSite":"lax"},"existingSecret":"my-secret"}"#,
            r#"{"passwordSecretRef":{"name":"db","key":"password"},"password":{"policy":"strong"},"maxTokens":4096}"#,
        ] {
            assert_eq!(secrets("values", text), [], "{text}");
        }
    }
}
