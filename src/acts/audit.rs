//! A bundle looked at offline, on another machine, trusting nothing in it: the law is brought by whoever looks.

mod drawn;
mod tested;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use jiff::Timestamp;

use super::{
    ActError, Caller, ChosenPolicy, EnvironmentRecord,
    bundle::{self, Opened},
    page, policy,
    rollout::Replay,
};
use crate::{
    ledger::{
        AskedRelease, History, LedgerError, Look, Manifest, Member, ORG, Passkeys, SignatureStanding, Store as _, Trust, VerifiedEntry,
        chain_of, counters_that_went_back, sample_faults, signing::Signers,
    },
    model::{Act, CLOCK_TOLERANCE, CiToken, Digest, Exit, Record, Report, Size, plain},
    net::regular_file,
    plan::{self, Plan, Purpose, Request},
    render,
};

pub(crate) use drawn::{AuditedDraw, AuditedItem};
use tested::Looked;
pub(crate) use tested::{Cell, Mark, Tested};

/// No signers' file is meant to be larger.
const LARGEST_SIGNERS: Size = Size(1 << 20);

/// What is looked at, and by which law.
#[derive(Debug, Clone, Default)]
pub(crate) struct AuditRequest {
    pub(crate) bundle: PathBuf,
    /// Whose key is whose, as the auditor knows.
    pub(crate) signers: Option<PathBuf>,
    /// The revoked keys, as the auditor knows.
    pub(crate) revoked: Option<PathBuf>,
    /// A plan whose `signoff` and `people` the auditor trusts.
    pub(crate) policy: Option<PathBuf>,
    /// Ledger heads that were kept.
    pub(crate) heads: Vec<Digest>,
}

/// What an audit found.
pub(crate) enum Audited {
    /// Of the bundle of one report.
    One(Box<AuditedRun>),
    /// Of a sample.
    Drawn(Box<AuditedDraw>),
}

/// What an audit found of a run.
pub(crate) struct AuditedRun {
    pub(crate) report: Report,
    pub(crate) digest: Digest,
    /// The record around it, by the law that was brought.
    pub(crate) record: Record,
    /// What the gate would have said; of a sample no go where anything that was tested does not hold.
    pub(crate) gate: Exit,
    /// What cannot be trusted.
    pub(crate) faults: Vec<String>,
    /// What could not be looked at.
    pub(crate) unseen: Vec<String>,
    /// What is to be said beside.
    pub(crate) lines: Vec<String>,
    /// What was tested of it, each with what came of it.
    pub(crate) tested: Tested,
    pub(crate) signers_brought: bool,
    pub(crate) policy_brought: bool,
    /// How many entries its ledger has, how many no signature covers, and its head.
    pub(crate) ledger: (usize, u64, Digest),
}

/// Looks at a bundle; an error where it cannot be read or its chain does not hold.
pub(crate) async fn audit(caller: &Caller, request: &AuditRequest) -> Result<Audited, ActError> {
    let bundle = bundle::read(&request.bundle)?;
    let named = request.bundle.display().to_string();
    match bundle.draw().map_err(|error| ActError::Bundle(named.clone(), error))? {
        Some(draw) => Ok(Audited::Drawn(Box::new(drawn::audit(caller, request, bundle, draw).await?))),
        None => Ok(Audited::One(Box::new(look(caller, request, &Opened::of(named, bundle).await?, None).await?))),
    }
}

/// What is known of a run beside its bundle where it is one of a sample.
struct Of<'a> {
    /// The entry of the deployment.
    entry: u64,
    /// What the sample was packed by.
    tool: &'a str,
}

/// Whose word counts in an audit.
struct Law {
    /// The plan that the run was made with.
    kept: Arc<Plan>,
    /// Its pages judge each deployment by the plan of its own run, as whoever wrote them did.
    own: ChosenPolicy,
    /// What the auditor brings.
    brought: Option<ChosenPolicy>,
    signers: Arc<Signers>,
    passkeys: Arc<Passkeys>,
    ci_tokens: BTreeMap<String, CiToken>,
}

impl Law {
    async fn of(caller: &Caller, request: &AuditRequest, opened: &Opened) -> Result<Self, ActError> {
        let kept = Arc::new(opened.plan().await?);
        let signers = signers_of(Some(&kept), request)?;
        let own = ChosenPolicy::packed(kept.signoff.clone(), kept.people.clone(), signers.clone());
        let brought = request.policy.as_deref().map(|file| law(file, &kept.environment)).transpose()?;
        let brought = brought.map(|(signoff, people)| ChosenPolicy::brought(signoff, people, signers));
        let law = brought.as_ref().unwrap_or(&own);
        let (passkeys, ci_tokens) = (super::record::passkeys(&opened.store, law, caller.now).await?, law.ci_tokens());
        let signers = law.signers.clone();
        Ok(Self { kept, own, brought, signers, passkeys, ci_tokens })
    }

