//! A log without the line, and one with a line that is none.

use jiff::Timestamp;

use super::{
    Logging,
    seen::{Line, Seen},
};

pub(super) fn counterexamples(_: &Logging, _: Timestamp) -> Vec<Seen> {
    let none = Seen { id: "odd".into(), status: 502, reaches_back: Some(false), ..Seen::default() };
    let with = |line: Line| Seen { after_ms: Some(0), lines: vec![line], ..none.clone() };
    let text = with(Line { not_json: Some("`GET / 200`".into()), ..Line::default() });
    vec![text, with(Line::default()), none]
}
