//! `gonogo desk invite`, `confirm` and `revoke`: whose passkey is whose.

use anyhow::anyhow;

use super::{
    Failure,
    arguments::{AtDeskOptions, ConfirmOptions, InviteOptions, RevokeOptions},
    edge::{Edge, print_lines},
    runtime,
};
use crate::{
    acts::{
        desk::{Desk, DeskRequest},
        passkey::{self, ConfirmRequest, RevokeRequest},
    },
    model::{Exit, moment, plain, utc},
};

async fn open(edge: &Edge, options: &AtDeskOptions) -> Result<Desk, Failure> {
    let request = DeskRequest { policy: options.policy.clone(), ledger: options.ledger.clone() };
    Ok(Desk::open(&edge.caller(), &request).await?)
}

/// Prints a link that is good once.
pub(super) fn invite(edge: &Edge, options: &InviteOptions) -> Result<Exit, Failure> {
    let invited = runtime::block_on(async {
        let desk = open(edge, &options.desk).await?;
        Ok(passkey::invite(&edge.caller(), &desk, &options.person).await?)
    })?;
    let lines = [
        invited.link,
        format!("good once, until {}, for {} alone: send it to them and to nobody else", utc(invited.expires), plain(&options.person)),
        "what they make there counts when two registrars, or one and their own SSH key, have signed it: `gonogo desk confirm`".into(),
    ];
    print_lines(&lines).map(|()| Exit::Go)
}

/// Signs that a passkey is somebody's.
pub(super) fn confirm(edge: &Edge, options: &ConfirmOptions) -> Result<Exit, Failure> {
    let ConfirmOptions { desk, key, person, fingerprint } = options;
    let request = ConfirmRequest { person: person.clone(), fingerprint: fingerprint.concat(), key: key.key.clone() };
    let confirmed = runtime::block_on(async {
        let desk = open(edge, desk).await?;
        Ok(passkey::confirm(&edge.with(key), &desk, &request).await?)
    })?;
    let next = match confirmed.counts {
        true => format!("the passkey of {person} counts from now on"),
        false => format!("the passkey of {person} does not count yet: one more must confirm it, a registrar or {person} with an SSH key"),
    };
    print_lines(&[format!("on record: entry {} of `@org`", confirmed.entry.seq), plain(&next).into_owned()]).map(|()| Exit::Go)
}

/// Signs that a passkey signs nothing more.
pub(super) fn revoke(edge: &Edge, options: &RevokeOptions) -> Result<Exit, Failure> {
    let RevokeOptions { desk, key, reason, since, person, fingerprint } = options;
    let since = since.as_deref().map(|since| moment(since, false)).transpose();
    let since = since.map_err(|why| Failure::usage(anyhow!("--since: {why}")))?;
    let (person, fingerprint, reason) = (person.clone(), fingerprint.concat(), reason.clone());
    let request = RevokeRequest { person, fingerprint, reason, since, key: key.key.clone() };
    let entry = runtime::block_on(async {
        let desk = open(edge, desk).await?;
        Ok(passkey::revoke(&edge.with(key), &desk, &request).await?)
    })?;
    print_lines(&[format!("on record: entry {} of `@org`", entry.seq)]).map(|()| Exit::Go)
}