    /// What is known of the keys at that moment.
    fn look(&self, now: Timestamp, caller: &Caller) -> Look<'static> {
        let (signers, passkeys, ci_tokens) = (self.signers.clone(), self.passkeys.clone(), self.ci_tokens.clone());
        Look::by(Trust { signers, passkeys, ci_tokens, now }, caller.now)
    }

    /// The record that the bundle is, by a policy.
    async fn record(&self, caller: &Caller, opened: &Opened, by: &ChosenPolicy, history: &History) -> Result<EnvironmentRecord, ActError> {
        let mut record = EnvironmentRecord::with(caller, self.kept.clone(), by.clone(), Box::new(opened.store.clone())).await?;
        record.history = history.clone();
        Ok(record)
    }
}

/// Looks at a run.
async fn look(caller: &Caller, request: &AuditRequest, opened: &Opened, of: Option<Of<'_>>) -> Result<AuditedRun, ActError> {
    let law = Law::of(caller, request, opened).await?;
    let rows = opened.store.rows(&chain_of(&law.kept.project)).await?;
    let history = History::of(rows.clone(), &law.look(caller.now, caller))?;
    demand([&history, law.passkeys.chain()], &request.heads)?;
    // The pages say what was known of the keys when they were made.
    let written = opened.bundle.record().map_err(untrusted)?;
    let then = History::of(rows, &law.look(written.as_of, caller))?;
    let linked = history.linked().iter().find(|linked| linked.entry.seq == opened.seq);
    let entry = linked.map(|linked| history.verified(linked)).transpose()?;
    let entry = entry.ok_or_else(|| ActError::Untrusted(format!("the run's entry {} is gone", opened.seq)))?;
    let Act::Run(run) = &entry.statement.act else { return Err(ActError::Untrusted(format!("entry {} is no run", opened.seq))) };
    if **run != opened.run {
        return Err(ActError::Untrusted(format!("entry {} is the run of another report", opened.seq)));
    }
    let report = Report::from_json(opened.bundle.report()).map_err(untrusted)?;
    let mut audit = Audit::begun(opened, &report, &history);
    audit.entries()?;
    audit.plan();
    if of.is_none() {
        audit.keys(&law.kept);
        audit.statements()?;
    }
    audit.samples(&law.kept).await?;
    audit.passkeys(&law.passkeys);
    let members = Member::all(&history, (&report.project, &report.environment))?;
    let member = audit.deployed(&members, of.as_ref(), &written);
    let asking =
        page::Asking { as_of: Some(written.as_of), deployer: member.map(|member| member.deployer().name.as_str()), child_of: None };
    let made = page::beside(&law.record(caller, opened, &law.own, &then).await?, entry, run, asking).await?;
    let judged = law.record(caller, opened, law.brought.as_ref().unwrap_or(&law.own), &history).await?;
    let (shown, made) = match &law.brought {
        None => (made, None),
        Some(brought) => {
            let mut again = page::beside(&law.record(caller, opened, brought, &then).await?, entry, run, asking).await?;
            // Where the policy stood is the bundle's own word.
            again.record.policy.clone_from(&written.policy);
            // A bundle may have been packed by a protected policy, which is not the one in it.
            let made = if again.record == written { again } else { made };
            (page::beside(&judged, entry, run, asking).await?, Some(made))
        }
    };
    let tool = match &of {
        Some(of) => of.tool.to_owned(),
        None => opened.bundle.manifest().map_err(untrusted)?.tool,
    };
    audit.pages((caller, &tool), entry, &made.as_ref().unwrap_or(&shown).record, &written)?;
    let tested = Looked { record: &judged, shown: &shown, member, run: (entry, run), audit: &audit, request }.tested().await?;
    let Audit { signatures, faults, unseen, lines, .. } = audit;
    Ok(AuditedRun {
        digest: opened.run.report.clone(),
        // Of one report it is said what the gate says of it today, however an attempt went.
        gate: if of.is_some() { tested::judged(shown.gate, &tested) } else { shown.gate },
        record: shown.record,
        faults: signatures.into_iter().chain(faults).collect(),
        unseen,
        lines,
        tested,
        signers_brought: request.signers.is_some(),
        policy_brought: request.policy.is_some(),
        ledger: (history.len(), history.unsigned()?, history.head()),
        report,
    })
}

fn untrusted(error: impl std::fmt::Display) -> ActError {
    ActError::Untrusted(error.to_string())
}

