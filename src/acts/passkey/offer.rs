//! A passkey that somebody's browser has made on an invitation, put on record for others to confirm.

use super::{bound, invitation, invite::put, org, where_people_sign};
use crate::{
    acts::{ActError, Caller, desk::Desk},
    ledger::{Created, LedgerError},
    model::{Offer, Passkey, PasskeyStep},
};

/// How often it is tried again where others add to the chain meanwhile.
const TRIES: usize = 10;

/// Puts it on record; an invitation is good for one.
pub(crate) async fn offer(caller: &Caller, desk: &Desk, token: &str, created: &Created, challenge: &[u8]) -> Result<Passkey, ActError> {
    let mut tries = 0;
    loop {
        let mut record = org(desk).await?;
        let (invited, said) = invitation(&record, token)?;
        let passkey = created.passkey(&said.person, challenge, bound(where_people_sign(&record)?));
        let passkey = passkey.map_err(|why| ActError::Untrusted(format!("the passkey that was made: {why}")))?;
        if record.policy.passkeys.has(&passkey.credential) {
            return Err(ActError::Usage("a passkey with this id is on record already".into()));
        }
        let step = PasskeyStep::Offered(Offer { invitation: invited, passkey: passkey.clone() });
        let head = record.history.head();
        match put(caller, &mut record, step, Some(&head)).await {
            Ok(()) => return Ok(passkey),
            // Another may have used the invitation meanwhile.
            Err(ActError::NotRecorded(LedgerError::Moved { .. })) if tries < TRIES => tries += 1,
            Err(error) => return Err(error),
        }
    }
}
