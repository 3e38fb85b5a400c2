//! What somebody says in a role, whatever it is about: whether they may, and what of theirs it takes the place of.

use super::{Deputies, Deputizing, History, PolicyInForce, SignatureStanding, VerifiedEntry};
use crate::model::{Choice, Decision, Evidence, Method, SignOff, StageDecision};

/// A decision, without what it is about.
#[derive(Clone, Copy)]
pub(super) struct Said<'a> {
    person: &'a str,
    role: &'a str,
    meaning: &'a str,
    is_go: bool,
    /// For whom the person signs, by id.
    deputy_of: Option<&'a str>,
    /// What shows one that was entered for somebody.
    shown_by: &'a [Evidence],
}

impl<'a> Said<'a> {
    /// That of a sign-off.
    pub(super) fn of(said: &'a SignOff) -> Self {
        let SignOff { person, role, meaning, decision, evidence, deputy_of, .. } = said;
        let (is_go, deputy_of) = (*decision == Decision::Go, deputy_of.as_deref());
        Self { person, role, meaning, is_go, deputy_of, shown_by: evidence }
    }

    /// That of a decision at the end of a stage.
    pub(super) fn of_stage(said: &'a StageDecision) -> Self {
        let StageDecision { person, role, meaning, choice, shown_by, .. } = said;
        Self { person, role, meaning, is_go: *choice == Choice::Go, deputy_of: None, shown_by }
    }
}

/// Why it never was a decision of somebody who may make it.
pub(super) fn unfit(proven: &VerifiedEntry, said: Said<'_>, in_force: &PolicyInForce<'_>, deputies: &Deputies<'_>) -> Option<String> {
    let (policy, made) = (in_force.policy, &proven.statement.made);
    let signer = match (&proven.standing, proven.signer()) {
        (_, Some(signer)) => signer,
        (SignatureStanding::Untrusted(why), None) => return Some(why.clone()),
        (_, None) => return Some("it is not signed".into()),
    };
    let Some(role) = policy.roles.get(said.role) else {
        return Some(format!("the plan has no role `{}`", said.role));
    };
    match said.deputy_of {
        None if policy.has_role(said.person, said.role) => {}
        None => return Some(format!("`{}` does not have the role `{}`", said.person, said.role)),
        Some(principal) => {
            let (at, seq) = (proven.at.max(proven.own).max(made.at), proven.entry.seq);
            let asked = Deputizing { deputy: said.person, principal, role: said.role, at, seq };
            let why = if said.is_go { deputies.objection(asked, in_force) } else { asked.unnamed(policy) };
            if let Some(why) = why {
                return Some(why);
            }
        }
    }
    // A no stays a no, also when the role's methods or its sentence are others now.
    if said.is_go && !role.methods.contains(&made.method) {
        return Some(format!("the role `{}` may not sign this way", said.role));
    }
    match made.method {
        Method::Ssh | Method::Webauthn if signer != said.person => return Some(format!("`{signer}` signed for `{}`", said.person)),
        Method::Recorded if signer == said.person => return Some("it is said to be entered for somebody else and is not".into()),
        Method::Recorded if !policy.is_of_people(signer) => return Some(format!("`{signer}`, who entered it, has no role")),
        Method::Recorded if said.shown_by.is_empty() => return Some("nothing shows the decision that was entered".into()),
        Method::Ssh | Method::Webauthn | Method::Recorded => {}
    }
    if said.is_go && said.meaning != policy.meaning(said.role) {
        return Some("another sentence was signed than the role's".into());
    }
    None
}

/// Why a decision was overtaken before it came into the ledger: a signature file that was made before the person said no
/// changes nothing; nor does what somebody else entered take back the person's own word. `earlier` are those of the same person
/// in the same role that count, each with its word where it is no go.
pub(super) fn overtaken<'v>(
    history: &History,
    proven: &VerifiedEntry,
    is_go: bool,
    earlier: impl Iterator<Item = (&'v VerifiedEntry, Option<&'static str>)> + Clone,
) -> Option<String> {
    if let Some((vote, _)) = earlier.clone().find(|(vote, _)| !replaces(proven, vote)) {
        return Some(format!("the person decided with their own key, in entry {}", vote.entry.seq));
    }
    let saw = history.place(&proven.statement.made.head);
    let mut unseen = earlier.filter_map(|(vote, no)| Some((vote.entry.seq, no?))).filter(|(seq, _)| is_go && saw < *seq);
    unseen.next().map(|(seq, no)| format!("made before the {no} in entry {seq}, which stands"))
}

/// Whether two people signed with one key. What somebody entered for others is under the key of whoever entered it.
pub(super) fn share_a_key(one: (&VerifiedEntry, &str), other: (&VerifiedEntry, &str)) -> bool {
    one.1 != other.1 && own(one.0) && own(other.0) && one.0.key() == other.0.key()
}

/// Whether the one may take the place of the earlier one: nobody takes back with their hand what a person signed.
pub(super) fn replaces(new: &VerifiedEntry, earlier: &VerifiedEntry) -> bool {
    own(new) || !own(earlier)
}

/// Whether it is in the person's own hand.
pub(super) fn own(proven: &VerifiedEntry) -> bool {
    proven.statement.made.method != Method::Recorded
}
