//! Which sign-offs of a release count for the run at hand, and why the others do not.

use std::collections::BTreeMap;

use super::{
    AskedRelease, Bearing, Deputies, History, LedgerError, PolicyInForce, RecordedRun, SignatureStanding, VerifiedEntry, confirmation,
    history::CLOCKS,
    independence::{Approval, behind_sign_off as behind},
    said::{self, Said, replaces},
};
use crate::model::{Act, Decision, Digest, Person, SignOff, SignOffRow, SignOffState, SignedException, Verdict, Withdrawal, utc};

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
        // Whoever comes back decides anew what was decided for them.
        let same = new.role == old.role && (new.person == old.person || old.deputy_of.as_ref() == Some(&new.person));
        same && replaces(self.proven, earlier.proven)
            && match (new.decision, old.decision) {
                (Decision::NoGo, Decision::NoGo) => self.bearing == Bearing::Same || earlier.bearing == Bearing::Doubtful,
                (Decision::Go, Decision::Go) => self.withdrawn || (self.counts() && said::own(self.proven)),
                (Decision::NoGo, Decision::Go) | (Decision::Go, Decision::NoGo) => true,
            }
    }

    /// The people behind it.
    pub(super) fn behind(&self) -> Approval<'_> {
        behind(self.proven, self.sign_off)
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
            deputy_of: said.deputy_of.as_ref().map(|id| people.get(id).map_or_else(|| id.clone(), |person| person.name.clone())),
            beside: said.beside.iter().map(|other| other.project.clone()).collect(),
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
    let deputies = Deputies::of(history, asked.place())?;
    let mut votes: Vec<Vote<'h>> = Vec::new();
    for proven in history.on_release(asked, &[Act::SIGN_OFF]) {
        let proven = proven?;
        let Act::SignOff(sign_off) = &proven.statement.act else { continue };
        let bearing = asked.bearing(&sign_off.release);
        if bearing == Bearing::Apart || (sign_off.decision == Decision::Go && asked.covered(&sign_off.release).is_err()) {
            continue;
        }
        let shared =
            votes.iter().find(|vote| vote.counts() && said::share_a_key((vote.proven, &vote.sign_off.person), (proven, &sign_off.person)));
        let shared = shared.map(|vote| vote.sign_off.person.clone());
        let stale = poll.stale(history, proven, (sign_off, bearing), &votes);
        let is_stale = stale.is_some();
        let unfit = said::unfit(proven, Said::of(sign_off), &policy, &deputies);
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

    /// Why a decision was overtaken before it came into the ledger: by another one, or a go by its own withdrawal.
    fn stale(
        &self,
        history: &History,
        proven: &VerifiedEntry,
        (sign_off, bearing): (&SignOff, Bearing),
        earlier: &[Vote<'_>],
    ) -> Option<String> {
        let mine = |other: &SignOff| other.person == sign_off.person && other.role == sign_off.role;
        let graver = |vote: &Vote<'_>| {
            let noes = (vote.sign_off.decision, sign_off.decision) == (Decision::NoGo, Decision::NoGo);
            noes && vote.bearing == Bearing::Doubtful && bearing == Bearing::Same
        };
        let theirs = earlier.iter().filter(|vote| vote.counts() && mine(vote.sign_off) && !graver(vote));
        let theirs = theirs.map(|vote| (vote.proven, (vote.sign_off.decision == Decision::NoGo).then_some("no-go")));
        let overtaken = said::overtaken(history, proven, sign_off.decision == Decision::Go, theirs);
        if overtaken.is_some() || sign_off.decision == Decision::NoGo {
            return overtaken;
        }
        let saw = history.place(&proven.statement.made.head);
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
