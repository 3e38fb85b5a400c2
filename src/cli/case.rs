//! What a command knows that reads or adds to the record: the plan's policy and signers, and the ledger, believed.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::anyhow;
use jiff::Timestamp;

use super::{
    Failure,
    arguments::{RecordOptions, ReleaseOptions},
    edge::Edge,
    lint,
    policy::Policy,
    release,
    shown::Ground,
};
use crate::{
    ledger::{self, AskedRelease, Blob, Draft, Entry, History, LedgerError, Look, Rules, Store, Trust, signing::Signers},
    model::{Act, Authors, Decision, DeploymentStatus, Digest, Made, Method, Person, Release, Signoff, Statement, Subject, UnsignedRuns},
    net::git,
    plan::{self, Plan},
};

/// How long git may take to tell a release's authors.
pub(super) const GIT: Duration = Duration::from_secs(60);

/// The record of one environment.
pub(super) struct Case {
    /// The plan, perhaps without the checks whose variables are not set here.
    pub(super) plan: Arc<Plan>,
    /// Whose signatures are needed; from `--policy-from` where that was given.
    pub(super) policy: Option<Signoff>,
    /// Whether it is from `--policy-from`.
    pub(super) protected: bool,
    /// Who is who, from the same place.
    pub(super) people: BTreeMap<String, Person>,
    /// Whose key is whose.
    pub(super) signers: Signers,
    /// The ledger.
    pub(super) store: Box<dyn Store>,
    /// What is in it.
    pub(super) history: History,
    /// The command's moment.
    pub(super) now: Timestamp,
    /// That the policy in the work tree is another one than the one that counts.
    pub(super) remark: Option<String>,
    /// The ledger that stands here, where the record is that of files which it does not have: a no in it is still a no.
    pub(super) elsewhere: Option<History>,
}

impl From<LedgerError> for Failure {
    fn from(error: LedgerError) -> Self {
        Self { exit: error.exit(), cause: Some(error.into()) }
    }
}

impl Case {
    /// Reads plan and ledger. With `create`, a ledger that is not there is started.
    pub(super) async fn open(edge: &Edge, options: &RecordOptions, create: bool) -> Result<Self, Failure> {
        let request = lint::request(edge, &options.plan);
        let plan = plan::load_leniently(&request).map_err(|problems| Failure::said(lint::refuse(&problems)))?;
        Self::of(edge, Arc::new(plan), options, create).await
    }

    /// The same for a plan that was read already.
    pub(super) async fn of(edge: &Edge, plan: Arc<Plan>, options: &RecordOptions, create: bool) -> Result<Self, Failure> {
        let place = options.ledger.as_deref().or(plan.ledger.as_deref()).unwrap_or(ledger::place::DEFAULT).to_owned();
        // A policy that cannot be read starts no ledger.
        let policy = Policy::of(edge, &plan, options.policy_from.as_deref()).await?;
        let store = ledger::place::open(&place, &plan.root, &edge.env, edge.now, create)?;
        Self::by(edge, plan, policy, store).await
    }

    /// The same for a ledger that is open already.
    pub(super) async fn with(edge: &Edge, plan: Arc<Plan>, policy_from: Option<&str>, store: Box<dyn Store>) -> Result<Self, Failure> {
        let policy = Policy::of(edge, &plan, policy_from).await?;
        Self::by(edge, plan, policy, store).await
    }

    async fn by(edge: &Edge, plan: Arc<Plan>, policy: Policy, store: Box<dyn Store>) -> Result<Self, Failure> {
        let history = believed(store.as_ref(), &plan.project, &policy.signers, edge.now).await?;
        let Policy { signoff, people, signers, protected, remark } = policy;
        Ok(Self { plan, policy: signoff, protected, people, signers, store, history, now: edge.now, remark, elsewhere: None })
    }

    /// The policy; without one nobody can sign and no gate can be passed.
    pub(super) fn policy(&self) -> Result<&Signoff, Failure> {
        let named = &self.plan.environment;
        self.policy.as_ref().ok_or_else(|| {
            Failure::usage(anyhow!("the plan does not say whose signatures `{named}` needs: write `signoff:` with its roles and signers"))
        })
    }

    /// Whether this is somebody who can answer and accept: a person of the plan, or whoever has a role. A machine that only
    /// records is not.
    pub(super) fn is_person(&self, id: &str) -> bool {
        let Some(policy) = &self.policy else { return self.people.contains_key(id) };
        policy.is_of_people(id) || (self.people.contains_key(id) && !policy.has_role(id, Signoff::RECORDER))
    }

    /// Everybody who can answer and accept.
    pub(super) fn everybody(&self) -> Vec<String> {
        let roles = self.policy.iter().flat_map(|policy| policy.roles.values()).flat_map(|role| &role.people);
        let all: BTreeSet<&String> = roles.chain(self.people.keys()).filter(|id| self.is_person(id)).collect();
        all.into_iter().cloned().collect()
    }

    /// A clock that is behind the record keeps alive what has run out.
    pub(super) fn in_time(&self) -> Result<(), Failure> {
        match self.history.entries().last().map(|newest| newest.entry.recorded) {
            Some(newest) if ledger::CLOCKS.after(self.now) < newest => Err(LedgerError::ClockBehind { now: self.now, newest }.into()),
            _ => Ok(()),
        }
    }

