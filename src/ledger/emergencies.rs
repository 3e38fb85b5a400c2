//! Times the gate was passed in an emergency: what opens it, for which deployment, and whether it was looked at afterwards.

use super::{AskedRelease, History, LedgerError, PolicyInForce, VerifiedEntry};
use crate::model::{Act, Emergency, EmergencyRow, Review, utc};

/// The emergencies of one environment, oldest first, each with its review.
pub struct Emergencies<'h> {
    all: Vec<Declared<'h>>,
}

/// One of them.
struct Declared<'h> {
    entry: &'h VerifiedEntry,
    emergency: &'h Emergency,
    review: Option<&'h Review>,
    used: bool,
}

impl<'h> Emergencies<'h> {
    /// Those that somebody trusted signed. Only a person reviews one, and not whoever opened the gate.
    pub fn of(history: &'h History, asked: &'h AskedRelease, policy: Option<&PolicyInForce<'_>>) -> Result<Self, LedgerError> {
        let is_person = |id: &str| policy.is_none_or(|policy| policy.policy.is_of_people(id));
        let mut all: Vec<Declared<'h>> = Vec::new();
        // Without an emergency there is nothing that a deployment could have used up.
        let acts: &[&str] = match history.said(asked.place(), &[Act::EMERGENCY]).next() {
            Some(_) => &[Act::EMERGENCY, Act::REVIEW, Act::BEGUN, Act::DEPLOYMENT],
            None => &[],
        };
        for entry in history.said(asked.place(), acts) {
            let entry = entry?;
            match &entry.statement.act {
                Act::Emergency(emergency) if entry.signer().is_some() => all.push(Declared { entry, emergency, review: None, used: false }),
                Act::Review(review) if entry.aside.is_none() && entry.signer().is_some_and(is_person) => {
                    let reviewed = |declared: &&mut Declared<'_>| {
                        // One key is one person, whatever its certificates say.
                        let same = declared.entry.signer() == entry.signer() || declared.entry.key() == entry.key();
                        declared.entry.entry.statement() == review.emergency && !same
                    };
                    if let Some(declared) = all.iter_mut().find(reviewed) {
                        declared.review = Some(review);
                    }
                }
                Act::Begun(begun) => use_up(&mut all, begun.emergency.as_ref()),
                Act::Deployment(deployment) => use_up(&mut all, deployment.emergency.as_ref()),
                _ => {}
            }
        }
        Ok(Self { all })
    }

    /// What holds the next release: each emergency whose review is overdue, in a sentence.
    pub fn overdue(&self, now: jiff::Timestamp) -> Vec<String> {
        let open = self.all.iter().filter(|declared| declared.review.is_none() && declared.emergency.review_by < now);
        open.map(|Declared { entry, emergency, .. }| {
            format!(
                "the emergency deployment of {} (entry {}, {}) was to be reviewed by {}: `gonogo deploy review {}`",
                emergency.release.name().unwrap_or_else(|| "a release".into()),
                entry.entry.seq,
                emergency.ticket,
                utc(emergency.review_by),
                entry.entry.seq
            )
        })
        .collect()
    }

    /// The emergency that lets one deployment of this release past the gate now. While the review of an earlier one is
    /// overdue it takes two people, in two roles.
    /// The error says why there is none, where one was declared.
    pub fn opening(&self, asked: &AskedRelease, policy: &PolicyInForce<'_>) -> Result<Option<&'h VerifiedEntry>, String> {
        let mut usable = self.all.iter().rev().filter(|declared| {
            !declared.used
                && declared.entry.aside.is_none()
                && policy.now < declared.emergency.review_by
                && may_open(declared, policy)
                && asked.covered(&declared.emergency.release).is_ok()
        });
        let Some(newest) = usable.next() else { return Ok(None) };
        let overdue = self.overdue(policy.now);
        let second = |other: &Declared<'_>| {
            let (one, another) = (newest.entry, other.entry);
            another.signer() != one.signer() && another.key() != one.key() && other.emergency.role != newest.emergency.role
        };
        match overdue.into_iter().next() {
            Some(overdue) if !usable.any(second) => {
                Err(format!("{overdue}; until then a second person, in another role, must declare the emergency too"))
            }
            _ => Ok(Some(newest.entry)),
        }
    }

    /// The entries of those, declared at a time that is `meant`, that let no deployment on record through.
    pub fn unused(&self, meant: impl Fn(jiff::Timestamp) -> bool) -> Vec<u64> {
        let unused = self.all.iter().filter(|declared| !declared.used && meant(declared.entry.own));
        unused.map(|declared| declared.entry.entry.seq).collect()
    }

    /// What is left to do of the emergency that this statement declared; `None` where somebody else has looked at it.
    pub fn unsettled(&self, statement: &crate::model::Digest) -> Option<String> {
        let Some(Declared { emergency, review, entry, .. }) =
            self.all.iter().find(|declared| declared.entry.entry.statement() == *statement)
        else {
            return Some("it went past the gate in an emergency that nobody trusted has declared".into());
        };
        let (seq, by, ticket, reason) = (entry.entry.seq, utc(emergency.review_by), &emergency.ticket, &emergency.reason);
        let open = review.is_none();
        open.then(|| format!("the emergency of entry {seq} ({ticket}: {reason}) was not reviewed; that was or is due by {by}"))
    }

    /// How pages show those that are open or of the release at hand.
    pub fn rows(&self, asked: &AskedRelease, policy: &PolicyInForce<'_>) -> Vec<EmergencyRow> {
        let shown = self.all.iter().filter(|declared| declared.review.is_none() || asked.covered(&declared.emergency.release).is_ok());
        shown
            .map(|Declared { entry, emergency, review, .. }| EmergencyRow {
                release: emergency.release.clone(),
                name: policy.name(entry.signer().unwrap_or_default()),
                role: emergency.role.clone(),
                reason: emergency.reason.clone(),
                ticket: emergency.ticket.clone(),
                at: entry.own,
                review_by: emergency.review_by,
                reviewed: review.map(|review| review.comment.clone()),
            })
            .collect()
    }
}

/// One emergency lets one deployment through; one declared before it for the same release was its second voice.
fn use_up(all: &mut [Declared<'_>], named: Option<&crate::model::Digest>) {
    let Some(at) = all.iter().position(|declared| Some(&declared.entry.entry.statement()) == named) else { return };
    let release = all[at].emergency.release.clone();
    for declared in all[..=at].iter_mut().filter(|declared| declared.emergency.release == release) {
        declared.used = true;
    }
}

/// Whether whoever signed the emergency may open the gate.
fn may_open(declared: &Declared<'_>, policy: &PolicyInForce<'_>) -> bool {
    let role = &declared.emergency.role;
    let allowed = policy.policy.break_glass.as_ref().is_some_and(|allowed| allowed.roles.contains(role));
    allowed && declared.entry.signer().is_some_and(|signer| policy.policy.has_role(signer, role))
}
