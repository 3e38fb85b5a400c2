//! `gonogo audit`: a bundle looked at offline, on another machine, trusting nothing in it.

use std::path::Path;

use anyhow::{Context as _, anyhow};

use super::{
    Failure,
    arguments::AuditOptions,
    bundled::{self, Opened},
    edge::{self, Edge},
    gate,
    kept_plan::KeptPlan,
    policy,
    shown::{self, Ground, Shown},
};
use crate::{
    ledger::{
        Entry, History, LedgerError, Look, Manifest, SignatureStanding, Store as _, Trust, VerifiedEntry, chain_of, signing::Signers,
    },
    model::{Act, Decision, Digest, Exit, Period, Record, Report, SignOffState, Size, plain, utc},
    net::regular_file,
    plan::Plan,
    render,
};

/// No signers' file is meant to be larger.
const LARGEST_SIGNERS: Size = Size(1 << 20);

/// How far the clock here and the one of whoever packed the bundle may be apart.
const CLOCKS: Period = Period::seconds(300);

/// Runs the command: what the gate would have said where everything holds, 5 where anything does not.
pub(super) fn audit(edge: &Edge, options: &AuditOptions) -> Result<Exit, Failure> {
    edge::block_on(async {
        let opened = bundled::open(&options.bundle).await?;
        let environment = bundled::environment(&opened)?;
        let kept = KeptPlan::of(&opened.plan_files().await?, &opened.run.config, &environment)?;
        let mut signers = signers(&opened, &kept.plan, options)?;
        signers.ask_revoked(&edge.env).await;
        let rows = opened.store.rows(&chain_of(&kept.plan.project)).await?;
        let history = History::of(rows.clone(), &Look::at_everything(&Trust { signers: &signers, now: edge.now }, edge.now))?;
        heads(&history, &options.head)?;
        // The pages say what was known of the keys when they were made.
        let written = opened.bundle.record().map_err(Failure::untrusted)?;
        let then = History::of(rows, &Look::at_everything(&Trust { signers: &signers, now: written.as_of }, edge.now))?;
        let proven = run(&history, &opened)?;
        let report = Report::from_json(opened.bundle.report()).map_err(Failure::untrusted)?;
        let mut audit =
            Audit { opened: &opened, report: &report, history: &history, faults: Vec::new(), unseen: Vec::new(), lines: Vec::new() };
        audit.entries();
        audit.plan(&kept.plan);
        audit.statements();
        let shown = audit.pages(edge, &kept.plan, proven, &then, written).await?;
        audit.say(&shown, options)
    })
}

/// The signers that are trusted: the auditor's own; else the bundle's, which prove nothing.
///
/// What the bundle says beside its plan counts nothing: the plan is the one that the run was made with.
fn signers(opened: &Opened, plan: &Plan, options: &AuditOptions) -> Result<Signers, Failure> {
    let own =
        |file: &Path| regular_file::read_bytes(file, LARGEST_SIGNERS).with_context(|| file.display().to_string()).map_err(Failure::usage);
    let trusted = options.signers.as_deref();
    let bytes = match trusted {
        Some(file) => own(file)?,
        None if opened.bundle.allowed_signers().is_empty() => return Ok(Signers::none()),
        None => opened.bundle.allowed_signers().to_vec(),
    };
    let text = String::from_utf8(bytes).map_err(|_| Failure::usage(anyhow!("the signers are not text")))?;
    let name = trusted.map_or_else(|| "allowed_signers".into(), |file| file.to_string_lossy());
    let revoked = match options.revoked.as_deref() {
        Some(file) => Some((file.to_string_lossy(), own(file)?)),
        None => revoked(plan).map(|bytes| ("revoked_keys".into(), bytes.to_vec())),
    };
    policy::parsed((&name, &text), revoked.as_ref().map(|(name, bytes)| (&**name, bytes.as_slice())))
}

/// The keys that count no more, as the plan names them.
fn revoked(plan: &Plan) -> Option<&[u8]> {
    plan.keys(plan.signoff.as_ref()?.revoked_keys.as_deref()?)
}

fn heads(history: &History, heads: &[String]) -> Result<(), Failure> {
    for head in heads {
        let digest =
            Digest::parse(head).ok_or_else(|| Failure::usage(anyhow!("--head {head}: a ledger head has 64 hexadecimal digits")))?;
        if !history.holds(&digest) {
            return Err(LedgerError::Cut(format!("the head {digest} that you kept is not in the bundle's ledger")).into());
        }
    }
    Ok(())
}

fn run<'h>(history: &'h History, opened: &Opened) -> Result<&'h VerifiedEntry, Failure> {
    let found = history.entries().iter().find(|proven| proven.entry.seq == opened.seq);
    found.ok_or_else(|| Failure::untrusted(anyhow!("the run's entry {} is gone", opened.seq)))
}

struct Audit<'a> {
    opened: &'a Opened,
    report: &'a Report,
    history: &'a History,
    /// What cannot be trusted.
    faults: Vec<String>,
    /// What could not be looked at.
    unseen: Vec<String>,
    /// What is to be said beside.
    lines: Vec<String>,
}

