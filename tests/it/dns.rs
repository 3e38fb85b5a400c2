//! `dns` on Knot and dnsmasq, and on what only pretends to be a name server.

pub(crate) mod hostile;
mod policies;
mod zone;

use std::net::SocketAddr;

use gonogo::model::Outcome::{self, Fail, Pass, Unknown};
use serde_json::{Value, json};

use crate::{look::Look, servers::dns::NameServer};

/// A zone with something of everything.
pub(crate) const ZONE: &str = "\
@ 3600 SOA ns1.example.com. admin.example.com. 2026112001 7200 900 1209600 300
@ 3600 NS ns1.example.com.
@ 3600 NS ns2.example.com.
ns1 3600 A 127.0.0.1
ns2 3600 A 127.0.0.1
@ 300 MX 10 mx1.example.com.
@ 300 MX 20 MX2.example.com.
@ 300 TXT \"v=spf1 mx include:_spf.example.com -all\"
@ 300 TXT \"a long \" \"text\"
_spf 300 TXT \"v=spf1 ip4:192.0.2.0/24 ~all\"
_dmarc 300 TXT \"v=DMARC1; p=quarantine; rua=mailto:dmarc@example.com\"
@ 300 CAA 0 issue \"letsencrypt.org\"
@ 300 CAA 0 iodef \"mailto:admin@example.com\"
www 600 CNAME shop
shop 60 A 192.0.2.7
shop 60 A 192.0.2.8
shop 60 AAAA 2001:db8::7
lost 60 CNAME gone
_sip._tcp 60 SRV 0 5 5060 sip
_443._tcp.www 60 TLSA 3 1 1 8D02536C887482BC34FF54E41D2BA659BF85B341A0A20AFADB5813DCFBCF286D
only-v4 60 A 192.0.2.9
";

/// What the check says, asked of these servers.
pub(super) async fn outcome(servers: &[SocketAddr], mut settings: Value) -> (Outcome, String) {
    settings["servers"] = json!(servers);
    if settings.get("name").is_none() {
        settings["name"] = json!("example.com");
    }
    Look::new("dns", settings).outcome().await
}

#[tokio::test]
async fn every_type_of_record_is_read() {
    let knot = NameServer::knot(&[("example.com", ZONE)]);
    let dnsmasq = NameServer::dnsmasq(&[&format!("--server=/example.com/127.0.0.1#{}", knot.address.port())], "example.com");
    for server in [knot.address, dnsmasq.address] {
        for (settings, wanted) in [
            (json!({ "name": "shop.example.com", "type": "A", "records": ["192.0.2.8", "192.0.2.7"] }), Pass),
            (json!({ "name": "shop.example.com", "type": "A", "records": "192.0.2.7" }), Fail),
            (json!({ "name": "shop.example.com", "type": "A", "records": { "contains": "192.0.2.7" } }), Pass),
            (json!({ "name": "shop.example.com", "type": "AAAA", "records": "2001:DB8:0::7" }), Pass),
            (json!({ "name": "WWW.Example.com.", "type": "A", "records": { "contains": "192.0.2.8" } }), Pass),
            (json!({ "name": "www.example.com", "type": "CNAME", "records": "Shop.example.com." }), Pass),
            (
                json!({ "type": "MX", "records": ["10 mx1.example.com", "20 mx2.example.com."], "fields": { "preference": { "max": 20 } } }),
                Pass,
            ),
            (json!({ "type": "MX", "fields": { "preference": { "max": 10 } } }), Fail),
            (json!({ "type": "MX", "fields": { "exchange": { "matches": ".*\\.example\\.com" } } }), Pass),
            (json!({ "type": "NS", "records": ["ns1.example.com", "ns2.example.com"] }), Pass),
            (json!({ "type": "TXT", "records": { "contains": "a long text" } }), Pass),
            (json!({ "type": "TXT", "records": "a long text" }), Fail),
            (json!({ "type": "CAA", "records": { "contains": "0 issue \"letsencrypt.org\"" } }), Pass),
            (json!({ "type": "CAA", "fields": { "flags": 0, "tag": { "one-of": ["issue", "iodef"] } } }), Pass),
            (json!({ "name": "_sip._tcp.example.com", "type": "SRV", "records": "0 5 5060 sip.example.com" }), Pass),
            (json!({ "name": "_443._tcp.www.example.com", "type": "TLSA", "fields": { "usage": 3, "selector": 1, "matching": 1 } }), Pass),
            (json!({ "type": "SOA", "fields": { "serial": 2_026_112_001, "primary": "ns1.example.com" } }), Pass),
            (json!({ "name": "shop.example.com", "type": "A", "fields": { "ttl": { "max": 60 } } }), Pass),
            (json!({ "name": "shop.example.com", "type": "A" }), Pass),
            (json!({ "name": "only-v4.example.com", "type": "AAAA" }), Fail),
        ] {
            let (outcome, reason) = outcome(&[server], settings.clone()).await;
            assert_eq!(outcome, wanted, "{server} {settings}: {reason}");
        }
    }
}

