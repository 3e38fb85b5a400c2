//! Whoever puts runs and deployments on record: signed where a recorder's key is given.

use std::path::Path;

use anyhow::anyhow;

use super::{Failure, case::Case, edge::Edge, signer::Signer};
use crate::{
    ledger::{Blob, Draft, Entry},
    model::{Act, Method, Signoff, Subject},
};

/// A machine or a person with the role `recorder`, if a key was given.
pub(super) struct Recorder<'e> {
    signer: Option<Signer<'e>>,
}

impl<'e> Recorder<'e> {
    /// The key of somebody with the role `recorder`; nobody where no key is given.
    pub(super) async fn find(edge: &'e Edge, case: &Case, key: Option<&Path>) -> Result<Self, Failure> {
        let Some(key) = key else { return Ok(Self { signer: None }) };
        let people = case.policy()?.roles.get(Signoff::RECORDER).map(|role| role.people.clone());
        let people = people.ok_or_else(|| Failure::usage(anyhow!("a recorder's key is given, but the plan has no role `recorder`")))?;
        Ok(Self { signer: Some(Signer::find(edge, case, Some(key), &people).await?) })
    }

    /// Whose key it is.
    pub(super) fn id(&self) -> Option<&str> {
        self.signer.as_ref().map(Signer::id)
    }

    /// Puts an act on record, signed if there is a key.
    pub(super) async fn record(&self, case: &mut Case, subject: Vec<Subject>, act: Act, blobs: Vec<Blob>) -> Result<Entry, Failure> {
        match &self.signer {
            Some(signer) => signer.record(case, subject, Method::Ssh, act, blobs).await,
            None => {
                let payload = case.statement(subject, None, Method::Recorded, act).to_json();
                case.append(Draft { payload, signature: None }, blobs).await
            }
        }
    }
}
