//! The environments a folder speaks of, and their env files: which keys hold secrets, and which lead to a store.

use serde::Serialize;

use super::{
    command::is_variable,
    detect::{Place, Said},
    found::{Found, slug},
    service,
};
use crate::{
    model::looks_secret,
    net::{EnvFile, git},
};

/// What is kept of an env file: names, never a value.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(super) struct Settings {
    /// Where it stands, from the folder on.
    pub(super) path: String,
    /// The file is within a git repository.
    pub(super) in_git: bool,
    /// The keys of its secrets, each with its line.
    pub(super) secrets: Vec<(String, u64)>,
    /// The key that holds the address of a PostgreSQL database.
    pub(super) database: Option<String>,
    /// The key that holds the address of a Redis.
    pub(super) redis: Option<String>,
}

/// Keys of one file that a plan lists.
const MOST: usize = 60;

/// Examples of settings.
const EXAMPLES: [&str; 6] = ["example", "sample", "template", "tmpl", "dist", "default"];
/// What developers and tests use.
const OTHERS: [&str; 8] = ["defaults", "test", "testing", "ci", "dev", "development", "local", "sail"];

/// By the name, in lower case: `.env`, `.env.production`, `prod.env`.
pub(super) fn is_settings(name: &str) -> bool {
    is_env(name) && !words(name).any(|word| OTHERS.contains(&word) || EXAMPLES.contains(&word))
}

pub(super) fn is_settings_at(place: &Place<'_>) -> bool {
    is_settings(place.name)
}

/// `.env.example`, `env.dist`, `.env.production.sample`, `sample.env`.
pub(super) fn is_example_at(place: &Place<'_>) -> bool {
    let name = place.name;
    (is_env(name) || name.starts_with("env.") || name.contains(".env."))
        && words(name).any(|word| EXAMPLES.contains(&word))
        && !words(name).any(|word| OTHERS.contains(&word))
}

fn is_env(name: &str) -> bool {
    name == ".env" || name.starts_with(".env.") || name.ends_with(".env")
}

/// The environment that a path speaks of: `prod` unless a word of it says otherwise; nothing for what is a developer's.
pub(super) fn of_path(path: &str) -> Option<&'static str> {
    let path = path.to_ascii_lowercase();
    let has = |these: &[&str]| words(&path).any(|word| these.contains(&word));
    if has(&["dev", "development", "local", "override", "test", "testing", "ci", "kind", "minikube", "sandbox", "preview", "debug"]) {
        return None;
    }
    Some(if has(&STAGING) { "staging" } else { "prod" })
}

/// Words for the rehearsal.
const STAGING: [&str; 6] = ["staging", "stage", "stg", "preprod", "uat", "preproduction"];

/// Takes from an env file its keys, and which of them lead to a store; never a value.
pub(super) fn settings(found: &mut Found, path: &str, text: &str) -> Said {
    let settings = Settings::of(path, &parsed(text)?, in_git(found, path));
    for store in parsed(text)?.entries.iter().filter_map(|entry| store_of(&entry.key, &entry.value)) {
        found.uses(store.0, path);
    }
    found.settings.push(settings);
    Ok(Some("settings: the names of its secrets, no values"))
}

/// Takes from an example the keys that must be set; one that it leaves empty may stay so.
pub(super) fn example(found: &mut Found, path: &str, text: &str) -> Said {
    let file = parsed(text)?;
    for entry in file.entries.iter().filter(|entry| is_variable(&entry.key)) {
        let place = format!("{path}:{}", entry.line);
        match entry.value.as_str() {
            "" => found.option(&entry.key, "", &place),
            value => found.variable(&entry.key, value, &place),
        }
    }
    Ok(Some("an example of settings: the names of its secrets, no values"))
}

/// Neither error quotes what the file says.
fn parsed(text: &str) -> Result<EnvFile, String> {
    EnvFile::parse(text).map_err(|error| format!("is no env file: {error}"))
}

/// Whether the file stands in a git repository.
fn in_git(found: &Found, path: &str) -> bool {
    found.root.join(path).parent().is_some_and(git::in_work_tree)
}

/// Whether a variable holds a secret: by its name, or as an address with a login.
pub(super) fn is_secret(key: &str, value: &str) -> bool {
    looks_secret(key) || (value.contains('@') && store_of(key, value).is_some() && value.contains("://"))
}

/// The store that a variable leads to or tells of, and whether gonogo can read the address as it stands.
pub(super) fn store_of(key: &str, value: &str) -> Option<(&'static str, bool)> {
    let known = |word: &str| service::store(word).map(|(store, _)| store);
    if let Some((scheme, _)) = value.split_once("://") {
        // SQLAlchemy and JDBC write the driver into the scheme, and each language has schemes of its own.
        let readable = matches!(scheme, "postgres" | "postgresql" | "redis" | "rediss");
        let plain = scheme.trim_start_matches("jdbc:").split('+').next().unwrap_or_default();
        return match plain {
            "ecto" | "postgis" | "pgsql" => Some(("postgres", false)),
            "rediss" => Some(("redis", readable)),
            "amqp" | "amqps" => Some(("rabbitmq", false)),
            "mysql2" => Some(("mysql", false)),
            word => known(word).map(|store| (store, readable)),
        };
    }
    let key = key.to_ascii_lowercase();
    if ["db", "database"].iter().any(|word| key.contains(word)) && known(&value.replace("pgsql", "postgres")).is_some() {
        return known(&value.replace("pgsql", "postgres")).map(|store| (store, false));
    }
    let leads = ["host", "url", "address", "addr", "password", "server"].iter().any(|end| key.ends_with(end));
    let store = words(&key).find_map(|word| ["postgres", "redis"].into_iter().find(|store| *store == word));
    store.filter(|_| leads).map(|store| (store, value.is_empty() && key.ends_with("url")))
}

