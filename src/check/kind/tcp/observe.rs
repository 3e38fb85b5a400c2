//! Connects to every address.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use futures_util::future::join_all;
use serde_json::json;

use super::{
    Tcp,
    seen::{Answer, Place, Seen, Target},
};
use crate::{
    check::{Context, Unseen, host_port::HostPort},
    model::excerpt,
    net::{
        tcp::{Knock, knock, seen_from},
        tls::addresses,
    },
};

/// The most addresses of a name that are tried.
const MOST_ADDRESSES: usize = 16;

/// The longest greeting that is judged.
const LONGEST_BANNER: usize = 500;

pub(super) async fn observe(check: &Tcp, cx: &Context) -> Result<Seen, Unseen> {
    let until = cx.until();
    let targets = join_all(check.address.iter().map(|one| check.look(one, cx, until)));
    let control = async {
        match &check.control {
            Some(one) => Some(check.look(one, cx, until).await).transpose(),
            None => Ok(None),
        }
    };
    let (targets, control) = tokio::join!(targets, control);
    let seen = Seen { targets: targets.into_iter().collect::<Result<_, _>>()?, control: control? };
    let nowhere: Option<Vec<String>> = seen.targets.iter().map(|target| target.unknown.clone()).collect();
    nowhere.map_or(Ok(seen), |why| Err(Unseen::Unreachable(why.join("; "))))
}

impl Tcp {
    async fn look(&self, target: &HostPort, cx: &Context, until: Instant) -> Result<Target, Unseen> {
        let address = target.to_string();
        let left = || until.saturating_duration_since(Instant::now());
        let host = target.lookup();
        let found = tokio::time::timeout(left(), addresses(cx.shared.reach.pins(), &host, target.port)).await;
        let mut all = match found.unwrap_or_else(|_| Err(format!("the name {host} could not be looked up in time"))) {
            Ok(found) => self.addresses.among(found),
            Err(why) => return Ok(Target { address, unknown: Some(why), ..Target::default() }),
        };
        if all.is_empty() {
            return Err(Unseen::Unknown(format!("{host} has no address of the family that `addresses` names")));
        }
        let within = self.within().get();
        // Less time than was promised would make a slow answer a silent one.
        if left() < within {
            let why = format!("{} to wait for an answer do not fit into the check's `timeout`: raise it", self.within());
            return Err(Unseen::Unknown(why));
        }
        let beyond = all.len().saturating_sub(MOST_ADDRESSES);
        all.truncate(MOST_ADDRESSES);
        Ok(Target { address, unknown: None, places: join_all(all.into_iter().map(|at| self.place(at, within))).await, beyond })
    }

    async fn place(&self, at: SocketAddr, within: Duration) -> Place {
        let from = seen_from(at).await.map(|from| from.ip().to_string());
        let (answer, banner) = match knock(at, within, self.banner.is_some()).await {
            Knock::Open(said) => (Answer::Open, Some(said)),
            Knock::Refused => (Answer::Refused, None),
            Knock::Silent => (Answer::Silent, None),
            Knock::Unknown(why) => (Answer::Unknown(excerpt(&why, 300)), None),
        };
        let banner = self.banner().zip(banner).map(|(wanted, said)| {
            let text = String::from_utf8_lossy(&said);
            let text = text.trim_end_matches(['\r', '\n']);
            let row = if said.is_empty() { json!({}) } else { json!({ "banner": excerpt(text, LONGEST_BANNER) }) };
            let mut hits = wanted.look(&json!([row]));
            // What was cut is not what it said.
            let cut = hits.values_mut().flat_map(|hits| &mut hits.values).filter(|_| text.len() > LONGEST_BANNER);
            cut.for_each(|hit| hit.cut = Some(text.chars().count() as u64));
            hits
        });
        Place { at: at.to_string(), from, answer, banner: banner.unwrap_or_default() }
    }
}
