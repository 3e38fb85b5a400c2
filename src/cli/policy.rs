//! Whose signatures count, and whose key is whose: from the plan, or from a protected state of its repository.

use std::{collections::BTreeMap, path::Path, time::Instant};

use anyhow::{Context as _, anyhow};
use jiff::tz::TimeZone;

use super::{Failure, case::GIT, edge::Edge, lint};
use crate::{
    ledger::signing::{Signers, SignersFile, SignersProblem},
    model::{Digest, Person, Signoff},
    net::git,
    plan::{self, Plan},
};

/// Policy, people and signers from one place.
pub(super) struct Policy {
    pub(super) signoff: Option<Signoff>,
    pub(super) people: BTreeMap<String, Person>,
    pub(super) signers: Signers,
    /// Whether it is from another state of the repository.
    pub(super) protected: bool,
    /// That another policy than the one in the work tree counts.
    pub(super) remark: Option<String>,
}

impl Policy {
    /// The plan's own, or what another state of its repository says.
    pub(super) async fn of(edge: &Edge, plan: &Plan, reference: Option<&str>) -> Result<Self, Failure> {
        let mut policy = match reference {
            None => Self {
                signoff: plan.signoff.clone(),
                people: plan.people.clone(),
                signers: signers_of(plan)?,
                protected: false,
                remark: None,
            },
            Some(reference) => Self::at(edge, plan, reference).await?,
        };
        policy.signers.ask_revoked(&edge.env).await;
        policy.each_with_a_key_of_their_own()
    }

    fn each_with_a_key_of_their_own(self) -> Result<Self, Failure> {
        let roles = self.signoff.iter().flat_map(|policy| policy.roles.values());
        let holders: Vec<String> = roles.flat_map(|role| role.people.clone()).collect();
        let Some(shared) = self.signers.shared(&holders).into_iter().next() else { return Ok(self) };
        Err(Failure::usage(anyhow!(
            "{} could sign with one key, {}, so they would not be two people: give each a line and a key of their own",
            shared.people.join(" and "),
            shared.key
        )))
    }

    async fn at(edge: &Edge, plan: &Plan, reference: &str) -> Result<Self, Failure> {
        let there = At { edge, root: &plan.root, reference };
        let text = String::from_utf8(there.file(&plan.config.to_string_lossy()).await?)
            .map_err(|_| Failure::usage(anyhow!("the plan at `{reference}` is not text")))?;
        let options = super::arguments::PlanOptions { config: plan.root.join(&plan.config), env: Some(plan.environment.clone()) };
        let protected =
            plan::load_text_leniently(&text, &lint::request(edge, &options)).map_err(|problems| Failure::said(lint::refuse(&problems)))?;
        let mut files = BTreeMap::new();
        for name in protected.signoff.iter().flat_map(|signoff| std::iter::once(&signoff.allowed_signers).chain(&signoff.revoked_keys)) {
            files.insert(name.clone(), there.file(name).await?);
        }
        let taken =
            signers(protected.signoff.as_ref(), |name| files.get(name).cloned().ok_or_else(|| anyhow!("the file `{name}` is gone")))?;
        let same = protected.signoff == plan.signoff
            && protected.people == plan.people
            && files.iter().all(|(name, bytes)| plan.files.get(name) == Some(&Digest::of(bytes)));
        let remark = (!same).then(|| format!("policy, people or signers differ from those of `{reference}`, which count here"));
        Ok(Self { signoff: protected.signoff, people: protected.people, signers: taken, protected: true, remark })
    }
}

/// Another state of the plan's repository.
struct At<'a> {
    edge: &'a Edge,
    root: &'a Path,
    reference: &'a str,
}

impl At<'_> {
    async fn file(&self, name: &str) -> Result<Vec<u8>, Failure> {
        let asked = git::file_at(self.root, self.reference, name, &self.edge.env, Instant::now() + GIT).await;
        asked.with_context(|| format!("`{name}` at `{}`", self.reference)).map_err(Failure::usage)
    }
}

/// The signers of a plan, from the bytes that were read with it.
pub(super) fn signers_of(plan: &Plan) -> Result<Signers, Failure> {
    signers(plan.signoff.as_ref(), |name| {
        let kept = plan.keys(name).map(<[u8]>::to_vec);
        kept.ok_or_else(|| anyhow!("the file `{name}` was not read with the plan"))
    })
}

fn signers(policy: Option<&Signoff>, read: impl Fn(&str) -> anyhow::Result<Vec<u8>>) -> Result<Signers, Failure> {
    let Some(policy) = policy else { return Ok(Signers::none()) };
    let allowed = read(&policy.allowed_signers).map_err(Failure::usage)?;
    let allowed = String::from_utf8(allowed).map_err(|_| Failure::usage(anyhow!("the file `{}` is not text", policy.allowed_signers)))?;
    let revoked = policy.revoked_keys.as_deref().map(|name| read(name).map(|bytes| (name, bytes))).transpose().map_err(Failure::usage)?;
    parsed((&policy.allowed_signers, &allowed), revoked.as_ref().map(|(name, bytes)| (*name, bytes.as_slice())))
}

/// Reads signers and revoked keys, each with the name of its file, or says every line that is wrong.
pub(super) fn parsed((name, allowed): (&str, &str), revoked: Option<(&str, &[u8])>) -> Result<Signers, Failure> {
    let signers = Signers::parse(allowed, revoked.map(|(_, bytes)| bytes), &TimeZone::system());
    signers.map_err(|problems: Vec<SignersProblem>| {
        let of = |file| if file == SignersFile::Revoked { revoked.map_or(name, |(name, _)| name) } else { name };
        let lines: Vec<String> = problems.iter().map(|problem| format!("{}:{}: {}", of(problem.file), problem.line, problem.why)).collect();
        Failure::usage(anyhow!("{}", lines.join("\n")))
    })
}
