//! Addresses that answer otherwise than wanted.

use jiff::Timestamp;

use super::{
    Tcp,
    seen::{Answer, Place, Seen, Target},
};

pub(super) fn counterexamples(check: &Tcp, _: Timestamp) -> Vec<Seen> {
    let answering = |answer: &Answer| {
        let place = Place {
            at: "192.0.2.1:1".into(),
            from: None,
            answer: answer.clone(),
            banner: check.banner().map(|wanted| wanted.counterexample()).unwrap_or_default(),
        };
        let target = |address: String| Target { address, places: vec![place.clone()], ..Target::default() };
        let control = check.control.as_ref().map(|one| {
            let open = Place { answer: Answer::Open, ..place.clone() };
            Target { address: one.to_string(), places: vec![open], ..Target::default() }
        });
        Seen { targets: check.address.iter().map(|one| target(one.to_string())).collect(), control }
    };
    [Answer::Open, Answer::Refused, Answer::Silent].iter().map(answering).collect()
}
