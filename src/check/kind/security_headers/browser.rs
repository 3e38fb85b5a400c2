//! The headers of one value: what browsers make of them.

use super::rule::Verdict;
use crate::model::quote;

/// 180 days, as the Observatory counts six months.
const SIX_MONTHS: u64 = 15_552_000;

/// Referrer policies that show other sites no path.
const PRIVATE: [&str; 4] = ["no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin"];

/// Those that do.
const TELLING: [&str; 4] = ["origin", "origin-when-cross-origin", "unsafe-url", "no-referrer-when-downgrade"];

/// Strict-Transport-Security (RFC 6797, 6.1).
pub(super) fn transport(values: &[&str], https: bool) -> Verdict {
    if !https {
        return Verdict::broken("hsts-not-implemented-no-https", "the page came over plain http");
    }
    let value = match values {
        [] => return Verdict::broken("hsts-not-implemented", "no such header"),
        [one] if !one.contains(',') => *one,
        _ => return Verdict::broken("hsts-header-invalid", format!("sent more than once: {}", quote(&values.join(", ")))),
    };
    let ages: Vec<&str> = value.split(';').map(str::trim).filter_map(|part| age_of(part)).collect();
    match ages.as_slice() {
        [age] => match age.trim_matches('"').parse::<u64>() {
            Ok(age) if age >= SIX_MONTHS => Verdict::best("hsts-implemented-max-age-at-least-six-months", quote(value)),
            Ok(_) => Verdict::broken("hsts-implemented-max-age-less-than-six-months", quote(value)),
            Err(_) => Verdict::broken("hsts-header-invalid", quote(value)),
        },
        _ => Verdict::broken("hsts-header-invalid", format!("no single `max-age`: {}", quote(value))),
    }
}

fn age_of(part: &str) -> Option<&str> {
    let (name, value) = part.split_once('=')?;
    name.trim().eq_ignore_ascii_case("max-age").then(|| value.trim())
}

pub(super) fn sniffing(values: &[&str]) -> Verdict {
    match values {
        [] => Verdict::broken("x-content-type-options-not-implemented", "no such header"),
        [one] if one.trim().eq_ignore_ascii_case("nosniff") => Verdict::best("x-content-type-options-nosniff", "`nosniff`"),
        _ => Verdict::broken("x-content-type-options-header-invalid", quote(&values.join(", "))),
    }
}

/// X-Frame-Options; `policy` says whether the Content-Security-Policy, which comes before it, keeps strangers out.
pub(super) fn framing(values: &[&str], policy: Option<bool>) -> Verdict {
    match (policy, values) {
        (Some(true), _) => Verdict::best("x-frame-options-implemented-via-csp", "`frame-ancestors` in the policy"),
        (Some(false), _) => Verdict::broken(
            "x-frame-options-header-invalid",
            "`frame-ancestors` lets everybody, and where it stands browsers do not look at `X-Frame-Options`",
        ),
        (None, []) => Verdict::broken("x-frame-options-not-implemented", "no such header, and no `frame-ancestors` in the policy"),
        (None, [one]) if ["deny", "sameorigin"].contains(&one.trim().to_ascii_lowercase().as_str()) => {
            Verdict::best("x-frame-options-sameorigin-or-deny", quote(one))
        }
        (None, [one]) if one.trim().to_ascii_lowercase().starts_with("allow-from") => {
            Verdict::broken("x-frame-options-allow-from-origin", format!("{}, which browsers ignore", quote(one)))
        }
        (None, _) => Verdict::broken("x-frame-options-header-invalid", quote(&values.join(", "))),
    }
}

