//! Deputies: who signs for somebody who is absent, until when, and on whose word.

use jiff::Timestamp;

use super::{History, LedgerError, PolicyInForce, VerifiedEntry};
use crate::model::{Act, Deputation, Period, Signoff, utc};

/// The longest absence that is spoken for at once.
pub const LONGEST: Period = Period::days(90);

/// What approvers have said of their deputies in one environment.
#[derive(Debug, Clone, Default)]
pub struct Deputies<'h> {
    /// Signed by whoever they name, oldest first.
    said: Vec<(&'h VerifiedEntry, &'h Deputation)>,
}

/// A signature for somebody else, as far as it is looked at here.
#[derive(Debug, Clone, Copy)]
pub struct Deputizing<'a> {
    /// Who signs, by id.
    pub deputy: &'a str,
    /// For whom.
    pub principal: &'a str,
    /// In which role.
    pub role: &'a str,
    /// When.
    pub at: Timestamp,
    /// Where it stands in the ledger, or would.
    pub seq: u64,
}

impl Deputizing<'_> {
    /// Why the policy does not let one speak for the other. Whom it lets, may always say no: the word of the principal, which
    /// may have come to the record in doubt, is wanted for a yes.
    pub(super) fn unnamed(&self, policy: &Signoff) -> Option<String> {
        let Self { deputy, principal, role, .. } = self;
        if !policy.has_role(principal, role) {
            return Some(format!("`{principal}` does not have the role `{role}`"));
        }
        let named = deputy != principal && policy.deputies.get(*principal).is_some_and(|people| people.iter().any(|id| id == deputy));
        (!named).then(|| format!("the policy's `deputies` do not name `{deputy}` for `{principal}`"))
    }
}

impl<'h> Deputies<'h> {
    /// Those of an environment that are signed by whom they name.
    pub fn of(history: &'h History, place: (&'h str, &'h str)) -> Result<Self, LedgerError> {
        let mut deputies = Self::default();
        for entry in history.said(place, &[Act::DEPUTATION]) {
            deputies.take(entry?);
        }
        Ok(deputies)
    }

    /// Takes this entry too, where it is one of them.
    pub(super) fn take(&mut self, entry: &'h VerifiedEntry) {
        if let Act::Deputation(said) = &entry.statement.act
            && entry.signer() == Some(&said.principal)
            && entry.aside.is_none()
        {
            self.said.push((entry, said));
        }
    }

    /// For whom somebody speaks now, in which role.
    pub fn spoken_for(&self, deputy: &str, policy: &PolicyInForce<'_>) -> Vec<(String, String)> {
        let roles = policy.policy.roles.iter().flat_map(|(role, held)| held.people.iter().map(move |principal| (role, principal)));
        let stands = |(role, principal): &(&String, &String)| {
            self.objection(Deputizing { deputy, principal, role, at: policy.now, seq: u64::MAX }, policy).is_none()
        };
        roles.filter(stands).map(|(role, principal)| (role.clone(), principal.clone())).collect()
    }

    /// Who speaks for the principal now.
    pub(super) fn standing(&self, principal: &str, role: &str, policy: &PolicyInForce<'_>) -> Option<String> {
        let stands = |deputy: &&String| {
            let asked = Deputizing { deputy, principal, role, at: policy.now, seq: u64::MAX };
            self.objection(asked, policy).is_none()
        };
        policy.policy.deputies.get(principal)?.iter().find(stands).cloned()
    }

    /// Why this is not the word of a deputy. The newest word of the principal counts; nobody hands on what was handed to them,
    /// because the policy itself must give the principal the role.
    pub fn objection(&self, asked: Deputizing<'_>, policy: &PolicyInForce<'_>) -> Option<String> {
        if let Some(why) = asked.unnamed(policy.policy) {
            return Some(why);
        }
        let (Deputizing { deputy, principal, role, at, seq }, named) = (asked, policy.name(asked.principal));
        let of_theirs = |(entry, said): &&(&VerifiedEntry, &Deputation)| {
            (said.principal.as_str(), said.deputy.as_str(), said.role.as_str()) == (principal, deputy, role) && entry.entry.seq < seq
        };
        match self.said.iter().rev().find(of_theirs) {
            None => Some(format!("{named} has not made `{deputy}` their deputy as {role}")),
            Some((entry, said)) if said.until > LONGEST.after(entry.statement.made.at) => {
                Some(format!("{named} made `{deputy}` their deputy for longer than {LONGEST}, which is a matter of the policy"))
            }
            Some((_, said)) if said.until <= at => Some(format!("{named} had `{deputy}` as deputy until {}", utc(said.until))),
            Some(_) => None,
        }
    }
}
