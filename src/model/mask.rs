//! Takes secrets out of text that came from outside, once, before the report is fingerprinted.

mod forms;
mod matcher;
mod patterns;

use std::{
    collections::{BTreeMap, HashSet},
    sync::{Arc, PoisonError, RwLock},
};

use serde_json::Value;

pub(crate) use self::patterns::{CREDENTIAL, percent_decoded, regex};
use self::{
    matcher::Matcher,
    patterns::{PLACE, WEB_PATH},
};
use super::{Json, ProcessEnv, looks_secret, text::CUT};

/// From this many bytes on the path of a secret web address is a secret of its own.
const SHORTEST_PATH: usize = 6;

/// Knows every secret of a run and replaces it, raw or encoded as targets write it, by its name.
///
/// Secrets are added while the run learns of them; whoever masks sees those known so far. What would be spelled out by
/// the name in its place is left alone: short values and words are masked only where they stand as a credential. Values
/// that are cut up, reversed or encoded twice are not found.
#[derive(Debug, Default)]
pub struct Masker {
    known: RwLock<Known>,
}

#[derive(Default)]
struct Known {
    names: BTreeMap<String, String>,
    plain_words: Arc<HashSet<String>>,
    matcher: Option<Arc<Matcher>>,
}

impl std::fmt::Debug for Known {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Known({} secrets)", self.names.len())
    }
}

impl Masker {
    /// A masker that leaves `plain_words` alone: scalars the plan's author wrote for all to read.
    pub fn new(plain_words: Arc<HashSet<String>>) -> Self {
        let known = Known { plain_words, ..Known::default() };
        Self { known: RwLock::new(known) }
    }

    /// A masker that knows every secret of a plan, and every variable of the environment whose name looks secret.
    pub fn of(plain_words: Arc<HashSet<String>>, secrets: &[(String, String)], env: &ProcessEnv) -> Self {
        let masker = Self::new(plain_words);
        masker.learn(secrets, env);
        masker
    }

    /// Hides these secrets, by name and value, and every variable of the environment whose name looks secret.
    pub fn learn(&self, secrets: &[(String, String)], env: &ProcessEnv) {
        let secrets = secrets.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let variables = env.iter().filter(|(name, _)| looks_secret(name));
        secrets.chain(variables).for_each(|(name, value)| self.hide(name, value));
    }

    /// From now on `value` is shown as `${name}`. The password within a URL is hidden too, and the path of a web address:
    /// whoever knows it may post to a web hook.
    pub fn hide(&self, name: &str, value: &str) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
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
        if !value.contains("://") {
            return;
        }
        if let Some(path) = WEB_PATH.captures(value.trim()).map(|found| found["path"].to_owned()).filter(|path| path.len() >= SHORTEST_PATH)
        {
            add(&path);
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
        CREDENTIAL.replace_all(&self.matcher().mask(text), "${before}***@").into_owned()
    }

    /// What a check reached, masked but for its place on the network: `https://api.example.com:443` is said even where the
    /// whole address is secret, or another host could be looked at unnoticed.
    pub fn mask_target(&self, target: &str) -> String {
        if !self.finds(target) {
            return target.to_owned();
        }
        let place = PLACE.find(target).filter(|found| !found.as_str().contains('@')).map_or(0, |found| found.end());
        let (place, rest) = target.split_at(place);
        format!("{place}{}", self.mask(rest))
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
        text.contains(CUT) || self.matcher().finds(text) || (text.contains('@') && CREDENTIAL.is_match(text))
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
        self.known.read().unwrap_or_else(PoisonError::into_inner).names.len()
    }

    /// Whether more secrets are known than when there were `known` of them.
    pub fn has_learned_since(&self, known: usize) -> bool {
        self.known() > known
    }

