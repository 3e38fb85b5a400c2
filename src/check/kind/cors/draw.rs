//! More origins that must be refused, drawn by a seed, so that no list of what is tried can be passed by heart.
//!
//! Allow-lists hold either single origins, of which the most common are tried first, or rules, of which any member will
//! do: so what a rule would leave open (a port, a name, an address) is filled in by chance. Only the seed decides, so
//! that the same seed asks the same; how many there are does not depend on it.

use std::collections::BTreeSet;

use super::{
    Cors,
    ask::Way,
    hostile::{Class, Member, Pool, beside},
    origin::Origin,
};
use crate::model::Digest;

/// What `seed` draws of a class, none of it welcome and none of it `known`.
pub(super) fn members(class: &Class, cors: &Cors, seed: &str, known: &BTreeSet<String>) -> Vec<Member> {
    let wanted: Vec<Option<&Origin>> =
        cors.origins().filter(|origin| origin.is_web() && origin.is_named() && origin.host.contains('.')).map(Some).collect();
    let mut all = Vec::new();
    for Pool { first, drawn, templates } in &class.pools {
        let each = templates.iter().flat_map(|template| {
            let about = if template.contains(char::is_uppercase) { wanted.as_slice() } else { &[None] };
            about.iter().flat_map(move |wanted| filled(seed, template, *wanted))
        });
        let mut head: Vec<(String, Member)> =
            each.filter(|(_, member)| !cors.welcomes(&member.origin) && !known.contains(&member.origin)).collect();
        let mut rest = head.split_off((*first).min(head.len()));
        rest.sort_by(|(one, _), (other, _)| one.cmp(other));
        all.extend(head.into_iter().chain(rest.into_iter().take(*drawn)).map(|(_, member)| member));
    }
    all
}

/// The origins that the seed makes of a template, each with its place among the others of the pool.
fn filled(seed: &str, template: &str, wanted: Option<&Origin>) -> Vec<(String, Member)> {
    let chance = Digest::of(format!("{seed}\n{template}\n{}", wanted.map_or("", |wanted| &wanted.text)).as_bytes());
    let hex = chance.as_str();
    let number = |from: usize, digits: usize| usize::from_str_radix(&hex[from..from + digits], 16).unwrap_or_default();
    let letters: String = (0..32).map(|at| char::from(b"abcdefghijklmnop"[number(at, 1)])).collect();
    let (text, ways) = template.strip_suffix('!').map_or((template, &Way::ALL[..1]), |text| (text, &Way::ALL[..2]));
    let mut text = text.to_owned();
    for (nth, name) in ["{name}", "{name}"].iter().enumerate() {
        text = text.replacen(name, &letters[8 * nth..8 * nth + 8], 1);
    }
    for nth in 0..3 {
        text = text.replacen("{byte}", &(number(2 * nth, 2) % 254 + 1).to_string(), 1);
    }
    let uuid = [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..32]].join("-");
    for (name, value) in [
        ("{port}", (1024 + number(8, 4) % 8976).to_string()),
        ("{private}", (17 + number(12, 2) % 15).to_string()),
        ("{id}", letters),
        ("{uuid}", uuid),
    ] {
        text = text.replace(name, &value);
    }
    let all = wanted.map_or_else(|| vec![text.clone()], |wanted| beside(&text, wanted));
    all.into_iter().map(|origin| (hex[32..].to_owned(), Member { origin, ways })).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{super::hostile::CLASSES, *};

    fn drawn(seed: &str, origins: &[&str]) -> Vec<(&'static str, Member)> {
        let cors: Cors = serde_json::from_value(json!({ "url": "https://api.example.com/", "origins": origins })).expect("settings");
        let of = |class: &'static Class| members(class, &cors, seed, &BTreeSet::new()).into_iter().map(|member| (class.name, member));
        CLASSES.iter().flat_map(of).collect()
    }

    #[test]
    fn as_many_as_the_page_says_and_each_is_an_origin() {
        for (origins, count) in [
            (&["https://app.example.com"][..], 42),
            (&["https://example.co.uk:8443", "https://www.example.com", "http://localhost:5000"], 42),
            // Of an address nothing can be made but the address.
            (&["https://10.0.0.7"], 33),
        ] {
            for seed in ["shop 1", "shop 2", ""] {
                let all = drawn(seed, origins);
                assert_eq!(all.len(), count, "{origins:?}");
                for (_, Member { origin, .. }) in &all {
                    assert!(origin.parse::<Origin>().is_ok_and(|parsed| parsed.text == *origin), "{origin}");
                    assert!(!origins.contains(&origin.as_str()), "{origin}");
                }
                assert_eq!(all.iter().map(|(_, member)| &member.origin).collect::<BTreeSet<_>>().len(), count, "none twice");
            }
        }
        let page = include_str!("../cors.rs");
        let suffixes = CLASSES.iter().find(|class| class.name == "shared").map_or(0, |class| class.pools[0].templates.len());
        assert!(page.contains("42 origins drawn") && page.contains(&format!("{suffixes} suffixes")), "{suffixes}");
    }

    #[test]
    fn in_time_every_suffix_is_drawn() {
        let seen: BTreeSet<String> = (0..200)
            .flat_map(|nth| drawn(&format!("shop 1.{nth}"), &["https://app.example.com"]))
            .filter(|(class, _)| *class == "shared")
            .filter_map(|(_, member)| member.origin.split_once('.').map(|(_, suffix)| suffix.to_owned()))
            .collect();
        assert_eq!(seen.len(), 53, "the list, and vercel.app: {seen:?}");
    }
}
