//! The name servers of a zone, each asked itself.

use std::net::SocketAddr;

use gonogo::model::Outcome::{self, Fail, Pass, Unknown};
use serde_json::{Value, json};

use super::{
    ZONE,
    hostile::{a, bytes, liar},
};
use crate::{look::Look, servers::dns::NameServer};

/// What the check says where `ns1` and `ns2` are these; the first is asked who they are.
async fn judged(ns1: SocketAddr, ns2: SocketAddr, settings: Value) -> (Outcome, String) {
    let mut settings = settings;
    settings["servers"] = json!(ns1);
    let mut look = Look::new("dns", settings);
    let pin = |server: SocketAddr| gonogo::net::Pin { ip: server.ip(), port: Some(server.port()) };
    look.pins = [("ns1.example.com".to_owned(), pin(ns1)), ("ns2.example.com".to_owned(), pin(ns2))].into_iter().collect();
    look.outcome().await
}

#[tokio::test]
async fn all_of_them_must_say_the_same() {
    let one = NameServer::knot(&[("example.com", ZONE)]);
    let same = NameServer::knot(&[("example.com", ZONE)]);
    let older = NameServer::knot(&[("example.com", &ZONE.replace("192.0.2.8", "192.0.2.6").replace("2026112001", "2026111901"))]);
    let lame = NameServer::knot(&[("other.example", ZONE)]);
    // It has the right answer, from somewhere else.
    let cache = liar(|mut message| {
        message.add_answers([a("shop.example.com.", [192, 0, 2, 7]), a("shop.example.com.", [192, 0, 2, 8])]);
        vec![bytes(&message)]
    });
    let (first, same, older, lame, cache) = (one.address, same.address, older.address, lame.address, cache.await);
    for (second, settings, wanted, said) in [
        (same, json!({ "name": "shop.example.com", "type": "A", "agree": true }), Pass, "from all 2"),
        (same, json!({ "name": "www.example.com", "type": "A", "agree": true }), Pass, "by the alias `shop.example.com`"),
        (same, json!({ "name": "example.com", "type": "SOA", "agree": true }), Pass, "from all 2"),
        (same, json!({ "name": "never.example.com", "type": "A", "agree": true, "exists": false }), Pass, "all 2 expectations"),
        (older, json!({ "name": "shop.example.com", "type": "A", "agree": true }), Fail, "192.0.2.6"),
        (older, json!({ "name": "example.com", "type": "SOA", "agree": true }), Fail, "2026111901"),
        (older, json!({ "name": "example.com", "type": "MX", "agree": true }), Pass, "from all 2"),
        (lame, json!({ "name": "shop.example.com", "type": "A", "agree": true }), Unknown, "ns2.example.com"),
        (cache, json!({ "name": "shop.example.com", "type": "A", "agree": true }), Unknown, "it is not authoritative"),
        (lame, json!({ "name": "shop.example.com", "type": "A", "max-ttl": "5m" }), Unknown, "ns2.example.com"),
    ] {
        let (outcome, reason) = judged(first, second, settings.clone()).await;
        assert!(outcome == wanted && reason.contains(said), "{settings}: {outcome} {reason}");
    }
}

#[tokio::test]
async fn what_may_be_kept_is_asked_where_it_is_set() {
    let one = NameServer::knot(&[("example.com", ZONE)]);
    let longer = NameServer::knot(&[("example.com", &ZONE.replace("shop 60", "shop 7200"))]);
    let (one, longer) = (one.address, longer.address);
    for (second, name, most, wanted, said) in [
        (one, "shop.example.com", "60s", Pass, "1 min at ns"),
        (one, "shop.example.com", "59s", Fail, "got 1 min at ns"),
        // The alias may be kept longer than what it leads to.
        (one, "www.example.com", "5m", Fail, "got 10 min"),
        (longer, "shop.example.com", "5m", Fail, "got 2 h at ns2.example.com"),
        (one, "never.example.com", "5m", Fail, "there is no A record"),
    ] {
        let (outcome, reason) = judged(one, second, json!({ "name": name, "type": "A", "max-ttl": most })).await;
        assert!(outcome == wanted && reason.contains(said), "{name} {most}: {outcome} {reason}");
    }
}
