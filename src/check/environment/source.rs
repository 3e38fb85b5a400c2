//! Where values come from, as the plan says it.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::syntax::Syntax;
use crate::{check::Touch, net::command};

/// Where the values are read: exactly one of `env-file`, `environment`, `directory` and `command`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(try_from = "Keys")]
#[schemars(with = "Keys")]
pub(crate) enum Source {
    EnvFile(String, Option<Syntax>),
    Environment,
    Directory(String),
    Command(Vec<String>, Format),
}

/// Where the values are read: exactly one of `env-file`, `environment`, `directory` and `command`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(rename = "SecretSource")]
struct Keys {
    /// An env file. `KEY_FILE` stands for the contents of the file it names, unless `KEY` itself is set.
    env_file: Option<String>,
    /// Which program reads the env file, for each reads some lines in its own way. Without it a line is undetermined where
    /// that decides whether its value is one for production. Only with `env-file`.
    syntax: Option<Syntax>,
    /// `true`: the environment gonogo itself runs in, for a job that runs with the service's own configuration. `KEY_FILE`
    /// stands for the contents of the file it names, unless `KEY` itself is set.
    environment: Option<bool>,
    /// A folder with one file a key, as Kubernetes and Docker mount secrets. A last line end is not part of the value.
    directory: Option<String>,
    /// A program and its arguments, run without a shell, that prints JSON: `[kubectl, get, secret, api, -o, json]`.
    command: Option<Vec<String>>,
    /// What the program prints; recognised by itself unless said. Only with `command`.
    format: Option<Format>,
}

/// What JSON a program prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "SecretFormat")]
pub(crate) enum Format {
    /// One of the others, recognised by its shape.
    #[default]
    Auto,
    /// A Kubernetes `Secret` or `ConfigMap`, or a `List` of them: keys are then named `secret/key`.
    Kubernetes,
    /// What `vault kv get -format=json` prints, of either version of the engine.
    Vault,
    /// One object. An object within it holds keys of its own, named `database/password`.
    Flat,
}

impl TryFrom<Keys> for Source {
    type Error = &'static str;

    fn try_from(keys: Keys) -> Result<Self, Self::Error> {
        const ONE: &str = "give exactly one of `env-file`, `environment: true`, `directory` and `command`";
        let Keys { env_file, syntax, environment, directory, command, format } = keys;
        if format.is_some() && command.is_none() {
            return Err("`format` goes with `command` only");
        }
        if syntax.is_some() && env_file.is_none() {
            return Err("`syntax` goes with `env-file` only");
        }
        match (env_file, environment, directory, command) {
            (Some(file), None, None, None) if !file.is_empty() => Ok(Self::EnvFile(file, syntax)),
            (None, Some(true), None, None) => Ok(Self::Environment),
            (None, None, Some(folder), None) if !folder.is_empty() => Ok(Self::Directory(folder)),
            (None, None, None, Some(argv)) if argv.first().is_some_and(|program| !program.is_empty()) => {
                Ok(Self::Command(argv, format.unwrap_or_default()))
            }
            (None, None, None, Some(_)) => Err("`command` is empty: give a program and its arguments"),
            _ => Err(ONE),
        }
    }
}

/// As people read it: `env file deploy/prod.env`.
impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EnvFile(file, _) => write!(f, "env file {file}"),
            Self::Environment => f.write_str("the process environment"),
            Self::Directory(folder) => write!(f, "folder {folder}"),
            Self::Command(argv, _) => write!(f, "command {}", command::shown(argv)),
        }
    }
}

impl Source {
    /// What is reached to read it.
    pub(crate) fn touch(&self) -> Touch {
        match self {
            Self::EnvFile(file, _) => Touch::new(format!("file {file}"), "reads it"),
            Self::Environment => Touch::new("process environment", "reads it"),
            Self::Directory(folder) => Touch::new(format!("folder {folder}"), "reads the files in it"),
            Self::Command(..) => Touch::new(self.to_string(), "runs it and reads what it prints"),
        }
    }

    /// The file or folder that git may track.
    pub(crate) fn path(&self) -> Option<&str> {
        match self {
            Self::EnvFile(path, _) | Self::Directory(path) => Some(path),
            Self::Environment | Self::Command(..) => None,
        }
    }
}
