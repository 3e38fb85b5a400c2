//! Who had decided what on a report at a moment of the past: what a deployment rested on.

use std::collections::HashMap;

use super::{AskedRelease, Deputies, Deputizing, History, LedgerError, PolicyInForce, VerifiedEntry};
use crate::model::{Act, Decision, Digest, Method, Run, SignOff};

/// The runs, sign-offs and withdrawals of one environment, found by what they are about.
pub struct Decisions<'h> {
    runs: HashMap<&'h Digest, (&'h VerifiedEntry, &'h Run)>,
    by_report: HashMap<&'h Digest, Vec<(&'h VerifiedEntry, &'h SignOff)>>,
    /// The withdrawals of a sign-off, by its statement.
    withdrawn: HashMap<&'h Digest, Vec<&'h VerifiedEntry>>,
    deputies: Deputies<'h>,
}

impl<'h> Decisions<'h> {
    /// Those that the history has.
    pub fn of(history: &'h History, place: (&'h str, &'h str)) -> Result<Self, LedgerError> {
        Self::among(history.said(place, &[Act::RUN, Act::SIGN_OFF, Act::WITHDRAWAL, Act::DEPUTATION]))
    }

    /// Those that can bear on a release.
    pub fn on(history: &'h History, asked: &'h AskedRelease) -> Result<Self, LedgerError> {
        let on = history.on_release(asked, &[Act::RUN, Act::SIGN_OFF]);
        Self::among(on.chain(history.said(asked.place(), &[Act::WITHDRAWAL, Act::DEPUTATION])))
    }

    fn among(entries: impl Iterator<Item = Result<&'h VerifiedEntry, LedgerError>>) -> Result<Self, LedgerError> {
        let mut decisions =
            Self { runs: HashMap::new(), by_report: HashMap::new(), withdrawn: HashMap::new(), deputies: Deputies::default() };
        for entry in entries {
            let entry = entry?;
            match &entry.statement.act {
                Act::Run(run) => _ = decisions.runs.entry(&run.report).or_insert((entry, run)),
                Act::SignOff(said) => decisions.by_report.entry(&said.report).or_default().push((entry, said)),
                Act::Withdrawal(said) => decisions.withdrawn.entry(&said.sign_off).or_default().push(entry),
                _ => decisions.deputies.take(entry),
            }
        }
        Ok(decisions)
    }

    /// Whether whoever signed had the role, or spoke for somebody who has it.
    fn may(&self, entry: &VerifiedEntry, said: &SignOff, policy: &PolicyInForce<'_>) -> bool {
        let (deputy, role, at, seq) =
            (said.person.as_str(), said.role.as_str(), entry.at.max(entry.own).max(entry.statement.made.at), entry.entry.seq);
        let Some(principal) = &said.deputy_of else { return policy.policy.has_role(deputy, role) };
        self.deputies.objection(Deputizing { deputy, principal, role, at, seq }, policy).is_none()
    }

    /// The run that made this report.
    pub fn run(&self, report: &Digest) -> Option<(&'h VerifiedEntry, &'h Run)> {
        self.runs.get(report).copied()
    }

    /// The newest decision of each person in each role on this report, before the entry `before`: those that counted by
    /// this policy, and had not been taken back.
    pub fn standing(&self, report: &Digest, before: u64, policy: &PolicyInForce<'_>) -> Vec<(&'h VerifiedEntry, &'h SignOff)> {
        let all = self.by_report.get(report).map(Vec::as_slice).unwrap_or_default();
        let all: Vec<(&VerifiedEntry, &SignOff)> = all.iter().copied().filter(|(entry, _)| entry.entry.seq < before).collect();
        let newest = |(entry, said): &(&VerifiedEntry, &SignOff)| {
            !all.iter().any(|(later, other)| later.entry.seq > entry.entry.seq && other.person == said.person && other.role == said.role)
        };
        let taken_back = |entry: &VerifiedEntry| {
            let withdrawals = self.withdrawn.get(&entry.entry.statement());
            withdrawals.is_some_and(|all| all.iter().any(|withdrawal| withdrawal.entry.seq < before))
        };
        let counts = |(entry, said): &(&VerifiedEntry, &SignOff)| {
            let method = entry.statement.made.method;
            let by_right = match method {
                Method::Ssh | Method::Webauthn => entry.signer() == Some(&said.person),
                Method::Recorded => entry.signer().is_some_and(|by| policy.policy.is_of_people(by)),
            };
            let may = policy.policy.roles.get(&said.role).is_some_and(|role| role.methods.contains(&method));
            by_right
                && (may || said.decision == Decision::NoGo)
                && entry.aside.is_none()
                && self.may(entry, said, policy)
                && !taken_back(entry)
        };
        all.iter().copied().filter(newest).filter(counts).collect()
    }
}