impl Audit<'_> {
    /// Signatures that cannot be relied on, and what became of keys since.
    fn entries(&mut self) {
        let (project, environment) = (&self.report.project, &self.report.environment);
        let elsewhere = self.history.elsewhere(project, environment);
        if elsewhere > 0 {
            self.lines.push(format!("{elsewhere} entries of other projects or environments: their signatures were not judged"));
        }
        for proven in self.history.of_environment(project, environment) {
            match &proven.standing {
                SignatureStanding::Untrusted(why) => self.faults.push(format!("entry {}: {why}", proven.entry.seq)),
                SignatureStanding::Signed { since: Some(since), .. } => self.lines.push(format!("entry {}: {since}", proven.entry.seq)),
                SignatureStanding::Signed { .. } | SignatureStanding::Unsigned => {}
            }
        }
        if let Some((seq, version)) = self.history.newer(project, environment) {
            self.faults.push(format!("entry {seq} was written by a newer gonogo (version {version}): audit with that one"));
        }
    }

    /// The plan's files are those of the run.
    fn plan(&mut self, plan: &Plan) {
        if self.opened.run.files != self.report.plan.files {
            self.faults.push("its ledger keeps other files of the plan than its report names".into());
        }
        for (name, digest) in &self.opened.run.files {
            if self.opened.bundle.plan_file(name).map(Digest::of).as_ref() != Some(digest) {
                self.faults.push(format!("the plan's file `{name}` is not the one the run was made with"));
            }
        }
        let allowed = plan.signoff.as_ref().and_then(|policy| plan.keys(&policy.allowed_signers)).unwrap_or_default();
        if self.opened.bundle.allowed_signers() != allowed {
            self.faults.push("its `allowed_signers` are not those of the plan".into());
        }
        if self.opened.bundle.revoked_keys() != revoked(plan) {
            self.faults.push("its `revoked_keys` are not those of the plan".into());
        }
    }

    /// The statements to be checked by hand are those of the ledger.
    fn statements(&mut self) {
        let entries: Vec<Entry> =
            self.history.of_environment(&self.report.project, &self.report.environment).map(|proven| proven.entry.clone()).collect();
        if let Err(error) = self.opened.bundle.check_entries(&entries) {
            self.faults.push(error.to_string());
        }
    }

    /// The record and the pages are what report and ledger make.
    async fn pages(&mut self, edge: &Edge, plan: &Plan, proven: &VerifiedEntry, then: &History, written: Record) -> Result<Shown, Failure> {
        let bundle = &self.opened.bundle;
        let Act::Run(run) = &proven.statement.act else { return Err(Failure::untrusted(anyhow!("entry {} is no run", self.opened.seq))) };
        if written.as_of < proven.entry.recorded || CLOCKS.after(edge.now) < written.as_of {
            self.faults.push(format!("its record is as of {}, which is before the run or still to come", written.as_of));
        }
        let ground = Ground {
            store: &self.opened.store,
            history: then,
            policy: plan.signoff.as_ref(),
            protected: false,
            people: &plan.people,
            now: edge.now,
        };
        let shown = shown::beside(ground, proven, run, Some(written.as_of)).await?;
        let by = bundle.manifest().map_err(Failure::untrusted)?.tool;
        if by != Manifest::TOOL {
            // Another version may show the same in other words: what it made cannot be made again here.
            self.unseen.push(format!("its pages were made by {by} and cannot be compared by {}: audit with that version", Manifest::TOOL));
        } else if shown.record != written {
            self.faults.push("its record.json is not what its ledger says".into());
        } else {
            let pages = render::pages(self.report, bundle.report(), Some(&written));
            if pages.html.as_bytes() != bundle.html() {
                self.faults.push("its report.html was edited".into());
            }
            if pages.markdown.as_bytes() != bundle.markdown() {
                self.faults.push("its report.md was edited".into());
            }
        }
        Ok(shown)
    }

    fn say(self, shown: &Shown, options: &AuditOptions) -> Result<Exit, Failure> {
        let Self { opened, report, history, faults, unseen, lines } = self;
        let name = report.release.name().unwrap_or_default();
        let mut said =
            vec![format!("{}: {} {name} → {}, report {}", report.headline(), report.project, report.environment, opened.run.report)];
        for role in &shown.record.roles {
            for row in &role.sign_offs {
                let decision = if row.decision == Decision::Go { "go" } else { "no-go" };
                let state = match &row.state {
                    SignOffState::Counts => String::new(),
                    SignOffState::Noted(note) => format!(" ({note})"),
                    SignOffState::Void(why) => format!(" (does not count: {why})"),
                };
                said.push(format!("  {decision} by {} as {}, {}, {}{state}", row.name, role.role, utc(row.recorded), gate::how(row)));
            }
        }
        said.extend(shown.record.standing.remarks.iter().map(|remark| format!("  {remark}")));
        said.extend(lines);
        said.push(format!("as of {}", utc(shown.record.as_of)));
        said.push(format!(
            "ledger: {} entries, {} that no signature covers, head {}",
            history.entries().len(),
            history.unsigned(),
            history.head()
        ));
        said.extend(unseen.iter().map(|unseen| format!("could not be checked: {unseen}")));
        let exit = match (faults.is_empty(), options.signers.is_some()) {
            (false, _) => {
                said.push("NOT TRUSTED:".into());
                said.extend(faults.iter().map(|fault| format!("  ✗ {fault}")));
                Exit::Untrusted
            }
            (true, false) => {
                said.push("consistent with itself; signers not confirmed: give the keys you trust with `--signers FILE`".into());
                Exit::Untrusted
            }
            (true, true) => {
                said.push("what was looked at agrees, and the signers are yours".into());
                if unseen.is_empty() { shown.exit } else { shown.exit.and(Exit::Unchecked) }
            }
        };
        let text: String = said.iter().map(|line| format!("{}\n", plain(line))).collect();
        edge::print(&text).map_err(Failure::output)?;
        Ok(exit)
    }
}
