//! Who deploys, and who signs for it.

use std::path::PathBuf;

use crate::{
    acts::{
        ActError, Caller, Dialogue, EnvironmentRecord, ci,
        signer::{Recorder, Signer},
    },
    model::{Deployer, DeployerSource, UnsignedRuns},
};

/// Who deploys, and who signs for it.
#[derive(Debug, Clone, Default)]
pub(crate) struct ByRequest {
    /// As somebody says.
    pub(crate) deployer: Option<String>,
    pub(crate) recorder_key: Option<PathBuf>,
    /// The key of the person who deploys.
    pub(crate) key: Option<PathBuf>,
}

impl ByRequest {
    /// Whoever signs that a deployment begins and ends: a recorder, or the person who deploys; one of them must where the
    /// policy demands it.
    pub(super) async fn signatory<'c>(
        &self,
        caller: &'c Caller,
        dialogue: &'c dyn Dialogue,
        record: &EnvironmentRecord,
    ) -> Result<Recorder<'c>, ActError> {
        let recorder = Recorder::find(caller, dialogue, record, self.recorder_key.as_deref()).await?;
        let demanded = record.policy.signoff.as_ref().is_some_and(|policy| policy.unsigned_runs == UnsignedRuns::Refused);
        match self.key.as_deref() {
            _ if recorder.id().is_some() => Ok(recorder),
            Some(key) => {
                let person = Signer::find(caller, dialogue, record, Some(key), &record.in_force()?.everybody()).await?;
                Ok(Recorder { signer: Some(person), ..recorder })
            }
            None if demanded => {
                Err(ActError::Usage("the policy has `unsigned-runs: refused`: sign the deployment with `--recorder-key FILE`".into()))
            }
            None => Ok(recorder),
        }
    }

    /// Who deploys, as the entry says it.
    pub(super) fn deployer(&self, caller: &Caller, signs: &Recorder<'_>) -> Deployer {
        let named = |name: &str, source| Deployer { name: name.to_owned(), source };
        match (ci::actor(&caller.env), signs.id(), &self.deployer) {
            (Some(actor), ..) => named(actor, DeployerSource::Ci),
            (None, Some(id), None) => named(id, DeployerSource::Key),
            (None, _, Some(said)) => named(said, DeployerSource::Declared),
            (None, None, None) => {
                let user = caller.env.get("USER").or_else(|| caller.env.get("LOGNAME"));
                named(user.unwrap_or("unknown"), DeployerSource::Declared)
            }
        }
    }
}

/// Who deploys as far as that is known and not only said: the CI's actor, else whoever signs.
pub(super) fn known(caller: &Caller, signs: &Recorder<'_>) -> Option<String> {
    ci::actor(&caller.env).or(signs.id()).map(str::to_owned)
}
