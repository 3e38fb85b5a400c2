//! A release as the desk shows it: its report, what people said of it, and what waits for whoever looks.

use serde::Serialize;

use super::{Desk, DeskRecord};
use crate::{
    acts::{ActError, page, sign},
    ledger::{self, Deputies, LedgerError, VerifiedEntry, newest_look},
    model::{Act, Digest, Outcome, Phase, Record, Report},
};

/// A release.
pub(crate) struct ReleaseShown {
    pub(crate) report: Report,
    /// The exact bytes of its file.
    pub(crate) json: Vec<u8>,
    pub(crate) digest: Digest,
    pub(crate) beside: Record,
    /// The roles are those of its own plan.
    pub(crate) own_roles: bool,
    /// It is not the newest of its environment.
    pub(crate) newer: Option<Digest>,
    /// What changed since whoever looks signed last.
    pub(crate) since: Vec<String>,
    /// In which ways whoever looks may sign.
    pub(crate) roles: Vec<SignAs>,
    /// The questions that wait for whoever looks.
    pub(crate) questions: Vec<OpenQuestion>,
    /// The exceptions that wait for their signature.
    pub(crate) waivers: Vec<OpenQuestion>,
}

/// Something that waits for one person.
pub(crate) struct OpenQuestion {
    pub(crate) check: String,
    pub(crate) text: String,
    /// What is wanted with it.
    pub(crate) wanted: Option<String>,
}

impl Desk {
    /// The newest report of an environment, or the one with this fingerprint, as `person` sees it.
    pub(crate) async fn release(
        &self,
        place: (&str, &str),
        digest: Option<&Digest>,
        person: &str,
    ) -> Result<Option<ReleaseShown>, ActError> {
        let Some(DeskRecord { record, own_roles, _reading }) = self.record(place.0, place.1).await? else { return Ok(None) };
        let newest = newest_look(&record.history, place)?.map(|(_, run)| run.report.clone());
        let meant = |entry: &VerifiedEntry| entry.run().is_some_and(|(_, run)| Some(&run.report) == digest.or(newest.as_ref()));
        let Some((entry, run)) = record.newest_whole(&[Act::RUN], meant)?.and_then(VerifiedEntry::run) else { return Ok(None) };
        let seq = entry.entry.seq;
        let json = record.store.blob(&run.report).await?.ok_or_else(|| LedgerError::Broken { seq, why: "its report is gone".into() })?;
        let shown = ledger::recorded(record.store.as_ref(), entry, run).await?;
        let beside = page::beside(&record, entry, run, page::Asking::default()).await?.record;
        let since = if person.is_empty() { Vec::new() } else { sign::since(&record, &shown, person).await? };
        let (digest, report) = (run.report.clone(), shown.report);
        let newer = newest.filter(|newest| *newest != digest);
        let open = newer.is_none() && run.full && run.phase == Phase::PreDeploy;
        let mut made = ReleaseShown {
            json,
            digest,
            beside,
            own_roles,
            newer,
            since,
            roles: Vec::new(),
            questions: Vec::new(),
            waivers: Vec::new(),
            report,
        };
        if let Some(policy) = record.policy.in_force(record.now).filter(|_| open) {
            let theirs =
                policy.policy.roles.keys().filter(|role| *role != crate::model::Signoff::RECORDER && policy.policy.has_role(person, role));
            let own = theirs.map(|role| (role.clone(), None));
            let spoken_for = Deputies::of(&record.history, place)?.spoken_for(person, &policy).into_iter();
            let all = own.chain(spoken_for.map(|(role, principal)| (role, Some(principal))));
            let of = |(role, deputy_of): (String, Option<String>)| {
                let name = deputy_of.as_deref().map(|id| policy.name(id));
                SignAs { has_signed: made.has_signed(&role, person, name.as_deref()), name, role, deputy_of }
            };
            made.roles = all.map(of).collect();
            made.wait_for(person, &policy, &record.policy.asked_of);
        }
        Ok(Some(made))
    }
}

/// A way to sign.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct SignAs {
    /// The role.
    pub(crate) role: String,
    /// For whom, by id, where it is not for oneself.
    pub(crate) deputy_of: Option<String>,
    /// Their name.
    pub(crate) name: Option<String>,
    /// Whether they have.
    pub(crate) has_signed: bool,
}

impl ReleaseShown {
    fn has_signed(&self, role: &str, person: &str, deputy_of: Option<&str>) -> bool {
        let rows = self.beside.roles.iter().filter(|row| row.role == role).flat_map(|row| &row.sign_offs);
        rows.into_iter().any(|row| row.counts() && row.person == person && row.deputy_of.as_deref() == deputy_of)
    }

    /// What waits for this person.
    fn wait_for(&mut self, person: &str, policy: &ledger::PolicyInForce<'_>, asked_of: &std::collections::BTreeMap<String, Vec<String>>) {
        let pending = self.report.findings.iter().filter(|finding| finding.kind == "manual" && finding.outcome == Outcome::Pending);
        let asked = pending.filter(|finding| {
            let named = asked_of.get(&finding.id).cloned().unwrap_or_else(|| ledger::asked_of(&finding.settings));
            policy.among(&named).iter().any(|id| id == person)
        });
        let text = |value: &serde_json::Value| value.as_str().map(str::to_owned);
        self.questions = asked
            .map(|finding| OpenQuestion {
                check: finding.id.clone(),
                text: text(&finding.settings.value()["question"]).unwrap_or_else(|| finding.reason.clone()),
                wanted: text(&finding.settings.value()["evidence"]),
            })
            .collect();
        let unsigned = self.beside.waivers.iter().filter(|waiver| !waiver.signed && waiver.approver == person);
        self.waivers = unsigned
            .map(|waiver| OpenQuestion { check: waiver.check.clone(), text: waiver.reason.clone(), wanted: Some(waiver.ticket.clone()) })
            .collect();
    }
}
