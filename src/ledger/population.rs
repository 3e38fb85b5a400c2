//! What auditors draw from: the deployments of a period, and which of them a seed draws.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{AskedRelease, History, LedgerError, VerifiedEntry, begun};
use crate::model::{Act, Begun, Deployer, Deployment, Digest, Release, Run};

/// The name of the format.
pub const DRAW_SCHEMA: &str = "gonogo.draw/v1";

/// How it is drawn, in a sentence by which an auditor does the same with `sha256sum`.
pub const DRAW_METHOD: &str =
    "the lowest SHA-256 of `SEED|FINGERPRINT`, where FINGERPRINT is that of the entry in the ledger, in hexadecimal";

/// A sample of the deployments to one environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draw {
    /// [`DRAW_SCHEMA`].
    pub schema: String,
    /// Of which project.
    pub project: String,
    /// To which environment.
    pub environment: String,
    /// The first instant of the period.
    pub from: Timestamp,
    /// The last.
    pub to: Timestamp,
    /// Only deployments whose report has a check with this tag.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub control: Option<String>,
    /// What the auditor chose.
    pub seed: u64,
    /// How many the auditor wants.
    pub wanted: usize,
    /// [`DRAW_METHOD`].
    pub method: String,
    /// When it was drawn.
    pub as_of: Timestamp,
    /// How many there are to draw from.
    pub population: usize,
    /// The entries that are drawn, in the order in which the draw has them.
    pub entries: Vec<u64>,
}

impl Draw {
    /// Whether an instant is in the period.
    pub fn has(&self, at: Timestamp) -> bool {
        (self.from..=self.to).contains(&at)
    }

    /// What is drawn from these, in the order of the draw.
    pub fn of<'m, 'h>(&self, population: &'m [Member<'h>]) -> Vec<&'m Member<'h>> {
        let mut all: Vec<&Member<'_>> = population.iter().collect();
        all.sort_by_cached_key(|member| self.order(&member.fingerprint));
        all.truncate(self.wanted);
        all
    }

    /// Where an entry stands in the order.
    pub fn order(&self, fingerprint: &Digest) -> Digest {
        Digest::of(format!("{}|{fingerprint}", self.seed).as_bytes())
    }

    /// The deployments of the period, in the order of the ledger: each that ended in it or came on record in it, and each that
    /// began in it and has no end on record. No signature decides who is among them.
    pub fn period<'h>(&'h self, history: &'h History) -> Result<Vec<Member<'h>>, LedgerError> {
        let place = (self.project.as_str(), self.environment.as_str());
        let went = [Act::BEGUN, Act::DEPLOYMENT];
        if let Some(bare) = history.linked().iter().find(|linked| linked.entry.bare.is_some() && linked.is_of(place, &went)) {
            let why = "only its link is in the bundle, and it is a deployment: nobody can tell whether it belongs to the period";
            return Err(LedgerError::Broken { seq: bare.entry.seq, why: why.into() });
        }
        let mut all = Member::all(history, place)?;
        all.retain(|member| self.has(member.at()) || self.has(member.entry.own) || self.has(member.entry.at));
        Ok(all)
    }
}

/// A deployment of a population.
#[derive(Debug, Clone)]
pub struct Member<'h> {
    /// Its entry: with which it ended, or began where it has no end.
    pub entry: &'h VerifiedEntry,
    /// The fingerprint of that.
    pub fingerprint: Digest,
    /// How it went.
    pub went: Went<'h>,
}

