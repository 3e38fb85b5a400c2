//! Signing in and out, and making a passkey on an invitation.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{Path, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use data_encoding::BASE64URL_NOPAD;
use serde_json::json;

use super::{
    Web,
    access::Known,
    called::{Call, assertion, challenge, created},
    form::{Fields, segment},
    page::{Fault, Frame},
    session::Session,
};
use crate::{
    acts::passkey,
    model::{Digest, utc},
};

const LOGIN: &str = "/login";

/// The page to sign in.
pub(super) async fn page(State(web): State<Arc<Web>>) -> Result<impl IntoResponse, Fault> {
    // Whose passkey it is, it says itself: no name is asked, and none can be tried.
    let call = Call::fresh(&web, "sign", LOGIN.into(), web.rp_id().await?, Vec::new())?;
    Ok(Frame::of(&web, None, "login", "Sign in").await.with_script().page("login", &json!({ "call": call })))
}

/// Signs in.
pub(super) async fn login(State(web): State<Arc<Web>>, body: Bytes) -> Result<Response, Fault> {
    let fields = Fields::of(&body);
    let challenge = challenge(&web, LOGIN, &fields)?;
    let known = passkey::login(&web.desk, &assertion(&fields), &challenge).await;
    let known = known.map_err(|error| match error.into() {
        Fault::Refused(why) => Fault::Forbidden(format!("You are not signed in: {why}.")),
        other => other,
    })?;
    web.desk.board.look_again();
    let now = web.desk.now();
    let session = Session::begin(known.passkey.person, known.passkey.credential, now);
    let cookie = session.cookie(&web.door.key, now).ok_or_else(|| Fault::Away("The session could not begin.".into()))?;
    Ok((StatusCode::SEE_OTHER, [(header::LOCATION, "/")], [(header::SET_COOKIE, cookie)]).into_response())
}

/// Signs out.
pub(super) async fn logout(State(web): State<Arc<Web>>, Known(session): Known, body: Bytes) -> Result<Response, Fault> {
    session.sent(&Fields::of(&body), &web)?;
    Ok((StatusCode::SEE_OTHER, [(header::LOCATION, LOGIN)], [(header::SET_COOKIE, Session::ended())]).into_response())
}

/// The page behind an invitation.
pub(super) async fn invited(State(web): State<Arc<Web>>, Path(token): Path<String>) -> Result<impl IntoResponse, Fault> {
    let record = passkey::org(&web.desk).await?;
    let (_, invitation) = passkey::invitation(&record, &token).map_err(gone)?;
    let person = invitation.person;
    let ids = passkey::of_person(&web.desk, &person).await?.into_iter().map(|known| known.passkey.credential).collect();
    let call = Call::fresh(&web, "create", action(&token), web.rp_id().await?, ids)?;
    // The same for all passkeys of a person: a device keeps one for each.
    let user = BASE64URL_NOPAD.encode(&Digest::of(person.as_bytes()).as_str().as_bytes()[..32]);
    let name = web.name_of(&person).await;
    let view = json!({ "call": call, "person": person, "name": name, "user": user, "until": utc(invitation.expires) });
    Ok(Frame::of(&web, None, "invite", "A passkey").await.with_script().page("invite", &view))
}

/// Puts the passkey on record that was made on an invitation.
pub(super) async fn offered(State(web): State<Arc<Web>>, Path(token): Path<String>, body: Bytes) -> Result<impl IntoResponse, Fault> {
    let fields = Fields::of(&body);
    let challenge = challenge(&web, &action(&token), &fields)?;
    let passkey = passkey::offer(&web.desk.caller(), &web.desk, &token, &created(&fields), &challenge).await.map_err(gone)?;
    let (person, fingerprint) = (&passkey.person, passkey.fingerprint());
    let view = json!({
        "title": "Read this out", "said": fingerprint, "back": LOGIN, "back_to": "Sign in", "lines": [
            "Your passkey is on record, and counts nothing yet. Call a registrar, or better two, and read out the fingerprint above.",
            format!("Each of them signs that it is yours: `gonogo desk confirm {person} {}`", fingerprint.replace(' ', "-")),
            "Where you have an SSH key of your own, one registrar and you yourself will do.",
        ],
    });
    Ok(Frame::of(&web, None, "invite", "Read this out").await.page("done", &view))
}

fn action(token: &str) -> String {
    format!("/invite/{}", segment(token))
}

/// An invitation that is used up or has run out is no mistake of whoever follows the link.
fn gone(error: crate::acts::ActError) -> Fault {
    match error.into() {
        Fault::Wrong(_, why) => Fault::Wrong(StatusCode::GONE, why),
        other => other,
    }
}
