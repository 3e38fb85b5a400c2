//! Where every project stands, kept in memory: only chains that grew are read again.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use jiff::Timestamp;
use tokio::{sync::Notify, time::timeout};

use super::{Desk, Law, Row};
use crate::{
    acts::{
        ActError, ChosenPolicy,
        record::{passkeys, read_chain},
    },
    ledger::{History, LedgerError, ORG, Store, chain_of},
    model::{Act, Digest, Period},
};

/// How often the heads of all chains are asked for, where nobody says that one grew.
const ASKED: Duration = Duration::from_secs(5);
/// How long a database that was lost is left alone.
const AWAY: Duration = Duration::from_secs(20);
/// How long after that is known a whole round takes at least: many appends at once are one round.
const PAUSE: Duration = Duration::from_millis(200);
/// When a row is judged again though nothing was added: what it says depends on the time too.
const AGAIN: Period = Period::seconds(5 * 60);
/// So many chains are read before the board is shown anew.
const SHOWN: usize = 50;

/// Where every project stands.
#[derive(Default)]
pub(crate) struct Board {
    shown: RwLock<Arc<Snapshot>>,
    /// Somebody says that a chain grew.
    pub(super) grew: Notify,
}

/// The board at a moment.
#[derive(Clone, Default)]
pub(crate) struct Snapshot {
    /// By project and environment.
    pub(crate) rows: Vec<Arc<Row>>,
    /// Chains that nobody has read yet.
    pub(crate) unread: usize,
    /// When the heads of all chains were known last.
    pub(crate) asked: Option<Timestamp>,
    /// The policy for all, with whose passkey is whose.
    policy: Option<Arc<ChosenPolicy>>,
    /// Why that is so long ago, or what else keeps the board from being true.
    pub(crate) fault: Option<String>,
}

impl Snapshot {
    /// Whether this passkey of a person, with which they signed in at `since`, signs as was known when the ledger was read
    /// last; `None` before that.
    pub(crate) fn signs(&self, (person, credential): (&str, &str), since: Timestamp, now: Timestamp) -> Option<bool> {
        let mut known = self.policy.as_ref()?.passkeys.of_person(person);
        // Who signed in since then was looked at then.
        let later = self.asked.is_some_and(|asked| asked.as_second() <= since.as_second());
        Some(later || known.any(|known| known.passkey.credential == credential && known.signs(now)))
    }

    /// Whether the ledger was asked lately.
    pub(crate) fn is_fresh(&self, now: Timestamp) -> bool {
        self.fault.is_none() && self.asked.is_some_and(|asked| now < Period::seconds(60).after(asked))
    }
}

/// What is known of one chain.
#[derive(Default)]
struct Known {
    /// The newest entry that was seen in it: it must stay there.
    head: Option<Digest>,
    judged: Timestamp,
    /// By which policy and whose passkeys.
    by: Option<Digest>,
    rows: Vec<Arc<Row>>,
}

/// The policies that count somewhere, each with whose passkey is whose.
#[derive(Default)]
struct Policies {
    /// The newest entry of the chain of all projects that they know.
    org: Option<Digest>,
    /// By what each was read from.
    read: BTreeMap<Digest, Arc<ChosenPolicy>>,
}

impl Policies {
    /// That of a law.
    async fn of(&mut self, store: &dyn Store, law: &Law, now: Timestamp) -> Result<Arc<ChosenPolicy>, LedgerError> {
        if let Some(read) = self.read.get(&law.made_of) {
            return Ok(read.clone());
        }
        let known = passkeys(store, &law.policy, now).await?;
        let policy = Arc::new(law.policy.clone().knowing(known));
        self.read.insert(law.made_of.clone(), policy.clone());
        Ok(policy)
    }

    /// Forgets those that do not know this entry.
    fn at(&mut self, org: Option<Digest>) {
        if self.org != org {
            (self.org, self.read) = (org, BTreeMap::new());
        }
    }
}

