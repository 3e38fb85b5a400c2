//! Who I am here: my roles, this session, my passkeys.

use std::sync::Arc;

use axum::{body::Bytes, extract::State, response::IntoResponse};
use serde_json::json;

use super::{
    Web,
    access::Known,
    form::Fields,
    page::{Fault, Frame},
    say::laid_out,
};
use crate::{
    acts::{
        desk::Wish,
        passkey::{self, RevokeRequest},
    },
    ledger::KnownPasskey,
    model::utc,
};

/// The page.
pub(super) async fn page(State(web): State<Arc<Web>>, Known(session): Known) -> Result<impl IntoResponse, Fault> {
    let law = web.desk.law.for_all(&web.desk.caller()).await?;
    let known = passkey::of_person(&web.desk, &session.person).await?;
    let roles: Vec<&String> = law.signoff.roles.keys().filter(|role| law.signoff.has_role(&session.person, role)).collect();
    let person = law.people.get(&session.person);
    let now = web.desk.now();
    let keys: Vec<_> = known.iter().map(|known| key(known, &session.passkey, known.signs(now))).collect();
    let (since, until) = session.span();
    let view = json!({
        "person": session.person, "name": person.map_or(&session.person, |person| &person.name), "roles": roles,
        "title": person.and_then(|person| person.title.as_ref()), "since": utc(since), "until": utc(until), "keys": keys,
    });
    Ok(Frame::of(&web, Some(&session), "me", "Who I am").await.page("me", &view))
}

fn key(known: &KnownPasskey, here: &str, counts: bool) -> serde_json::Value {
    let confirmed: Vec<String> = known.confirmations.iter().map(|said| format!("{} on {}", said.by, utc(said.at))).collect();
    json!({
        "fingerprint": known.passkey.fingerprint(), "name": known.name(), "since": utc(known.since), "confirmed": confirmed,
        "counts": counts, "here": known.passkey.credential == here,
        "revoked": known.revoked.as_ref().map(|revoked| format!("by {}, from {} on", revoked.by, utc(revoked.since))),
    })
}

/// Lays out the revocation of one of them, for a passkey to sign.
pub(super) async fn revoke(State(web): State<Arc<Web>>, Known(session): Known, body: Bytes) -> Result<impl IntoResponse, Fault> {
    let fields = Fields::of(&body);
    session.sent(&fields, &web)?;
    let wish = Wish::Revoke(RevokeRequest {
        person: session.person.clone(),
        fingerprint: fields.or("fingerprint", "").to_owned(),
        reason: fields.or("comment", "lost").to_owned(),
        since: None,
        key: None,
    });
    laid_out(&web, &session, ("", ""), &wish, "/me".into()).await
}