/// The heads that the auditor kept are in one of its chains.
fn demand(chains: [&History; 2], heads: &[Digest]) -> Result<(), LedgerError> {
    let cut = |head| LedgerError::Cut(format!("the head {head} that you kept is not in the bundle's ledger"));
    heads.iter().find(|head| !chains.iter().any(|chain| chain.holds(head))).map_or(Ok(()), |head| Err(cut(head)))
}

/// The policy and the people of a plan that the auditor trusts.
fn law(
    file: &Path,
    environment: &str,
) -> Result<(Option<crate::model::Signoff>, std::collections::BTreeMap<String, crate::model::Person>), ActError> {
    let named = Some(environment.to_owned());
    let request = Request { config: file.to_path_buf(), environment: named, purpose: Purpose::Law, ..Request::default() };
    let plan = plan::load(&request).map_err(ActError::Plan)?;
    if plan.signoff.is_none() {
        return Err(ActError::Usage(format!("{}: it does not say whose signatures `{environment}` needs", file.display())));
    }
    Ok((plan.signoff, plan.people))
}

/// The signers that are trusted: the auditor's own; else those of the plan that the run was made with, which prove nothing.
fn signers_of(plan: Option<&Plan>, request: &AuditRequest) -> Result<Signers, ActError> {
    let own = |file: &Path| regular_file::read_bytes(file, LARGEST_SIGNERS).map_err(|error| ActError::unread(file, error));
    let trusted = request.signers.as_deref();
    let named = |plan: &'_ Plan| plan.keys(&plan.signoff.as_ref()?.allowed_signers).map(<[u8]>::to_vec);
    let bytes = match trusted {
        Some(file) => own(file)?,
        None => match plan.and_then(named) {
            Some(bytes) => bytes,
            None => return Ok(Signers::default()),
        },
    };
    let name = trusted.map_or_else(|| "allowed_signers".into(), |file| file.to_string_lossy());
    let revoked = match request.revoked.as_deref() {
        Some(file) => Some((file.to_string_lossy(), own(file)?)),
        None => plan.and_then(bundle::revoked).map(|bytes| ("revoked_keys".into(), bytes.to_vec())),
    };
    policy::parsed((&name, &bytes), revoked.as_ref().map(|(name, bytes)| (&**name, bytes.as_slice())))
}

struct Audit<'a> {
    opened: &'a Opened,
    report: &'a Report,
    history: &'a History,
    /// Signatures and entries that cannot be trusted.
    signatures: Vec<String>,
    faults: Vec<String>,
    unseen: Vec<String>,
    lines: Vec<String>,
}

impl<'a> Audit<'a> {
    fn begun(opened: &'a Opened, report: &'a Report, history: &'a History) -> Self {
        Self { opened, report, history, signatures: Vec::new(), faults: Vec::new(), unseen: Vec::new(), lines: Vec::new() }
    }

    /// The deployment that rests on the run; of a sample the record is as it stood then.
    fn deployed<'m>(&mut self, members: &'m [Member<'m>], of: Option<&Of<'_>>, written: &Record) -> Option<&'m Member<'m>> {
        let Some(of) = of else {
            let rests = |member: &&Member<'_>| member.report() == Some(&self.opened.run.report) && member.entry.entry.seq > self.opened.seq;
            return members.iter().rev().find(rests);
        };
        let member = members.iter().find(|member| member.entry.entry.seq == of.entry)?;
        let moment = member.moment(self.history, self.opened.seq);
        if written.as_of != moment {
            self.faults.push(format!("its record is as of {}, and it was deployed by {moment}", written.as_of));
        }
        Some(member)
    }

    /// Signatures that cannot be relied on, and what became of keys since.
    fn entries(&mut self) -> Result<(), LedgerError> {
        let Report { project, environment, .. } = self.report;
        let elsewhere = self.history.elsewhere(project, environment);
        if elsewhere > 0 {
            self.lines.push(format!("{elsewhere} entries of other projects or environments: their signatures were not judged"));
        }
        let asked = AskedRelease::of(self.report);
        if let Some(missing) = self.history.missing(&asked) {
            let (seq, act) = (missing.entry.seq, plain(&missing.label().act));
            self.signatures.push(format!("entry {seq}: only its link is here, and its label says that it may bear on the release ({act})"));
        }
        let bare = self.history.linked().iter().filter(|linked| linked.entry.bare.is_some() && linked.label().is_of(asked.place())).count();
        if bare > 0 {
            self.lines.push(format!("{bare} entries on other releases are here as links alone: what they say was not looked at"));
        }
        for entry in self.history.whole(asked.place()) {
            let entry = entry?;
            match &entry.standing {
                SignatureStanding::Untrusted(why) => self.signatures.push(format!("entry {}: {why}", entry.entry.seq)),
                SignatureStanding::Signed { since: Some(since), .. } => self.lines.push(format!("entry {}: {since}", entry.entry.seq)),
                SignatureStanding::Signed { .. } | SignatureStanding::Unsigned => {}
            }
        }
        if let Some((seq, version)) = self.history.newer(project, environment) {
            self.signatures.push(format!("entry {seq} was written by a newer gonogo (version {version}): audit with that one"));
        }
        Ok(())
    }

