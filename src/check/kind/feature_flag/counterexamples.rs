//! Flags that stand otherwise.

use super::{
    FeatureFlag,
    seen::{Flag, Seen},
};

/// None is there, each is on for few, each is off; all of another environment.
pub(super) fn counterexamples(check: &FeatureFlag, _: jiff::Timestamp) -> Vec<Seen> {
    let there = Flag { exists: Some(true), value: Some("gonogo: another value".into()), ..Flag::default() };
    let on = Flag { on: Some(true), share: Some(0.001), ..there.clone() };
    let off = Flag { on: Some(false), ..there };
    let all = |flag: Flag| Seen {
        environment: Some(format!("not {}", check.environment())),
        flags: check.flags.keys().map(|name| (name.clone(), flag.clone())).collect(),
    };
    vec![all(Flag::absent()), all(on), all(off)]
}
