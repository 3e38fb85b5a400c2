//! Which sign-offs of a release count for the run at hand, and why the others do not.

use std::collections::BTreeMap;

use super::{
    AskedRelease, Bearing, History, LedgerError, PolicyInForce, RecordedRun, SignatureStanding, VerifiedEntry, confirmation,
    history::CLOCKS,
};
use crate::model::{Act, Decision, Digest, Method, Person, SignOff, SignOffRow, SignOffState, SignedException, Verdict, Withdrawal, utc};

/// A sign-off with whether it counts.
#[derive(Debug, Clone)]
pub struct Vote<'h> {
    /// Its entry.
    pub proven: &'h VerifiedEntry,
    /// What it says.
    pub sign_off: &'h SignOff,
    /// Whether it counts.
    pub state: SignOffState,
    /// How it bears on the release that is asked about.
    pub bearing: Bearing,
    /// Whether it was taken back.
    pub withdrawn: bool,
}

impl Vote<'_> {
    /// Whether it counts.
    pub fn counts(&self) -> bool {
        !matches!(self.state, SignOffState::Void(_))
    }

    /// Whether it takes the place of this earlier one. Of two noes the graver stays, of two yeses the one that counts:
    /// neither says anything against the other. Nobody takes back with their hand what a person signed.
    fn takes_back(&self, earlier: &Self) -> bool {
        let (new, old) = (self.sign_off, earlier.sign_off);
        let same = new.person == old.person && new.role == old.role;
        same && (own(self.proven) || !own(earlier.proven))
            && match (new.decision, old.decision) {
                (Decision::NoGo, Decision::NoGo) => self.bearing == Bearing::Same || earlier.bearing == Bearing::Doubtful,
                (Decision::Go, Decision::Go) => self.withdrawn || (self.counts() && own(self.proven)),
                (Decision::NoGo, Decision::Go) | (Decision::Go, Decision::NoGo) => true,
            }
    }

    /// How pages show it.
    pub fn row(&self, people: &BTreeMap<String, Person>) -> SignOffRow {
        let (made, said) = (&self.proven.statement.made, self.sign_off);
        let person = people.get(&said.person);
        SignOffRow {
            name: person.map_or_else(|| said.person.clone(), |person| person.name.clone()),
            title: person.and_then(|person| person.title.clone()),
            person: said.person.clone(),
            state: self.state.clone(),
            decision: said.decision,
            method: made.method,
            transcriber: made.by.clone().filter(|by| *by != said.person),
            evidence: said.evidence.clone(),
            key: self.proven.key().unwrap_or("no key that can be trusted").to_owned(),
            at: made.at,
            recorded: self.proven.entry.recorded,
            meaning: said.meaning.clone(),
            comment: said.comment.clone(),
            entry: self.proven.entry.seq,
        }
    }
}

/// Every sign-off that bears on the release, in the order of the ledger, judged for the run `current`. What another ledger,
/// `elsewhere`, knows of withdrawals takes back what stands here.
pub fn votes<'h>(
    history: &'h History,
    asked: &'h AskedRelease,
    policy: PolicyInForce<'_>,
    runs: &[RecordedRun],
    current: &RecordedRun,
    elsewhere: Option<&'h History>,
) -> Result<Vec<Vote<'h>>, LedgerError> {
    let withdrawn = withdrawals(history.said(asked.place(), &[Act::WITHDRAWAL]))?;
    let mut others = Vec::new();
    for withdrawal in elsewhere.into_iter().flat_map(|other| other.said(asked.place(), &[Act::WITHDRAWAL])) {
        let withdrawal = withdrawal?;
        if !history.heard(withdrawal)? {
            others.push(Ok(withdrawal));
        }
    }
    let poll = Poll { policy, runs, current, withdrawn, withdrawn_elsewhere: withdrawals(others.into_iter())? };
    let mut votes: Vec<Vote<'h>> = Vec::new();
    for proven in history.on_release(asked, &[Act::SIGN_OFF]) {
        let proven = proven?;
        let Act::SignOff(sign_off) = &proven.statement.act else { continue };
        let bearing = asked.bearing(&sign_off.release);
        if bearing == Bearing::Apart || (sign_off.decision == Decision::Go && asked.covered(&sign_off.release).is_err()) {
            continue;
        }
        let shared = votes.iter().find(|vote| vote.counts() && share_a_key(vote, proven, sign_off));
        let shared = shared.map(|vote| vote.sign_off.person.clone());
        let stale = poll.stale(history, proven, (sign_off, bearing), &votes);
        let is_stale = stale.is_some();
        let unfit = poll.unfit(proven, sign_off);
        let withdrawn = poll.taken_back(proven, sign_off).is_some();
        let may_decide = !is_stale && unfit.is_none() && (sign_off.decision == Decision::NoGo || proven.aside.is_none());
        let void = unfit.or_else(|| poll.void(proven, sign_off)).or(stale);
        let void = void.or_else(|| Some(format!("signed with the key that signed for `{}`", shared?)));
        let state = match void {
            Some(why) => SignOffState::Void(why),
            None => noted(proven),
        };
        let vote = Vote { proven, sign_off, state, bearing, withdrawn };
        // Whoever decides again takes the earlier decision back, if they still may decide.
        if may_decide {
            for earlier in votes.iter_mut().filter(|earlier| earlier.counts() && vote.takes_back(earlier)) {
                earlier.state = SignOffState::Void(format!("decided again later, in entry {}", proven.entry.seq));
            }
        }
        votes.push(vote);
    }
    Ok(votes)
}

