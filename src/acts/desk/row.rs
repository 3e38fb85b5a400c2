//! One line of the board: where an environment of a project stands, as far as its record can be believed.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::law::Law;
use crate::{
    acts::{ActError, ChosenPolicy, kept_plan::KeptPlans},
    ledger::{self, AskedRelease, Deploys, Emergencies, GateInput, History, Missing, PolicyInForce, Rollouts, Ruling, Store, newest_look},
    model::{Act, Digest, Exit, Period},
};

/// How long a row is shown as it was judged.
const GOOD: Period = Period::seconds(15 * 60);

/// A word for where it stands, the gravest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Word {
    /// The record cannot be believed.
    Untrusted,
    /// The release that waits may not go.
    NoGo,
    /// It could not be looked at, or not lately.
    Unchecked,
    /// It waits for people.
    Hold,
    /// It may go.
    Go,
    /// Nothing waits.
    Live,
}

impl Word {
    /// Each with its name in addresses.
    pub(crate) const ALL: [(Self, &'static str); 6] = [
        (Self::Untrusted, "untrusted"),
        (Self::NoGo, "no-go"),
        (Self::Unchecked, "unchecked"),
        (Self::Hold, "hold"),
        (Self::Go, "go"),
        (Self::Live, "live"),
    ];

    /// Its name.
    pub(crate) fn name(self) -> &'static str {
        Self::ALL.iter().find(|(word, _)| *word == self).map_or("", |(_, name)| name)
    }

    fn of(exit: Exit) -> Self {
        match exit {
            Exit::Go => Self::Go,
            Exit::Hold => Self::Hold,
            Exit::Red => Self::NoGo,
            Exit::Untrusted => Self::Untrusted,
            _ => Self::Unchecked,
        }
    }
}

/// Where an environment stands.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) project: String,
    pub(crate) environment: String,
    word: Word,
    /// Why, in a sentence.
    pub(crate) why: Option<String>,
    /// The release that is live, and since when.
    pub(crate) live: Option<(String, Timestamp)>,
    /// Whether that is signed by somebody.
    pub(crate) live_signed: bool,
    /// The release that was looked at last, where it is not live.
    pub(crate) waiting: Option<String>,
    /// The newest report.
    pub(crate) report: Option<Digest>,
    /// When its oldest look was made.
    pub(crate) looked: Option<Timestamp>,
    /// The roles that have not signed.
    pub(crate) missing: Vec<String>,
    /// Those who have one of them, by name.
    pub(crate) people: Vec<String>,
    /// Emergencies that nobody has reviewed.
    pub(crate) emergencies: Vec<String>,
    /// The rollout that is under way.
    pub(crate) rollout: Option<String>,
    /// It was judged by the roles of its own plan.
    pub(crate) own_roles: bool,
    /// When it was judged.
    pub(crate) judged: Timestamp,
    /// Until when a go is one.
    until: Timestamp,
}

impl Row {
    /// Where it stands now: a go that has run out since it was judged is none.
    pub(crate) fn word(&self, now: Timestamp) -> Word {
        if self.word > Word::Unchecked && self.word != Word::Live && (self.is_stale(now) || self.until <= now) {
            Word::Unchecked
        } else {
            self.word
        }
    }

    /// Whether nobody could look at it for long.
    pub(crate) fn is_stale(&self, now: Timestamp) -> bool {
        GOOD.after(self.judged) <= now
    }

    /// One whose record cannot be believed.
    pub(super) fn untrusted(project: &str, environment: &str, why: String, judged: Timestamp) -> Self {
        Self {
            project: project.to_owned(),
            environment: environment.to_owned(),
            word: Word::Untrusted,
            why: Some(why),
            live: None,
            live_signed: false,
            waiting: None,
            report: None,
            looked: None,
            missing: Vec::new(),
            people: Vec::new(),
            emergencies: Vec::new(),
            rollout: None,
            own_roles: false,
            judged,
            until: judged,
        }
    }

