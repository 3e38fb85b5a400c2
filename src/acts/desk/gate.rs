//! May a release go on? What a controller asks, which knows no plan and has no checkout.

use std::collections::BTreeMap;

use super::{Desk, DeskRecord};
use crate::{
    acts::{
        ActError, ReleaseRequest,
        kept_plan::KeptPlans,
        record::read,
        rollout::{self, OpenRollout},
    },
    ledger::{self, AskedRelease, Deploys, GateInput},
    model::{Choice, Digest, Exit, Release},
};

/// What is asked.
#[derive(Debug, Clone, Default)]
pub(crate) struct GateAsked {
    pub(crate) project: String,
    pub(crate) environment: String,
    /// The stage after which the next one is to begin; the deployment as a whole where it is left out.
    pub(crate) stage: Option<String>,
    pub(crate) release: ReleaseRequest,
    /// Who deploys, as whoever asks says.
    pub(crate) deployer: Option<String>,
}

/// What is answered.
#[derive(Debug, Clone)]
pub(crate) struct GateSaid {
    pub(crate) exit: Exit,
    /// Why not, the gravest first.
    pub(crate) reasons: Vec<String>,
    /// What is to be said beside.
    pub(crate) remarks: Vec<String>,
    /// The report that it rests on.
    pub(crate) report: Option<Digest>,
}

impl Desk {
    /// Answers by the desk's policy alone.
    pub(crate) async fn gate(&self, asked: &GateAsked) -> Result<GateSaid, ActError> {
        asked.release.check()?;
        match &asked.stage {
            Some(stage) => self.gate_of_stage(asked, stage).await,
            None => self.gate_of_release(asked).await,
        }
    }

    async fn gate_of_release(&self, asked: &GateAsked) -> Result<GateSaid, ActError> {
        let _reading = self.reading().await?;
        let (caller, store) = (self.caller(), self.store()?);
        let law = self.law.of(&caller, &asked.environment).await?;
        let mut chosen = law.policy.clone();
        let (history, now) = read(store.as_ref(), &asked.project, &mut chosen, caller.now).await?;
        let lacks = || ActError::Usage("the policy does not say whose signatures are needed".into());
        let policy = chosen.in_force(now).ok_or_else(lacks)?;
        let question = asked.question();
        let runs = ledger::runs(store.as_ref(), &history, &question).await?;
        // Whatever plan its newest run was made with: people signed that.
        let (nothing, newest) = (BTreeMap::new(), runs.iter().rfind(|run| run.aside.is_none()));
        let plan_files = newest.map_or(&nothing, |run| &run.run.files);
        let entry = newest.and_then(|run| history.linked().iter().find(|linked| linked.entry.seq == run.seq));
        let plan = match (newest, entry) {
            (Some(run), Some(entry)) => Some(KeptPlans::default().of_run(store.as_ref(), history.verified(entry)?, &run.run).await?),
            _ => None,
        };
        let input = GateInput {
            asked: &question,
            policy,
            plan_files,
            asked_of: &chosen.asked_of,
            authors: None,
            deployer: asked.deployer.as_deref().map_or(Deploys::Unknown, Deploys::By),
            child_of: None,
            windows: plan.as_ref().map_or(&chosen.windows, |plan| &plan.windows),
            elsewhere: None,
        };
        let mut ruling = ledger::gate(&history, &runs, input)?;
        for why in plan.iter().flat_map(|plan| law.beyond(plan, now)) {
            ruling.object(Exit::Hold, why);
        }
        Ok(GateSaid {
            exit: ruling.exit(),
            reasons: ruling.objections.iter().map(|objection| objection.text.clone()).collect(),
            report: ruling.run.map(|run| run.run.report),
            remarks: ruling.remarks,
        })
    }

    async fn gate_of_stage(&self, asked: &GateAsked, stage: &str) -> Result<GateSaid, ActError> {
        let none = || GateSaid::closed(Exit::Unchecked, format!("nothing of `{}` in `{}` is on record", asked.project, asked.environment));
        let Some(DeskRecord { record, own_roles, .. }) = self.record(&asked.project, &asked.environment).await? else { return Ok(none()) };
        if own_roles {
            return Ok(GateSaid::closed(Exit::Hold, "its plan demands roles that the desk's policy does not know".into()));
        }
        let open = OpenRollout::kept(record, asked.question().release)?;
        let gate = rollout::gate(&self.caller(), &open, stage).await?;
        let exit = match gate.choice {
            Choice::Go => Exit::Go,
            Choice::Hold => Exit::Hold,
            Choice::NoGo => Exit::Red,
        };
        Ok(GateSaid { exit, reasons: gate.reasons, remarks: gate.remarks, report: None })
    }
}

impl GateSaid {
    fn closed(exit: Exit, why: String) -> Self {
        Self { exit, reasons: vec![why], remarks: Vec::new(), report: None }
    }
}

impl GateAsked {
    fn question(&self) -> AskedRelease {
        let ReleaseRequest { version, commit, artifact } = self.release.clone();
        let release = Release { version, commit, artifact, source: "asked".into(), dirty: false };
        AskedRelease { project: self.project.clone(), environment: self.environment.clone(), release }
    }
}
