//! A first plan, written from what a folder holds: `gonogo init`.
//!
//! What a folder says is not trusted: a name becomes part of a plan only if it has a name's characters or goes through
//! the quoting of `sheet`, and of an env file only the keys are kept.

mod backup;
mod catalogue;
mod command;
mod compose;
mod config;
mod container;
mod database;
mod detect;
mod documents;
mod environment;
mod files;
mod found;
mod framework;
pub mod import;
mod judges;
mod kubernetes;
mod migrations;
mod origin;
mod people;
mod pipeline;
mod programs;
mod proxy;
mod service;
mod sheet;
mod sql;
mod table;
mod terraform;
mod token;
mod walk;

use std::{collections::BTreeMap, path::Path};

use found::Found;
use serde::Serialize;

/// What a folder holds.
pub struct Looked {
    found: Found,
    /// What was not read, each with why: a file or folder, or how many.
    pub left_out: Vec<(String, String)>,
}

/// What no file says, as somebody answered.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Answers {
    /// Where production answers.
    pub url: Option<String>,
    /// Who signs: an address, and, where it is known, the public key as OpenSSH writes it.
    pub signer: Option<(String, Option<String>)>,
}

impl Looked {
    /// Looks through `folder`, a full path.
    pub fn at(folder: &Path) -> Self {
        let (found, left_out) = detect::look(folder);
        Self { found, left_out }
    }

    /// Where production answers, if a file says it.
    pub fn address(&self) -> Option<String> {
        self.found.hosts.iter().find(|host| host.environment == "prod").map(proxy::Host::url)
    }

    /// The pipeline's job that deploys, and its file.
    pub fn deploys(&self) -> Option<(&str, &str)> {
        self.found.stages.first().filter(|stage| stage.is_release()).map(|stage| (stage.job.as_str(), stage.file.as_str()))
    }

    /// How many files the plan is written from.
    pub fn sources(&self) -> usize {
        self.found.sources.len()
    }

    /// The text of each file of the plan by its path: `gonogo.yaml`, and one file for each section where there is much to check.
    ///
    /// # Errors
    /// Never, if the templates that are part of the program are right.
    pub fn plan(&self, answers: &Answers) -> Result<BTreeMap<String, String>, minijinja::Error> {
        files::files(&self.found, answers)
    }
}

/// A name with the file it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Named {
    name: String,
    file: String,
}
