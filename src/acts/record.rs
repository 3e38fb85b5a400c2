//! The record of one environment: the plan, the policy that counts, and the ledger, believed.

mod reading;

use std::{
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use jiff::Timestamp;

use super::{ActError, Caller, ChosenPolicy, heads::KeptHead, kept_plan::KeptPlans, release::Identified};
use crate::{
    ledger::{
        self, AskedRelease, Blob, Decisions, Draft, DueWindow, Entry, History, LedgerError, LinkedEntry, Look, ORG, PolicyInForce, Repairs,
        Store, VerifiedEntry, WindowsInput,
    },
    model::{Act, Authors, Digest, Made, Method, Release, Statement, Subject, is_named},
    net::git,
    plan::{self, Plan, Purpose, Request},
};

pub(super) use reading::{named, passkeys, place, read, read_chain};

/// How long git may take.
pub(super) const GIT: Duration = Duration::from_secs(60);

/// Which record, and by which policy.
#[derive(Debug, Clone, Default)]
pub(crate) struct RecordRequest {
    /// The plan's main file.
    pub(crate) config: PathBuf,
    /// The environment; may be left out where the plan has only one.
    pub(crate) environment: Option<String>,
    /// The ledger; the policy's where it is left out.
    pub(crate) ledger: Option<String>,
    /// Where the policy comes from; the work tree where it is left out.
    pub(crate) policy_from: Option<String>,
    /// The head of the ledger that is accepted although it lacks what was seen before.
    pub(crate) accept_head: Option<Digest>,
}

impl RecordRequest {
    /// The plan that is meant.
    pub(crate) fn plan(&self, caller: &Caller, purpose: Purpose) -> Request {
        Request {
            config: self.config.clone(),
            environment: self.environment.clone(),
            env: caller.env.clone(),
            purpose,
            ..Request::default()
        }
    }
}

/// The record of one environment.
pub(crate) struct EnvironmentRecord {
    /// The plan, perhaps without the checks whose variables are not set here.
    pub(crate) plan: Arc<Plan>,
    /// Whose word counts.
    pub(crate) policy: ChosenPolicy,
    pub(crate) store: Box<dyn Store>,
    /// What is in it.
    pub(crate) history: History,
    /// The moment that everything is judged at: the later of the machine's clock and the store's.
    pub(crate) now: Timestamp,
    /// The ledger that stands here, where the record is that of files which it does not have: all it knows against a
    /// release counts.
    pub(crate) elsewhere: Option<History>,
    /// What is to be said beside.
    pub(crate) remarks: Vec<String>,
    /// Plans of runs, each read once.
    pub(super) plans: KeptPlans,
    /// Where the ledger's head is kept for this user.
    kept_head: Option<KeptHead>,
    /// The newest entry of the chain of what concerns all projects.
    org: Option<Digest>,
}

impl EnvironmentRecord {
    /// Reads plan and ledger. With `create`, a ledger that is not there is started.
    pub(crate) async fn open(caller: &Caller, request: &RecordRequest, create: bool) -> Result<Self, ActError> {
        let plan = plan::load(&request.plan(caller, Purpose::Look)).map_err(ActError::Plan)?;
        Self::of(caller, Arc::new(plan), request, create).await
    }

    /// The same for a plan that was read already.
    pub(super) async fn of(caller: &Caller, plan: Arc<Plan>, request: &RecordRequest, create: bool) -> Result<Self, ActError> {
        // A policy that cannot be read starts no ledger.
        let policy = ChosenPolicy::of(caller, &plan, request.policy_from.as_deref()).await?;
        let place = place(request, &policy);
        let store = ledger::place::open(&place, &plan.root, &caller.env, caller.now, create)?;
        Self::standing(caller, plan, policy, store, request).await
    }

    /// The ids of the checks that a name means: one, or all of a list, in the plan's order. Never none.
    pub(super) fn checks_named(&self, name: &str) -> Result<Vec<String>, ActError> {
        let ids = || self.plan.items.iter().map(|item| item.id.as_str());
        let found: Vec<String> = ids().filter(|id| is_named(id, name)).map(str::to_owned).collect();
        if !found.is_empty() {
            return Ok(found);
        }
        let near = ids().max_by(|a, b| strsim::jaro_winkler(name, a).total_cmp(&strsim::jaro_winkler(name, b)));
        let near = near.map(|near| format!(": did you mean `{near}`?")).unwrap_or_default();
        Err(ActError::Usage(format!("the plan has no check `{name}`{near}")))
    }

    /// The record of a ledger that stands here: what this user has seen in it must be there.
    pub(super) async fn standing(
        caller: &Caller,
        plan: Arc<Plan>,
        policy: ChosenPolicy,
        store: Box<dyn Store>,
        request: &RecordRequest,
    ) -> Result<Self, ActError> {
        let mut record = Self::with(caller, plan, policy, store).await?;
        if record.org.is_none() {
            record.org = record.store.chains().await?.remove(ORG);
        }
        let place = named(&record.store.place());
        if let Some(kept) = KeptHead::of(caller, &place, ORG).filter(|_| record.policy.has_desk()) {
            let org = record.policy.passkeys.chain();
            kept.demand(org, &format!("{place}, `{ORG}`"), request.accept_head.as_ref())?;
            kept.keep(org);
        }
        record.kept_head = KeptHead::of(caller, &place, &record.plan.project);
        if let Some(kept) = &record.kept_head {
            kept.demand(&record.history, &place, request.accept_head.as_ref())?;
            kept.keep(&record.history);
        }
        Ok(record)
    }

    /// The same, going past every fault of the ledger: to name them.
    pub(super) async fn past_faults(caller: &Caller, request: &RecordRequest) -> Result<Self, ActError> {
        let plan = Arc::new(plan::load(&request.plan(caller, Purpose::Look)).map_err(ActError::Plan)?);
        let mut policy = ChosenPolicy::of(caller, &plan, request.policy_from.as_deref()).await?;
        let place = place(request, &policy);
        let store = ledger::place::open(&place, &plan.root, &caller.env, caller.now, false)?;
        let rows = store.rows(&ledger::chain_of(&plan.project)).await?;
        policy.passkeys = passkeys(store.as_ref(), &policy, caller.now).await?;
        let history = History::of(rows, &Look { repairs: Repairs::All, ..policy.look(caller.now) })?;
        let plans = KeptPlans::default();
        let (remarks, elsewhere, kept_head) = (Vec::new(), None, None);
        Ok(Self { plan, policy, store, history, now: caller.now, elsewhere, remarks, plans, kept_head, org: None })
    }

    /// The same for a policy that was chosen and a ledger that is open.
    pub(super) async fn with(caller: &Caller, plan: Arc<Plan>, mut policy: ChosenPolicy, store: Box<dyn Store>) -> Result<Self, ActError> {
        let read = read(store.as_ref(), &plan.project, &mut policy, caller.now).await?;
        Ok(Self::read_as(plan, policy, store, read))
    }

    /// The same with what was read of its chain, and of whose passkey is whose.
    pub(super) fn read_as(plan: Arc<Plan>, policy: ChosenPolicy, store: Box<dyn Store>, (history, now): (History, Timestamp)) -> Self {
        let (remarks, org) = (policy.remark.iter().cloned().collect(), policy.passkeys.head());
        Self { plan, policy, store, history, now, elsewhere: None, remarks, plans: KeptPlans::default(), kept_head: None, org }
    }

    /// The policy in force; an error where there is none: nobody can sign then and no gate can be passed.
    pub(crate) fn in_force(&self) -> Result<PolicyInForce<'_>, ActError> {
        self.policy.in_force(self.now).ok_or_else(|| {
            let named = &self.plan.environment;
            ActError::Usage(format!("the plan does not say whose signatures `{named}` needs: write `signoff:` with its roles and signers"))
        })
    }

    /// The plan's project and environment.
    pub(crate) fn place(&self) -> (&str, &str) {
        (&self.plan.project, &self.plan.environment)
    }

    /// The entries of the plan's environment with one of these [acts](Act::WORDS), oldest first; each is looked at when it
    /// is come to.
    pub(crate) fn here<'r>(&'r self, acts: &'r [&'r str]) -> impl DoubleEndedIterator<Item = Result<&'r VerifiedEntry, LedgerError>> {
        self.history.said(self.place(), acts)
    }

    /// The windows after the deployment that is live.
    pub(crate) fn windows(&self) -> Result<Vec<DueWindow<'_>>, LedgerError> {
        let (windows, plan_files, policy) = (&self.policy.windows, &self.plan.files, self.policy.in_force(self.now));
        ledger::windows_after(&[&self.history], WindowsInput { place: self.place(), windows, plan_files, policy })
    }

    /// The question about this release.
    pub(crate) fn asked(&self, release: Release) -> AskedRelease {
        AskedRelease { project: self.plan.project.clone(), environment: self.plan.environment.clone(), release }
    }

    /// The entry with this number, if it is there.
    pub(crate) fn entry(&self, seq: u64) -> Result<Option<&VerifiedEntry>, LedgerError> {
        let found = self.history.linked().iter().find(|linked| linked.entry.seq == seq);
        found.map(|linked| self.history.verified(linked)).transpose()
    }

    /// Who wrote what is released since the last deployment that the gate let through, as far as git knows it here.
    pub(super) async fn authors(&self, caller: &Caller, release: &Release) -> Result<Option<Authors>, ActError> {
        let Some(until) = release.commit.as_deref().filter(|_| !self.policy.elsewhere) else { return Ok(None) };
        // The release that is live already was written by whoever wrote it, not by nobody.
        let since = self.live().await?.filter(|since| since != until);
        let asked = git::authors(&self.plan.root, since.as_deref(), until, &caller.env, Instant::now() + GIT).await;
        Ok(asked.unwrap_or_else(|error| {
            let incomplete = Some(format!("git could not be asked: {error}"));
            Some(Authors { people: Vec::new(), since, until: until.to_owned(), incomplete, paths: None })
        }))
    }

    /// The commit that is live, as far as the record can be relied on.
    pub(super) async fn live(&self) -> Result<Option<String>, ActError> {
        for deployed in ledger::live(&self.history, self.place()) {
            let (entry, deployment) = deployed?;
            let Some(commit) = &deployment.release.commit else { continue };
            let asked = self.asked(deployment.release.clone());
            // Past what a bundle has of it nobody can tell; more authors are looked at then.
            if (deployment.report.is_none() && deployment.begun.is_none()) || self.history.missing(&asked).is_some() {
                continue;
            }
            let decisions = Decisions::on(&self.history, &asked)?;
            let run = deployment.report.as_ref().and_then(|report| decisions.run(report));
            let then = match run {
                Some((entry, run)) => self.policy_then(entry, run).await,
                None => self.policy.clone(),
            };
            if let Some(policy) = then.in_force(entry.own)
                && ledger::let_through(&self.history, &decisions, (entry, deployment), &policy)?
            {
                return Ok(Some(commit.clone()));
            }
        }
        Ok(None)
    }

    /// The policy that counts for a run: the one it was made under, unless another was asked for because the plan's own is
    /// not to be believed.
    pub(super) async fn policy_then(&self, entry: &VerifiedEntry, run: &crate::model::Run) -> ChosenPolicy {
        if self.policy.is_binding() {
            return self.policy.clone();
        }
        match self.plans.of_run(self.store.as_ref(), entry, run).await {
            Ok(then) => self.policy.as_of(&then),
            Err(_) => self.policy.clone(),
        }
    }

    /// A statement about `subject`, said now.
    pub(super) fn statement(&self, caller: &Caller, subject: Vec<Subject>, by: Option<String>, method: Method, act: Act) -> Statement {
        let made = Made {
            project: self.plan.project.clone(),
            environment: self.plan.environment.clone(),
            at: (caller.clock)(),
            head: self.history.head(),
            org: self.org.clone(),
            by,
            method,
            tool: format!("{} {}", caller.tool.name, caller.tool.version),
        };
        Statement { subject, made, act }
    }

    /// Adds an entry and reads the ledger again. With `onto`, only where nothing was added since that head.
    pub(super) async fn append(
        &mut self,
        caller: &Caller,
        draft: Draft,
        blobs: Vec<Blob>,
        onto: Option<&Digest>,
    ) -> Result<Entry, ActError> {
        let now = (caller.clock)();
        let entry = self.store.append(draft, blobs, now, onto).await.map_err(ActError::NotRecorded)?;
        if !self.history.go_on(entry.clone(), now)? {
            self.read_again(caller).await?;
        }
        self.keep();
        Ok(entry)
    }

    /// Keeps the head that was seen.
    pub(super) fn keep(&self) {
        if let Some(kept) = &self.kept_head {
            kept.keep(&self.history);
        }
    }

    /// Reads the ledger again: others add to it.
    pub(super) async fn read_again(&mut self, caller: &Caller) -> Result<(), ActError> {
        let now = (caller.clock)();
        (self.history, self.now) = read(self.store.as_ref(), &self.plan.project, &mut self.policy, now).await?;
        self.org = self.policy.passkeys.head().or(self.org.take());
        Ok(())
    }

    /// Opens the ledger that stands there now, and reads it: what stood there before may have been moved away or deleted, and
    /// what is added to that is lost. It must have the entry `known`; [`ActError::NotRecorded`] where it is not the same.
    pub(super) async fn reopen(&mut self, caller: &Caller, request: &RecordRequest, known: &Entry) -> Result<(), ActError> {
        let place = place(request, &self.policy);
        let (there, seq) = (self.store.place(), known.seq);
        let lost = format!("{there} is not the ledger that entry {seq} was added to: that one was moved, deleted or replaced");
        let lost = || ActError::NotRecorded(LedgerError::Cut(lost));
        self.store = match ledger::place::open(&place, &self.plan.root, &caller.env, caller.now, false) {
            Err(LedgerError::Missing(_)) => return Err(lost()),
            opened => opened.map_err(ActError::NotRecorded)?,
        };
        self.read_again(caller).await?;
        if self.history.holds(&known.digest()) { Ok(()) } else { Err(lost()) }
    }

    /// Another chain of the same ledger, by the same signers.
    pub(super) async fn read_chain(&self, chain: &str, now: Timestamp) -> Result<History, LedgerError> {
        let rows = self.store.rows(chain).await?;
        History::of(rows, &self.policy.look(now))
    }

    /// The newest of its entries with one of these acts that is here whole and `meant`.
    pub(crate) fn newest_whole(
        &self,
        acts: &[&str],
        mut meant: impl FnMut(&VerifiedEntry) -> bool,
    ) -> Result<Option<&VerifiedEntry>, LedgerError> {
        let whole = |linked: &&LinkedEntry| linked.entry.bare.is_none() && linked.is_of(self.place(), acts);
        for linked in self.history.linked().iter().rev().filter(whole) {
            let entry = self.history.verified(linked)?;
            if meant(entry) {
                return Ok(Some(entry));
            }
        }
        Ok(None)
    }

    /// The release that is asked about: what flags say, with the commit that is checked out here.
    pub(super) fn question(&self, identified: &Identified) -> Result<AskedRelease, ActError> {
        let Release { version, commit, artifact, .. } = &identified.release;
        if version.is_none() && commit.is_none() && artifact.is_none() {
            return Err(ActError::Usage("say which release is meant: `--release VERSION` or `--commit SHA`".into()));
        }
        Ok(self.asked(identified.release.clone()))
    }
}