/// Whether two people signed with one key. What somebody entered for others is under the key of whoever entered it.
fn share_a_key(vote: &Vote<'_>, proven: &VerifiedEntry, sign_off: &SignOff) -> bool {
    vote.sign_off.person != sign_off.person && own(vote.proven) && own(proven) && vote.proven.key() == proven.key()
}

/// Whether it is in the person's own hand.
fn own(proven: &VerifiedEntry) -> bool {
    proven.statement.made.method == Method::Ssh
}

fn noted(proven: &VerifiedEntry) -> SignOffState {
    match &proven.standing {
        SignatureStanding::Signed { since: Some(since), .. } => SignOffState::Noted(since.clone()),
        _ => SignOffState::Counts,
    }
}

/// The trusted ones of these withdrawals.
fn withdrawals<'h>(
    entries: impl Iterator<Item = Result<&'h VerifiedEntry, LedgerError>>,
) -> Result<Vec<(&'h VerifiedEntry, &'h Withdrawal)>, LedgerError> {
    let mut trusted = Vec::new();
    for entry in entries {
        let entry = entry?;
        if let (Act::Withdrawal(said), Some(_)) = (&entry.statement.act, entry.signer()) {
            trusted.push((entry, said));
        }
    }
    Ok(trusted)
}

/// A withdrawal from the future takes back a yes, never a no.
fn may_take_back(withdrawal: &VerifiedEntry, sign_off: &SignOff) -> bool {
    withdrawal.aside.is_none() || sign_off.decision == Decision::Go
}

struct Poll<'a, 'h> {
    policy: PolicyInForce<'a>,
    runs: &'a [RecordedRun],
    current: &'a RecordedRun,
    withdrawn: Vec<(&'h VerifiedEntry, &'h Withdrawal)>,
    withdrawn_elsewhere: Vec<(&'h VerifiedEntry, &'h Withdrawal)>,
}

impl Poll<'_, '_> {
    /// Why a sign-off does not count for the current run.
    fn void(&self, proven: &VerifiedEntry, sign_off: &SignOff) -> Option<String> {
        self.taken_back(proven, sign_off).or_else(|| match sign_off.decision {
            // A no stays a no until the person takes it back.
            Decision::NoGo => None,
            Decision::Go => proven.aside.clone().or_else(|| self.no_approval(proven, sign_off)),
        })
    }

    /// Why it never was a decision of somebody who may make it.
    fn unfit(&self, proven: &VerifiedEntry, sign_off: &SignOff) -> Option<String> {
        let (policy, made) = (self.policy.policy, &proven.statement.made);
        let signer = match (&proven.standing, proven.signer()) {
            (_, Some(signer)) => signer,
            (SignatureStanding::Untrusted(why), None) => return Some(why.clone()),
            (_, None) => return Some("it is not signed".into()),
        };
        let Some(role) = policy.roles.get(&sign_off.role) else {
            return Some(format!("the plan has no role `{}`", sign_off.role));
        };
        if !policy.has_role(&sign_off.person, &sign_off.role) {
            return Some(format!("`{}` does not have the role `{}`", sign_off.person, sign_off.role));
        }
        // A no stays a no, also when the role's methods or its sentence are others now.
        let is_go = sign_off.decision == Decision::Go;
        if is_go && !role.methods.contains(&made.method) {
            return Some(format!("the role `{}` may not sign this way", sign_off.role));
        }
        match made.method {
            Method::Ssh if signer != sign_off.person => return Some(format!("`{signer}` signed for `{}`", sign_off.person)),
            Method::Recorded if signer == sign_off.person => return Some("it is said to be entered for somebody else and is not".into()),
            Method::Recorded if !policy.is_of_people(signer) => return Some(format!("`{signer}`, who entered it, has no role")),
            Method::Recorded if sign_off.evidence.is_empty() => return Some("nothing shows the decision that was entered".into()),
            Method::Ssh | Method::Recorded => {}
        }
        if is_go && sign_off.meaning != policy.meaning(&sign_off.role) {
            return Some("another sentence was signed than the role's".into());
        }
        None
    }

