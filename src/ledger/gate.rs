//! May this release be deployed now? The rules of the gate, in one place.

mod elsewhere;

use std::collections::BTreeMap;

use super::{
    AskedRelease, Bearing, Deputies, Emergencies, History, LedgerError, Missing, PolicyInForce, RecordedRun, Vote, answers, begun,
    deploy_times, independence::lacking, quorum, repairs, requests, runs::newer_no, votes, waivers, windows,
};
use crate::model::{Authors, Decision, Digest, Exit, Required, Run, UnsignedRuns, Verdict, Windows, utc};

/// What the gate is asked.
#[derive(Clone, Copy)]
pub struct GateInput<'a> {
    /// Which release.
    pub asked: &'a AskedRelease,
    /// Policy, people, moment.
    pub policy: PolicyInForce<'a>,
    /// The files of the plan as they are now; the run must have been made with the same.
    pub plan_files: &'a BTreeMap<String, Digest>,
    /// Of whom the policy's own plan asks each manual item.
    pub asked_of: &'a BTreeMap<String, Vec<String>>,
    /// Who wrote the release, as git says here; else as git said where the run was made.
    pub authors: Option<&'a Authors>,
    /// Who is about to deploy.
    pub deployer: Deploys<'a>,
    /// The SHA-256 of the token of the deployment whose child asks.
    pub child_of: Option<&'a Digest>,
    /// The windows after a deployment, as the policy's own plan has them.
    pub windows: &'a Windows,
    /// Another ledger that knows of this environment: all that it knows against the release counts, and nothing else.
    pub elsewhere: Option<&'a History>,
}

/// Who deploys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deploys<'a> {
    /// Nobody yet: it is only shown what people decided.
    NotYet,
    /// Somebody, and nobody knows who.
    Unknown,
    /// This person, by id or name.
    By(&'a str),
}

/// The gate's answer.
#[derive(Debug, Clone, Default)]
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
    /// Whether nothing but missing signatures stands in the way.
    pub waiting: bool,
    /// Every sign-off of the release.
    pub votes: Vec<Vote<'h>>,
    /// Whether a recorder vouches for the run and its shares.
    pub vouched_for: bool,
}

/// What an auditor tests of a deployment: what stands in its way is about one of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aspect {
    /// The report and its plan, as they were signed.
    Report,
    /// That who is named has signed.
    Signatures,
    /// That everybody signed who had to.
    Roles,
    /// That somebody approved who neither wrote nor deployed it.
    Independence,
    /// That what was red was accepted by whoever may.
    Exceptions,
    /// That it went as it stands on record.
    Deployment,
    /// That what went past the gate was looked at afterwards.
    Emergencies,
}

impl Aspect {
    /// What a table calls it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Report => "report",
            Self::Signatures => "signatures",
            Self::Roles => "roles",
            Self::Independence => "independence",
            Self::Exceptions => "exceptions",
            Self::Deployment => "deployment",
            Self::Emergencies => "emergencies",
        }
    }
}

/// Something that stands in the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Objection {
    /// What it is about.
    pub about: Aspect,
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

    /// Adds something that stands in the way of the report.
    pub fn object(&mut self, exit: Exit, text: impl Into<String>) {
        self.object_to(Aspect::Report, exit, text);
    }

    /// Adds something that stands in the way.
    pub fn object_to(&mut self, about: Aspect, exit: Exit, text: impl Into<String>) {
        self.objections.push(Objection { about, exit, text: text.into() });
        self.objections.sort_by_key(|objection| gravity(objection.exit));
        self.waiting = false;
    }
}

