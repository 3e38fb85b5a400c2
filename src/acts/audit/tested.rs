//! What was tested of a deployment, each with what came of it: the table of an audit.

use super::{Audit, AuditRequest};
use crate::{
    acts::{ActError, EnvironmentRecord, page::Shown},
    ledger::{Aspect, Decisions, Emergencies, JobSignature, Member, VerifiedEntry, Went, let_through},
    model::{DeploymentStatus, Exit, NobodySigns, Run},
    render::log::status,
};

/// What was tested, in the order of the table.
pub(crate) type Tested = Vec<Cell>;

/// What came of one test.
pub(crate) struct Cell {
    pub(crate) aspect: Aspect,
    pub(crate) mark: Mark,
    /// A sentence each.
    pub(crate) problems: Vec<String>,
}

/// What came of a test, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mark {
    /// It holds.
    Holds,
    /// It does not.
    Not,
    /// It could not be looked at, or rests on what the bundle itself says.
    Unseen,
    /// There is nothing of the kind.
    Nothing,
}

const ALL: [Aspect; 7] =
    [Aspect::Report, Aspect::Signatures, Aspect::Roles, Aspect::Independence, Aspect::Exceptions, Aspect::Deployment, Aspect::Emergencies];

/// The row of a deployment whose run cannot be looked at, and why.
pub(super) fn without_run(member: &Member<'_>, why: String) -> Tested {
    let cell = |aspect| {
        let (mark, problems) = match aspect {
            Aspect::Report => (Mark::Not, vec![why.clone()]),
            Aspect::Deployment => went(member, if member.entry.signer().is_some() { Mark::Holds } else { Mark::Unseen }),
            Aspect::Emergencies if member.emergency().is_some() => (Mark::Unseen, vec!["it went past the gate in an emergency".into()]),
            _ => (Mark::Nothing, Vec::new()),
        };
        Cell { aspect, mark, problems }
    };
    ALL.map(cell).into()
}

/// A run with its deployment, as it was looked at.
pub(super) struct Looked<'a> {
    /// The record, by the law that was brought.
    pub(super) record: &'a EnvironmentRecord,
    pub(super) shown: &'a Shown,
    pub(super) member: Option<&'a Member<'a>>,
    pub(super) run: (&'a VerifiedEntry, &'a Run),
    pub(super) audit: &'a Audit<'a>,
    pub(super) request: &'a AuditRequest,
}