    /// Why a decision was overtaken before it came into the ledger: a signature file that was made before the person said
    /// no, or took a go back, changes nothing; nor does what somebody else entered take back the person's own word.
    fn stale(
        &self,
        history: &History,
        proven: &VerifiedEntry,
        (sign_off, bearing): (&SignOff, Bearing),
        earlier: &[Vote<'_>],
    ) -> Option<String> {
        let mine = |other: &SignOff| other.person == sign_off.person && other.role == sign_off.role;
        let saw = history.place(&proven.statement.made.head);
        let graver = |vote: &Vote<'_>| {
            let noes = (vote.sign_off.decision, sign_off.decision) == (Decision::NoGo, Decision::NoGo);
            noes && vote.bearing == Bearing::Doubtful && bearing == Bearing::Same
        };
        let entered = earlier.iter().find(|vote| vote.counts() && mine(vote.sign_off) && own(vote.proven) && !own(proven) && !graver(vote));
        if let Some(vote) = entered {
            return Some(format!("the person decided with their own key, in entry {}", vote.proven.entry.seq));
        }
        if sign_off.decision == Decision::NoGo {
            return None;
        }
        let no = earlier
            .iter()
            .find(|vote| vote.counts() && mine(vote.sign_off) && vote.sign_off.decision == Decision::NoGo && saw < vote.proven.entry.seq);
        if let Some(vote) = no {
            return Some(format!("made before the no-go in entry {}, which stands", vote.proven.entry.seq));
        }
        let withdrawal = self.withdrawn.iter().map(|(withdrawal, _)| withdrawal).find(|withdrawal| {
            withdrawal.signer() == Some(&sign_off.person) && saw < withdrawal.entry.seq && withdrawal.entry.seq < proven.entry.seq
        });
        withdrawal.map(|withdrawal| format!("made before the withdrawal in entry {}", withdrawal.entry.seq))
    }

    fn taken_back(&self, proven: &VerifiedEntry, sign_off: &SignOff) -> Option<String> {
        let statement: Digest = proven.entry.statement();
        let theirs = |(withdrawal, said): &&(&VerifiedEntry, &Withdrawal)| {
            let by = withdrawal.signer();
            said.sign_off == statement && (by == Some(&sign_off.person) || by == proven.statement.made.by.as_deref())
        };
        let later = |(entry, _): &&(&VerifiedEntry, &Withdrawal)| entry.entry.seq > proven.entry.seq && may_take_back(entry, sign_off);
        let here = self.withdrawn.iter().filter(theirs).find(later);
        // What another ledger knows of it was said there at its own place.
        let there = || self.withdrawn_elsewhere.iter().filter(|_| sign_off.decision == Decision::Go).find(theirs);
        let (withdrawal, said) = here.or_else(there)?;
        Some(format!("withdrawn at {}: {}", utc(withdrawal.entry.recorded), said.reason))
    }

    /// Why a go is no approval of the current run.
    fn no_approval(&self, proven: &VerifiedEntry, sign_off: &SignOff) -> Option<String> {
        let made = &proven.statement.made;
        let Some(run) = self.runs.iter().find(|run| run.run.report == sign_off.report && run.seq < proven.entry.seq) else {
            return Some("the report it is about is not a full run on record before it".into());
        };
        let exceptions: Vec<SignedException> =
            run.report.findings.iter().filter(|finding| finding.is_exception()).map(SignedException::of).collect();
        if sign_off.release != run.report.release || sign_off.verdict != run.report.verdict || sign_off.exceptions != exceptions {
            return Some("it says other things of the report than the report does".into());
        }
        if CLOCKS.after(made.at) < run.report.finished {
            return Some(format!("signed at {}, before the run ended at {}", utc(made.at), utc(run.report.finished)));
        }
        if run.report.verdict != Verdict::Go {
            return Some(format!("the report says {}, which nobody can sign as go", run.report.headline()));
        }
        if run.report.release.version.is_none() && run.report.release.commit.is_none() {
            return Some("the report names neither a version nor a commit".into());
        }
        let until = self.policy.policy.valid_for.after(made.at.min(proven.own));
        if until <= self.policy.now {
            return Some(format!("ran out at {}: sign-offs count for {}", utc(until), self.policy.policy.valid_for));
        }
        let objection = confirmation::objections(&run.report, &self.current.report).into_iter().next()?;
        Some(format!("given for an earlier run: {objection}"))
    }
}