impl Board {
    /// The board as it was put together last.
    pub(crate) fn shown(&self) -> Arc<Snapshot> {
        self.shown.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Has the ledger asked at once.
    pub(crate) fn look_again(&self) {
        self.grew.notify_one();
    }

    fn show(&self, snapshot: Snapshot) {
        *self.shown.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(snapshot);
    }

    fn show_chains(&self, known: &BTreeMap<String, Known>, (unread, asked): (usize, Timestamp), policy: &Arc<ChosenPolicy>) {
        let mut rows: Vec<Arc<Row>> = known.values().flat_map(|known| known.rows.iter().cloned()).collect();
        rows.sort_by(|a, b| (&a.project, &a.environment).cmp(&(&b.project, &b.environment)));
        self.show(Snapshot { rows, unread, asked: Some(asked), policy: Some(policy.clone()), fault: None });
    }
}

/// Keeps the board true until the program ends.
pub(crate) async fn keep(desk: Arc<Desk>) {
    let (mut known, mut policies) = (BTreeMap::new(), Policies::default());
    tokio::spawn(hear(desk.clone()));
    loop {
        if let Err(error) = round(&desk, &mut known, &mut policies).await {
            let was = desk.board.shown();
            desk.board.show(Snapshot { fault: Some(error.to_string()), ..Snapshot::clone(&was) });
        }
        // Whether somebody said something or not, the ledger is asked.
        let _ = timeout(ASKED, desk.board.grew.notified()).await;
        tokio::time::sleep(PAUSE).await;
    }
}

/// Has the ledger asked whenever its database says that it grew. What it does not say is found by asking all the same.
async fn hear(desk: Arc<Desk>) {
    while let Ok(Some(database)) = desk.database() {
        database.listen(|| desk.board.look_again()).await;
        tokio::time::sleep(AWAY).await;
    }
}

/// Reads what grew, and what was judged long ago.
async fn round(desk: &Desk, known: &mut BTreeMap<String, Known>, policies: &mut Policies) -> Result<(), ActError> {
    let store = desk.store()?;
    let mut heads = store.chains().await?;
    policies.at(heads.remove(ORG));
    let asked = desk.now();
    let law = desk.law.for_all(&desk.caller()).await?;
    let policy = policies.of(store.as_ref(), &law, asked).await?;
    let by = policy.judges_by(&law.made_of);
    // Whoever signs in need not wait for the rest.
    desk.board.show(Snapshot { policy: Some(policy.clone()), ..Snapshot::clone(&desk.board.shown()) });
    // A chain that is gone was taken out: nothing ever is.
    for (chain, gone) in known.iter_mut().filter(|(chain, known)| known.head.is_some() && !heads.contains_key(*chain)) {
        let why = format!("the chain `{chain}` is gone from the ledger: it was cut off");
        gone.rows = gone.rows.iter().map(|row| Arc::new(Row::untrusted(&row.project, &row.environment, why.clone(), asked))).collect();
    }
    let is_due = |chain: &str, head: &Digest, known: &BTreeMap<String, Known>| {
        known
            .get(chain)
            .is_none_or(|known| known.head.as_ref() != Some(head) || known.by.as_ref() != Some(&by) || AGAIN.after(known.judged) <= asked)
    };
    let due: Vec<&String> = heads.iter().filter(|(chain, head)| is_due(chain, head, known)).map(|(chain, _)| chain).collect();
    for (at, chain) in due.iter().enumerate() {
        let known_so_far = known.entry((*chain).clone()).or_default();
        known_so_far.by = Some(by.clone());
        read(desk, (store.as_ref(), policies), &law, (chain, &heads), known_so_far).await?;
        if at % SHOWN == SHOWN - 1 {
            let unread = heads.keys().filter(|chain| !known.contains_key(*chain)).count();
            desk.board.show_chains(known, (unread, asked), &policy);
        }
    }
    desk.board.show_chains(known, (0, asked), &policy);
    Ok(())
}

/// Reads one chain and judges its environments. What cannot be believed is told of each; what cannot be reached is an error.
async fn read(
    desk: &Desk,
    (store, policies): (&dyn Store, &mut Policies),
    law: &Arc<Law>,
    at: (&str, &BTreeMap<String, Digest>),
    known: &mut Known,
) -> Result<(), ActError> {
    let ((chain, heads), now) = (at, desk.now());
    known.judged = now;
    let is_away = |error: &LedgerError| matches!(error, LedgerError::Unavailable { .. } | LedgerError::Missing(_));
    let mut found = rows(desk, (store, policies), law, at, known.head.as_ref()).await;
    if matches!(found, Err(ActError::Ledger(LedgerError::Broken { .. }))) {
        // Whoever signed lately may have seen more of the chain of all projects than is known here.
        policies.read.clear();
        found = rows(desk, (store, policies), law, at, known.head.as_ref()).await;
    }
    let rows = match found {
        Ok((head, rows)) => {
            known.head = Some(head);
            rows
        }
        Err(ActError::Ledger(error)) if is_away(&error) => return Err(error.into()),
        Err(error) => {
            known.head = heads.get(chain).cloned();
            let places = known.rows.iter().map(|row| (row.project.clone(), row.environment.clone()));
            let mut places: Vec<(String, String)> = places.collect();
            if places.is_empty() {
                places.push((chain.to_owned(), String::new()));
            }
            places.iter().map(|(project, environment)| Row::untrusted(project, environment, error.to_string(), now)).collect()
        }
    };
    known.rows = rows.into_iter().map(Arc::new).collect();
    Ok(())
}

/// The rows of the environments of one chain, with its head. The shared one has those of the projects without their own.
async fn rows(
    desk: &Desk,
    (store, policies): (&dyn Store, &mut Policies),
    law: &Arc<Law>,
    (chain, heads): (&str, &BTreeMap<String, Digest>),
    seen: Option<&Digest>,
) -> Result<(Digest, Vec<Row>), ActError> {
    let caller = desk.caller();
    let policy = policies.of(store, law, caller.now).await?;
    let read = read_chain(store, chain, &policy, caller.now).await?;
    if let Some(seen) = seen.filter(|seen| !read.0.holds(seen)) {
        return Err(LedgerError::Cut(format!("entries that were seen in it are gone: the head {seen}")).into());
    }
    let mut rows = Vec::new();
    for (project, environment) in places(&read.0, chain, heads) {
        let place = (project.as_str(), environment.as_str());
        let here = desk.law.of(&caller, &environment).await?;
        // Other people may sign there.
        let policy = policies.of(store, &here, caller.now).await?;
        let other = if here.made_of == law.made_of { None } else { Some(read_chain(store, chain, &policy, caller.now).await?) };
        let (history, now) = other.as_ref().unwrap_or(&read);
        rows.push(match Row::judged(store, (history, *now), (&here, &policy), place).await {
            Err(ActError::Ledger(LedgerError::Unavailable { place, doing, why })) => {
                return Err(LedgerError::Unavailable { place, doing, why }.into());
            }
            Err(error) => Row::untrusted(place.0, place.1, error.to_string(), *now),
            Ok(row) => row,
        });
    }
    Ok((read.0.head(), rows))
}

/// The environments that something was run in or deployed to.
fn places(history: &History, chain: &str, heads: &BTreeMap<String, Digest>) -> BTreeSet<(String, String)> {
    let theirs = |project: &str| match chain_of(project) {
        own if own == chain => true,
        own => chain.is_empty() && !heads.contains_key(&own),
    };
    let labels = history.linked().iter().map(|linked| linked.label());
    let meant = labels.filter(|label| [Act::RUN, Act::DEPLOYMENT].contains(&label.act.as_str()) && theirs(&label.project));
    meant.map(|label| (label.project.clone(), label.environment.clone())).collect()
}
