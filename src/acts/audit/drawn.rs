//! A sample looked at offline: its population and its draw are made again from the chain, and each deployment is looked at as
//! if its bundle had come alone.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{AuditRequest, AuditedRun, Of, demand, law, look, signers_of, tested};
use crate::{
    acts::{
        ActError, Caller,
        bundle::{Opened, demand_project},
        draw::{DrawnItem, Keys, Population, asked, statements},
    },
    ledger::{
        AskedRelease, Bundle, DRAW_METHOD, Draw, Entry, History, Look, Member, Memory, Store as _, Trust, chain_of, export, kept,
        signing::Signers,
    },
    model::{CLOCK_TOLERANCE, Digest, Exit, Report, excerpt, first_of},
};

/// What an audit found of a sample.
pub(crate) struct AuditedDraw {
    /// What was drawn, as the bundle says.
    pub(crate) draw: Draw,
    /// In the order of the draw.
    pub(crate) items: Vec<AuditedItem>,
    /// What cannot be trusted of the sample as a whole.
    pub(crate) faults: Vec<String>,
    /// What is to be said beside.
    pub(crate) notes: Vec<String>,
    pub(crate) signers_brought: bool,
    pub(crate) policy_brought: bool,
    /// How many entries its ledger has, how many no signature covers, and its head.
    pub(crate) ledger: (usize, u64, Digest),
}

/// A deployment of a sample.
pub(crate) struct AuditedItem {
    pub(crate) drawn: DrawnItem,
    /// What was found of its run; nothing where no report of it is on record, or it cannot be read.
    pub(crate) run: Option<AuditedRun>,
    /// What was tested of it.
    pub(crate) tested: tested::Tested,
}

impl AuditedItem {
    /// What the gate would have said: without a run it asks for one.
    pub(crate) fn gate(&self) -> Exit {
        self.run.as_ref().map_or(Exit::Unchecked, |run| run.gate)
    }
}

/// The sample as it was read.
struct Read<'a> {
    named: &'a str,
    bundle: &'a Bundle,
    draw: &'a Draw,
    store: &'a Memory,
    history: &'a History,
}

/// Looks at a sample; an error where its ledger cannot be believed or a deployment in it is a link alone.
pub(super) async fn audit(caller: &Caller, request: &AuditRequest, bundle: Bundle, draw: Draw) -> Result<AuditedDraw, ActError> {
    let named = request.bundle.display().to_string();
    let mut releases = Vec::new();
    for entry in draw.entries.iter().collect::<BTreeSet<_>>() {
        if let Some(item) = bundle.item(*entry).map_err(|error| ActError::Bundle(named.clone(), error))? {
            let report = Report::from_json(item.report()).map_err(|error| ActError::Untrusted(format!("{named}: {error}")))?;
            releases.push(AskedRelease::of(&report));
        }
    }
    let exported = bundle.exported(&releases)?;
    demand_project(&named, &exported, &draw.project)?;
    let store = Memory::new(named.clone(), exported);
    kept::check(&store, &export::entries(&store, None).await?).await?;
    // What is a deployment does not depend on who signed it.
    let trusted = if request.signers.is_some() { signers_of(None, request)? } else { Signers::default() };
    let policy = request.policy.as_deref().map(|file| law(file, &draw.environment)).transpose()?.and_then(|(policy, _)| policy);
    let ci_tokens = policy.map(|policy| policy.ci_tokens).unwrap_or_default();
    let trust = Trust { signers: Arc::new(trusted), passkeys: Arc::default(), ci_tokens, now: caller.now };
    let history = History::of(store.rows(&chain_of(&draw.project)).await?, &Look::by(trust, caller.now))?;
    let population = Population::of(&history, &store, &draw).await?;
    if let Some(why) = population.is_nothing(&draw) {
        return Err(ActError::Untrusted(format!("{named}: {why}")));
    }
    let read = Read { named: &named, bundle: &bundle, draw: &draw, store: &store, history: &history };
    let mut faults = read.faults(caller, &population);
    let items = read.items(caller, request, &draw.of(&population.members), &mut faults).await?;
    if items.iter().all(|item| item.run.is_none()) {
        demand([&history, &History::default()], &request.heads)?;
    }
    let ledger = match items.iter().find_map(|item| item.run.as_ref()) {
        Some(run) => run.ledger.clone(),
        None => (history.len(), history.unsigned()?, history.head()),
    };
    let (signers_brought, policy_brought) = (request.signers.is_some(), request.policy.is_some());
    let notes = population.notes(&draw);
    Ok(AuditedDraw { items, faults, notes, signers_brought, policy_brought, ledger, draw: draw.clone() })
}

