//! Somebody at the keyboard, or a machine, who signs what goes on record.

use std::{
    io::{BufRead as _, IsTerminal as _},
    path::{Path, PathBuf},
};

use anyhow::anyhow;
use zeroize::Zeroizing;

use super::{Failure, arguments::KeyOptions, case::Case, edge, edge::Edge};
use crate::{
    ledger::{
        Blob, Draft, Entry, Envelope,
        signing::{self, FoundKey, Search, Signing},
    },
    model::{Act, Method, Statement, Subject, plain},
};

/// Whoever signs, with the key they sign with.
pub(super) struct Signer<'e> {
    edge: &'e Edge,
    found: FoundKey,
}

impl<'e> Signer<'e> {
    /// Finds the key of one of `people`.
    pub(super) async fn find(edge: &'e Edge, case: &Case, key: Option<&Path>, people: &[String]) -> Result<Self, Failure> {
        let (agent, home) = (edge.env.get("SSH_AUTH_SOCK").map(PathBuf::from), edge.env.get("HOME").map(PathBuf::from));
        let search = Search { key, agent: agent.as_deref(), home: home.as_deref(), people, now: edge.now };
        let found = signing::find(&case.signers, &search).await.map_err(Failure::unsigned)?;
        Ok(Self { edge, found })
    }

    /// Whose key it is, by id.
    pub(super) fn id(&self) -> &str {
        &self.found.principal
    }

    /// The key's type and fingerprint.
    pub(super) fn key(&self) -> String {
        self.found.key.name().to_string()
    }

    /// Signs a statement about `subject`, said now.
    pub(super) async fn statement(&self, case: &Case, subject: Vec<Subject>, method: Method, act: Act) -> Result<Envelope, Failure> {
        let statement: Statement = case.statement(subject, Some(self.id().to_owned()), method, act);
        let payload = statement.to_json();
        let with = Signing { ask: &passphrase, env: &self.edge.env };
        let signature = signing::sign(&payload, &self.found.place, with).await.map_err(Failure::unsigned)?;
        Ok(Envelope { payload, signature })
    }

    /// Signs it and adds it to the ledger.
    pub(super) async fn record(
        &self,
        case: &mut Case,
        subject: Vec<Subject>,
        method: Method,
        act: Act,
        blobs: Vec<Blob>,
    ) -> Result<Entry, Failure> {
        let Envelope { payload, signature } = self.statement(case, subject, method, act).await?;
        case.append(Draft { payload, signature: Some(signature) }, blobs).await
    }
}

/// Asks whether it is meant, where somebody sits at the terminal.
pub(super) fn confirm(options: &KeyOptions, question: &str) -> Result<(), Failure> {
    if options.yes || !std::io::stdin().is_terminal() {
        return Ok(());
    }
    edge::ask(&format!("{question} [y/N] "));
    let mut answer = String::new();
    let read = std::io::stdin().lock().read_line(&mut answer);
    if read.is_ok() && ["y", "yes"].contains(&answer.trim().to_lowercase().as_str()) {
        return Ok(());
    }
    Err(Failure::usage(anyhow!("nothing was signed")))
}

/// The passphrase of an encrypted key file, typed unseen; `None` where nobody can be asked.
fn passphrase(path: &Path, attempt: u32) -> Option<Zeroizing<String>> {
    let again = if attempt > 1 { "That was not it. " } else { "" };
    let question = format!("{again}Passphrase of {}: ", plain(&path.display().to_string()));
    rpassword::prompt_password(question).ok().map(Zeroizing::new)
}
