//! Every node of a group, found from one of them: each names others.

use std::collections::{BTreeSet, VecDeque};

use serde_json::Value;

use super::observe::{open, rows};
use crate::{
    check::{Context, Unseen},
    net::redis::{Command, Row, Session, Target},
};

/// The most nodes that are asked.
const MOST: usize = 100;

/// Each node with a session on it. One that has two addresses is told by its `run_id` and stands once.
pub(super) async fn all(first: &Target, cx: &Context) -> Result<Vec<(String, Session)>, Unseen> {
    let (mut found, mut runs, mut addresses) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
    let mut waiting = VecDeque::from([first.clone()]);
    while let Some(target) = waiting.pop_front() {
        let name = target.shown();
        if !addresses.insert(name.clone()) {
            continue;
        }
        if !found.is_empty() {
            cx.lead(name.clone());
        }
        let mut session = open(&target, cx).await?;
        let info = row(&mut session, "INFO server").await?;
        let Some(run) = info.get("run_id").and_then(Value::as_str) else {
            return Err(Unseen::Unknown(format!("{} does not say its run_id, by which a node is told from others", session.who())));
        };
        if !runs.insert(run.to_owned()) {
            continue;
        }
        if found.len() == MOST {
            return Err(Unseen::Unknown(format!("{} belongs to a group of more than {MOST} nodes", first.shown())));
        }
        for (host, port) in neighbours(&mut session, &info).await? {
            waiting.push_back(target.at(&host, port));
        }
        found.push((name, session));
    }
    Ok(found)
}

/// Host and port of the nodes that this one names.
async fn neighbours(session: &mut Session, info: &Row) -> Result<Vec<(String, u16)>, Unseen> {
    if info.get("redis_mode").and_then(Value::as_str) == Some("cluster") {
        let nodes = rows(session, &command("CLUSTER NODES")?).await?;
        let others = nodes.iter().filter(|node| !node["flags"].as_array().is_some_and(|flags| flags.iter().any(|flag| flag == "myself")));
        return others.map(|node| split(node["address"].as_str().unwrap_or_default()).ok_or_else(|| nameless(session))).collect();
    }
    let role = row(session, "ROLE").await?;
    let mut named = Vec::new();
    match role.get("role").and_then(Value::as_str) {
        Some("slave") => named.push((role.get("primary_host").cloned(), role.get("primary_port").cloned())),
        Some("sentinel") => {
            for name in role.get("watches").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
                let others = rows(session, &command(&format!("SENTINEL SENTINELS {name}"))?).await?;
                named.extend(others.into_iter().map(|other| (other.get("ip").cloned(), other.get("port").cloned())));
            }
        }
        _ => {
            let replicas = role.get("replicas").and_then(Value::as_array).into_iter().flatten();
            named.extend(replicas.map(|replica| (replica.get("host").cloned(), replica.get("port").cloned())));
        }
    }
    let read = |(host, port): (Option<Value>, Option<Value>)| {
        let port = u16::try_from(port?.as_u64()?).ok().filter(|port| *port > 0)?;
        Some((host?.as_str()?.to_owned(), port))
    };
    named.into_iter().map(|node| read(node).ok_or_else(|| nameless(session))).collect()
}

fn nameless(session: &Session) -> Unseen {
    Unseen::Unknown(format!("{} names a node without host or port", session.who()))
}

/// The last colon parts host and port; IPv6 addresses stand without brackets.
fn split(address: &str) -> Option<(String, u16)> {
    let (host, port) = address.rsplit_once(':')?;
    Some((host.to_owned(), port.parse().ok().filter(|port| *port > 0)?)).filter(|(host, _)| !host.is_empty())
}

async fn row(session: &mut Session, text: &str) -> Result<Row, Unseen> {
    Ok(rows(session, &command(text)?).await?.into_iter().next().unwrap_or_default())
}

fn command(text: &str) -> Result<Command, Unseen> {
    text.parse().map_err(Unseen::Unknown)
}
