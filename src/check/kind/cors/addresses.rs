//! The addresses behind the name: each must let the wanted in, and the questions go to all of them in turn.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};

use serde::{Deserialize, Serialize};

use super::{
    Cors, fetch,
    judge::is_2xx,
    seen::{Came, Kept, Seen},
};
use crate::{
    check::{Context, Unseen, Which},
    model::Expectation,
    net::tls::addresses,
};

/// More would make too many requests.
pub(super) const MOST: usize = 11;

/// One address, and what it answered to the first question.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Door {
    address: IpAddr,
    #[serde(flatten)]
    reply: Kept,
    /// There is no route from here.
    #[serde(default)]
    no_route: bool,
}

impl Door {
    pub(super) fn new(address: IpAddr, came: Came) -> Self {
        Self { no_route: came.is_err() && !has_route(address), address, reply: came.into() }
    }
}

/// Whether this machine would know where to send a packet, and from an address that is more than a private network's to
/// one that is. None is sent.
fn has_route(address: IpAddr) -> bool {
    let is_local = |ip: IpAddr| matches!(ip, IpAddr::V6(ip) if ip.is_unique_local() || ip.is_unicast_link_local() || ip.is_loopback());
    let any = if address.is_ipv4() { IpAddr::V4(Ipv4Addr::UNSPECIFIED) } else { IpAddr::V6(Ipv6Addr::UNSPECIFIED) };
    // Any port will do.
    let from = UdpSocket::bind((any, 0)).and_then(|socket| socket.connect((address, 443)).and_then(|()| socket.local_addr()));
    from.is_ok_and(|from| is_local(address) || !is_local(from.ip()))
}

impl Cors {
    /// The addresses to ask one by one, sorted so that each run asks the same where: none where the name has just one.
    pub(super) async fn sockets(&self, cx: &Context) -> Result<Vec<SocketAddr>, Unseen> {
        let all = match tokio::time::timeout(cx.remaining() / 2, addresses(cx.shared.reach.pins(), self.url.host(), self.url.port())).await
        {
            Ok(Ok(all)) if all.len() > 1 || self.addresses != Which::All => all,
            // Where there is none, the first question says so.
            _ => return Ok(Vec::new()),
        };
        let mut chosen = self.addresses.among(all);
        chosen.sort_unstable();
        if chosen.is_empty() {
            return Err(Unseen::Unknown(format!("{} has no address of the family that `addresses` names", self.url.host())));
        }
        Ok(chosen)
    }

    /// Whether every address lets the first wanted origin in. A family without a route here is left out, if the other
    /// family answered: nothing can be said of it from this machine.
    pub(super) fn judge_addresses(&self, answers: &Seen) -> Option<Expectation> {
        let wanted = *self.wanted().first()?;
        let answered = |family: bool| answers.addresses.iter().any(|door| door.reply.answer.is_some() && door.address.is_ipv4() == family);
        let (mut met, mut unmet, mut open, mut left) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for Door { address, reply: Kept { answer, lost }, no_route } in &answers.addresses {
            let fault = answer.as_ref().map(|said| match fetch::origin_fault(said, self.value(wanted), self.credentials) {
                _ if said.is_limited() => Err(format!("{address}: it was turned away with {}", said.status())),
                fault if is_2xx(said) => Ok(fault.map(|fault| format!("{address}: {}, {fault}", said.status()))),
                _ => Ok(Some(format!("{address}: {}", said.status()))),
            });
            match fault {
                Some(Ok(None)) => met.push(address.to_string()),
                Some(Ok(Some(fault))) => unmet.push(fault),
                Some(Err(why)) => open.push(why),
                // Servers on the own machine mostly listen on one family; clients take the other one then.
                None if (*no_route || address.is_loopback()) && !answered(address.is_ipv4()) && answered(!address.is_ipv4()) => {
                    left.push(format!("{address} ({})", if *no_route { "no route from here" } else { "it does not answer" }));
                }
                None => open.push(format!("{address}: {}", lost.as_deref().unwrap_or("none is recorded"))),
            }
        }
        let beyond = answers.not_asked;
        open.extend((beyond > 0).then(|| format!("{beyond} more addresses were not asked: name a family with `addresses`")));
        let not_seen = if left.is_empty() { String::new() } else { format!("; not judged: {}", left.join(", ")) };
        let demand =
            Expectation::new("addresses", "every address of the name").wanted(format!("GET from `{wanted}` answered with 2xx and allowed"));
        match (unmet.as_slice(), open.as_slice()) {
            _ if answers.addresses.is_empty() => None,
            ([], []) => Some(demand.got(format!("allowed at {}{not_seen}", met.join(", "))).met(true)),
            ([], open) => Some(demand.undetermined(open.join("; "))),
            (unmet, _) => Some(demand.got(unmet.join("; ")).met(false)),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const APP: &str = "https://app.example.com";

    fn judged(addresses: &Value, beyond: usize) -> (Option<bool>, String) {
        let cors: Cors = serde_json::from_value(json!({ "url": "https://api.example.com/", "origins": APP })).expect("settings");
        let answers = json!({ "addresses": addresses, "not-asked": beyond, "answers": [] });
        let one = cors.judge_addresses(&serde_json::from_value(answers).expect("answers")).expect("a demand");
        (one.met, if one.met.is_none() { one.why.unwrap_or_default() } else { one.got })
    }

    #[test]
    fn each_address_counts_and_a_family_without_a_route_is_named() {
        let good = |address: &str| json!({ "address": address, "answer": { "status": 200, "allow-origin": [APP] } });
        let with = |address: &str, answer: Value| json!({ "address": address, "answer": answer });
        let no_route = |address: &str| json!({ "address": address, "lost": "there is no route", "no-route": true });
        for (addresses, beyond, met, said) in [
            (json!([good("192.0.2.1"), good("2001:db8::1")]), 0, Some(true), "allowed at 192.0.2.1, 2001:db8::1"),
            (json!([good("192.0.2.1"), with("192.0.2.2", json!({ "status": 200 }))]), 0, Some(false), "192.0.2.2: status 200, no `Acc"),
            (json!([good("192.0.2.1"), with("192.0.2.2", json!({ "status": 502 }))]), 0, Some(false), "192.0.2.2: status 502"),
            (json!([good("192.0.2.1"), with("192.0.2.2", json!({ "status": 429 }))]), 0, None, "192.0.2.2: it was turned away"),
            (json!([good("192.0.2.1"), { "address": "2001:db8::1", "lost": "it refused" }]), 0, None, "2001:db8::1: it refused"),
            (
                json!([good("192.0.2.1"), no_route("2001:db8::1")]),
                0,
                Some(true),
                "allowed at 192.0.2.1; not judged: 2001:db8::1 (no route from here)",
            ),
            (
                json!([good("127.0.0.1"), { "address": "::1", "lost": "it refused" }]),
                0,
                Some(true),
                "allowed at 127.0.0.1; not judged: ::1",
            ),
            (json!([good("127.0.0.1"), with("::1", json!({ "status": 200 }))]), 0, Some(false), "::1: status 200"),
            (json!([no_route("192.0.2.1"), good("192.0.2.2")]), 0, None, "192.0.2.1: there is no route"),
            (json!([good("192.0.2.1")]), 3, None, "3 more addresses were not asked"),
        ] {
            let (is, got) = judged(&addresses, beyond);
            assert!(is == met && got.starts_with(said), "{addresses}: {is:?} {got}");
        }
        assert!(has_route(Ipv4Addr::LOCALHOST.into()));
    }
}
