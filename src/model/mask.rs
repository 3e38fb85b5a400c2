//! Takes secrets out of text that came from outside, once, before the report is fingerprinted.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    sync::{Arc, LazyLock, RwLock},
};

use aho_corasick::{AhoCorasick, MatchKind};
use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use regex::Regex;
use serde_json::Value;

use super::Json;

/// Below this many bytes a value is masked only where it stands as a credential.
const SHORTEST: usize = 6;

/// Knows every secret of a run and replaces it, raw, URL-encoded or in base64, by its name.
///
/// Secrets are added while the run learns of them; whoever masks sees those known so far.
#[derive(Debug, Default)]
pub struct Masker {
    known: RwLock<Known>,
}

#[derive(Default)]
struct Known {
    names: BTreeMap<String, String>,
    plain_words: Vec<String>,
    matcher: Option<Arc<Matcher>>,
}

#[derive(Debug)]
struct Matcher {
    forms: AhoCorasick,
    replacements: Vec<String>,
}

impl std::fmt::Debug for Known {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Known({} secrets)", self.names.len())
    }
}

impl Masker {
    /// A masker that leaves `plain_words` alone: scalars the plan's author wrote for all to read.
    pub fn new(plain_words: impl IntoIterator<Item = String>) -> Self {
        let known = Known { plain_words: plain_words.into_iter().collect(), ..Known::default() };
        Self { known: RwLock::new(known) }
    }

    /// From now on `value` is shown as `${name}`. The password within a URL is hidden too.
    pub fn hide(&self, name: &str, value: &str) {
        let mut known = self.known.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut add = |value: &str| {
            if !value.is_empty() && !known.names.contains_key(value) {
                known.names.insert(value.to_owned(), name.to_owned());
                known.matcher = None;
            }
        };
        add(value);
        add(value.trim());
        if value.lines().count() > 1 {
            // A multi-line value (a PEM key) may be quoted by the line.
            value.lines().filter(|line| line.len() >= 16 && !line.starts_with("-----")).for_each(&mut add);
        }
        for found in CREDENTIAL.captures_iter(value) {
            add(&found["password"]);
            add(&percent_decoded(&found["password"]));
        }
    }

    /// `text` with every known secret replaced, and the password of any URL.
    pub fn mask(&self, text: &str) -> String {
        if !self.finds(text) {
            return text.to_owned();
        }
        let matcher = self.matcher();
        let masked = matcher.forms.replace_all(text, &matcher.replacements);
        CREDENTIAL.replace_all(&masked, "${before}***@").into_owned()
    }

    /// The same in place, where nothing is to be hidden without a copy.
    pub fn mask_text(&self, text: &mut String) {
        if self.finds(text) {
            *text = self.mask(text);
        }
    }

    /// The same for every string value in `json`; keys stay.
    pub fn mask_json(&self, json: &mut Json) {
        // Without escapes every string stands in the text as it is: what is not found there is in none of them.
        if json.text().contains('\\') || self.finds(json.text()) {
            let mut value = json.value();
            self.mask_value(&mut value);
            *json = value.into();
        }
    }

    fn finds(&self, text: &str) -> bool {
        self.matcher().forms.is_match(text) || (text.contains('@') && CREDENTIAL.is_match(text))
    }