/// How a deployment went.
#[derive(Debug, Clone, Copy)]
pub enum Went<'h> {
    /// It ended.
    Ended(&'h Deployment),
    /// It began, and nobody knows what became of it.
    Open(&'h Begun),
}

impl<'h> Member<'h> {
    /// Every deployment to an environment that is here whole, in the order of the ledger.
    pub fn all(history: &'h History, place: (&'h str, &'h str)) -> Result<Vec<Self>, LedgerError> {
        let mut all: Vec<Self> = Vec::new();
        let went = [Act::BEGUN, Act::DEPLOYMENT];
        for linked in history.linked().iter().filter(|linked| linked.is_of(place, &went) && linked.entry.bare.is_none()) {
            let entry = history.verified(linked)?;
            let went = match &entry.statement.act {
                Act::Begun(begun) => Went::Open(begun),
                Act::Deployment(deployment) => {
                    let ended = |member: &Member<'_>| entry.aside.is_none() && begun::ends(entry, deployment.begun.as_ref(), member.entry);
                    all.retain(|member| !matches!(member.went, Went::Open(_)) || !ended(member));
                    Went::Ended(deployment)
                }
                _ => continue,
            };
            all.push(Self { entry, fingerprint: linked.digest.clone(), went });
        }
        Ok(all)
    }

    /// What was deployed.
    pub fn release(&self) -> &'h Release {
        match self.went {
            Went::Ended(deployment) => &deployment.release,
            Went::Open(begun) => &begun.release,
        }
    }

    /// When it ended, or began where it has no end.
    pub fn at(&self) -> Timestamp {
        match self.went {
            Went::Ended(deployment) => deployment.finished,
            Went::Open(_) => self.entry.own,
        }
    }

    /// Who deployed.
    pub fn deployer(&self) -> &'h Deployer {
        match self.went {
            Went::Ended(deployment) => &deployment.deployer,
            Went::Open(begun) => &begun.deployer,
        }
    }

    /// The fingerprint of the statement that let it past the gate.
    pub fn emergency(&self) -> Option<&'h Digest> {
        match self.went {
            Went::Ended(deployment) => deployment.emergency.as_ref(),
            Went::Open(begun) => begun.emergency.as_ref(),
        }
    }

    /// The report that it rests on, by its fingerprint.
    pub fn report(&self) -> Option<&'h Digest> {
        match self.went {
            Went::Ended(deployment) => deployment.report.as_ref(),
            Went::Open(begun) => begun.report.as_ref(),
        }
    }

    /// The run that made its report, before it.
    pub fn run<'r>(&self, history: &'r History, asked: &'r AskedRelease) -> Result<Option<(&'r VerifiedEntry, &'r Run)>, LedgerError> {
        let Some(report) = self.report() else { return Ok(None) };
        for entry in history.on_release(asked, &[Act::RUN]) {
            let entry = entry?;
            if let Some(run) = entry.run().filter(|(_, run)| run.report == *report && entry.entry.seq < self.entry.entry.seq) {
                return Ok(Some(run));
            }
        }
        Ok(None)
    }

    /// The moment at which it is judged: when everything that the ledger has from its run to its end had come.
    pub fn moment(&self, history: &History, run: u64) -> Timestamp {
        let until_then = history.linked().iter().filter(|linked| linked.aside.is_none());
        let until_then = until_then.filter(|linked| (run..=self.entry.entry.seq).contains(&linked.entry.seq));
        until_then.map(|linked| linked.own).max().unwrap_or(self.entry.own)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_is_what_sha256sum_says() {
        let now = Timestamp::UNIX_EPOCH;
        let (project, environment) = ("shop".into(), "prod".into());
        let (schema, method) = (DRAW_SCHEMA.into(), DRAW_METHOD.into());
        let draw = Draw {
            schema,
            method,
            project,
            environment,
            from: now,
            to: now,
            control: None,
            seed: 7,
            wanted: 1,
            as_of: now,
            population: 0,
            entries: vec![],
        };
        // printf '7|%s' "$(printf abc | sha256sum | cut -c1-64)" | sha256sum
        assert_eq!(draw.order(&Digest::of(b"abc")).as_str(), "0e3c3fa83d698e0c4b08ac64cb2d90a68e94b37d4fa10201356af6f9abd71a60");
    }
}
