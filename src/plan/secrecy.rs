//! Which values of a plan are secrets, which of them stand in the plan itself, and which words are meant for all to read.

use std::collections::{BTreeSet, HashSet};

use super::{
    conceal::url_passwords,
    fault::Fault,
    node::{Key, Node, Scalar, Value},
    place::Place,
    scope::Scopes,
    template::Template,
};
use crate::{
    check::http::placeholders,
    model::{looks_secret, percent_decoded},
};

/// What is known of a plan's secrets.
#[derive(Default)]
pub(super) struct Secrecy {
    /// Name and value.
    pub(super) secrets: BTreeSet<(String, String)>,
    /// Literal scalars that are no secret.
    pub(super) words: HashSet<String>,
    /// Secrets that stand in the plan.
    pub(super) warnings: Vec<Fault>,
}

/// The scalars of `settings` that are secret: those read as such, and the values of credential headers.
pub(super) fn places(settings: &Node, read_as_secret: &HashSet<Place>) -> HashSet<Place> {
    let mut places = read_as_secret.clone();
    headers(settings, false, &mut |value, expected| {
        // A header that is expected of an answer is no credential, unless it comes from outside.
        value.each_scalar(&mut |scalar, place| {
            if !expected || scalar.filled().is_some() {
                places.insert(place);
            }
        });
    });
    places
}

/// Calls `visit` with the value of every credential header, and whether it is one the answer should have.
fn headers(node: &Node, expected: bool, visit: &mut impl FnMut(&Node, bool)) {
    match &node.value {
        Value::Scalar(_) => {}
        Value::List(items) => items.iter().for_each(|item| headers(item, expected, visit)),
        Value::Map(entries) => {
            for (key, node) in entries {
                if key.text == "headers" {
                    let secret = node.entries().unwrap_or_default().iter().filter(|(name, _)| looks_secret(&name.text));
                    secret.for_each(|(_, value)| visit(value, expected));
                }
                headers(node, expected || key.text == "expect", visit);
            }
        }
    }
}

impl Secrecy {
    /// Takes in the scalars of a check; those at `secret` are secrets, and `label` names one that has no name.
    pub(super) fn check(&mut self, node: &Node, label: &str, secret: &HashSet<Place>, scopes: &Scopes<'_>) {
        match &node.value {
            Value::Scalar(scalar) if secret.contains(&node.place) => self.secret(scalar, label, node.place, scopes),
            Value::Scalar(scalar) => self.scalar(scalar, label, node.place),
            Value::List(items) => items.iter().for_each(|item| self.check(item, label, secret, scopes)),
            Value::Map(entries) => entries.iter().for_each(|(key, node)| self.check(node, &key.text, secret, scopes)),
        }
    }

    /// Takes in a map of variables, as written.
    pub(super) fn vars(&mut self, vars: &[(Key, Node)]) {
        for (key, node) in vars {
            let Some(scalar) = node.scalar() else { continue };
            let literal = !scalar.text.contains("${");
            if literal && looks_secret(&key.text) {
                self.insert(&key.text, &scalar.text);
                self.warn(node.place);
            } else {
                self.defaults(&scalar.text, node.place);
                self.scalar(scalar, &key.text, node.place);
            }
        }
    }

    /// Takes in what is written in a tree that is no check's: its words only.
    pub(super) fn words(&mut self, node: &Node) {
        node.each_scalar(&mut |scalar, _| {
            if scalar.filled().is_none() {
                self.word(&scalar.text);
            }
        });
    }

    /// Warns of secrets among the defaults of variables.
    pub(super) fn defaults(&mut self, text: &str, place: Place) {
        let Ok(Some(template)) = Template::parse(text) else { return };
        let literal = |default: &Template| !default.written().is_empty() && default.names().is_empty();
        if template.defaults().any(|(name, default)| looks_secret(name) && literal(default)) {
            self.warn(place);
        }
    }

    /// A value that is no secret as a whole.
    fn scalar(&mut self, scalar: &Scalar, label: &str, place: Place) {
        for (_, password) in url_passwords(&scalar.text) {
            let name = scalar.filled().and_then(|filled| filled.names.first()).map_or(label, String::as_str);
            self.secrets.insert((name.to_owned(), password.to_owned()));
            self.secrets.insert((name.to_owned(), percent_decoded(password)));
        }
        if url_passwords(scalar.quotable()).next().is_some() {
            self.warn(place);
        }
        match scalar.filled() {
            Some(filled) => self.secrets.extend(filled.secrets.iter().cloned()),
            None => self.word(&scalar.text),
        }
    }

    fn secret(&mut self, scalar: &Scalar, label: &str, place: Place, scopes: &Scopes<'_>) {
        let Some(filled) = scalar.filled() else {
            if scalar.text.contains("${") {
                // A variable in it is not set, which is told already.
                return;
            }
            if placeholders(&scalar.text).next().is_some() {
                // What a step captures comes in its place.
                return;
            }
            if is_open(&scalar.text) {
                return self.scalar(scalar, label, place);
            }
            self.insert(label, &scalar.text);
            return self.warn(place);
        };
        if !filled.unset.is_empty() || !filled.awaits.is_empty() {
            return;
        }
        let only = filled.written.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')).filter(|name| !name.contains('}'));
        self.insert(only.unwrap_or(label), &scalar.text);
        for name in &filled.names {
            if let Ok(resolved) = scopes.at(place).value(name) {
                self.insert(name, &resolved.text);
            }
        }
        self.secrets.extend(filled.secrets.iter().cloned());
    }

    /// The value, and what follows `Bearer` or `Basic` in it.
    fn insert(&mut self, name: &str, value: &str) {
        if value.is_empty() {
            return;
        }
        self.secrets.insert((name.to_owned(), value.to_owned()));
        if let Some((scheme, credential)) = value.split_once(' ')
            && ["bearer", "basic", "token", "apikey"].contains(&scheme.to_lowercase().as_str())
        {
            self.secrets.insert((name.to_owned(), credential.trim().to_owned()));
        }
    }

    pub(super) fn word(&mut self, text: &str) {
        if !text.is_empty() && !text.contains("${") && !self.words.contains(text) && url_passwords(text).next().is_none() {
            self.words.insert(text.to_owned());
        }
    }

    fn warn(&mut self, place: Place) {
        self.warnings.push(
            Fault::warning(place, "a secret stands in the plan").hint("give it as a variable, `${NAME}`, and set that where it runs"),
        );
    }
}

