//! May this release be deployed now? The rules of the gate, in one place.

mod since;

use std::collections::BTreeMap;

use super::{
    AskedRelease, Emergencies, History, Missing, RecordedRun, Rules, Vote,
    independence::{Independence, independence},
    quorum,
    runs::newer_no,
    votes,
};
use crate::model::{Authors, Decision, Digest, Exit, Independence as Demanded, Signoff, UnsignedRuns, Verdict, utc};

/// What the gate is asked.
#[derive(Clone, Copy)]
pub struct Question<'a> {
    /// Which release.
    pub wanted: &'a AskedRelease,
    /// Policy, people, moment.
    pub rules: Rules<'a>,
    /// The files of the plan as they are now; the run must have been made with the same.
    pub plan_files: &'a BTreeMap<String, Digest>,
    /// Who wrote the release, as git says here; else as git said where the run was made.
    pub authors: Option<&'a Authors>,
    /// Who is about to deploy, by id, where that is known.
    pub deployer: Option<&'a str>,
}

/// The gate's answer.
#[derive(Debug, Clone)]
pub struct Ruling<'h> {
    /// What stands in the way, the gravest first; nothing where the release may be deployed.
    pub objections: Vec<Objection>,
    /// What is to be said beside.
    pub remarks: Vec<String>,
    /// The newest full run.
    pub run: Option<RecordedRun>,
    /// The report that people signed, where it is an earlier one that the run confirms.
    pub confirms: Option<Digest>,
    /// Roles that still have to sign.
    pub missing: Vec<Missing>,
    /// Every sign-off of the release.
    pub votes: Vec<Vote<'h>>,
}

/// Something that stands in the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Objection {
    /// What the gate exits with because of it.
    pub exit: Exit,
    /// A sentence: what is wrong and what to do.
    pub text: String,
}

impl Ruling<'_> {
    /// What the gate exits with.
    pub fn exit(&self) -> Exit {
        self.objections.iter().fold(Exit::Go, |exit, objection| exit.and(objection.exit))
    }

    /// Adds something that stands in the way.
    pub fn object(&mut self, exit: Exit, text: impl Into<String>) {
        self.objections.push(Objection { exit, text: text.into() });
    }
}

/// Rules on a release. `runs` are its full runs, oldest first.
pub fn gate<'h>(history: &'h History, runs: &[RecordedRun], question: Question<'_>) -> Ruling<'h> {
    let Question { wanted, rules, .. } = question;
    let mut ruling =
        Ruling { objections: Vec::new(), remarks: Vec::new(), run: None, confirms: None, missing: Vec::new(), votes: Vec::new() };
    if let Some((seq, version)) = history.newer(&wanted.project, &wanted.environment) {
        ruling
            .object(Exit::Untrusted, format!("entry {seq} of the ledger was written by a newer gonogo (version {version}): use that one"));
    }
    match runs.last() {
        None => {
            let text = format!("no full run of {} before its deployment is on record: run `gonogo verify`", wanted.name());
            ruling.object(Exit::Unchecked, text);
            ruling.missing = quorum::missing(&rules.policy.require, &[]);
        }
        Some(run) => {
            look_at_run(&mut ruling, history, run, question);
            for objection in since::objections(history, run, question) {
                ruling.objections.push(objection);
            }
            look_at_votes(&mut ruling, votes(history, wanted, rules, runs, run), question, run);
            ruling.run = Some(run.clone());
        }
    }
    for overdue in Emergencies::of(history, wanted).overdue(rules.now) {
        ruling.object(Exit::Hold, overdue);
    }
    ruling.objections.sort_by_key(|objection| gravity(objection.exit));
    ruling
}

/// Smaller is graver, as the exit codes are.
fn gravity(exit: Exit) -> usize {
    [Exit::Untrusted, Exit::Red, Exit::Unchecked, Exit::Output, Exit::Hold].iter().position(|one| *one == exit).unwrap_or(usize::MAX)
}

