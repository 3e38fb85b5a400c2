//! An approver who will be absent makes somebody their deputy, with an end.

use jiff::Timestamp;

use super::{
    ActError, Caller, Dialogue, EnvironmentRecord,
    sign::SignRequest,
    signer::{Signer, confirm},
};
use crate::{
    ledger::{Entry, LONGEST_DEPUTATION as LONGEST},
    model::{Act, Deputation, Digest, plain, utc},
};

/// Who is to sign for whoever signs this, and until when.
#[derive(Debug, Clone)]
pub(crate) struct AppointRequest {
    pub(crate) deputy: String,
    pub(crate) until: Timestamp,
}

/// Puts it on record, signed with the approver's own key; gives the entry and the ledger's head.
pub(crate) async fn appoint(
    caller: &Caller,
    dialogue: &dyn Dialogue,
    sign: &SignRequest,
    request: &AppointRequest,
) -> Result<(Entry, Digest), ActError> {
    let mut record = EnvironmentRecord::open(caller, &sign.record, true).await?;
    let AppointRequest { deputy, until } = request;
    let policy = record.in_force()?.policy;
    let role = sign.role.clone();
    // A deputy's deputy has no role of the policy, and is none.
    let may = |id: &&String| policy.deputies.get(*id).is_some_and(|people| people.contains(deputy));
    let holders = policy.roles.get(&role).map(|role| role.people.clone()).unwrap_or_default();
    let people: Vec<String> = holders.iter().filter(may).cloned().collect();
    if people.is_empty() {
        return Err(ActError::Usage(format!(
            "`{deputy}` may be nobody's deputy as `{role}`: the policy says who may, `deputies: {{ {}: [{deputy}] }}`",
            holders.first().map_or("PERSON", String::as_str)
        )));
    }
    let now = (caller.clock)();
    if *until > LONGEST.after(now) {
        return Err(ActError::Usage(format!(
            "{} is more than {LONGEST} ahead: a deputy for longer is a matter of the policy",
            utc(*until)
        )));
    }
    let signer = Signer::find(caller, dialogue, &record, sign.key.as_deref(), &people).await?;
    let principal = signer.id().to_owned();
    let what = match *until <= now {
        true => format!("{deputy} signs for {principal} as {role} no more"),
        false => format!("{deputy} may sign for {principal} as {role} until {}; the two count as one person", utc(*until)),
    };
    dialogue.tell(&plain(&what));
    confirm(dialogue, "Sign this?")?;
    let said = Deputation { principal, deputy: deputy.clone(), role, until: *until, reason: sign.comment.clone() };
    let entry = signer.put(&mut record, Vec::new(), Act::Deputation(said), Vec::new()).await?;
    Ok((entry, record.history.head()))
}