#[tokio::test]
async fn an_absence_is_told_from_an_answer_that_is_none() {
    let knot = NameServer::knot(&[("example.com", ZONE)]);
    for (name, exists, wanted, said) in [
        ("never.example.com", false, Pass, "no such name (NXDOMAIN)"),
        ("only-v4.example.com", false, Pass, "no AAAA record"),
        ("shop.example.com", false, Fail, "got `2001:db8::7`, wanted none, and no alias"),
        // Whoever makes what it names has it.
        ("lost.example.com", false, Fail, "got no such name (NXDOMAIN), by the alias `gone.example.com`"),
        ("lost.example.com", true, Fail, "by the alias `gone.example.com`"),
        ("never.example.com", true, Fail, "got no such name (NXDOMAIN), wanted at least one"),
        ("www.elsewhere.example", false, Unknown, "does not answer us (REFUSED)"),
        ("www.elsewhere.example", true, Unknown, "does not answer us (REFUSED)"),
    ] {
        let (outcome, reason) = outcome(&[knot.address], json!({ "name": name, "type": "AAAA", "exists": exists })).await;
        assert!(outcome == wanted && reason.contains(said), "{name} {exists}: {outcome} {reason}");
    }
    let (outcome, _) = Look::new("dns", json!({ "name": "never.invalid", "type": "A" })).outcome().await;
    assert_ne!(outcome, Pass);
}

#[tokio::test]
async fn servers_that_differ_say_nothing_together() {
    let (one, other) = ("shop 60 A 192.0.2.7", "shop 60 A 192.0.2.9");
    let head = "@ 60 SOA ns1 admin 1 7200 900 1209600 60\n@ 60 NS ns1\nns1 60 A 127.0.0.1\n";
    let [one, other, same] = [one, other, one].map(|record| NameServer::knot(&[("example.com", &format!("{head}{record}"))]));
    let settings = json!({ "name": "shop.example.com", "type": "A", "records": { "contains": "192.0.2.7" } });
    let (outcome_of_both, reason) = outcome(&[one.address, other.address], settings.clone()).await;
    assert!(outcome_of_both == Unknown && reason.contains("the servers differ"), "{reason}");
    let (outcome_of_same, reason) = outcome(&[one.address, same.address], settings.clone()).await;
    assert_eq!(outcome_of_same, Pass, "{reason}");
    let dead = SocketAddr::from(([127, 0, 0, 1], crate::port::unused()));
    let (outcome_of_dead, reason) = outcome(&[one.address, dead], settings.clone()).await;
    assert!(outcome_of_dead == Unknown && reason.contains("refuses"), "{reason}");
    let mut agreeing = settings;
    agreeing["agree"] = json!(true);
    let (outcome, reason) = outcome(&[one.address, other.address], agreeing).await;
    assert!(outcome == Fail && reason.contains("192.0.2.9"), "{reason}");
}