/// Referrer-Policy (the last word that is known counts), then what the page's `meta` element says.
pub(super) fn referrer(values: &[&str], meta: Option<&str>) -> Verdict {
    let text = values.iter().copied().chain(meta).collect::<Vec<_>>().join(", ");
    if values.is_empty() && meta.is_none() {
        return Verdict::holds(
            "referrer-policy-not-implemented",
            "no such header: browsers' own default, `strict-origin-when-cross-origin`",
        );
    }
    let words = text.split(',').map(|word| word.trim().to_ascii_lowercase());
    match words.rev().find(|word| PRIVATE.contains(&word.as_str()) || TELLING.contains(&word.as_str())) {
        Some(word) if PRIVATE.contains(&word.as_str()) => Verdict::best("referrer-policy-private", quote(&word)),
        Some(word) => Verdict::broken("referrer-policy-unsafe", quote(&word)),
        None => Verdict::broken("referrer-policy-header-invalid", quote(&text)),
    }
}

/// Cross-Origin-Resource-Policy: a word.
pub(super) fn resource(values: &[&str]) -> Verdict {
    let value = values.join(", ").trim().to_ascii_lowercase();
    match value.as_str() {
        "" => Verdict::holds("corp-not-implemented", "no such header"),
        "same-origin" => Verdict::best("corp-implemented-with-same-origin", "`same-origin`"),
        "same-site" => Verdict::best("corp-implemented-with-same-site", "`same-site`"),
        "cross-origin" => Verdict::holds("corp-implemented-with-cross-origin", "`cross-origin`"),
        _ => Verdict::broken("corp-header-invalid", quote(&value)),
    }
}

/// Cross-Origin-Opener-Policy.
pub(super) fn opener(values: &[&str]) -> Verdict {
    let known = [
        Verdict::best("coop-implemented-with-same-origin", "same-origin"),
        Verdict::holds("coop-implemented-with-same-origin-allow-popups", "same-origin-allow-popups"),
        Verdict::holds("coop-implemented-with-noopener-allow-popups", "noopener-allow-popups"),
        Verdict::holds("coop-implemented-with-unsafe-none", "unsafe-none"),
    ];
    token(values, known, "coop-not-implemented", "coop-header-invalid")
}

/// Cross-Origin-Embedder-Policy.
pub(super) fn embedder(values: &[&str]) -> Verdict {
    let known = [
        Verdict::best("coep-implemented-with-require-corp", "require-corp"),
        Verdict::best("coep-implemented-with-credentialless", "credentialless"),
        Verdict::holds("coep-implemented-with-unsafe-none", "unsafe-none"),
    ];
    token(values, known, "coep-not-implemented", "coep-header-invalid")
}

/// An item of a structured field (RFC 9651): one token, with parameters that do not matter. What is not one is ignored by browsers.
fn token<const N: usize>(values: &[&str], known: [Verdict; N], absent: &'static str, invalid: &'static str) -> Verdict {
    let value = match values {
        [] => return Verdict::holds(absent, "no such header"),
        [one] => one.trim(),
        _ => return Verdict::broken(invalid, format!("sent more than once: {}", quote(&values.join(", ")))),
    };
    if value.is_empty() {
        return Verdict::holds(absent, "an empty header");
    }
    let (word, parameters) = value.split_once(';').map_or((value, None), |(word, rest)| (word, Some(rest)));
    let is_item = parameters.is_none_or(|all| all.split(';').all(is_parameter));
    let found = known.into_iter().find(|verdict| verdict.says == word).filter(|_| is_item);
    found.unwrap_or_else(|| Verdict::broken(invalid, quote(value)))
}

fn is_parameter(text: &str) -> bool {
    let (key, value) = text.trim_start_matches(' ').split_once('=').unwrap_or((text.trim(), "?1"));
    let is_key = key.starts_with(|c: char| c.is_ascii_lowercase() || c == '*')
        && key.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "_-.*".contains(c));
    let is_text = value.len() >= 2 && value.starts_with('"') && value.ends_with('"') && !value[1..value.len() - 1].contains('"');
    is_key && !value.is_empty() && (is_text || !value.contains(['"', ' ', ',']))
}
