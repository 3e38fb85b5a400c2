//! Whose word counts in an audit: the auditor's own, else what came with the bundle, which proves nothing.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use jiff::Timestamp;

use super::AuditRequest;
use crate::{
    acts::{
        ActError, Caller, ChosenPolicy, EnvironmentRecord,
        bundle::{self, Opened},
        policy, record,
    },
    ledger::{History, Look, Passkeys, Trust, signing::Signers},
    model::{CiToken, Person, Signoff, Size},
    net::regular_file,
    plan::{self, Plan, Purpose, Request},
};

/// No signers' file is meant to be larger.
const LARGEST_SIGNERS: Size = Size(1 << 20);

/// Whose word counts in an audit.
pub(super) struct Law {
    /// The plan that the run was made with.
    pub(super) kept: Arc<Plan>,
    /// Its pages judge each deployment by the plan of its own run, as whoever wrote them did.
    pub(super) own: ChosenPolicy,
    /// What the auditor brings.
    pub(super) brought: Option<ChosenPolicy>,
    pub(super) signers: Arc<Signers>,
    pub(super) passkeys: Arc<Passkeys>,
    pub(super) ci_tokens: BTreeMap<String, CiToken>,
}

impl Law {
    pub(super) async fn of(caller: &Caller, request: &AuditRequest, opened: &Opened) -> Result<Self, ActError> {
        let kept = Arc::new(opened.plan().await?);
        let signers = signers_of(Some(&kept), request)?;
        let own = ChosenPolicy::packed(kept.signoff.clone(), kept.people.clone(), signers.clone());
        let brought = request.policy.as_deref().map(|file| law(file, &kept.environment)).transpose()?;
        let brought = brought.map(|(signoff, people)| ChosenPolicy::brought(signoff, people, signers));
        let law = brought.as_ref().unwrap_or(&own);
        let (passkeys, ci_tokens) = (record::passkeys(&opened.store, law, caller.now).await?, law.ci_tokens());
        let signers = law.signers.clone();
        Ok(Self { kept, own, brought, signers, passkeys, ci_tokens })
    }

    /// What is known of the keys at that moment.
    pub(super) fn look(&self, now: Timestamp, caller: &Caller) -> Look<'static> {
        let (signers, passkeys, ci_tokens) = (self.signers.clone(), self.passkeys.clone(), self.ci_tokens.clone());
        Look::by(Trust { signers, passkeys, ci_tokens, now }, caller.now)
    }

    /// The record that the bundle is, by a policy.
    pub(super) async fn record(
        &self,
        caller: &Caller,
        opened: &Opened,
        by: &ChosenPolicy,
        history: &History,
    ) -> Result<EnvironmentRecord, ActError> {
        let mut record = EnvironmentRecord::with(caller, self.kept.clone(), by.clone(), Box::new(opened.store.clone())).await?;
        record.history = history.clone();
        Ok(record)
    }
}

/// The policy and the people of a plan that the auditor trusts.
pub(super) fn law(file: &Path, environment: &str) -> Result<(Option<Signoff>, BTreeMap<String, Person>), ActError> {
    let named = Some(environment.to_owned());
    let request = Request { config: file.to_path_buf(), environment: named, purpose: Purpose::Law, ..Request::default() };
    let plan = plan::load(&request).map_err(ActError::Plan)?;
    if plan.signoff.is_none() {
        return Err(ActError::Usage(format!("{}: it does not say whose signatures `{environment}` needs", file.display())));
    }
    Ok((plan.signoff, plan.people))
}

/// The signers that are trusted: the auditor's own; else those of the plan that the run was made with, which prove nothing.
pub(super) fn signers_of(plan: Option<&Plan>, request: &AuditRequest) -> Result<Signers, ActError> {
    let own = |file: &Path| regular_file::read_bytes(file, LARGEST_SIGNERS).map_err(|error| ActError::unread(file, error));
    let trusted = request.signers.as_deref();
    let named = |plan: &'_ Plan| plan.keys(&plan.signoff.as_ref()?.allowed_signers).map(<[u8]>::to_vec);
    let bytes = match trusted {
        Some(file) => own(file)?,
        None => match plan.and_then(named) {
            Some(bytes) => bytes,
            None => return Ok(Signers::default()),
        },
    };
    let name = trusted.map_or_else(|| "allowed_signers".into(), |file| file.to_string_lossy());
    let revoked = match request.revoked.as_deref() {
        Some(file) => Some((file.to_string_lossy(), own(file)?)),
        None => plan.and_then(bundle::revoked).map(|bytes| ("revoked_keys".into(), bytes.to_vec())),
    };
    policy::parsed((&name, &bytes), revoked.as_ref().map(|(name, bytes)| (&**name, bytes.as_slice())))
}
