//! Where backups are listed.

use std::{fmt, path::PathBuf};

use schemars::JsonSchema;
use serde::Deserialize;

use super::dump::Accepts;
use crate::{
    check::{Argv, OneOrMore, Touch},
    model::{ProcessEnv, from_text, looks_secret},
    net::command,
};

/// A glob of files and folders.
#[derive(Debug, Clone)]
pub struct Files(pub(super) String);

from_text!(Files, { "type": "string", "minLength": 1 }, |text| {
    if text.is_empty() {
        return Err("an empty glob matches nothing".to_owned());
    }
    glob::Pattern::new(&text).map_err(|error| format!("`{text}` is no glob: {}", error.msg))?;
    Ok(Files(text))
});

impl fmt::Display for Files {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What must be in the files.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub enum Contents {
    /// PostgreSQL, Redis or MySQL.
    #[default]
    Known,
    /// PostgreSQL's.
    Postgres,
    /// Redis' or Valkey's.
    Redis,
    /// MySQL's or MariaDB's.
    Mysql,
    /// Whatever proves that it is whole.
    Any,
    /// Whatever it is.
    Opaque,
}

impl Contents {
    pub(super) fn accepts(self) -> Accepts {
        match self {
            Self::Known | Self::Postgres | Self::Redis | Self::Mysql => Accepts::Known,
            Self::Any => Accepts::Whole,
            Self::Opaque => Accepts::Bytes,
        }
    }
}

/// Which files are read to their end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub enum Reading {
    /// From the newest on, until one is found usable.
    #[default]
    Newest,
    /// Every one.
    All,
}

/// What pgBackRest lists.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Pgbackrest {
    /// The stanza.
    pub stanza: String,
    /// The number of one repository, to look at no other. Default: all, and each must be in order.
    #[serde(default)]
    pub repo: Option<u64>,
    /// The program and its arguments, run without a shell. By default
    /// `[pgbackrest, info, --output=json, --stanza=STANZA]`.
    pub command: Option<Argv>,
    /// A file with what it printed, instead of running it.
    #[serde(default)]
    pub output: Option<PathBuf>,
}

/// What Barman lists.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Barman {
    /// The server, by Barman's name.
    pub server: String,
    /// The program and its arguments, run without a shell. Default: `[barman, -f, json, list-backups, SERVER]`.
    pub command: Option<Argv>,
    /// A file with what it printed, instead of running it.
    #[serde(default)]
    pub output: Option<PathBuf>,
}

/// What WAL-G lists.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct WalG {
    /// The program and its arguments, run without a shell. Default: `[wal-g, backup-list, --detail, --json]`.
    pub command: Option<Argv>,
    /// A file with what it printed, instead of running it.
    #[serde(default)]
    pub output: Option<PathBuf>,
}

/// What restic lists.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Restic {
    /// Only snapshots of this host. Required where the repository has several.
    #[serde(default)]
    pub host: Option<String>,
    /// Only snapshots that hold all these paths. Required where the repository's snapshots differ in theirs.
    pub paths: Option<OneOrMore<String>>,
    /// Only snapshots with all these tags.
    pub tags: Option<OneOrMore<String>>,
    /// The program and its arguments, run without a shell. Default: `[restic, snapshots, --json, --no-lock]`, so that
    /// nothing is written into the repository.
    pub command: Option<Argv>,
    /// A file with what it printed, instead of running it.
    #[serde(default)]
    pub output: Option<PathBuf>,
}

/// Where the backups of one check are listed.
#[derive(Clone, Copy)]
pub(super) enum Source<'a> {
    Files(&'a [Files]),
    Pgbackrest(&'a Pgbackrest),
    Barman(&'a Barman),
    WalG(&'a WalG),
    Restic(&'a Restic),
}

/// How a tool's listing is got.
pub(super) enum Got {
    Command(Vec<String>),
    File(PathBuf),
}

impl Source<'_> {
    /// What a tool's listing is got by; `None` for files.
    pub(super) fn got(self) -> Option<Got> {
        let (command, output, default): (&Option<Argv>, _, Vec<String>) = match self {
            Self::Files(_) => return None,
            Self::Pgbackrest(tool) => {
                (&tool.command, &tool.output, words(&["pgbackrest", "info", "--output=json", &format!("--stanza={}", tool.stanza)]))
            }
            Self::Barman(tool) => (&tool.command, &tool.output, words(&["barman", "-f", "json", "list-backups", &tool.server])),
            Self::WalG(tool) => (&tool.command, &tool.output, words(&["wal-g", "backup-list", "--detail", "--json"])),
            Self::Restic(tool) => (&tool.command, &tool.output, words(&["restic", "snapshots", "--json", "--no-lock"])),
        };
        Some(match output {
            Some(file) => Got::File(file.clone()),
            None => Got::Command(command.as_deref().map_or(default, <[String]>::to_vec)),
        })
    }

    pub(super) fn touch(self, env: &ProcessEnv) -> Touch {
        match (self, self.got()) {
            (_, Some(Got::File(file))) => Touch::new(format!("file {}", file.display()), "reads it"),
            (_, Some(Got::Command(argv))) => {
                let prefixes: &[&str] = match self {
                    Self::Restic(_) => &["RESTIC_", "AWS_", "AZURE_", "B2_", "GOOGLE_"],
                    Self::WalG(_) => &["WALG_", "WALE_", "AWS_", "AZURE_", "GOOGLE_", "PGPASSWORD"],
                    Self::Pgbackrest(_) => &["PGBACKREST_"],
                    Self::Barman(_) | Self::Files(_) => &[],
                };
                let names = env.iter().map(|(name, _)| name);
                let credentials = names.filter(|name| looks_secret(name) && prefixes.iter().any(|prefix| name.starts_with(prefix)));
                let target = format!("command {}", command::shown(&argv));
                Touch { credentials: credentials.map(str::to_owned).collect(), ..Touch::new(target, "runs it and reads what it prints") }
            }
            (Self::Files(globs), None) => Touch::new(format!("files {}", Globs(globs)), "reads them"),
            (_, None) => Touch::default(),
        }
    }
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// As people read several globs.
pub(super) struct Globs<'a>(pub(super) &'a [Files]);

impl fmt::Display for Globs<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let texts: Vec<&str> = self.0.iter().map(|glob| glob.0.as_str()).collect();
        f.write_str(&texts.join(", "))
    }
}
