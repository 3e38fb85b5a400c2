//! The environments a folder speaks of, and their env files: which keys hold secrets, and which lead to a store.

use serde::Serialize;

use super::{Found, command::is_variable};
use crate::{model::looks_secret, net::EnvFile};

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

/// Not an environment's own settings: examples, and what developers and tests use.
const OTHERS: [&str; 12] =
    ["example", "sample", "template", "dist", "default", "defaults", "test", "testing", "ci", "dev", "development", "local"];

/// By the name, in lower case: `.env`, `.env.production`, `prod.env`.
pub(super) fn is_settings(name: &str) -> bool {
    (name == ".env" || name.starts_with(".env.") || name.ends_with(".env")) && !words(name).any(|word| OTHERS.contains(&word))
}

fn words(name: &str) -> impl Iterator<Item = &str> {
    name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty())
}

impl Settings {
    /// Reads the keys. Values are only asked whether they are a store's address.
    pub(super) fn of(path: &str, file: &EnvFile, in_git: bool) -> Self {
        let mut settings = Self { path: path.into(), in_git, ..Self::default() };
        for entry in file.entries.iter().filter(|entry| is_variable(&entry.key) && entry.key.len() <= 100) {
            let scheme = entry.value.split_once("://").map_or("", |(scheme, _)| scheme);
            // SQLAlchemy writes the driver into the scheme: `postgresql+asyncpg`. gonogo reads the plain ones.
            let postgres = matches!(scheme, "postgres" | "postgresql");
            let redis = matches!(scheme, "redis" | "rediss");
            if postgres && settings.database.is_none() {
                settings.database = Some(entry.key.clone());
            }
            if redis && settings.redis.is_none() {
                settings.redis = Some(entry.key.clone());
            }
            let known = settings.secrets.iter().any(|(key, _)| *key == entry.key);
            let secret = looks_secret(&entry.key) || ((postgres || redis) && entry.value.contains('@'));
            if secret && !known && settings.secrets.len() < MOST {
                settings.secrets.push((entry.key.clone(), entry.line));
            }
        }
        settings
    }

    /// The environment it is for: `staging` where its name says so, else `prod`.
    pub(super) fn environment(&self) -> &'static str {
        if self.is_named(&["staging", "stage", "stg"]) { "staging" } else { "prod" }
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
    /// The variable that leads to the store, where it is asked.
    pub(super) fn redis(&self) -> Option<&str> {
        self.settings?.redis.as_deref()
    }

    /// The variable that leads to the database.
    pub(super) fn database(&self) -> &str {
        match self.settings {
            Some(settings) => settings.database.as_deref().unwrap_or("GONOGO_DATABASE_URL"),
            None => "DATABASE_URL",
        }
    }
}

/// Production and staging where something speaks of them; else this machine, so that no plan says `prod` and means it not.
pub(super) fn environments(found: &Found) -> Vec<Environment<'_>> {
    let settings = |name: &str| {
        let mut here: Vec<&Settings> = found.settings.iter().filter(|settings| settings.environment() == name).collect();
        here.sort_by_key(|settings| (!settings.is_named(&["prod", "production"]), settings.path.matches('/').count(), &settings.path));
        here.first().copied()
    };
    let (prod, staging) = (settings("prod"), settings("staging"));
    let mut all = Vec::new();
    if prod.is_some() || found.proxy.host.is_some() {
        all.push(Environment { name: "prod", settings: prod });
    }
    if staging.is_some() {
        all.push(Environment { name: "staging", settings: staging });
    }
    if all.is_empty() {
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
