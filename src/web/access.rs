//! Who may see what: the session of a request, and the roles that the policy lets read.

use std::sync::Arc;

use axum::{extract::FromRequestParts, http::request::Parts};

use super::{Web, page::Fault, session::Session};

/// Somebody who may read.
pub(super) struct Reader(pub(super) Session);

/// Somebody who is signed in, whatever they may read.
pub(super) struct Known(pub(super) Session);

/// Whoever may see the verdicts: a reader, or anybody where the board is public.
pub(super) struct Visitor(pub(super) Option<Session>);

impl FromRequestParts<Arc<Web>> for Reader {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, web: &Arc<Web>) -> Result<Self, Fault> {
        let Known(session) = Known::from_request_parts(parts, web).await?;
        web.may_read(&session.person).await?;
        Ok(Self(session))
    }
}

impl FromRequestParts<Arc<Web>> for Known {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, web: &Arc<Web>) -> Result<Self, Fault> {
        let session = parts.extensions.get::<Session>().cloned().ok_or(Fault::SignIn)?;
        // A passkey that was revoked signs nobody in any more.
        match web.desk.board.shown().signs((&session.person, &session.passkey), session.span().0, web.desk.now()) {
            None => Err(Fault::Away("Whose passkey is whose has not been read from the ledger yet: try again in a moment.".into())),
            Some(false) => Err(Fault::SignIn),
            Some(true) => Ok(Self(session)),
        }
    }
}

impl FromRequestParts<Arc<Web>> for Visitor {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, web: &Arc<Web>) -> Result<Self, Fault> {
        match Reader::from_request_parts(parts, web).await {
            Ok(Reader(session)) => Ok(Self(Some(session))),
            Err(Fault::SignIn | Fault::Forbidden(_)) if web.door.public_board => Ok(Self(None)),
            Err(fault) => Err(fault),
        }
    }
}

impl Web {
    /// Whether the policy, as it is now, lets this person read.
    async fn may_read(&self, person: &str) -> Result<(), Fault> {
        let law = self.desk.law.for_all(&self.desk.caller()).await?;
        if law.may_read(person) {
            return Ok(());
        }
        Err(Fault::Forbidden(format!("The policy of this desk gives `{person}` no role that may read here (`desk: read`).")))
    }

    /// The domain of passkeys.
    pub(super) async fn rp_id(&self) -> Result<String, Fault> {
        let law = self.desk.law.for_all(&self.desk.caller()).await?;
        let desk = law.signoff.desk.as_ref().map(|desk| desk.rp_id.clone());
        desk.ok_or_else(|| Fault::Away("The policy of this desk names no desk any more.".into()))
    }

    /// The name of a person, as the policy has it.
    pub(super) async fn name_of(&self, person: &str) -> String {
        let law = self.desk.law.for_all(&self.desk.caller()).await;
        law.ok().and_then(|law| law.people.get(person).map(|person| person.name.clone())).unwrap_or_else(|| person.to_owned())
    }
}
