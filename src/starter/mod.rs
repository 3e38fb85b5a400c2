//! A first plan, written from what a folder holds: `gonogo init`.
//!
//! What a folder says is not trusted: a name becomes part of a plan only if it has a name's characters or goes through
//! the quoting of `sheet`, and of an env file only the keys are kept.

mod backup;
mod command;
mod container;
mod environment;
mod files;
mod folder;
pub mod import;
mod judges;
mod migrations;
mod origin;
mod proxy;
mod sheet;
mod sql;
mod token;

use std::{collections::BTreeMap, path::Path};

use environment::Settings;
use serde::Serialize;

/// A first plan.
pub struct Starter {
    /// The text of each file by its path: `gonogo.yaml`, and one file for each section where there is much to check.
    pub files: BTreeMap<String, String>,
    /// How many files it was written from.
    pub sources: usize,
    /// Files that could not be read, each with why.
    pub unread: Vec<(String, String)>,
}

impl Starter {
    /// Written from what `folder`, a full path, holds.
    ///
    /// # Errors
    /// Never, if the templates that are part of the program are right.
    pub fn of(folder: &Path) -> Result<Self, minijinja::Error> {
        let (found, unread) = folder::look(folder);
        Ok(Self { files: files::files(&found)?, sources: found.sources.len(), unread })
    }
}

/// What was found in a folder.
#[derive(Default, Serialize)]
struct Found {
    /// What the project is called.
    project: String,
    /// Env files, by path.
    settings: Vec<Settings>,
    /// Indexes that the SQL files leave in place.
    #[serde(skip)]
    indexes: sql::Catalogue,
    /// The release's migrations, by their folder: the first that is found.
    migrations: Option<migrations::Migrations>,
    /// The path that says whether the service is well, and the file that says so.
    health: Option<Named>,
    /// The port the service listens on, and the file that says so.
    port: Option<(u16, String)>,
    /// What the reverse proxy says.
    proxy: proxy::Proxy,
    /// A store that a compose file starts with an append-only file.
    append_only: Option<String>,
    /// The backups that are made, and what makes them.
    backups: Vec<backup::Backup>,
    /// What other tools write or read, by the kind that judges it: the first that is found.
    judged: BTreeMap<&'static str, judges::Judged>,
    /// What was taken for what, for the reader: path and what it is.
    sources: Vec<(String, &'static str)>,
}

/// A name with the file it comes from.
#[derive(Debug, Clone, Serialize)]
struct Named {
    name: String,
    file: String,
}

/// What a file is taken for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Role {
    /// Settings of an environment: `deploy/prod.env`.
    Settings,
    /// A schema or a migration.
    Sql,
    /// A migration that is a program.
    Migration,
    /// A Dockerfile.
    Image,
    /// A compose file.
    Compose,
    /// A configuration that may be a reverse proxy's.
    Proxy,
    /// A script, a cron table or a tool's settings, which may tell of backups.
    Script,
    /// What a tool wrote, or reads.
    Judged,
    /// A dump; its name says all that is asked of it.
    Dump,
}

impl Role {
    /// By the file's name; `None` for what says nothing about a deployment.
    fn of(path: &str) -> Option<Self> {
        let path = path.to_ascii_lowercase();
        let name = path.rsplit('/').next().unwrap_or(&path);
        let yaml = name.ends_with(".yaml") || name.ends_with(".yml");
        if environment::is_settings(name) {
            Some(Self::Settings)
        } else if name.ends_with(".sql") && !name.ends_with("down.sql") {
            Some(Self::Sql)
        } else if migrations::may_be(&path) {
            Some(Self::Migration)
        } else if name == "containerfile" || name == "dockerfile" || name.starts_with("dockerfile.") || name.ends_with(".dockerfile") {
            Some(Self::Image)
        } else if yaml && (name.starts_with("compose") || name.starts_with("docker-compose")) {
            Some(Self::Compose)
        } else if backup::tells(&path, name) {
            Some(Self::Script)
        } else if backup::dump_ending(name).is_some() {
            Some(Self::Dump)
        } else if name.ends_with(".conf") {
            Some(Self::Proxy)
        } else if judges::may_be(&path) {
            Some(Self::Judged)
        } else {
            None
        }
    }
}

impl Found {
    /// Nothing yet, in a folder of this name.
    fn new(folder: &str) -> Self {
        let plain: String = folder.chars().map(|c| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '-' }).collect();
        let plain = plain.trim_matches(['-', '.', '_']).chars().take(60).collect::<String>();
        Self { project: if plain.is_empty() { "my-project".into() } else { plain }, ..Self::default() }
    }

    /// Takes from an env file its keys, and which of them lead to a store; never a value.
    fn settings(&mut self, settings: Settings) {
        self.sources.push((settings.path.clone(), "settings: the names of its secrets, no values"));
        self.settings.push(settings);
    }

    /// Takes what a text says. Files of one role are to come in the order of their names: migrations build on each other.
    fn text(&mut self, role: Role, path: &str, text: &str) {
        if matches!(role, Role::Sql | Role::Migration) && self.migrations.is_none() {
            self.migrations = migrations::of(path, text);
            self.sources.extend(self.migrations.as_ref().map(|found| (found.folder.clone(), "a folder of migrations")));
        }
        let known = self.judged.len();
        for (kind, one) in judges::of(path, text) {
            self.judged.entry(kind).or_insert(one);
        }
        let judged = self.judged.len() > known;
        let said = match role {
            Role::Settings | Role::Dump | Role::Migration => return,
            Role::Judged => judged.then_some("what a kind of check judges, or the pipeline that makes it"),
            Role::Script => {
                let ways = backup::read(path, text);
                let found = !ways.is_empty();
                self.made(ways, path);
                found.then_some("backups: how they are made")
            }
            Role::Sql => self.indexes.read(path, text).then_some("SQL: the indexes it leaves in place"),
            Role::Image => {
                let health = container::health(text);
                self.health = self.health.take().or_else(|| health.map(|name| Named { name, file: path.into() }));
                self.port = self.port.take().or_else(|| container::port(text).map(|port| (port, path.into())));
                Some("image: its port and health check")
            }
            Role::Compose => container::compose(text).map(|compose| {
                self.health = self.health.take().or_else(|| compose.health.map(|name| Named { name, file: path.into() }));
                self.append_only = self.append_only.take().or_else(|| compose.append_only.then(|| path.into()));
                self.made(compose.backups, path);
                "services: health checks and stores"
            }),
            Role::Proxy => self.proxy.read(path, text).then_some("reverse proxy: its names, TLS and allowed origins"),
        };
        self.sources.extend(said.map(|said| (path.to_owned(), said)));
    }

    /// Takes dumps by their paths, all at once.
    fn dumps(&mut self, paths: &[String]) {
        for (way, path) in backup::folders(paths) {
            self.sources.push((path.clone(), "a folder of dumps"));
            self.made(vec![way], &path);
        }
    }

    fn made(&mut self, ways: Vec<backup::Way>, file: &str) {
        for way in ways {
            if !self.backups.iter().any(|known| known.way == way) {
                self.backups.push(backup::Backup { way, file: file.to_owned() });
            }
        }
    }
}