fn look_at_run(ruling: &mut Ruling<'_>, history: &History, run: &RecordedRun, question: Question<'_>) {
    let Question { rules, .. } = question;
    let report = &run.report;
    match report.verdict {
        Verdict::Go => {}
        Verdict::NoGo => {
            let exit = Exit::of(Verdict::NoGo, &report.findings, report.strict);
            ruling.object(exit, format!("the newest full run says {}", report.headline()));
        }
        Verdict::Hold => {
            ruling.object(Exit::Hold, "the newest full run waits for people's answers: answer, then run `gonogo verify` again")
        }
    }
    let ended = report.finished.min(run.recorded);
    if rules.policy.max_age.after(ended) <= rules.now {
        let text =
            format!("the newest full run ended at {}, longer than {} ago: run `gonogo verify` again", utc(ended), rules.policy.max_age);
        ruling.object(Exit::Unchecked, text);
    }
    let changed = changed(&report.plan.files, question.plan_files);
    if !changed.is_empty() {
        let text = format!("the plan has changed since the newest full run ({}): run `gonogo verify` again", changed.join(", "));
        ruling.object(Exit::Unchecked, text);
    }
    if let Some((proven, newer)) = newer_no(history, question.wanted, run) {
        let exit = Exit::of_code(newer.exit).filter(|exit| matches!(exit, Exit::Red | Exit::Unchecked)).unwrap_or(Exit::Red);
        let name = newer.release.name().unwrap_or_default();
        ruling.object(
            exit,
            format!("a newer full run of the same release, named {name} (entry {}), says {}", proven.entry.seq, newer.verdict),
        );
    }
    let recorder = run.signer.as_deref().filter(|signer| rules.policy.has_role(signer, Signoff::RECORDER));
    if rules.policy.unsigned_runs == UnsignedRuns::Refused && recorder.is_none() {
        ruling.object(Exit::Unchecked, "the newest full run is not signed by a `recorder`, which the policy demands");
    }
}

/// The files that are not those of the run.
fn changed<'f>(then: &'f BTreeMap<String, Digest>, now: &'f BTreeMap<String, Digest>) -> Vec<&'f str> {
    let gone = then.iter().filter(|(name, digest)| now.get(*name) != Some(digest)).map(|(name, _)| name.as_str());
    let new = now.keys().filter(|name| !then.contains_key(*name)).map(String::as_str);
    gone.chain(new).collect()
}

fn look_at_votes<'h>(ruling: &mut Ruling<'h>, votes: Vec<Vote<'h>>, question: Question<'_>, run: &RecordedRun) {
    let policy = question.rules.policy;
    let required = |role: &str| policy.require.iter().any(|required| required.role == role);
    for vote in votes.iter().filter(|vote| vote.counts() && vote.sign_off.decision == Decision::NoGo) {
        let said = vote.sign_off;
        let comment = said.comment.as_ref().map(|comment| format!(": {comment}")).unwrap_or_default();
        let text = format!("{} ({}) says no-go{comment}", vote.row(question.rules.people).name, said.role);
        if required(&said.role) { ruling.object(Exit::Red, text) } else { ruling.remarks.push(text) }
    }
    let approvals: Vec<&Vote<'_>> = votes.iter().filter(|vote| vote.counts() && vote.sign_off.decision == Decision::Go).collect();
    let signed: Vec<(&str, &str)> = approvals.iter().map(|vote| (vote.sign_off.person.as_str(), vote.sign_off.role.as_str())).collect();
    ruling.missing = quorum::missing(&policy.require, &signed);
    for missing in ruling.missing.clone() {
        let people = policy.roles.get(&missing.role).map(|role| role.people.join(", ")).unwrap_or_default();
        let more = if missing.count == 1 { String::new() } else { format!("{} people of ", missing.count) };
        let no = votes.iter().any(|vote| vote.counts() && vote.sign_off.decision == Decision::NoGo && vote.sign_off.role == missing.role);
        let go = if no { " go" } else { "" };
        let have = if missing.count == 1 { "has" } else { "have" };
        ruling
            .object(Exit::Hold, format!("{more}`{}` {have} not signed{go} ({people}): `gonogo sign --as {}`", missing.role, missing.role));
    }
    ruling.confirms = approvals.iter().rev().map(|vote| &vote.sign_off.report).find(|report| **report != run.run.report).cloned();
    if ruling.missing.is_empty() && policy.independence == Demanded::Required {
        // Who entered a decision for somebody vouches for it: their hand counts here, not the name they wrote.
        let hand = |vote: &&Vote<'h>| vote.proven.signer().unwrap_or(&vote.sign_off.person);
        let approvers: Vec<&str> = approvals.iter().filter(|vote| required(&vote.sign_off.role)).map(hand).collect();
        let authors = question.authors.or(run.run.authors.as_ref());
        match independence(authors, question.deployer, &approvers, question.rules.people) {
            Independence::Shown => {}
            Independence::Unknown(why) => ruling.remarks.push(why),
            Independence::Open(why) => ruling.object(Exit::Hold, why),
        }
    }
    ruling.votes = votes;
}
