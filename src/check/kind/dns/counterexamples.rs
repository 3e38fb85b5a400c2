//! Name servers that say something else.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{
    Dns,
    policies::Texts,
    seen::{Seen, Told, Zone},
};
use crate::net::dns::Said;

pub(super) fn counterexamples(check: &Dns, _: Timestamp) -> Vec<Seen> {
    let name = check.name.to_string();
    let told = |host: &str, said: Said, records: &[&str]| Told {
        server: format!("{host} (192.0.2.1:53)"),
        host: Some(host.to_owned()),
        said,
        records: records.iter().map(|text| (*text).to_owned()).collect(),
        ttl: check.max_ttl.map(|most| u32::try_from(most.get().as_secs()).unwrap_or(u32::MAX - 1).saturating_add(1)),
        ..Told::default()
    };
    let nothing = || told("ns1.example.com", Said::NoName, &[]);
    let something = || told("ns2.example.com", Said::Records, &["what nobody wants"]);
    let none = || vec![(name.clone(), Texts::default())];
    let seen = |answer: Told| Seen {
        answers: if check.r#type.is_some() { vec![answer] } else { Vec::new() },
        fields: check.fields.as_ref().map(|wanted| wanted.counterexample()).unwrap_or_default(),
        zone: check.asks_zone().then(|| Zone { name: name.clone(), unknown: None, answers: vec![nothing(), something()] }),
        spf: BTreeMap::from([(name.clone(), Texts::default())]),
        dmarc: none(),
        caa: none(),
    };
    vec![seen(nothing()), seen(something())]
}