/// Rules on a release. `runs` are its full runs, the oldest look first; an error where an entry that the ruling rests on
/// cannot be believed.
pub fn gate<'h>(history: &'h History, runs: &[RecordedRun], input: GateInput<'h>) -> Result<Ruling<'h>, LedgerError> {
    let GateInput { asked, policy, .. } = input;
    let remarks = set_aside(history, asked).into_iter().chain(repairs::told(history)).collect();
    let mut ruling = Ruling { remarks, ..Ruling::default() };
    if let Some((seq, version)) = history.newer(&asked.project, &asked.environment) {
        ruling.object_to(
            Aspect::Signatures,
            Exit::Untrusted,
            format!("entry {seq} of the ledger was written by a newer gonogo (version {version}): use that one"),
        );
    }
    let mut waits = Vec::new();
    match runs.iter().rfind(|run| run.aside.is_none()) {
        None => {
            ruling.object(Exit::Unchecked, no_run(history, asked)?);
            ruling.missing = quorum::missing(&policy.policy.require, &[]);
        }
        Some(run) => {
            look_at_run(&mut ruling, history, run, input)?;
            ruling.votes = votes(history, asked, policy, runs, run, input.elsewhere)?;
            waits = look_at_votes(&mut ruling, history, input, run)?;
            ruling.run = Some(run.clone());
        }
    }
    if let Some(closed) = deploy_times::closed(policy.policy, policy.now) {
        ruling.object_to(Aspect::Deployment, Exit::Hold, closed);
    }
    for overdue in Emergencies::of(history, asked, Some(&policy))?.overdue(policy.now) {
        ruling.object_to(Aspect::Emergencies, Exit::Hold, overdue);
    }
    for open in begun::holds(history, asked, input.child_of)? {
        ruling.object_to(Aspect::Deployment, Exit::Hold, open);
    }
    let (holds, told) = windows::standing(history, input)?;
    holds.into_iter().for_each(|text| ruling.object_to(Aspect::Deployment, Exit::Hold, text));
    ruling.remarks.extend(told);
    for aside in repairs::holds(history, ruling.run.as_ref().map(|run| run.seq))? {
        ruling.object(Exit::Hold, aside);
    }
    if let Some(there) = input.elsewhere {
        for objection in elsewhere::objections(history, there, input, ruling.run.as_ref())? {
            ruling.object_to(objection.about, objection.exit, objection.text);
        }
    }
    // Whoever took a yes back has decided.
    let taken_back = ruling.votes.iter().any(|vote| vote.withdrawn && vote.sign_off.decision == Decision::Go);
    let waiting = ruling.objections.is_empty() && !waits.is_empty() && !taken_back;
    waits.into_iter().for_each(|text| ruling.object_to(Aspect::Roles, Exit::Hold, text));
    ruling.waiting = waiting;
    Ok(ruling)
}

/// Smaller is graver, as the exit codes are.
fn gravity(exit: Exit) -> usize {
    [Exit::Untrusted, Exit::Red, Exit::Unchecked, Exit::Output, Exit::Hold].iter().position(|one| *one == exit).unwrap_or(usize::MAX)
}

/// The entries that allow nothing, each with the reason.
fn set_aside(history: &History, asked: &AskedRelease) -> Vec<String> {
    let here = history.linked().iter().filter(|linked| linked.label().is_of(asked.place()));
    here.filter_map(|entry| Some(format!("entry {} is set aside: {}", entry.entry.seq, entry.aside.as_ref()?))).collect()
}

/// That there is no run, and which one nearly is.
fn no_run(history: &History, asked: &AskedRelease) -> Result<String, LedgerError> {
    let near = super::runs::full(history, asked)?.into_iter().rfind(|(_, run)| asked.shares_a_name(&run.release));
    let near = near.and_then(|(entry, run)| Some((entry, asked.covered(&run.release).err()?)));
    let near = near.map(|(entry, why)| format!(" (that of entry {} {why})", entry.entry.seq)).unwrap_or_default();
    Ok(format!("no full run of {} before its deployment is on record{near}: run `gonogo verify`", asked.name()))
}