    /// What pages show of it is made from.
    pub(super) fn ground(&self) -> Ground<'_> {
        Ground {
            store: self.store.as_ref(),
            history: &self.history,
            policy: self.policy.as_ref(),
            protected: self.protected,
            people: &self.people,
            now: self.now,
        }
    }

    /// What sign-offs are judged by.
    pub(super) fn rules(&self) -> Result<Rules<'_>, Failure> {
        Ok(Rules { policy: self.policy()?, people: &self.people, now: self.now })
    }

    /// The release that is meant.
    pub(super) fn wanted(&self, edge: &Edge, options: &ReleaseOptions) -> AskedRelease {
        let flags = release::flags(options);
        // What was said is enough: a version that was named is not narrowed to the commit that happens to be checked out.
        let said = flags.version.is_some() || flags.commit.is_some() || flags.artifact.is_some();
        let release = if said { flags } else { release::release(flags, &self.plan.release, &edge.env, &self.plan.root) };
        AskedRelease { project: self.plan.project.clone(), environment: self.plan.environment.clone(), release }
    }

    /// Who wrote what is released since the last deployment on record, as far as git knows it here.
    pub(super) async fn authors(&self, edge: &Edge, release: &Release) -> Option<Authors> {
        let until = release.commit.as_deref()?;
        // The release that is live already was written by whoever wrote it, not by nobody.
        let since = self.live().filter(|since| since != until);
        let asked = git::authors(&self.plan.root, since.as_deref(), until, &edge.env, Instant::now() + GIT).await;
        match asked {
            Ok(authors) => authors,
            Err(error) => Some(Authors {
                people: Vec::new(),
                since,
                until: until.to_owned(),
                incomplete: Some(format!("git could not be asked: {error}")),
            }),
        }
    }

    /// The commit that is live, as far as the record can be relied on: that of the last deployment that was not rolled back.
    fn live(&self) -> Option<String> {
        let refused = self.policy.as_ref().is_some_and(|policy| policy.unsigned_runs == UnsignedRuns::Refused);
        // Anybody can write that something was deployed: it shortens whose commits are looked at only if a recorder
        // signed it, or people had signed what it rests on.
        let relied_on = |proven: &ledger::VerifiedEntry, report: Option<&Digest>| {
            let recorder = |policy: &Signoff| proven.signer().is_some_and(|signer| policy.has_role(signer, Signoff::RECORDER));
            self.policy.as_ref().is_some_and(recorder) || (!refused && report.is_some_and(|report| self.approved(report, proven.entry.seq)))
        };
        let mut live: Vec<String> = Vec::new();
        for proven in self.history.of_environment(&self.plan.project, &self.plan.environment) {
            let Act::Deployment(deployment) = &proven.statement.act else { continue };
            let Some(commit) = deployment.release.commit.clone().filter(|_| relied_on(proven, deployment.report.as_ref())) else {
                continue;
            };
            match deployment.status {
                DeploymentStatus::Succeeded => live.push(commit),
                DeploymentStatus::RolledBack => live.retain(|other| *other != commit),
                DeploymentStatus::Failed => {}
            }
        }
        live.pop()
    }

    /// Whether somebody had signed the report as go before that entry.
    fn approved(&self, report: &Digest, before: u64) -> bool {
        let signed = self.history.of_environment(&self.plan.project, &self.plan.environment).filter(|proven| proven.signer().is_some());
        signed
            .filter(|proven| proven.entry.seq < before)
            .any(|proven| matches!(&proven.statement.act, Act::SignOff(said) if said.report == *report && said.decision == Decision::Go))
    }

    /// A statement about `subject`, said now.
    pub(super) fn statement(&self, subject: Vec<Subject>, by: Option<String>, method: Method, act: Act) -> Statement {
        let tool = super::edge::tool();
        Statement {
            subject,
            made: Made {
                project: self.plan.project.clone(),
                environment: self.plan.environment.clone(),
                at: super::edge::clock(),
                head: self.history.head(),
                org: None,
                by,
                method,
                tool: format!("{} {}", tool.name, tool.version),
            },
            act,
        }
    }

    /// Adds an entry and reads the ledger again.
    pub(super) async fn append(&mut self, draft: Draft, blobs: Vec<Blob>) -> Result<Entry, Failure> {
        let entry = self.store.append(draft, blobs, super::edge::clock(), None).await.map_err(Failure::unrecorded)?;
        self.history = believed(self.store.as_ref(), &self.plan.project, &self.signers, super::edge::clock()).await?;
        Ok(entry)
    }

    /// The entry of this place, if it is there.
    pub(super) fn entry(&self, seq: u64) -> Option<&ledger::VerifiedEntry> {
        self.history.entries().iter().find(|proven| proven.entry.seq == seq)
    }
}

/// Reads the chain of a project and looks at all of it.
pub(super) async fn believed(store: &dyn Store, project: &str, signers: &Signers, now: Timestamp) -> Result<History, LedgerError> {
    let rows = store.rows(&ledger::chain_of(project)).await?;
    History::of(rows, &Look::at_everything(&Trust { signers, now }, now))
}