fn words(name: &str) -> impl Iterator<Item = &str> {
    name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty())
}

impl Settings {
    /// Reads the keys. Values are only asked whether they are a store's address.
    pub(super) fn of(path: &str, file: &EnvFile, in_git: bool) -> Self {
        let mut settings = Self { path: path.into(), in_git, ..Self::default() };
        for entry in file.entries.iter().filter(|entry| is_variable(&entry.key) && entry.key.len() <= 100) {
            match store_of(&entry.key, &entry.value) {
                Some(("postgres", true)) => drop(settings.database.get_or_insert_with(|| entry.key.clone())),
                Some(("redis", true)) => drop(settings.redis.get_or_insert_with(|| entry.key.clone())),
                _ => {}
            }
            let known = settings.secrets.iter().any(|(key, _)| *key == entry.key);
            if is_secret(&entry.key, &entry.value) && !known && settings.secrets.len() < MOST {
                settings.secrets.push((entry.key.clone(), entry.line));
            }
        }
        settings
    }

    /// The environment it is for: `staging` where its name says so, else `prod`.
    pub(super) fn environment(&self) -> &'static str {
        if self.is_named(&STAGING) { "staging" } else { "prod" }
    }

    /// Whether one of these is a word of its name.
    fn is_named(&self, environment: &[&str]) -> bool {
        let name = self.path.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
        words(&name).any(|word| environment.contains(&word))
    }
}

/// One environment of the plan.
pub(super) struct Environment<'f> {
    pub(super) name: &'static str,
    pub(super) settings: Option<&'f Settings>,
}

impl Environment<'_> {
    /// The address of its store, `postgres` or `redis`, as a value with variables: where the env file does not say it, one that
    /// leads nowhere until somebody sets the variable.
    pub(super) fn store(&self, store: &'static str, found: &Found) -> String {
        let own = self.settings.and_then(|settings| if store == "redis" { settings.redis.as_ref() } else { settings.database.as_ref() });
        if let Some(key) = own {
            return format!("${{{key}}}");
        }
        let usual = match (store, self.settings) {
            ("redis", None) => "REDIS_URL",
            ("redis", Some(_)) => "GONOGO_REDIS_URL",
            (_, None) => "DATABASE_URL",
            (_, Some(_)) => "GONOGO_DATABASE_URL",
        };
        let key = found.leads.get(store).filter(|_| self.settings.is_none()).map_or(usual, String::as_str);
        let unset = format!("set-{}.invalid", slug(key));
        match store {
            "redis" => format!("${{{key}:-redis://{unset}:6379}}"),
            _ => format!("${{{key}:-postgres://gonogo@{unset}/app}}"),
        }
    }
}

/// Production always; staging where something speaks of it; this machine where nothing speaks of any, to try the plan on.
pub(super) fn environments(found: &Found) -> Vec<Environment<'_>> {
    let settings = |name: &str| {
        let mut here: Vec<&Settings> = found.settings.iter().filter(|settings| settings.environment() == name).collect();
        here.sort_by_key(|one| (!one.is_named(&["prod", "production"]), one.secrets.is_empty(), one.path.matches('/').count(), &one.path));
        here.first().copied()
    };
    let (prod, staging) = (settings("prod"), settings("staging"));
    let has_host = |name: &str| found.hosts.iter().any(|host| host.environment == name);
    let mut all = vec![Environment { name: "prod", settings: prod }];
    if staging.is_some() || has_host("staging") {
        all.push(Environment { name: "staging", settings: staging });
    }
    if prod.is_none() && all.len() == 1 && !has_host("prod") {
        all.push(Environment { name: "local", settings: None });
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_names_and_no_values() {
        let text = "DATABASE_URL=postgres://app:canary-1@db/x\nLOG_LEVEL=info\nJWT_SECRET_KEY=canary-2\nREDIS=redis://h/0\nA-B_TOKEN=x\n";
        let file = EnvFile::parse(text).unwrap_or_default();
        let settings = Settings::of("deploy/prod.env", &file, false);
        assert_eq!(settings.secrets, [("DATABASE_URL".to_owned(), 1), ("JWT_SECRET_KEY".to_owned(), 3)]);
        assert_eq!((settings.database.as_deref(), settings.redis.as_deref()), (Some("DATABASE_URL"), Some("REDIS")));
        assert!(!format!("{settings:?}").contains("canary"));
    }

    #[test]
    fn examples_are_no_settings() {
        for (name, is) in [
            (".env", true),
            (".env.production", true),
            ("prod.env", true),
            ("api-staging.env", true),
            (".env.example", false),
            ("test.env", false),
            ("env", false),
            (".envrc", false),
        ] {
            assert_eq!(is_settings(name), is, "{name}");
        }
    }
}