fn look_at_run(ruling: &mut Ruling<'_>, history: &History, run: &RecordedRun, input: GateInput<'_>) -> Result<(), LedgerError> {
    let GateInput { asked, policy, .. } = input;
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
    let (looked, max_age) = (run.looked(), policy.policy.max_age);
    if max_age.after(looked) <= policy.now {
        let what = if report.merged.is_empty() { "the newest full run" } else { "the oldest share of the newest full run" };
        ruling.object(Exit::Unchecked, format!("{what} ended at {}, longer than {max_age} ago: run `gonogo verify` again", utc(looked)));
    }
    let changed = changed(&report.plan.files, input.plan_files);
    if !changed.is_empty() {
        let text = format!("the plan has changed since the newest full run ({}): run `gonogo verify` again", changed.join(", "));
        ruling.object(Exit::Unchecked, text);
    }
    for (entry, newer, bearing) in newer_no(history, asked, run)? {
        ruling.object(no_exit(newer, bearing), newer_sentence(entry.entry.seq, newer, bearing, ""));
    }
    ruling.vouched_for = run.is_vouched_for(history, &policy)?;
    if policy.policy.unsigned_runs == UnsignedRuns::Refused && !ruling.vouched_for {
        let shares = if report.merged.is_empty() { "" } else { ", or a share of it is not," };
        ruling.object(Exit::Unchecked, format!("the newest full run is not signed by a `recorder`{shares} which the policy demands"));
    }
    for finding in report.findings.iter().filter(|finding| finding.severity.blocks(report.strict)) {
        if let Some(objection) = answers::objection(history, run, finding, input.asked_of.get(&finding.id), &policy)? {
            ruling.object_to(objection.about, objection.exit, objection.text);
        } else if let Some(why) = waivers::void(finding, report, waivers::behind(history, report, finding, run.seq, &policy)?, &policy) {
            ruling.object_to(
                Aspect::Exceptions,
                Exit::Red,
                format!("`{}` is red, and its accepted exception does not count: {why}", finding.id),
            );
        }
    }
    Ok(())
}

/// What a newer run that is no go means for a release that it bears on so.
fn no_exit(newer: &Run, bearing: Bearing) -> Exit {
    if bearing == Bearing::Doubtful || newer.verdict == Verdict::Hold {
        return Exit::Hold;
    }
    Exit::of_code(newer.exit).filter(|exit| matches!(exit, Exit::Red | Exit::Unchecked)).unwrap_or(Exit::Red)
}

fn newer_sentence(seq: u64, newer: &Run, bearing: Bearing, place: &str) -> String {
    let name = newer.release.name().unwrap_or_default();
    match bearing {
        Bearing::Doubtful => format!(
            "a newer full run of {name}{place} (entry {seq}) says {}, and nothing tells it apart from this release: name both by `--commit`",
            newer.verdict
        ),
        _ => format!("a newer full run of the same release, named {name}{place} (entry {seq}), says {}", newer.verdict),
    }
}

/// The files that are not those of the run.
fn changed<'f>(then: &'f BTreeMap<String, Digest>, now: &'f BTreeMap<String, Digest>) -> Vec<&'f str> {
    let gone = then.iter().filter(|(name, digest)| now.get(*name) != Some(digest)).map(|(name, _)| name.as_str());
    let new = now.keys().filter(|name| !then.contains_key(*name)).map(String::as_str);
    gone.chain(new).collect()
}

/// What a no in this role means: it stands, or a later yes of the role has settled a doubt.
fn no_of<'v>(vote: &'v Vote<'_>, votes: &[Vote<'_>]) -> Option<(&'v Vote<'v>, Exit)> {
    if !vote.counts() || vote.sign_off.decision != Decision::NoGo {
        return None;
    }
    let later_yes = |other: &Vote<'_>| {
        other.counts()
            && other.sign_off.decision == Decision::Go
            && other.sign_off.role == vote.sign_off.role
            // Nobody else's hand settles what a person has doubted: not their deputy's, nor one they may have made for themselves.
            && (other.sign_off.person == vote.sign_off.person || !other.behind().contains(&vote.sign_off.person.as_str()))
            && other.proven.entry.seq > vote.proven.entry.seq
    };
    match vote.bearing {
        Bearing::Same => Some((vote, Exit::Red)),
        Bearing::Doubtful if !votes.iter().any(later_yes) => Some((vote, Exit::Hold)),
        Bearing::Doubtful | Bearing::Apart => None,
    }
}

