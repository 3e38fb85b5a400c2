//! What one entry of a file demands, and what came of it.

use serde_json::{Map, Value, json};

use super::words;

/// One thing that a file demands.
#[derive(Debug, Default)]
pub(super) struct Entry {
    /// Where it stands: `file /etc/passwd`.
    pub(super) name: String,
    /// What its author called it.
    pub(super) title: Option<String>,
    /// The heading of its checks, where they have one of their own.
    pub(super) section: Option<String>,
    /// The id of its checks, where it does not come of the name.
    pub(super) id: Option<String>,
    /// What is said of it.
    pub(super) checks: Vec<Check>,
    /// What only a command can say of it.
    pub(super) commands: Vec<Check>,
    /// What cannot be said, each with why.
    pub(super) lacking: Vec<String>,
    /// What a reader should know of what is said.
    pub(super) notes: Vec<String>,
    /// Why it demands nothing: it is turned off.
    pub(super) off: Option<String>,
}

/// A check of the plan.
#[derive(Debug, Default)]
pub(super) struct Check {
    pub(super) kind: &'static str,
    pub(super) body: Map<String, Value>,
    pub(super) title: Option<String>,
    pub(super) fix: Option<String>,
    pub(super) warns: bool,
    /// In milliseconds.
    pub(super) timeout: Option<u64>,
}

impl Entry {
    pub(super) fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    /// A check of `kind` whose keys are those of `body`, without the empty ones.
    pub(super) fn say(&mut self, kind: &'static str, body: Value) {
        self.checks.push(Check::new(kind, body));
    }

    /// A demand on the machine's facts; all of an entry are one check.
    pub(super) fn fact(&mut self, path: String, demand: Value) {
        if let Some(Value::Object(expect)) =
            self.checks.iter_mut().find(|check| check.kind == "host").and_then(|c| c.body.get_mut("expect"))
        {
            expect.insert(path, demand);
        } else {
            self.say("host", json!({ "expect": { path: demand } }));
        }
    }

    /// That exactly these are among the places that `path` leads to, each put in where `{}` stands.
    pub(super) fn each(&mut self, path: &str, values: &[String]) {
        for value in values {
            self.fact(path.replace("{}", &words::literal(value)), json!({ "exists": true }));
        }
    }

    pub(super) fn command(&mut self, argv: &[&str], more: Value) {
        let mut check = Check::new("command", json!({ "argv": argv }));
        check.body.extend(Check::new("", more).body);
        self.commands.push(check);
    }

    pub(super) fn lack(&mut self, why: impl Into<String>) {
        self.lacking.push(why.into());
    }

    /// Tells of the keys of `fields` that are not `known`: nobody is to believe that they are said.
    pub(super) fn only(&mut self, fields: &Value, known: &str) {
        let says = |value: &Value| *value != json!("") && *value != json!([]) && !value.is_null();
        let given = fields.as_object().into_iter().flatten().filter(|(_, value)| says(value));
        for (key, _) in given.filter(|(key, _)| !known.split(' ').any(|word| word == key.as_str())) {
            self.lack(format!("`{key}`: there is no kind that says this"));
        }
    }
}

impl Check {
    pub(super) fn new(kind: &'static str, body: Value) -> Self {
        let mut body = if let Value::Object(body) = body { body } else { Map::new() };
        body.retain(|_, value| match value {
            Value::Null => false,
            Value::Array(items) => !items.is_empty(),
            Value::Object(fields) => !fields.is_empty(),
            _ => true,
        });
        Self { kind, body, ..Self::default() }
    }
}