    fn mask_value(&self, value: &mut Value) {
        match value {
            Value::String(text) => *text = self.mask(text),
            Value::Array(items) => items.iter_mut().for_each(|item| self.mask_value(item)),
            Value::Object(fields) => fields.values_mut().for_each(|field| self.mask_value(field)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// How many secrets are known.
    pub fn known(&self) -> usize {
        self.known.read().unwrap_or_else(std::sync::PoisonError::into_inner).names.len()
    }

    /// Whether more secrets are known than when there were `known` of them.
    pub fn has_learned_since(&self, known: usize) -> bool {
        self.known() > known
    }

    fn matcher(&self) -> Arc<Matcher> {
        if let Some(matcher) = &self.known.read().unwrap_or_else(std::sync::PoisonError::into_inner).matcher {
            return matcher.clone();
        }
        let mut known = self.known.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        let matcher = Arc::new(known.compile());
        known.matcher = Some(matcher.clone());
        matcher
    }
}

impl Known {
    fn compile(&self) -> Matcher {
        let mut forms: BTreeMap<String, String> = BTreeMap::new();
        for (value, name) in &self.names {
            if value.len() < SHORTEST || self.plain_words.iter().any(|word| word == value) {
                continue;
            }
            for form in written_forms(value) {
                forms.entry(form).or_insert_with(|| format!("${{{name}}}"));
            }
        }
        let (patterns, replacements): (Vec<_>, Vec<_>) = forms.into_iter().unzip();
        let forms = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(patterns);
        match forms {
            Ok(forms) => Matcher { forms, replacements },
            // Too many secrets for an automaton cannot happen with values of bounded size; hide nothing by halves.
            Err(error) => unreachable!("the masking automaton: {error}"),
        }
    }
}

/// `scheme://user:password@` in any text; the password ends at the last `@` before a slash or space.
static CREDENTIAL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?P<before>[A-Za-z][A-Za-z0-9+.-]*://[^\s/:@"'<>]*:)(?P<password>[^\s/"'<>]+)@"#)
        .unwrap_or_else(|error| unreachable!("{error}"))
});

/// The ways `value` may come back: raw, JSON-escaped, percent-encoded, base64 at each of the three alignments.
fn written_forms(value: &str) -> Vec<String> {
    let mut forms = vec![value.to_owned(), percent_encoded(value, false), percent_encoded(value, true)];
    if let Ok(json) = serde_json::to_string(value) {
        forms.push(json[1..json.len() - 1].to_owned());
    }
    for pad in 0..3 {
        let padded = [&b"\0\0"[..pad], value.as_bytes()].concat();
        let encoded = STANDARD_NO_PAD.encode(&padded);
        // Characters that also depend on the neighbours are cut off at both ends.
        let start = [0, 2, 3][pad];
        let end = encoded.len() - usize::from(padded.len() % 3 != 0);
        if end.saturating_sub(start) >= 8 {
            let stable = &encoded[start..end];
            forms.push(stable.to_owned());
            forms.push(stable.replace('+', "-").replace('/', "_"));
        }
    }
    forms.sort();
    forms.dedup();
    forms
}

fn percent_encoded(value: &str, lower: bool) -> String {
    let mut out = String::with_capacity(value.len());
    for byte in value.bytes() {
        // RFC 3986, 2.3: unreserved characters stand for themselves.
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else if lower {
            let _ = write!(out, "%{byte:02x}");
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

fn percent_decoded(value: &str) -> String {
    url::form_urlencoded::parse(format!("x={}", value.replace('+', "%2B").replace('&', "%26")).as_bytes())
        .next()
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CANARY: &str = "k3y/with+odd=chars&Zm9v";

    fn masker() -> Masker {
        let masker = Masker::default();
        masker.hide("API_KEY", CANARY);
        masker
    }

    #[test]
    fn hides_every_written_form() {
        let basic = base64::engine::general_purpose::STANDARD.encode(format!("user:{CANARY}"));
        for text in [CANARY.to_owned(), percent_encoded(CANARY, false), percent_encoded(CANARY, true), basic] {
            let masked = masker().mask(&format!("got {text} back"));
            assert!(masked.contains("${API_KEY}"), "{masked}");
            assert!(!masked.contains(&CANARY[4..12]), "{masked}");
        }
    }

    #[test]
    fn hides_the_password_of_any_url() {
        assert_eq!(Masker::default().mask("dial postgres://app:pw@db:5432/x"), "dial postgres://app:***@db:5432/x");
        assert_eq!(Masker::default().mask("redis://:a@b@cache/0"), "redis://:***@cache/0");
        assert_eq!(Masker::default().mask("http://host:80/a@b"), "http://host:80/a@b");
    }

    #[test]
    fn a_password_learned_from_a_url_is_hidden_alone() {
        let masker = Masker::default();
        masker.hide("DATABASE_URL", "postgres://app:s3cr%40t-value@db/x");
        assert_eq!(masker.mask("password s3cr@t-value refused"), "password ${DATABASE_URL} refused");
    }

    #[test]
    fn hides_within_json() {
        let quoted = "sec\"ret-value";
        let masker = masker();
        masker.hide("QUOTED", quoted);
        for text in [CANARY.to_owned(), format!("{{\"password\": {quoted:?}}}"), quoted.to_owned(), "redis://:pw@cache/0".to_owned()] {
            let mut json = Json::from(serde_json::json!({ "a": [{ "b": text }], "c": 1 }));
            masker.mask_json(&mut json);
            assert_eq!(json, serde_json::json!({ "a": [{ "b": masker.mask(&text) }], "c": 1 }).into());
            assert!(![CANARY, "sec", "pw"].iter().any(|secret| json.text().contains(secret)), "{json:?}");
        }
    }

    #[test]
    fn short_values_and_words_of_the_plan_stay_readable() {
        let masker = Masker::new(["production".to_owned()]);
        masker.hide("PIN", "1234");
        masker.hide("ENV_TOKEN", "production");
        assert_eq!(masker.mask("port 12345 in production"), "port 12345 in production");
        assert_eq!(masker.mask("db://u:1234@h"), "db://u:***@h");
    }
}