impl Looked<'_> {
    pub(super) async fn tested(&self) -> Result<Tested, ActError> {
        let mut tested = Vec::new();
        for aspect in ALL {
            let (mark, mut problems) = match aspect {
                _ if !self.is_there(aspect)? => (Mark::Nothing, Vec::new()),
                Aspect::Report if !self.audit.faults.is_empty() => (Mark::Not, self.audit.faults.clone()),
                Aspect::Report if !self.audit.unseen.is_empty() => (Mark::Unseen, self.audit.unseen.clone()),
                Aspect::Report => (Mark::Holds, Vec::new()),
                Aspect::Signatures if !self.audit.signatures.is_empty() => (Mark::Not, self.audit.signatures.clone()),
                Aspect::Deployment => self.deployment().await?,
                Aspect::Emergencies => self.emergency().await?,
                Aspect::Roles if self.shown.record.standing.nobody_signs == Some(NobodySigns::NotFull) => {
                    (Mark::Not, vec!["the run was not a full one, which nobody signs".into()])
                }
                Aspect::Signatures => (self.by_what_was_brought(!self.has_jobs()), Vec::new()),
                Aspect::Roles | Aspect::Independence | Aspect::Exceptions => (self.by_what_was_brought(false), Vec::new()),
            };
            problems.extend(self.shown.objections.iter().filter(|one| one.about == aspect).map(|one| one.text.clone()));
            let objected = self.shown.objections.iter().any(|one| one.about == aspect);
            tested.push(Cell { aspect, mark: if objected { Mark::Not } else { mark }, problems });
        }
        Ok(tested)
    }

    /// What holds by keys and roles that the bundle brings itself proves nothing.
    fn by_what_was_brought(&self, keys_alone: bool) -> Mark {
        let brought = self.request.signers.is_some() && (keys_alone || self.request.policy.is_some());
        if brought { Mark::Holds } else { Mark::Unseen }
    }

    /// Whether a CI's token signed some of it: whose counts is said by the policy, not by the keys.
    fn has_jobs(&self) -> bool {
        let mut signatures = self.audit.history.linked().iter().filter_map(|linked| linked.entry.signature.as_deref());
        signatures.any(JobSignature::is_kept_as)
    }

    /// Whether there is anything of the kind.
    fn is_there(&self, aspect: Aspect) -> Result<bool, ActError> {
        let record = &self.shown.record;
        Ok(match aspect {
            Aspect::Report => true,
            Aspect::Signatures if !self.audit.signatures.is_empty() => true,
            Aspect::Signatures => {
                let asked = self.record.asked(self.run.1.release.clone());
                let signed = |entry: &&VerifiedEntry| entry.entry.signature.is_some() && asked.touches(&entry.entry.label);
                let whole = self.record.history.whole(self.record.place()).collect::<Result<Vec<_>, _>>()?;
                whole.iter().any(signed)
            }
            Aspect::Roles => {
                record.roles.iter().any(|role| role.required > 0) || record.standing.nobody_signs == Some(NobodySigns::NotFull)
            }
            Aspect::Independence => self.shown.independence,
            Aspect::Exceptions => !record.waivers.is_empty(),
            Aspect::Deployment => self.member.is_some(),
            Aspect::Emergencies => self.member.is_some_and(|member| member.emergency().is_some()),
        })
    }

    /// What came of how it went.
    async fn deployment(&self) -> Result<(Mark, Vec<String>), ActError> {
        let Some(member) = self.member else { return Ok((Mark::Nothing, Vec::new())) };
        let (mut mark, mut problems) = went(member, self.by_what_was_brought(false));
        let Went::Ended(deployment) = member.went else { return Ok((mark, problems)) };
        let asked = self.record.asked(deployment.release.clone());
        let mut wrong: Vec<String> =
            asked.covered(&self.run.1.release).err().map(|why| format!("the run that it rests on {why}")).into_iter().collect();
        let then = self.record.policy_then(self.run.0, self.run.1).await;
        if let Some(policy) = then.in_force(member.entry.own).filter(|_| deployment.emergency.is_none()) {
            let decisions = Decisions::on(&self.record.history, &asked)?;
            if !let_through(&self.record.history, &decisions, (member.entry, deployment), &policy)? {
                wrong.push("by the policy of its time the gate had not let it through when it began".into());
            }
        }
        if !wrong.is_empty() {
            mark = Mark::Not;
            problems.extend(wrong);
        }
        Ok((mark, problems))
    }

    /// What came of its emergency.
    async fn emergency(&self) -> Result<(Mark, Vec<String>), ActError> {
        let Some(statement) = self.member.and_then(Member::emergency) else { return Ok((Mark::Nothing, Vec::new())) };
        let asked = self.record.asked(self.run.1.release.clone());
        let then = self.record.policy_then(self.run.0, self.run.1).await;
        let all = Emergencies::of(&self.record.history, &asked, then.in_force(self.record.now).as_ref())?;
        Ok(match all.unsettled(statement) {
            Some(why) => (Mark::Not, vec![why]),
            None => (self.by_what_was_brought(false), Vec::new()),
        })
    }
}

/// What its own entry says of how it went; `holds` where nothing is wrong with it. One that failed was none the less allowed.
fn went(member: &Member<'_>, holds: Mark) -> (Mark, Vec<String>) {
    let mut said = Vec::new();
    let mut mark = holds;
    match member.went {
        Went::Open(_) => said.push("it began and has no end on record: nobody knows what became of it".into()),
        Went::Ended(deployment) => match &deployment.unverified {
            Some(why) => said.push(format!("it was rolled out and not verified: {why}")),
            None if deployment.status == DeploymentStatus::Succeeded => {}
            None => {
                let notes = deployment.notes.as_ref().map(|notes| format!(": {notes}")).unwrap_or_default();
                said.push(format!("it {}{notes}", status(deployment.status)));
            }
        },
    }
    if member.entry.entry.signature.is_none() {
        mark = Mark::Unseen;
        said.push(format!("nobody has signed its entry {}", member.entry.entry.seq));
    }
    if matches!(member.went, Went::Open(_)) {
        mark = Mark::Not;
    }
    (mark, said)
}

/// What the gate would have said of it, with everything that does not hold.
pub(super) fn judged(gate: Exit, tested: &[Cell]) -> Exit {
    if tested.iter().any(|cell| cell.mark == Mark::Not) { gate.and(Exit::Hold) } else { gate }
}