/// Looks at what people decided; gives back what is only missing.
fn look_at_votes(ruling: &mut Ruling<'_>, history: &History, input: GateInput<'_>, run: &RecordedRun) -> Result<Vec<String>, LedgerError> {
    let policy = input.policy;
    let votes = std::mem::take(&mut ruling.votes);
    let required = |role: &str| policy.policy.require.iter().any(|required| required.role == role);
    for (vote, exit) in votes.iter().filter_map(|vote| no_of(vote, &votes)) {
        let said = vote.sign_off;
        let comment = said.comment.as_ref().map(|comment| format!(": {comment}")).unwrap_or_default();
        let of = if exit == Exit::Hold { format!(" to {}", said.release.name().unwrap_or_default()) } else { String::new() };
        let text = format!("{} ({}) says no-go{of}{comment}", policy.name(&said.person), said.role);
        if required(&said.role) { ruling.object_to(Aspect::Roles, exit, text) } else { ruling.remarks.push(text) }
    }
    let approvals: Vec<&Vote<'_>> = votes.iter().filter(|vote| vote.counts() && vote.sign_off.decision == Decision::Go).collect();
    let signed = approvals.iter().map(|vote| quorum::Signature::of_sign_off(vote.proven, vote.sign_off));
    let signed: Vec<quorum::Signature<'_>> = signed.collect();
    let changed = changed_paths(input, run, ruling.vouched_for);
    ruling.missing = quorum::missing(&policy.policy.demanded(changed), &signed);
    let spared = policy.policy.require.iter().filter(|required| !required.is_demanded(changed));
    ruling.remarks.extend(spared.map(|Required { role, .. }| format!("`{role}` need not sign: nothing changed that it signs for")));
    if let Some(since) = requests::since(history, input.asked)? {
        let deputies = Deputies::of(history, input.asked.place())?;
        for missing in &mut ruling.missing {
            missing.request = requests::request(since, missing, &votes, &policy, &deputies);
        }
    }
    let because = |missing: &Missing| {
        let required = policy.policy.require.iter().find(|required| required.role == missing.role)?;
        Some(format!(", asked because {}", required.when.as_ref()?.holds(changed)?))
    };
    let told = |missing: &Missing| missing.request.as_ref().map(|request| requests::told(request, &policy));
    let more = |missing: &Missing| because(missing).into_iter().chain(told(missing)).collect::<String>();
    let waits = ruling.missing.iter().map(|missing| waits_for(missing, &votes, &policy) + &more(missing)).collect();
    ruling.confirms = approvals.iter().rev().map(|vote| &vote.sign_off.report).find(|report| **report != run.run.report).cloned();
    if ruling.missing.is_empty() {
        let approved = approvals.iter().filter(|vote| required(&vote.sign_off.role));
        let approved: Vec<_> = approved.map(|vote| vote.behind()).collect();
        let makers = (input.authors.or(run.run.authors.as_ref()), input.deployer);
        if let Some(why) = lacking(history, input.asked, &policy, makers, &approved)? {
            ruling.object_to(Aspect::Independence, Exit::Hold, why);
        }
    }
    ruling.votes = votes;
    Ok(waits)
}

/// The paths that changed since what is live: as git says here, else as it said where the run was made, if a recorder vouches
/// for that.
pub(super) fn changed_paths<'a>(input: GateInput<'a>, run: &'a RecordedRun, vouched_for: bool) -> Option<&'a [String]> {
    let of_run = || run.run.authors.as_ref().filter(|_| vouched_for);
    input.authors.or_else(of_run).filter(|authors| authors.incomplete.is_none())?.paths.as_deref()
}

fn waits_for(missing: &Missing, votes: &[Vote<'_>], policy: &PolicyInForce<'_>) -> String {
    let role = &missing.role;
    let people = policy.policy.roles.get(role).map(|role| role.people.join(", ")).unwrap_or_default();
    let (more, have) = if missing.count == 1 { (String::new(), "has") } else { (format!("{} people of ", missing.count), "have") };
    let no = votes.iter().any(|vote| vote.counts() && vote.sign_off.decision == Decision::NoGo && vote.sign_off.role == *role);
    let go = if no { " go" } else { "" };
    format!("{more}`{role}` {have} not signed{go} ({people}): `gonogo sign --as {role}`")
}
