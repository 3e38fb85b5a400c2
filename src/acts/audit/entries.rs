//! The entries of a bundle, its plan, statements and samples, looked at one by one.

use super::Of;
use crate::{
    acts::{
        ActError, Caller,
        bundle::{self, Opened},
        rollout::Replay,
    },
    ledger::{
        AskedRelease, History, LedgerError, Manifest, Member, ORG, Passkeys, SignatureStanding, VerifiedEntry, counters_that_went_back,
        sample_faults,
    },
    model::{Act, CLOCK_TOLERANCE, Digest, Record, Report, plain},
    plan::Plan,
    render,
};

/// What is found while a run is looked at.
pub(super) struct Audit<'a> {
    pub(super) opened: &'a Opened,
    pub(super) report: &'a Report,
    pub(super) history: &'a History,
    /// Signatures and entries that cannot be trusted.
    pub(super) signatures: Vec<String>,
    pub(super) faults: Vec<String>,
    pub(super) unseen: Vec<String>,
    pub(super) lines: Vec<String>,
}

impl<'a> Audit<'a> {
    pub(super) fn begun(opened: &'a Opened, report: &'a Report, history: &'a History) -> Self {
        Self { opened, report, history, signatures: Vec::new(), faults: Vec::new(), unseen: Vec::new(), lines: Vec::new() }
    }

    /// The deployment that rests on the run; of a sample the record is as it stood then.
    pub(super) fn deployed<'m>(&mut self, members: &'m [Member<'m>], of: Option<&Of<'_>>, written: &Record) -> Option<&'m Member<'m>> {
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
    pub(super) fn entries(&mut self) -> Result<(), LedgerError> {
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
    pub(super) fn plan(&mut self) {
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
    pub(super) fn keys(&mut self, plan: &Plan) {
        let allowed = plan.signoff.as_ref().and_then(|policy| plan.keys(&policy.allowed_signers)).unwrap_or_default();
        if self.opened.bundle.allowed_signers() != allowed {
            self.faults.push("its `allowed_signers` are not those of the plan".into());
        }
        if self.opened.bundle.revoked_keys() != bundle::revoked(plan) {
            self.faults.push("its `revoked_keys` are not those of the plan".into());
        }
    }

    /// The statements to be checked by hand are those of the ledger.
    pub(super) fn statements(&mut self) -> Result<(), LedgerError> {
        let place = (self.report.project.as_str(), self.report.environment.as_str());
        let mut entries = self.history.whole(place).map(|entry| entry.map(|entry| &*entry.entry)).collect::<Result<Vec<_>, _>>()?;
        entries.extend(self.opened.entries.iter().filter(|entry| entry.label.act == Act::PASSKEY && entry.bare.is_none()));
        if let Err(error) = self.opened.bundle.check_entries(&entries) {
            self.faults.push(error.to_string());
        }
        Ok(())
    }

    /// Whose word the passkeys stand on that signed here, and what is wrong about them.
    pub(super) fn passkeys(&mut self, passkeys: &Passkeys) {
        self.lines.extend(passkeys.told(self.history));
        self.lines.extend(passkeys.ignored().iter().map(|why| format!("{ORG}: {why}")));
        self.lines.extend(counters_that_went_back(self.history));
    }

    /// Samples follow each other from the beginning of their stage, and come to what its evidence says.
    pub(super) async fn samples(&mut self, plan: &Plan) -> Result<(), ActError> {
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
    pub(super) fn pages(
        &mut self,
        (caller, by): (&Caller, &str),
        entry: &VerifiedEntry,
        made: &Record,
        written: &Record,
    ) -> Result<(), ActError> {
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