    fn matcher(&self) -> Arc<Matcher> {
        if let Some(matcher) = &self.known.read().unwrap_or_else(PoisonError::into_inner).matcher {
            return matcher.clone();
        }
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        let matcher = Arc::new(Matcher::new(&known.names, &known.plain_words));
        known.matcher = Some(matcher.clone());
        matcher
    }
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
        let basic = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, format!("user:{CANARY}"));
        for text in [CANARY.to_owned(), "k3y%2Fwith%2Bodd%3Dchars%26Zm9v".into(), "k3y%2fwith%2bodd%3dchars%26Zm9v".into(), basic] {
            let masked = masker().mask(&format!("got {text} back"));
            assert!(masked.contains("${API_KEY}"), "{masked}");
            assert!(!masked.contains(&CANARY[4..12]), "{masked}");
        }
    }

    #[test]
    fn hides_it_in_other_alphabets_and_cases() {
        let hex: String = CANARY.bytes().map(|byte| format!("{byte:02X}")).collect();
        let base32 = data_encoding::BASE32.encode(format!("user:{CANARY}").as_bytes());
        for text in
            [CANARY.to_uppercase(), hex.to_lowercase(), hex, base32.to_lowercase(), base32, "K3Y%2fWITH%2bodd%3DCHARS%26Zm9v".into()]
        {
            let masked = masker().mask(&format!("got {text} back"));
            assert!(masked.contains("${API_KEY}") && masked.len() < 40, "{text}: {masked}");
        }
    }

    #[test]
    fn what_the_name_would_spell_out_stays() {
        let masker = Masker::new(Arc::new(["The profile-api answers".to_owned(), "v1".to_owned()].into()));
        for (name, value) in [
            ("DATABASE_URL", "postgres://postgres:postgres@db:5432/postgres"),
            ("NEXTAUTH_SECRET", "secret"),
            ("JWT_SECRET", "development-secret"),
            ("API_KEY", "profile-api"),
            ("DB_PASSWORD", "Production"),
            ("PIN", "12345678"),
            ("SHORT_TOKEN", "q7Zk"),
            ("HOOK_SECRET_URL", "https://hooks.example.com/health"),
        ] {
            masker.hide(name, value);
        }
        let text = "postgres://db:5432/postgres no-development-secrets production secrets of profile-api: 12345678 of GET /health";
        assert_eq!(masker.mask(text), text);
        // As a credential, encoded, or whole where it is no word of ours, it is not shown.
        for (text, said) in [
            ("password=postgres", "password=${DATABASE_URL}"),
            ("PASSWORD: POSTGRES", "PASSWORD: ${DATABASE_URL}"),
            ("{\"nextauth_secret\":\"secret\"}", "{\"nextauth_secret\":\"${NEXTAUTH_SECRET}\"}"),
            ("Authorization: Bearer secret.", "Authorization: Bearer ${NEXTAUTH_SECRET}."),
            ("Authorization: Basic YWRtaW46c2VjcmV0", "Authorization: Basic YWRtaW46${NEXTAUTH_SECRET}"),
            ("Authorization: Basic dTpxN1pr", "Authorization: Basic ${SHORT_TOKEN}"),
            ("said c2VjcmV0 and 736563726574", "said ${NEXTAUTH_SECRET} and ${NEXTAUTH_SECRET}"),
            ("bad key development-secret!", "bad key ${JWT_SECRET}!"),
            ("redis://:postgres@cache", "redis://:***@cache"),
            ("postgres://postgres:postgres@db:5432/postgres", "${DATABASE_URL}"),
        ] {
            assert_eq!(masker.mask(text), said);
        }
    }

    #[test]
    fn letters_that_are_no_word_are_hidden_everywhere() {
        for value in ["kqzvxwplmt", "84736251", "xkcdWpqz"] {
            let masker = Masker::default();
            masker.hide("DB_PASSWORD", value);
            assert_eq!(masker.mask(&format!("login with {value} failed")), "login with ${DB_PASSWORD} failed", "{value}");
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
    fn a_target_says_where_it_is_and_nothing_else_of_a_secret() {
        let masker = Masker::default();
        masker.hide("HOOK_SECRET_URL", "https://u:s3cr3t-pw@hooks.example.com/T0/B0/XYZ");
        masker.hide("DB_SECRET", "db.example.com");
        for (target, said) in [
            ("https://hooks.example.com:443", "https://hooks.example.com:443"),
            ("https://hooks.example.com/T0/B0/XYZ", "https://hooks.example.com${HOOK_SECRET_URL}"),
            ("postgres://db.example.com:1,b:2/db.example.com", "postgres://db.example.com:1,b:2/${DB_SECRET}"),
            ("file db.example.com", "file ${DB_SECRET}"),
            ("command curl https://db.example.com/", "command curl https://${DB_SECRET}/"),
            ("x://u:s3cr3t-pw@db.example.com:1/", "x://u:***@${DB_SECRET}:1/"),
        ] {
            assert_eq!(masker.mask_target(target), said);
        }
        assert_eq!(masker.mask("GET /T0/B0/XYZ"), "GET ${HOOK_SECRET_URL}");
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
        let masker = Masker::new(Arc::new(["production".to_owned()].into()));
        masker.hide("PIN", "1234");
        masker.hide("ENV_TOKEN", "production");
        assert_eq!(masker.mask("port 12345 in production"), "port 12345 in production");
        assert_eq!(masker.mask("db://u:1234@h"), "db://u:***@h");
        let said = masker.mask("?pin_token=1234&page=1234 {\"password\": \"1234\"} X-Api-Key: production");
        assert_eq!(said, "?pin_token=${PIN}&page=1234 {\"password\": \"${PIN}\"} X-Api-Key: ${ENV_TOKEN}");
    }

    #[test]
    fn a_secret_that_was_cut_off_is_hidden_too() {
        let masker = masker();
        masker.hide("LONGER", &format!("prefix-{CANARY}"));
        for length in 4..CANARY.len() {
            let cut = crate::model::excerpt(&format!("it said {CANARY} and more"), 8 + length);
            assert!(masker.mask(&cut).starts_with("it said ${API_KEY}… ("), "{}", masker.mask(&cut));
        }
        assert_eq!(masker.mask("no secret… (3 bytes more) and k3y… (1 bytes more)"), "no secret… (3 bytes more) and k3y… (1 bytes more)");
        assert_eq!(masker.mask("prefix-k3y/wi… (9 bytes more)"), "${LONGER}… (9 bytes more)");
    }
}
