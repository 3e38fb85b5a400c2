//! Keeps secrets that stand in a plan out of the lines and messages that problems show.

use std::{ops::Range, sync::LazyLock};

use regex::Regex;

use crate::model::{CREDENTIAL, Masker, looks_secret, regex};

/// Hides nothing but passwords in URLs.
static URLS: LazyLock<Masker> = LazyLock::new(Masker::default);

/// `key: value`, in block or flow style, quoted or not; up to the next comma or brace where it is not quoted.
static PAIR: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r#"(?P<key>[A-Za-z0-9_.$-]+)["']?\s*[:=]\s*(?P<value>"[^"]*"?|'[^']*'?|(?:\$\{[^}]*\}|[^\s,{}\[\]"'])(?:\$\{[^}]*\}|[^,{}\[\]])*)"#,
    )
});

/// `${NAME:-default}`.
static DEFAULT: LazyLock<Regex> = LazyLock::new(|| regex(r"\$\{(?P<key>[A-Za-z0-9_.-]+):-(?P<value>[^}]*)"));

/// A header's value after its scheme.
static SCHEME: LazyLock<Regex> = LazyLock::new(|| regex(r"(?i)\b(?:bearer|basic)\s+(?P<value>[^\s\x22',}\]]+)"));

/// What in a value is no literal: variables without a default, the scheme of a credential header, a comment.
static VARIABLES: LazyLock<Regex> = LazyLock::new(|| regex(r"(?i)\$\{[^}:]*\}|^(?:bearer|basic|token)\s|\s#.*$"));

/// The text without the passwords of URLs in it.
pub(super) fn without_passwords(text: &str) -> String {
    if text.contains("://") && text.contains('@') { URLS.mask(text) } else { text.to_owned() }
}

/// A line in three pieces (before the span, in it, after it), each with `***` for what is taken to be a secret.
pub(super) fn in_line(line: &str, span: &Range<usize>) -> (String, String, String) {
    let secrets = secrets_of(line);
    let piece = |piece: Range<usize>| {
        let mut out = String::new();
        let mut at = piece.start;
        for secret in &secrets {
            let (start, end) = (secret.start.max(at), secret.end.min(piece.end));
            if start < end {
                out.push_str(&line[at..start]);
                out.push_str("***");
                at = end;
            }
        }
        out.push_str(&line[at..piece.end]);
        out
    };
    (piece(0..span.start), piece(span.clone()), piece(span.end..line.len()))
}

/// Stretches of the line that are taken to be secrets, in order and apart.
fn secrets_of(line: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    for pattern in [&PAIR, &DEFAULT] {
        let mut at = 0;
        while let Some(pair) = pattern.captures_at(line, at) {
            let (Some(key), Some(value)) = (pair.name("key"), pair.name("value")) else { break };
            // `${NAME:-default}` is the other pattern's.
            let default = line[..value.start()].ends_with(':') && value.as_str().starts_with(['-', '?']);
            let secret = !default && looks_secret(key.as_str()) && is_literal(key.as_str(), value.as_str());
            if secret {
                found.push(value.start()..value.start() + value.as_str().trim_end().len());
            }
            // A value that is no secret may hold pairs again: JSON in a string.
            at = if secret { value.end() } else { value.start() };
        }
    }
    found.extend(
        SCHEME.captures_iter(line).filter_map(|hit| hit.name("value")).filter(|value| !value.as_str().starts_with("${")).map(|v| v.range()),
    );
    found.extend(url_passwords(line).map(|(range, _)| range));
    found.sort_by_key(|range| (range.start, std::cmp::Reverse(range.end)));
    let mut apart: Vec<Range<usize>> = Vec::new();
    for range in found {
        match apart.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => apart.push(range),
        }
    }
    apart
}

/// `min-key: 2048` is no secret, `pin: 2048` is; a variable never is.
fn is_literal(key: &str, value: &str) -> bool {
    let value = value.trim().trim_matches(['"', '\'']);
    let harmless = value.parse::<f64>().is_ok() || matches!(value, "true" | "false" | "null" | "~" | "" | "|" | ">" | "|-" | ">-");
    let about_keys = key.ends_with("key") || key.ends_with("keys");
    let only_variables = value.contains("${") && VARIABLES.replace_all(value, "").trim().is_empty();
    !(only_variables || harmless && about_keys)
}

/// `scheme://user:password@`: where each literal password of the text is, and what it is.
pub(super) fn url_passwords(text: &str) -> impl Iterator<Item = (Range<usize>, &str)> {
    let hits = (text.contains("://") && text.contains('@')).then(|| CREDENTIAL.captures_iter(text)).into_iter().flatten();
    hits.filter_map(|hit| hit.name("password")).filter(|password| !password.as_str().starts_with("${")).map(|p| (p.range(), p.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_no_secret() {
        for (line, shown) in [
            ("  password: hunter2", "  password: ***"),
            ("  password: \"hunter two\" # old", "  password: *** # old"),
            ("{ user: a, password: hunter2, x: 1 }", "{ user: a, password: ***, x: 1 }"),
            ("password: ${DB_PASSWORD}", "password: ${DB_PASSWORD}"),
            ("password: ${DB_PASSWORD:-hunter2}", "password: ***"),
            ("url: https://x/?t=${TOKEN:-hunter2}&a", "url: https://x/?t=${TOKEN:-***}&a"),
            ("url: postgres://app:hunter2@db/x", "url: postgres://app:***@db/x"),
            ("authorization: Bearer abc.def", "authorization: ***"),
            ("x: Bearer abc.def", "x: Bearer ***"),
            ("{ Authorization: Bearer ${API_TOKEN}, a: b }", "{ Authorization: Bearer ${API_TOKEN}, a: b }"),
            ("Authorization: Bearer ${A}${B} # both", "Authorization: Bearer ${A}${B} # both"),
            ("Authorization: Bearer abc${A}", "Authorization: ***"),
            ("body: '{\"password\": \"hunter2\", \"a\": 1}'", "body: '{\"password\": ***, \"a\": 1}'"),
            ("min-key: 2048", "min-key: 2048"),
            ("url: postgres://app:${PW}@db/x", "url: postgres://app:${PW}@db/x"),
        ] {
            let (before, marked, after) = in_line(line, &(3..5));
            assert_eq!(format!("{before}{marked}{after}"), shown);
        }
    }
}
