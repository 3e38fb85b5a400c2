//! What people decided at the end of a stage, by the rules that sign-offs are counted by.

use super::{
    AskedRelease, Deploys, Deputies, History, LedgerError, Missing, PolicyInForce, StageOnRecord, VerifiedEntry,
    independence::{behind, lacking},
    quorum,
    said::{Said, overtaken, share_a_key, unfit},
};
use crate::model::{Authors, Choice, Period, Required, StageDecision};

/// What is asked.
#[derive(Clone, Copy)]
pub struct StageInput<'a> {
    /// Which release.
    pub asked: &'a AskedRelease,
    /// Policy, people, moment.
    pub policy: PolicyInForce<'a>,
    /// The roles that must each decide.
    pub require: &'a [Required],
    /// How old the evidence may be when somebody decides go on it.
    pub within: Period,
    /// Who wrote the release, as git says.
    pub authors: Option<&'a Authors>,
    /// Who deploys it.
    pub deployer: Deploys<'a>,
}

/// What people's decisions come to.
#[derive(Debug, Clone)]
pub struct StageRuling<'h> {
    /// Whether what follows may begin.
    pub standing: Choice,
    /// Why not, a sentence each.
    pub reasons: Vec<String>,
    /// What is to be said beside.
    pub remarks: Vec<String>,
    /// Roles that still have to decide.
    pub missing: Vec<Missing>,
    /// Every decision, oldest first.
    pub votes: Vec<StageVote<'h>>,
}

/// A decision with whether it counts.
#[derive(Debug, Clone)]
pub struct StageVote<'h> {
    /// Its entry.
    pub proven: &'h VerifiedEntry,
    /// What it says.
    pub decision: &'h StageDecision,
    /// Why it does not count.
    pub void: Option<String>,
}

impl StageVote<'_> {
    fn is_by(&self, other: &StageDecision) -> bool {
        (&self.decision.person, &self.decision.role) == (&other.person, &other.role)
    }

    /// Whether it counts and says that.
    fn says(&self, choice: Choice) -> bool {
        self.void.is_none() && self.decision.choice == choice
    }
}

/// Rules on what people decided at the end of a stage: a no of a required role is a no, a hold of one or a missing go holds.
pub fn stage_decisions<'h>(history: &History, stage: &StageOnRecord<'h>, input: StageInput<'_>) -> Result<StageRuling<'h>, LedgerError> {
    let StageInput { asked, policy, require, .. } = input;
    let votes = counted(history, stage, input);
    let mut ruling = StageRuling { standing: Choice::Go, reasons: Vec::new(), remarks: Vec::new(), missing: Vec::new(), votes };
    let required = |role: &str| require.iter().any(|required| required.role == role);
    for choice in [Choice::NoGo, Choice::Hold] {
        for vote in ruling.votes.iter().filter(|vote| vote.says(choice)) {
            let StageDecision { person, role, comment, .. } = vote.decision;
            let comment = comment.as_ref().map(|comment| format!(": {comment}")).unwrap_or_default();
            let text = format!("{} ({role}) says {choice}{comment}", policy.name(person));
            if !required(role) {
                ruling.remarks.push(text);
                continue;
            }
            ruling.reasons.push(text);
            if ruling.standing == Choice::Go {
                ruling.standing = choice;
            }
        }
    }
    let approvals: Vec<&StageVote<'_>> = ruling.votes.iter().filter(|vote| vote.says(Choice::Go)).collect();
    let signed = approvals.iter().map(|vote| quorum::Signature::of(vote.proven, &vote.decision.person, &vote.decision.role));
    let signed: Vec<quorum::Signature<'_>> = signed.collect();
    ruling.missing = quorum::missing(require, &signed);
    let mut waits: Vec<String> = ruling.missing.iter().map(|missing| waits_for(missing, stage, &policy)).collect();
    if ruling.missing.is_empty() && !require.is_empty() {
        let approved = approvals.iter().filter(|vote| required(&vote.decision.role));
        let approved: Vec<_> = approved.map(|vote| behind(vote.proven, &vote.decision.person)).collect();
        waits.extend(lacking(history, asked, &policy, (input.authors, input.deployer), &approved)?);
    }
    // A decision does not outlive what it rested on.
    let newest = stage.newest_evidence().filter(|(_, newest)| !newest.may_go_on());
    waits.extend(newest.map(|(entry, newest)| format!("its newest evidence (entry {}) says {}", entry.entry.seq, newest.standing)));
    if !waits.is_empty() && ruling.standing == Choice::Go {
        ruling.standing = Choice::Hold;
    }
    ruling.reasons.append(&mut waits);
    Ok(ruling)
}

/// Every decision on the stage, with why it does not count.
fn counted<'h>(history: &History, stage: &StageOnRecord<'h>, input: StageInput<'_>) -> Vec<StageVote<'h>> {
    let mut votes: Vec<StageVote<'h>> = Vec::new();
    for &(proven, decision) in &stage.decisions {
        let is_go = decision.choice == Choice::Go;
        let counting = || votes.iter().filter(|vote| vote.void.is_none());
        let theirs = counting().filter(|vote| vote.is_by(decision));
        let theirs = theirs.map(|vote| (vote.proven, (vote.decision.choice != Choice::Go).then(|| vote.decision.choice.word())));
        let shared = || counting().find(|vote| share_a_key((vote.proven, &vote.decision.person), (proven, &decision.person)));
        let void = unfit(proven, Said::of_stage(decision), &input.policy, &Deputies::default())
            .or_else(|| proven.aside.clone().filter(|_| is_go))
            .or_else(|| overtaken(history, proven, is_go, theirs))
            .or_else(|| stage.no_approval(history, proven, decision, input.within).filter(|_| is_go))
            .or_else(|| Some(format!("signed with the key that signed for `{}`", shared()?.decision.person)));
        if void.is_none() {
            for earlier in votes.iter_mut().filter(|vote| vote.void.is_none() && vote.is_by(decision)) {
                earlier.void = Some(format!("decided again later, in entry {}", proven.entry.seq));
            }
        }
        votes.push(StageVote { proven, decision, void });
    }
    votes
}

fn waits_for(missing: &Missing, stage: &StageOnRecord<'_>, policy: &PolicyInForce<'_>) -> String {
    let (role, stage) = (&missing.role, &stage.step.stage);
    let people = policy.policy.roles.get(role).map(|role| role.people.join(", ")).unwrap_or_default();
    let more = if missing.count == 1 { String::new() } else { format!("{} more people of ", missing.count) };
    format!("{more}`{role}` must decide go ({people}): `gonogo decide --stage {stage} go --as {role}`")
}
