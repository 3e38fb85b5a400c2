//! The policy that a desk judges by: one file for all projects, read anew when it changes.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use jiff::Timestamp;
use tokio::sync::Mutex;

use crate::{
    acts::{ActError, Caller, ChosenPolicy},
    ledger::deploy_closed,
    model::{Digest, Period, Person, Signoff},
    plan::{self, Plan, Purpose, Request},
};

/// How long what was read of the file is good.
const FRESH: Period = Period::seconds(10);

/// The policy file.
pub(crate) struct LawFile {
    file: PathBuf,
    /// What was read, by environment, and when.
    read: Mutex<BTreeMap<String, (Timestamp, Arc<Law>)>>,
}

/// What the file says for one environment.
pub(crate) struct Law {
    /// As a record is judged by it.
    pub(crate) policy: ChosenPolicy,
    /// Whose signatures are needed.
    pub(crate) signoff: Signoff,
    pub(crate) people: BTreeMap<String, Person>,
    /// The file, as a plan that checks nothing.
    pub(in crate::acts) plan: Arc<Plan>,
    /// Over all the files that it was read from: the same as long as nothing changes.
    pub(crate) made_of: Digest,
}

impl LawFile {
    /// Reads it once, so that what is wrong with it is told at once.
    pub(crate) async fn open(caller: &Caller, file: &Path) -> Result<Self, ActError> {
        let law = Self { file: file.to_path_buf(), read: Mutex::default() };
        law.for_all(caller).await?;
        Ok(law)
    }

    /// What it says for every environment that it does not name.
    pub(crate) async fn for_all(&self, caller: &Caller) -> Result<Arc<Law>, ActError> {
        self.of(caller, "").await
    }

    /// What it says for an environment. While the file cannot be read there is no policy: an old one may have admitted
    /// somebody who was taken out since.
    pub(crate) async fn of(&self, caller: &Caller, environment: &str) -> Result<Arc<Law>, ActError> {
        let mut read = self.read.lock().await;
        if let Some((_, law)) = read.get(environment).filter(|(at, _)| *at <= caller.now && caller.now < FRESH.after(*at)) {
            return Ok(law.clone());
        }
        let mut law = Arc::new(self.load(caller, environment).await?);
        if let Some((_, known)) = read.get(environment).filter(|(_, known)| known.made_of == law.made_of) {
            law = known.clone();
        }
        // Names of environments come from records: those that nobody names any more go.
        read.retain(|_, (at, _)| caller.now < Period::seconds(3600).after(*at));
        read.insert(environment.to_owned(), (caller.now, law.clone()));
        Ok(law)
    }

    async fn load(&self, caller: &Caller, environment: &str) -> Result<Law, ActError> {
        let request = Request {
            config: self.file.clone(),
            environment: Some(environment.to_owned()),
            env: caller.env.clone(),
            purpose: Purpose::Policy,
            ..Request::default()
        };
        let plan = plan::load(&request).map_err(ActError::Plan)?;
        let lacks = || ActError::Usage(format!("{}: it does not say whose signatures are needed: write `signoff:`", self.file.display()));
        let signoff = plan.signoff.clone().ok_or_else(lacks)?;
        let made_of = Digest::of(format!("{:?}", plan.files).as_bytes());
        let policy = ChosenPolicy::of_all(&plan)?;
        Ok(Law { policy, signoff, people: plan.people.clone(), plan: Arc::new(plan), made_of })
    }
}

impl Law {
    /// Whether this person has a role that may read at the desk. A machine's role is none.
    pub(crate) fn may_read(&self, person: &str) -> bool {
        let read: &[String] = self.signoff.desk.as_ref().map_or(&[], |desk| &desk.read);
        let lets = |role: &String| *role != Signoff::RECORDER && (read.is_empty() || read.contains(role));
        // Whoever may speak for somebody reads what that person reads.
        let for_whom =
            self.signoff.deputies.iter().filter(|(_, deputies)| deputies.iter().any(|id| id == person)).map(|(id, _)| id.as_str());
        let voices: Vec<&str> = for_whom.chain([person]).collect();
        self.signoff.roles.keys().any(|role| lets(role) && voices.iter().any(|id| self.signoff.has_role(id, role)))
    }

    /// What the plan of a run demands beyond this policy, a sentence each: roles that it does not know, and times.
    pub(super) fn beyond(&self, plan: &Plan, now: Timestamp) -> Vec<String> {
        let Some(own) = &plan.signoff else { return Vec::new() };
        let unknown = own.require.iter().filter(|required| !self.signoff.roles.contains_key(&required.role));
        let unknown =
            unknown.map(|required| format!("its plan demands the role `{}`, which the desk's policy does not know", required.role));
        unknown.chain(deploy_closed(own, now)).collect()
    }

    /// What a record is judged by whose newest run was made with this plan, and whether that is the plan's own word: where
    /// it demands roles that this policy does not know, its people cannot be judged by it.
    pub(super) fn for_plan(&self, policy: &ChosenPolicy, plan: &Plan) -> (ChosenPolicy, bool) {
        let known = |role: &str| self.signoff.roles.contains_key(role);
        let demands = plan.signoff.iter().flat_map(|own| &own.require);
        match demands.into_iter().all(|required| known(&required.role)) {
            true => (policy.clone(), false),
            false => (policy.as_of(plan), true),
        }
    }
}
