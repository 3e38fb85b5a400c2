//! One that reaches nobody and was told to be quiet.

use jiff::Timestamp;

use super::{
    Alertmanager,
    seen::{Seen, Silence},
};

pub(super) fn counterexamples(check: &Alertmanager, at: Timestamp) -> Vec<Seen> {
    let silence = Silence {
        matchers: "service=~\".*\"".into(),
        starts: Timestamp::UNIX_EPOCH,
        ends: Timestamp::MAX,
        maker: String::new(),
        covers: Some(true),
    };
    vec![Seen {
        at,
        cluster: "settling".into(),
        peers: check.peers.as_ref().map(crate::check::demand::Count::unwanted).unwrap_or_default(),
        receivers: check.receivers.iter().flat_map(|names| names.iter()).map(|name| (name.clone(), None)).collect(),
        silences: Some(1),
        amiss: vec![silence],
        makers: check.silenced_by.as_ref().map(|by| by.of("maker").counterexample()).unwrap_or_default(),
        firing: Some(1),
        alerts: vec!["Down (active)".into()],
        watchdog: None,
    }]
}
