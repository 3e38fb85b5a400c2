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
    acts::{ActError, record::read_chain},
    ledger::{History, LedgerError, ORG, Store, chain_of},
    model::{Act, Digest, Period},
};

/// How often the heads of all chains are asked for, where nobody says that one grew.
const ASKED: Duration = Duration::from_secs(5);
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
#[derive(Debug, Clone, Default)]
pub(crate) struct Snapshot {
    /// By project and environment.
    pub(crate) rows: Vec<Arc<Row>>,
    /// Chains that nobody has read yet.
    pub(crate) unread: usize,
    /// When the heads of all chains were known last.
    pub(crate) asked: Option<Timestamp>,
    /// Why that is so long ago, or what else keeps the board from being true.
    pub(crate) fault: Option<String>,
}

impl Snapshot {
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
    law: Option<Digest>,
    rows: Vec<Arc<Row>>,
}

impl Board {
    /// The board as it was put together last.
    pub(crate) fn shown(&self) -> Arc<Snapshot> {
        self.shown.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn show(&self, snapshot: Snapshot) {
        *self.shown.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(snapshot);
    }

    fn show_chains(&self, known: &BTreeMap<String, Known>, unread: usize, asked: Timestamp) {
        let mut rows: Vec<Arc<Row>> = known.values().flat_map(|known| known.rows.iter().cloned()).collect();
        rows.sort_by(|a, b| (&a.project, &a.environment).cmp(&(&b.project, &b.environment)));
        self.show(Snapshot { rows, unread, asked: Some(asked), fault: None });
    }
}

/// Keeps the board true until the program ends.
pub(crate) async fn keep(desk: Arc<Desk>) {
    let mut known = BTreeMap::new();
    loop {
        if let Err(error) = round(&desk, &mut known).await {
            let was = desk.board.shown();
            desk.board.show(Snapshot { fault: Some(error.to_string()), ..Snapshot::clone(&was) });
        }
        // Whether somebody said something or not, the ledger is asked.
        let _ = timeout(ASKED, desk.board.grew.notified()).await;
        tokio::time::sleep(PAUSE).await;
    }
}

/// Reads what grew, and what was judged long ago.
async fn round(desk: &Desk, known: &mut BTreeMap<String, Known>) -> Result<(), ActError> {
    let store = desk.store()?;
    let mut heads = store.chains().await?;
    heads.remove(ORG);
    let asked = desk.now();
    let law = desk.law.for_all(&desk.caller()).await?;
    // A chain that is gone was taken out: nothing ever is.
    for (chain, gone) in known.iter_mut().filter(|(chain, known)| known.head.is_some() && !heads.contains_key(*chain)) {
        let why = format!("the chain `{chain}` is gone from the ledger: it was cut off");
        gone.rows = gone.rows.iter().map(|row| Arc::new(Row::untrusted(&row.project, &row.environment, why.clone(), asked))).collect();
    }
    let is_due = |chain: &str, head: &Digest, known: &BTreeMap<String, Known>| {
        known.get(chain).is_none_or(|known| {
            known.head.as_ref() != Some(head) || known.law.as_ref() != Some(&law.made_of) || AGAIN.after(known.judged) <= asked
        })
    };
    let due: Vec<&String> = heads.iter().filter(|(chain, head)| is_due(chain, head, known)).map(|(chain, _)| chain).collect();
    for (at, chain) in due.iter().enumerate() {
        let known_so_far = known.entry((*chain).clone()).or_default();
        read(desk, store.as_ref(), &law, (chain, &heads), known_so_far).await?;
        if at % SHOWN == SHOWN - 1 {
            desk.board.show_chains(known, heads.keys().filter(|chain| !known.contains_key(*chain)).count(), asked);
        }
    }
    desk.board.show_chains(known, 0, asked);
    Ok(())
}

/// Reads one chain and judges its environments. What cannot be believed is told of each; what cannot be reached is an error.
async fn read(
    desk: &Desk,
    store: &dyn Store,
    law: &Arc<Law>,
    (chain, heads): (&str, &BTreeMap<String, Digest>),
    known: &mut Known,
) -> Result<(), ActError> {
    let now = desk.now();
    (known.judged, known.law) = (now, Some(law.made_of.clone()));
    let is_away = |error: &LedgerError| matches!(error, LedgerError::Unavailable { .. } | LedgerError::Missing(_));
    let rows = match rows(desk, store, law, (chain, heads), known.head.as_ref()).await {
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
    store: &dyn Store,
    law: &Arc<Law>,
    (chain, heads): (&str, &BTreeMap<String, Digest>),
    seen: Option<&Digest>,
) -> Result<(Digest, Vec<Row>), ActError> {
    let caller = desk.caller();
    let read = read_chain(store, chain, &law.policy, caller.now).await?;
    if let Some(seen) = seen.filter(|seen| !read.0.holds(seen)) {
        return Err(LedgerError::Cut(format!("entries that were seen in it are gone: the head {seen}")).into());
    }
    let mut rows = Vec::new();
    for (project, environment) in places(&read.0, chain, heads) {
        let place = (project.as_str(), environment.as_str());
        let here = desk.law.of(&caller, &environment).await?;
        // Other people may sign there.
        let other = if here.made_of == law.made_of { None } else { Some(read_chain(store, chain, &here.policy, caller.now).await?) };
        let (history, now) = other.as_ref().unwrap_or(&read);
        rows.push(match Row::judged(store, (history, *now), &here, place).await {
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