/// The address of a database that nothing but its place is in: no password, where one would stand.
fn is_open(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else { return false };
    let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
    let user = place.rsplit_once('@').map(|(user, _)| user);
    let bare = match scheme {
        "postgres" | "postgresql" => user.is_none_or(|user| !user.contains(':')),
        // Some take what stands before the `@` for the password.
        "redis" | "rediss" | "valkey" | "valkeys" => user.is_none(),
        _ => false,
    };
    bare && !query.split('&').any(|pair| looks_secret(pair.split('=').next().unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::ProcessEnv,
        plan::{interpolate, place::Sources, settings, variables::Variables, yaml},
    };

    /// The settings of a check as the report shows them, with what was learned of them.
    fn learned(text: &str) -> (serde_json::Value, Secrecy) {
        let variables = [("JWT", "eyJ.hunter2.abc"), ("HOST", "h.example.com"), ("PW", "p%40ss-word")];
        let process: ProcessEnv = variables.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let given = Default::default();
        let variables = Variables::new(Default::default(), &process, &given, false);
        let mut sources = Sources::default();
        let file = sources.add("a.yaml".into(), text.into());
        let mut node = yaml::parse(file, text, &mut Vec::new()).expect("YAML");
        let mut faults = Vec::new();
        interpolate::fill(&mut node, &sources, &|_| &variables, &mut faults);
        assert_eq!(faults, []);
        let secret = places(&node, &HashSet::new());
        let mut secrecy = Secrecy::default();
        secrecy.check(&node, "http", &secret, &Scopes { plan: &variables, pack: None });
        (settings::shown(&node, &secret), secrecy)
    }

    fn knows(secrecy: &Secrecy, value: &str) -> bool {
        secrecy.secrets.iter().any(|(_, known)| known == value)
    }

    #[test]
    fn credential_headers_are_secret_whatever_their_variable_is_called() {
        let (shown, secrecy) = learned("headers: { Authorization: \"Bearer ${JWT}\", accept: text/html, x: \"${HOST}\" }");
        assert_eq!(
            shown,
            serde_json::json!({ "headers": { "Authorization": "Bearer ${JWT}", "accept": "text/html", "x": "h.example.com" } })
        );
        assert!(knows(&secrecy, "eyJ.hunter2.abc") && knows(&secrecy, "Bearer eyJ.hunter2.abc"));
        assert_eq!((secrecy.warnings.len(), secrecy.words.contains("text/html")), (0, true));
    }

    #[test]
    fn a_literal_credential_is_hidden_and_told() {
        let (shown, secrecy) = learned("headers: { Cookie: session=hunter2hunter2 }");
        assert_eq!(shown, serde_json::json!({ "headers": { "Cookie": "***" } }));
        assert!(knows(&secrecy, "session=hunter2hunter2") && secrecy.words.is_empty());
        assert_eq!(secrecy.warnings.len(), 1);
    }

    #[test]
    fn a_header_that_is_expected_of_an_answer_is_no_credential() {
        let (shown, secrecy) = learned("expect: { headers: { set-cookie: HttpOnly } }");
        assert_eq!(shown, serde_json::json!({ "expect": { "headers": { "set-cookie": "HttpOnly" } } }));
        assert_eq!((secrecy.warnings.len(), secrecy.secrets.len()), (0, 0));
    }

    #[test]
    fn the_password_of_a_url_is_known_raw_and_decoded() {
        let (shown, secrecy) = learned("url: \"postgres://app:${PW}@db/x\"");
        assert_eq!(shown, serde_json::json!({ "url": "postgres://app:***@db/x" }));
        assert!(knows(&secrecy, "p%40ss-word") && knows(&secrecy, "p@ss-word"), "{:?}", secrecy.secrets);
        assert_eq!(secrecy.warnings.len(), 0);
        let (shown, secrecy) = learned("url: postgres://app:literal-pw@db/x");
        assert_eq!(shown, serde_json::json!({ "url": "postgres://app:***@db/x" }));
        assert_eq!((secrecy.warnings.len(), secrecy.words.len()), (1, 0));
    }

    #[test]
    fn an_address_without_a_password_is_open() {
        for text in
            ["redis://127.0.0.1:6379", "rediss://cache.example/0", "postgres://user@host/db", "postgresql://host/db?sslmode=require"]
        {
            assert!(is_open(text), "{text}");
        }
        for text in
            ["redis://token@host", "postgres://a:b@host/db", "postgres://host/db?password=b", "https://hooks.example/T0/B0/x", "hunter2"]
        {
            assert!(!is_open(text), "{text}");
        }
    }

    #[test]
    fn decodes_what_is_encoded() {
        for (text, plain) in [("s3cr%40t", "s3cr@t"), ("100%", "100%"), ("%zz", "%zz"), ("%é", "%é"), ("", "")] {
            assert_eq!(percent_decoded(text), plain);
        }
    }
}