impl Read<'_> {
    /// What is not as the chain has it: the population, the draw, the moment.
    fn faults(&self, caller: &Caller, population: &Population<'_>) -> Vec<String> {
        let Draw { seed, method, entries, as_of, population: count, .. } = self.draw;
        let mut faults = Vec::new();
        let (text, written) = (population.text(), String::from_utf8_lossy(self.bundle.population()));
        let (of_chain, said): (BTreeSet<&str>, BTreeSet<&str>) = (text.lines().collect(), written.lines().collect());
        let entry = |line: &&&str| excerpt(line.split(' ').nth(1).unwrap_or("?"), 20);
        let (hidden, invented): (Vec<String>, Vec<String>) =
            (of_chain.difference(&said).map(|line| entry(&line)).collect(), said.difference(&of_chain).map(|line| entry(&line)).collect());
        if !hidden.is_empty() {
            faults.push(format!("its population lacks deployments that the ledger has in this period: entries {}", listed(&hidden)));
        }
        if !invented.is_empty() {
            faults.push(format!("its population has deployments that the ledger has not so: entries {}", listed(&invented)));
        }
        if hidden.is_empty() && invented.is_empty() && (text != written || *count != population.members.len()) {
            faults.push(format!("its population is not as the ledger has it: {} deployments", population.members.len()));
        }
        let drawn: Vec<u64> = self.draw.of(&population.members).iter().map(|member| member.entry.entry.seq).collect();
        if method != DRAW_METHOD {
            faults.push("it says that it was drawn in another way than this program draws: audit with the one that packed it".into());
        }
        if drawn != *entries {
            let list = |entries: &[u64]| listed(&entries.iter().map(u64::to_string).collect::<Vec<_>>());
            let (drawn, said) = (list(&drawn), list(entries));
            faults.push(format!("it is not the draw of its population: the seed {seed} draws the entries {drawn}, and it has {said}"));
        }
        if let Some(name) = self.bundle.item_beside(&drawn) {
            faults.push(format!("`{name}` is of no deployment that was drawn"));
        }
        let newest = self.history.linked().last().map(|linked| linked.own);
        if newest.is_some_and(|newest| CLOCK_TOLERANCE.after(*as_of) < newest) || CLOCK_TOLERANCE.after(caller.now) < *as_of {
            faults.push(format!("it says that it was drawn at {as_of}, which is before its newest entry or still to come"));
        }
        faults
    }

    /// Each deployment that was drawn, looked at.
    async fn items(
        &self,
        caller: &Caller,
        request: &AuditRequest,
        drawn: &[&Member<'_>],
        faults: &mut Vec<String>,
    ) -> Result<Vec<AuditedItem>, ActError> {
        let tool = self.bundle.manifest().map_err(|error| ActError::Bundle(self.named.into(), error))?.tool;
        let (mut items, mut keys, mut reports) = (Vec::new(), BTreeMap::new(), BTreeMap::new());
        for member in drawn {
            let entry = member.entry.entry.seq;
            let asked = asked(self.draw, member.release().clone());
            let run = member.run(self.history, &asked)?.map(|(made, run)| (made.entry.seq, run.clone()));
            let item = self.bundle.item(entry).map_err(|error| ActError::Bundle(self.named.into(), error))?;
            let (run, tested) = match (run, item) {
                (Some((seq, run)), Some(item)) => {
                    let opened = Opened { bundle: item, store: self.store.clone(), entries: Vec::new(), seq, run };
                    let of_report = Digest::of(opened.bundle.report()) == opened.run.report;
                    let plan = opened.plan().await;
                    keys.insert(entry, Keys::of(AskedRelease { release: opened.run.release.clone(), ..asked }, plan.as_ref().ok()));
                    reports.insert(entry, opened.run.report.clone());
                    match (of_report, look(caller, request, &opened, Some(Of { entry, tool: &tool })).await) {
                        (_, Err(error @ (ActError::Usage(_) | ActError::Plan(_)))) => return Err(error),
                        (false, _) => (None, Err("the report beside it is not the one that it rests on".to_owned())),
                        (true, Err(error)) => (None, Err(error.to_string())),
                        (true, Ok(mut run)) => {
                            let tested = std::mem::take(&mut run.tested);
                            (Some(run), Ok(tested))
                        }
                    }
                }
                (None, Some(_)) => (None, Err("there is a report beside it, and no run of it is on record before it".into())),
                (Some(_), None) => (None, Err("its report is on record and missing from the bundle".into())),
                (None, None) => {
                    keys.insert(entry, Keys::of(asked, None));
                    let tested = tested::without_run(member, "no run of it is on record before it".into());
                    items.push(AuditedItem { drawn: DrawnItem::of(self.draw, member), run: None, tested });
                    continue;
                }
            };
            let tested = tested.unwrap_or_else(|why| {
                faults.push(format!("entry {entry}: {why}"));
                tested::without_run(member, why)
            });
            items.push(AuditedItem { drawn: DrawnItem::of(self.draw, member), run, tested });
        }
        let keys: Vec<Keys> = keys.into_values().collect();
        let entries = export::entries(self.store, None).await?;
        let told: Vec<&Entry> = entries.iter().collect();
        if let Err(error) = self.bundle.check_drawn(self.draw, &reports, &statements(told.into_iter(), &keys)) {
            faults.push(error.to_string());
        }
        Ok(items)
    }
}

fn listed(entries: &[String]) -> String {
    first_of(entries, 30, entries.len(), ", ")
}
