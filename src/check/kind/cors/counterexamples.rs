//! Answers that break each demand: of an API that lets everybody in, of one that lets nobody in, and of a confused one.

use std::net::Ipv4Addr;

use super::{
    Cors,
    addresses::Door,
    ask::{Ask, NO_ORIGIN, Way},
    seen::{Said, Seen},
};

/// One observation for each kind of API.
pub(super) fn counterexamples(cors: &Cors, _: jiff::Timestamp) -> Vec<Seen> {
    let all = [open, closed, confused].map(|api| {
        let asks = cors.asks(Some(""));
        let addresses = asks.first().map(|ask| Door::new(Ipv4Addr::LOCALHOST.into(), Ok(api(ask)))).into_iter().collect();
        let answers = Seen::new(asks.into_iter().map(|ask| (ask.clone(), Ok(api(&ask)))));
        Seen { seed: Some(String::new()), addresses, ..answers }
    });
    all.to_vec()
}

/// Gives everybody back what they sent, credentials included, and tells no cache.
fn open(ask: &Ask) -> Said {
    let origin = if ask.origin == NO_ORIGIN { "*" } else { &ask.origin };
    Said { status: 200, allow_origin: vec![origin.to_owned()], allow_credentials: vec!["true".to_owned()], ..Said::default() }
}

/// Knows nothing of origins.
fn closed(ask: &Ask) -> Said {
    Said { status: if ask.way == Way::Options { 405 } else { 404 }, ..Said::default() }
}

/// Says everything twice.
fn confused(ask: &Ask) -> Said {
    let origin = format!("{}, {}", ask.origin, ask.origin);
    Said { status: 404, allow_origin: vec![origin], ..Said::default() }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::json;

    use super::*;

    #[test]
    fn every_demand_can_go_red_whatever_the_settings() {
        for settings in [
            json!({ "origins": "https://app.example.com" }),
            json!({ "origins": ["https://app.example.com", "http://localhost:3000"], "credentials": false, "vary": false }),
            json!({ "origins": "https://app.example.com", "methods": ["GET", "POST"], "exposes": "ETag" }),
            json!({ "origins": "https://app.example.com", "methods": ["PUT"], "headers": "Authorization", "credentials": true }),
            json!({ "origins": "capacitor://localhost", "refused": "https://old.example.com", "error-path": "/error" }),
            json!({ "origins": "https://app.example.com", "subdomains-of": "example.com", "other-ports": "allow" }),
            json!({ "origins": ["http://10.0.0.7:8080", "http://[::1]:5173"] }),
            json!({ "public": true }),
            json!({ "public": true, "methods": ["DELETE"], "headers": "X-Trace", "exposes": ["ETag"], "credentials": false }),
        ] {
            let mut settings = settings;
            settings["url"] = json!("https://api.example.com/");
            let cors: Cors = serde_json::from_value(settings.clone()).expect("settings");
            let at = jiff::Timestamp::UNIX_EPOCH;
            let judged: Vec<_> =
                counterexamples(&cors, at).iter().flat_map(|answers| super::super::judge::judge(&cors, answers, at)).collect();
            let names =
                |red: bool| judged.iter().filter(|one| !red || one.met == Some(false)).map(|one| &one.name).collect::<BTreeSet<_>>();
            assert_eq!(names(true), names(false), "{settings}");
        }
    }
}
