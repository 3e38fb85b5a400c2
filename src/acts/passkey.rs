//! Whose passkey is whose: invited, offered in the browser, confirmed with keys, revoked. All of it stands in the chain of what
//! concerns every project; nothing counts because it stands there, but by whose signature.

mod confirm;
mod invite;
mod offer;
mod revoke;

use std::sync::Arc;

use super::{ActError, EnvironmentRecord, desk::Desk, record::passkeys};
use crate::{
    ledger::{Assertion, Bound, KnownPasskey},
    model::DeskPolicy,
};

pub(crate) use confirm::{ConfirmRequest, confirm};
pub(crate) use invite::{invitation, invite};
pub(crate) use offer::offer;
pub(crate) use revoke::{RevokeRequest, revoke};

/// The chain of what concerns every project, by the desk's policy.
pub(crate) async fn org(desk: &Desk) -> Result<EnvironmentRecord, ActError> {
    let (caller, store) = (desk.caller(), desk.store()?);
    let law = desk.law.for_all(&caller).await?;
    let known = passkeys(store.as_ref(), &law.policy, caller.now).await?;
    let (policy, history) = (law.policy.clone().knowing(known.clone()), known.chain().clone());
    let record = EnvironmentRecord::read_as(Arc::clone(&law.plan), policy, store, (history, caller.now));
    where_people_sign(&record)?;
    Ok(record)
}

/// Where people sign in the browser, by the policy.
pub(crate) fn where_people_sign(record: &EnvironmentRecord) -> Result<&DeskPolicy, ActError> {
    record.in_force()?.policy.desk.as_ref().ok_or_else(|| {
        let form = "`signoff: { desk: { origin: https://desk.example.com, registrars: [ann@example.com] } }`";
        ActError::Usage(format!("the policy names no desk, so no passkey counts: write {form}"))
    })
}

fn bound(desk: &DeskPolicy) -> Bound<'_> {
    Bound { rp_id: &desk.rp_id, origin: &desk.origin }
}

/// Whose passkey answered `challenge`: whoever logs in.
pub(crate) async fn login(desk: &Desk, assertion: &Assertion, challenge: &[u8]) -> Result<KnownPasskey, ActError> {
    let record = org(desk).await?;
    record.policy.passkeys.who(assertion, challenge, record.now).cloned().map_err(ActError::Untrusted)
}

/// Those of somebody, oldest first, whatever became of them.
pub(crate) async fn of_person(desk: &Desk, person: &str) -> Result<Vec<KnownPasskey>, ActError> {
    Ok(org(desk).await?.policy.passkeys.of_person(person).cloned().collect())
}