    /// The plan's files are those of the run.
    fn plan(&mut self) {
        if self.opened.run.files != self.report.plan.files {
            self.faults.push("its ledger keeps other files of the plan than its report names".into());
        }
        for (name, digest) in &self.opened.run.files {
            if self.opened.bundle.plan_file(name).map(Digest::of).as_ref() != Some(digest) {
                self.faults.push(format!("the plan's file `{name}` is not the one the run was made with"));
            }
        }
    }

    /// The keys beside it are those of the plan.
    fn keys(&mut self, plan: &Plan) {
        let allowed = plan.signoff.as_ref().and_then(|policy| plan.keys(&policy.allowed_signers)).unwrap_or_default();
        if self.opened.bundle.allowed_signers() != allowed {
            self.faults.push("its `allowed_signers` are not those of the plan".into());
        }
        if self.opened.bundle.revoked_keys() != bundle::revoked(plan) {
            self.faults.push("its `revoked_keys` are not those of the plan".into());
        }
    }

    /// The statements to be checked by hand are those of the ledger.
    fn statements(&mut self) -> Result<(), LedgerError> {
        let place = (self.report.project.as_str(), self.report.environment.as_str());
        let mut entries = self.history.whole(place).map(|entry| entry.map(|entry| &*entry.entry)).collect::<Result<Vec<_>, _>>()?;
        entries.extend(self.opened.entries.iter().filter(|entry| entry.label.act == Act::PASSKEY && entry.bare.is_none()));
        if let Err(error) = self.opened.bundle.check_entries(&entries) {
            self.faults.push(error.to_string());
        }
        Ok(())
    }

    /// Whose word the passkeys stand on that signed here, and what is wrong about them.
    fn passkeys(&mut self, passkeys: &Passkeys) {
        self.lines.extend(passkeys.told(self.history));
        self.lines.extend(passkeys.ignored().iter().map(|why| format!("{ORG}: {why}")));
        self.lines.extend(counters_that_went_back(self.history));
    }

    /// Samples follow each other from the beginning of their stage, and come to what its evidence says.
    async fn samples(&mut self, plan: &Plan) -> Result<(), ActError> {
        let asked = AskedRelease::of(self.report);
        let whole = self.history.whole(asked.place()).collect::<Result<Vec<_>, _>>()?;
        let of_release = |entry: &&VerifiedEntry| entry.statement.act.release().is_some_and(|release| asked.shares_a_name(release));
        let steps: Vec<&VerifiedEntry> = whole.into_iter().filter(of_release).collect();
        self.faults.extend(sample_faults(&self.opened.store, &steps).await?);
        let replay = Replay { store: &self.opened.store, history: self.history, plan };
        for replayed in replay.judged(&asked).await? {
            match (replayed.fault(), &replayed.comes_to) {
                (Some(fault), Ok(_)) => self.faults.push(fault),
                // What a bundle does not have cannot be judged again: that is no proof against it.
                (Some(fault), Err(_)) => self.unseen.push(fault),
                (None, _) => {
                    self.lines.push(format!("stage {} judged again from {} samples: {}", replayed.stage, replayed.samples, replayed.said))
                }
            }
        }
        Ok(())
    }

    /// The record and the pages are what report and ledger make, by the plan that the run was made with.
    fn pages(&mut self, (caller, by): (&Caller, &str), entry: &VerifiedEntry, made: &Record, written: &Record) -> Result<(), ActError> {
        let bundle = &self.opened.bundle;
        if written.as_of < entry.own || CLOCK_TOLERANCE.after(caller.now) < written.as_of {
            self.faults.push(format!("its record is as of {}, which is before the run or still to come", written.as_of));
        }
        if by != Manifest::TOOL {
            // Another version may show the same in other words: what it made cannot be made again here.
            let tool = Manifest::TOOL;
            self.unseen.push(format!("its pages were made by {by} and cannot be compared by {tool}: audit with that version"));
        } else if made != written {
            self.faults.push("its record.json is not what its ledger says".into());
        } else {
            let pages = render::pages(self.report, bundle.report(), Some(written));
            if pages.html.as_bytes() != bundle.html() {
                self.faults.push("its report.html was edited".into());
            }
            if pages.markdown.as_bytes() != bundle.markdown() {
                self.faults.push("its report.md was edited".into());
            }
        }
        Ok(())
    }
}
