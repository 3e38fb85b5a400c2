//! Whether the service itself answered, or a cache did.

use serde::{Deserialize, Serialize};

use super::words::listed;
use crate::{
    model::{Expectation, excerpt, quote},
    net::http::HeaderMap,
};

/// A header that tells of caches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Told {
    pub(super) name: String,
    pub(super) value: String,
}

/// Ends of names that speak of rules for caches, not of what one did.
const RULES: [&str; 12] = ["control", "key", "keys", "tag", "tags", "ttl", "group", "policy", "max-age", "expires", "enabled", "vary"];

/// Every header of an answer that tells what caches did.
pub(super) fn told(headers: &HeaderMap) -> Vec<Told> {
    let of_cache = |name: &str| {
        ["age", "warning", "x-varnish"].contains(&name) || (name.contains("cache") && !RULES.iter().any(|end| name.ends_with(end)))
    };
    let all = headers.iter().filter(|(name, _)| of_cache(name.as_str()));
    all.map(|(name, value)| Told { name: name.to_string(), value: excerpt(&String::from_utf8_lossy(value.as_bytes()), 200) })
        .take(20)
        .collect()
}

/// The demand that no cache answered; what it kept says nothing of the service now.
pub(super) fn judge(headers: &[Told]) -> Expectation {
    let demand = Expectation::new("fresh", "answer").wanted("given by the service itself, not by a cache");
    let judged = || headers.iter().map(|told| (told, told.is_kept()));
    let shown = |told: &Told| format!("`{}` is {}", title(&told.name), quote(&told.value));
    if let Some((told, _)) = judged().find(|(_, kept)| *kept == Some(true)) {
        return demand.got(format!("from a cache ({})", shown(told))).met(false);
    }
    match judged().find(|(_, kept)| kept.is_none()) {
        Some((told, _)) => demand.undetermined(format!("whether a cache answered cannot be told: {}", shown(told))),
        None => demand.got("not from a cache").met(true),
    }
}

impl Told {
    /// Whether it says that a cache answered; `None` where it cannot be read.
    fn is_kept(&self) -> Option<bool> {
        let value = self.value.to_ascii_lowercase();
        match self.name.as_str() {
            // RFC 9111, 5.1: only a cache sends it.
            "age" => Some(value.trim() != "0"),
            // RFC 7234, 5.5: 110 to 113 tell of an answer that a cache kept; 214 of one that was transformed.
            "warning" => Some(value.split(',').any(|one| ["110", "111", "112", "113"].iter().any(|code| one.trim().starts_with(code)))),
            // RFC 9211: `ExampleCache; hit`, `ExampleCache; fwd=miss; stored`.
            "cache-status" => {
                let parts = || value.split([',', ';']).map(str::trim);
                let kept = parts().any(|part| ["hit", "hit=?1", "fwd-status=304"].contains(&part));
                (kept || parts().any(|part| part.starts_with("fwd"))).then_some(kept)
            }
            // Its own request, and the one that was kept.
            "x-varnish" => Some(value.split_whitespace().count() > 1),
            _ if value
                .split(|c: char| !c.is_ascii_alphanumeric())
                .any(|word| ["hit", "stale", "updating", "revalidated", "cached"].contains(&word)) =>
            {
                Some(true)
            }
            _ => {
                let words = || value.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').filter(|word| !word.is_empty());
                let counted = words().all(|word| word.bytes().all(|byte| byte.is_ascii_digit()));
                match (words().any(|word| listed("passed-on", word) || word.ends_with("miss")), counted) {
                    (true, false) => Some(false),
                    // `X-Cache-Hits: 0, 2` counts how often each cache has answered with what it kept.
                    (_, true) => Some(words().any(|word| word.bytes().any(|byte| byte != b'0'))),
                    (false, false) => None,
                }
            }
        }
    }
}

/// As headers are written: `X-Cache`, `CF-Cache-Status`.
fn title(name: &str) -> String {
    let part = |part: &str| match part {
        "cf" => "CF".to_owned(),
        part => part[..1.min(part.len())].to_ascii_uppercase() + &part[1.min(part.len())..],
    };
    name.split('-').map(part).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cache_says_it_in_its_own_way() {
        for (name, value, kept) in [
            ("age", "0", Some(false)),
            ("age", "34", Some(true)),
            ("x-cache", "HIT", Some(true)),
            ("x-cache", "MISS", Some(false)),
            ("x-cache", "MISS, HIT", Some(true)),
            ("x-cache", "Hit from cloudfront", Some(true)),
            ("x-cache", "Error from cloudfront", None),
            ("x-cache", "TCP_MEM_HIT from a23-62-4-1.deploy.akamaitechnologies.com", Some(true)),
            ("x-cache", "TCP_MISS from a23", Some(false)),
            ("cf-cache-status", "DYNAMIC", Some(false)),
            ("cf-cache-status", "STALE", Some(true)),
            ("cache-status", "Origin; hit; ttl=30, CDN; fwd=uri-miss", Some(true)),
            ("cache-status", "CDN; fwd=uri-miss; stored", Some(false)),
            ("cache-status", "CDN; fwd=stale; fwd-status=304", Some(true)),
            ("cache-status", "CDN; detail=MEMORY", None),
            ("x-varnish", "32770 3", Some(true)),
            ("x-varnish", "32770", Some(false)),
            ("warning", "110 cache \"Response is Stale\"", Some(true)),
            ("warning", "214 proxy \"Transformation Applied\"", Some(false)),
            ("x-cache-hits", "0, 2", Some(true)),
            ("x-cache-hits", "0", Some(false)),
            ("x-proxy-cache", "BYPASS", Some(false)),
            ("x-my-cache", "perhaps", None),
        ] {
            assert_eq!(Told { name: name.into(), value: value.into() }.is_kept(), kept, "{name}: {value}");
        }
    }
}
