//! Asks for the records, then what else the demands need.

use std::net::SocketAddr;

use futures_util::future::join_all;
use serde_json::Value;

use super::{
    Dns,
    asker::{Asker, shown},
    policies,
    seen::{Seen, Told, Zone},
    wanted::Type,
};
use crate::{
    check::{Context, Unseen},
    net::dns::{Name, PORT, RecordType, written},
};

/// Name servers of a zone that are asked, and addresses of one.
const MOST_HOSTS: usize = 16;
const MOST_ADDRESSES: usize = 4;

pub(super) async fn observe(check: &Dns, cx: &Context) -> Result<Seen, Unseen> {
    let asker = Asker::new(check, cx)?;
    let mut seen = Seen::default();
    if let Some(kind) = check.r#type {
        let mut answered = asker.all(&check.name.0, kind.record()).await;
        if answered.iter().all(|(_, reply)| reply.is_err()) {
            return match answered.pop() {
                Some((_, Err(error))) => Err(error),
                _ => Err(Unseen::Unknown("there is no name server to ask".into())),
            };
        }
        let first = answered.iter().find_map(|(_, reply)| reply.as_ref().ok());
        let rows = first.map(|answer| answer.records.iter().map(|record| Value::Object(record.fields.clone())).collect());
        seen.fields = check.fields.iter().zip(rows).flat_map(|(fields, rows)| fields.look(&Value::Array(rows))).collect();
        seen.answers = answered.iter().map(|(server, reply)| Told::of(server.clone(), None, reply.as_deref().map_err(shown))).collect();
        if check.asks_zone() {
            seen.zone = Some(zone(check, &asker, cx, kind).await);
        }
    }
    policies::look(check, &asker, &mut seen).await;
    Ok(seen)
}

/// What every name server of the zone says itself.
async fn zone(check: &Dns, asker: &Asker<'_>, cx: &Context, kind: Type) -> Zone {
    for name in check.name.and_above() {
        let answer = match asker.agreed(&name, RecordType::NS).await {
            Ok(answer) => answer,
            Err(why) => return Zone { name: written(&name), unknown: Some(why), answers: Vec::new() },
        };
        // What an alias leads to is in another zone.
        if answer.records.is_empty() || !answer.aliases.is_empty() {
            continue;
        }
        let hosts: Vec<&str> = answer.records.iter().map(|record| record.value.as_str()).collect();
        let unknown = (hosts.len() > MOST_HOSTS).then(|| format!("it has more than {MOST_HOSTS} name servers"));
        let hosts = &hosts[..hosts.len().min(MOST_HOSTS)];
        let found = join_all(hosts.iter().map(|host| addresses(asker, cx, host))).await;
        // In the same order each time, whoever answers first.
        found.iter().flatten().flatten().for_each(|server| cx.lead(format!("dns://{server}")));
        let asked = hosts.iter().zip(found).map(|(host, found)| of_host(check, asker, host, found, kind));
        return Zone { name: written(&name), unknown, answers: join_all(asked).await.concat() };
    }
    let unknown = Some("no name above it has name servers of its own".into());
    Zone { name: check.name.to_string(), unknown, answers: Vec::new() }
}

/// What each address of one name server says.
async fn of_host(check: &Dns, asker: &Asker<'_>, host: &str, found: Result<Vec<SocketAddr>, String>, kind: Type) -> Vec<Told> {
    let named = |server: String, unknown: String| Told::of(server, Some(host.to_owned()), Err(unknown));
    let addresses = match found {
        Ok(found) if found.is_empty() => return vec![named(host.to_owned(), "it has no address".into())],
        Ok(found) => found,
        Err(why) => return vec![named(host.to_owned(), why)],
    };
    let one = async |server: SocketAddr| {
        let shown_server = format!("{host} ({server})");
        match asker.authority(server, &check.name.0, kind.record()).await {
            Ok(answer) if answer.authoritative => Told::of(shown_server, Some(host.to_owned()), Ok(&answer)),
            Ok(_) => named(shown_server, "it is not authoritative: the zone names it, but it does not serve the zone".into()),
            Err(error) => named(shown_server, shown(&error)),
        }
    };
    join_all(addresses.into_iter().map(one)).await
}

/// The addresses of a name server; a pin of the plan replaces them.
async fn addresses(asker: &Asker<'_>, cx: &Context, host: &str) -> Result<Vec<SocketAddr>, String> {
    if let Some(pin) = cx.shared.reach.pins().get(host) {
        return Ok(vec![pin.socket(PORT)]);
    }
    let name: Name = host.parse().map_err(|error| format!("it is no name ({error})"))?;
    let (v4, v6) = tokio::join!(asker.agreed(&name, RecordType::A), asker.agreed(&name, RecordType::AAAA));
    let (v4, v6) = (v4?, v6?);
    let all = v4.records.iter().chain(&v6.records).filter_map(|record| record.value.parse().ok());
    Ok(all.map(|ip| SocketAddr::new(ip, PORT)).take(MOST_ADDRESSES).collect())
}
