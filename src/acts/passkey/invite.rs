//! A link, for one person and one use, behind which their browser makes a passkey.

use data_encoding::BASE64URL_NOPAD;
use jiff::Timestamp;
use ring::rand::{SecureRandom as _, SystemRandom};

use super::{org, where_people_sign};
use crate::{
    acts::{ActError, Caller, EnvironmentRecord, desk::Desk},
    ledger::Draft,
    model::{Act, Digest, Invitation, Method, PasskeyStep, Period, Subject, utc},
};

/// How long an invitation is good.
const GOOD: Period = Period::seconds(24 * 3600);

/// An invitation that is on record.
pub(crate) struct Invited {
    /// The address for the person alone.
    pub(crate) link: String,
    pub(crate) expires: Timestamp,
}

/// Invites somebody whom the policy knows.
pub(crate) async fn invite(caller: &Caller, desk: &Desk, person: &str) -> Result<Invited, ActError> {
    let mut record = org(desk).await?;
    if !record.in_force()?.is_person(person) {
        return Err(ActError::Usage(format!("the policy knows no person `{person}`: they need a line in `people` or a role")));
    }
    let mut secret = [0; 32];
    let none = |_| ActError::Output("this machine gives no random bytes".into());
    SystemRandom::new().fill(&mut secret).map_err(none)?;
    let token = BASE64URL_NOPAD.encode(&secret);
    let expires = GOOD.after((caller.clock)());
    let invitation = Invitation { person: person.to_owned(), token: Digest::of(token.as_bytes()), expires };
    put(caller, &mut record, PasskeyStep::Invited(invitation), None).await?;
    let origin = &where_people_sign(&record)?.origin;
    Ok(Invited { link: format!("{origin}/invite/{token}"), expires })
}

/// Puts an unsigned word on record: nothing counts because of it.
pub(super) async fn put(caller: &Caller, record: &mut EnvironmentRecord, step: PasskeyStep, onto: Option<&Digest>) -> Result<(), ActError> {
    let subject = match &step {
        PasskeyStep::Offered(offer) => vec![Subject::sha256("passkey", &offer.passkey.digest())],
        PasskeyStep::Invited(_) | PasskeyStep::Confirmed(_) | PasskeyStep::Revoked(_) => Vec::new(),
    };
    let payload = record.statement(caller, subject, None, Method::Recorded, Act::Passkey(Box::new(step))).to_json();
    record.append(caller, Draft { payload, signature: None }, Vec::new(), onto).await.map(drop)
}

/// The invitation behind a link with the fingerprint of its statement, where it is good still.
pub(crate) fn invitation(record: &EnvironmentRecord, token: &str) -> Result<(Digest, Invitation), ActError> {
    let token = Digest::of(token.as_bytes());
    let (mut found, mut used) = (None, false);
    for linked in record.history.linked().iter().filter(|linked| linked.label().act == Act::PASSKEY) {
        let entry = record.history.verified(linked)?;
        let Act::Passkey(step) = &entry.statement.act else { continue };
        match &**step {
            PasskeyStep::Invited(invitation) if invitation.token == token => found = Some((linked.statement.clone(), invitation.clone())),
            PasskeyStep::Offered(offer) => used |= found.as_ref().is_some_and(|(statement, _)| *statement == offer.invitation),
            _ => {}
        }
    }
    let closed = |why: String| ActError::Usage(format!("{why}: ask for a new one, `gonogo desk invite`"));
    let (statement, invitation) = found.ok_or_else(|| closed("there is no such invitation".into()))?;
    if used {
        return Err(closed("this invitation was used already".into()));
    }
    if invitation.expires <= record.now {
        return Err(closed(format!("this invitation was good until {}", utc(invitation.expires))));
    }
    Ok((statement, invitation))
}