    /// Judges an environment by its record.
    pub(super) async fn judged(
        store: &dyn Store,
        (history, now): (&History, Timestamp),
        (law, policy): (&Law, &ChosenPolicy),
        place: (&str, &str),
    ) -> Result<Self, ActError> {
        let mut row = Self { word: Word::Unchecked, why: None, ..Self::untrusted(place.0, place.1, String::new(), now) };
        let live = ledger::live(history, place).next().transpose()?;
        row.live_signed = live.is_some_and(|(entry, _)| entry.signer().is_some());
        row.live = live.map(|(entry, deployment)| (name(&deployment.release), entry.own));
        let Some((entry, run)) = newest_look(history, place)? else {
            row.why = Some("no full run before a deployment is on record".into());
            return Ok(row);
        };
        let plan = KeptPlans::default().of_run(store, entry, run).await?;
        let (chosen, own_roles) = law.for_plan(policy, &plan);
        let asked = AskedRelease { project: place.0.into(), environment: place.1.into(), release: run.release.clone() };
        let Some(policy) = chosen.in_force(now) else { return Ok(row) };
        let runs = ledger::runs(store, history, &asked).await?;
        let input = GateInput {
            asked: &asked,
            policy,
            plan_files: &run.files,
            asked_of: &chosen.asked_of,
            authors: None,
            deployer: Deploys::NotYet,
            child_of: None,
            windows: &plan.windows,
            elsewhere: None,
        };
        let mut ruling = ledger::gate(history, &runs, input)?;
        for why in law.beyond(&plan, now) {
            ruling.object(Exit::Hold, why);
        }
        row.own_roles = own_roles;
        row.report = Some(run.report.clone());
        row.looked = Some(entry.looked(run));
        row.emergencies = Emergencies::of(history, &asked, Some(&policy))?
            .rows(&asked, &policy)
            .into_iter()
            .filter(|row| row.reviewed.is_none())
            .map(|row| format!("{}: {} ({})", row.release.name().unwrap_or_default(), row.reason, row.ticket))
            .collect();
        row.rollout = under_way(history, place)?;
        let went = live.is_some_and(|(end, deployment)| end.entry.seq > entry.entry.seq && asked.covered(&deployment.release).is_ok());
        if went {
            row.word = Word::Live;
        } else {
            row.waiting = Some(name(&run.release));
            row.ruled(&ruling, policy, now);
        }
        Ok(row)
    }

    /// Takes over what the gate says of the release that waits.
    fn ruled(&mut self, ruling: &Ruling<'_>, policy: PolicyInForce<'_>, now: Timestamp) {
        self.word = Word::of(ruling.exit());
        // What a run says of itself, by roles that it brought itself, lets nobody go.
        if self.own_roles && self.word == Word::Go {
            self.word = Word::Hold;
        }
        // Who is only missing is told by name.
        self.why = ruling.objections.first().filter(|_| !ruling.waiting).map(|objection| objection.text.clone());
        self.missing = ruling
            .missing
            .iter()
            .map(|Missing { role, count, request }| {
                let over = if request.as_ref().is_some_and(|request| request.timed_out.is_some()) { ", timed out" } else { "" };
                if *count > 1 { format!("{role} ({count}{over})") } else { format!("{role}{over}") }
            })
            .collect();
        let of_roles = ruling.missing.iter().filter_map(|missing| policy.policy.roles.get(&missing.role)).flat_map(|role| &role.people);
        let people: BTreeSet<String> = of_roles.map(|id| policy.name(id)).collect();
        self.people = people.into_iter().collect();
        let signed = ruling.votes.iter().filter(|vote| vote.counts()).map(|vote| policy.policy.valid_for.after(vote.proven.own));
        let looked = ruling.run.as_ref().map(|run| policy.policy.max_age.after(run.looked()));
        self.until = signed.chain(looked).min().unwrap_or(now);
    }
}

/// The name of a release.
fn name(release: &crate::model::Release) -> String {
    release.name().unwrap_or_else(|| "a release without a name".into())
}

/// The stage that began last, where neither all of its release went live since nor the way back was taken.
fn under_way(history: &History, place: (&str, &str)) -> Result<Option<String>, ActError> {
    // Most have none, and then nothing is looked at.
    if !history.linked().iter().any(|linked| linked.is_of(place, &[Act::ROLLOUT])) {
        return Ok(None);
    }
    let rollouts = Rollouts::of(history, place)?;
    let Some(stage) = rollouts.stages.last() else { return Ok(None) };
    let deployed = history.newest_said(place, &[Act::DEPLOYMENT], |entry| entry.entry.seq > stage.entry.entry.seq)?;
    if deployed.is_some() || rollouts.went_back(stage).is_some_and(|back| back.is_back()) {
        return Ok(None);
    }
    let standing = stage.newest_evidence().map_or("nobody has watched it", |(_, evidence)| evidence.standing.as_str());
    Ok(Some(format!("{} in stage {} ({} of the traffic): {standing}", name(&stage.step.release), stage.step.stage, stage.began.traffic)))
}
