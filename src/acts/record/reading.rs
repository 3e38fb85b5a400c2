//! Which ledger is meant, and how it is read.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use jiff::Timestamp;

use crate::{
    acts::{ChosenPolicy, RecordRequest},
    ledger::{self, History, LedgerError, Look, ORG, Passkeys, Repairs, Row, Store, Trust},
    model::Act,
};

/// Which ledger is meant.
pub(in crate::acts) fn place(request: &RecordRequest, policy: &ChosenPolicy) -> String {
    request.ledger.as_deref().or(policy.ledger.as_deref()).unwrap_or(ledger::place::DEFAULT).to_owned()
}

/// Reads the chain of a project and looks at all of it, with the moment that it is judged at: the later of this machine's
/// clock and the store's. A clock that is a little
/// behind what the chain has seen keeps nothing alive. Whose passkey is whose is read with it, for the policy.
pub(in crate::acts) async fn read(
    store: &dyn Store,
    project: &str,
    policy: &mut ChosenPolicy,
    here: Timestamp,
) -> Result<(History, Timestamp), LedgerError> {
    let chain = ledger::chain_of(project);
    // What the one has seen of the other is there only if the other is read after it.
    let rows = store.rows(&chain).await?;
    policy.passkeys = passkeys(store, policy, here).await?;
    followed(store, (&chain, rows), policy, here).await
}

/// The same for a chain that is named, with the passkeys that the policy has already.
pub(in crate::acts) async fn read_chain(
    store: &dyn Store,
    chain: &str,
    policy: &ChosenPolicy,
    here: Timestamp,
) -> Result<(History, Timestamp), LedgerError> {
    followed(store, (chain, store.rows(chain).await?), policy, here).await
}

async fn followed(
    store: &dyn Store,
    chain: (&str, Vec<Row>),
    policy: &ChosenPolicy,
    here: Timestamp,
) -> Result<(History, Timestamp), LedgerError> {
    let now = store.clock().await?.map_or(here, |there| there.max(here));
    let history = believed(store, chain, policy, now).await?;
    let newest = history.newest();
    Ok((history, newest.map_or(now, |newest| newest.max(now))))
}

/// Whose passkey is whose, by the chain of what concerns all projects and by a policy; nobody's where it names no desk.
pub(in crate::acts) async fn passkeys(store: &dyn Store, policy: &ChosenPolicy, now: Timestamp) -> Result<Arc<Passkeys>, LedgerError> {
    let in_force = policy.in_force(now).filter(|in_force| in_force.policy.desk.is_some());
    let Some(in_force) = in_force else { return Ok(Arc::default()) };
    let by_keys = Trust { signers: policy.signers.clone(), passkeys: Arc::default(), ci_tokens: BTreeMap::new(), now };
    let org = History::of(store.rows(ORG).await?, &Look::by(by_keys, now))?;
    Ok(Arc::new(Passkeys::of(org, &in_force)?))
}

/// A chain without what people have set aside.
async fn believed(
    store: &dyn Store,
    (chain, rows): (&str, Vec<Row>),
    policy: &ChosenPolicy,
    now: Timestamp,
) -> Result<History, LedgerError> {
    let look = policy.look(now);
    let read = match History::of(rows, &look) {
        Ok(history) if history.linked().iter().all(|linked| linked.label().act != Act::REPAIR) => return Ok(history),
        Err(error) if !matches!(error, LedgerError::Broken { .. }) => return Err(error),
        read => read,
    };
    // What people have set aside stands in the same chain, and is seen only by whoever looks at all of it.
    let rows = store.rows(chain).await?;
    let past = History::of(rows.clone(), &Look { repairs: Repairs::All, ..look.clone() })?;
    let settled = ledger::set_aside(&past, policy.in_force(now).as_ref())?;
    if settled.is_empty() { read } else { History::of(rows, &Look { repairs: Repairs::Named(&settled), ..look }) }
}

/// The ledger at this place by a name that does not depend on the folder of the call, also where it is gone.
pub(in crate::acts) fn named(place: &str) -> String {
    let path = Path::new(place);
    let real = |ancestor: &Path| {
        let there = std::fs::canonicalize(if ancestor.as_os_str().is_empty() { Path::new(".") } else { ancestor }).ok()?;
        let gone = path.strip_prefix(ancestor).ok()?;
        Some(if gone.as_os_str().is_empty() { there } else { there.join(gone) })
    };
    let found = if place.contains("://") { None } else { path.ancestors().find_map(real) };
    found.map_or_else(|| place.to_owned(), |path| path.to_string_lossy().into_owned())
}
