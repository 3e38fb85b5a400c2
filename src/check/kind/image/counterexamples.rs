//! Another image under the same name.

use jiff::Timestamp;

use super::{
    Image,
    seen::{Seen, Signature},
};

pub(super) fn counterexamples(_: &Image, _: Timestamp) -> Vec<Seen> {
    let other = |digit: &str| format!("sha256:{}", digit.repeat(64));
    let there = Seen {
        digest: Some(other("0")),
        platforms: [("plan9/mips".to_owned(), other("0"))].into(),
        release: Some(other("1")),
        signature: Some(Signature::Wrong("not by this key".into())),
        ..Seen::default()
    };
    vec![Seen::default(), there]
}
