//! One value judged by itself, in a fixed order: the first flaw that is not accepted is the one reported.

use jiff::Timestamp;
use serde_json::Value as Json;

use super::{
    address::{self, Address},
    flaw::{Class, Flaw},
    held::Value,
    jwt, known, pem, placeholder,
    purpose::{Demand, bucket},
    shapes, structure,
};
use crate::model::looks_secret;

/// Of a longer text only the beginning is looked through for words and patterns.
const LONGEST_JUDGED: usize = 4 << 10;

/// What surrounds a value.
pub struct Surroundings<'a> {
    /// Its key.
    pub key: &'a str,
    /// The user it belongs to, where another key names one: `DB_USER` for `DB_PASSWORD`.
    pub user: Option<&'a str>,
    /// The host or database it belongs to.
    pub places: Vec<&'a str>,
    /// What is demanded of its strength.
    pub demand: Demand,
    /// Flaws that are accepted.
    pub allow: &'a [Class],
}

/// What is known of a value. Never the value.
#[derive(Debug, Default)]
pub struct Assessment {
    /// Why it is no production value, if it is none.
    pub flaw: Option<Flaw>,
    /// How long it is, in steps.
    pub length: String,
    /// How strong it is, in steps; empty where that means nothing.
    pub strength: String,
    /// What weakens it without being a flaw.
    pub notes: Vec<String>,
    /// When it expires, if it is a token that says so.
    pub expires: Option<Timestamp>,
}

/// Judges one value.
pub fn assess(value: &Value, around: &Surroundings<'_>) -> Assessment {
    match value {
        Value::Text(text) => text_value(text, around),
        Value::Bytes(bytes) => Assessment {
            flaw: around.first(structure::of_bytes(bytes)),
            length: bucket(bytes.len(), "bytes"),
            strength: "binary".into(),
            ..Assessment::default()
        },
        Value::Contradictory(lines) => {
            let lines: Vec<String> = lines.iter().map(u64::to_string).collect();
            let what = format!("different values on lines {}", lines.join(" and "));
            Assessment { flaw: Some(Flaw::new(Class::Contradictory, what)), ..Assessment::default() }
        }
        // Whoever reads the source says why; there is nothing to judge.
        Value::Unreadable(_) => Assessment::default(),
    }
}

fn text_value(text: &str, around: &Surroundings<'_>) -> Assessment {
    let seen = Assessment { length: bucket(text.chars().count(), "characters"), ..Assessment::default() };
    let shapes = shapes::fitting(beginning(text));
    if let Some(flaw) = unset(text).or_else(|| around.first(shapes.flaw(Class::Unset))) {
        return Assessment { flaw: Some(flaw), ..seen };
    }
    let fields = fields(text);
    if fields.is_none()
        && let Some(flaw) = pem::read(text)
    {
        return Assessment { flaw: around.first(flaw), strength: "private key".into(), ..seen };
    }
    if let Some(token) = jwt::read(text) {
        let flaw = around.first(known::value(text)).or_else(|| around.first(token.flaw));
        return Assessment { flaw, strength: "signed token".into(), expires: token.expires, ..seen };
    }
    let published = around.first(shapes.flaw(Class::Unexpanded)).or_else(|| around.first(known::value(text).or_else(|| known::pair(text))));
    let flaw = published.or_else(|| around.first(shapes.flaw(Class::TestMode)));
    if let Some(address) = address::read(text) {
        let notes = address.notes().into_iter().map(str::to_owned).collect();
        return Assessment { flaw: flaw.or_else(|| address_flaw(&address, around)), strength: "address".into(), notes, ..seen };
    }
    if let Some(fields) = fields {
        return Assessment { flaw: flaw.or_else(|| fields_flaw(&fields, around)), strength: "JSON".into(), ..seen };
    }
    let text = beginning(text);
    let (strength, weak) = around.demand.measure(text.trim(), &around.hints());
    Assessment { flaw: flaw.or_else(|| composition(text, around)).or_else(|| around.first(weak)), strength, ..seen }
}

/// What a plain text's own composition gives away; several values separated by commas are judged each.
fn composition(text: &str, around: &Surroundings<'_>) -> Option<Flaw> {
    let parts: Vec<&str> = text.split(',').map(str::trim).filter(|part| part.len() >= 4).collect();
    if parts.len() > 1 {
        let listed = parts.iter().find_map(|part| around.first(known::value(part).or_else(|| shapes::fitting(part).flaw(Class::TestMode))));
        if let Some(flaw) = listed {
            return Some(flaw.of_part("a list with a value that is"));
        }
    }
    around.first(placeholder::flaw(text)).or_else(|| around.first(structure::flaw(text))).or_else(|| around.first(own_name(text, around)))
}

fn address_flaw(address: &Address<'_>, around: &Surroundings<'_>) -> Option<Flaw> {
    const PART: &str = "a URL with a password that is";
    let user = address.user.as_deref();
    let password = match &address.password {
        Some(password) if password.is_empty() && user.is_some() => {
            around.first(Some(Flaw::new(Class::EmptyPassword, "a URL with an empty password")))
        }
        Some(password) if !password.is_empty() => {
            let shapes = shapes::fitting(password);
            let inner = Surroundings { user, places: address.hosts.clone(), demand: around.demand.password(), ..*around };
            let login = user.and_then(|user| known::login(user, password)).map(|flaw| flaw.of_part("a URL with"));
            let alone = || {
                around
                    .first(shapes.flaw(Class::Unset).or_else(|| shapes.flaw(Class::Unexpanded)))
                    .or_else(|| around.first(known::value(password)))
                    .or_else(|| composition(password, &inner))
                    .or_else(|| around.first(inner.demand.measure(password, &inner.hints()).1))
                    .map(|flaw| flaw.of_part(PART))
            };
            around.first(login).or_else(alone)
        }
        _ => None,
    };
    let local = || around.first(address.is_local().then(|| Flaw::new(Class::LocalHost, "a URL to a host that is local or for tests")));
    password.or_else(local)
}

/// The fields of a JSON object that look secret, as `KEY: value`.
fn fields(text: &str) -> Option<Vec<(String, String)>> {
    let Json::Object(object) = serde_json::from_str(text.trim().strip_prefix('{').map(|_| text.trim())?).ok()? else { return None };
    let secret = object.into_iter().filter(|(key, _)| looks_secret(key));
    Some(secret.filter_map(|(key, value)| value.as_str().map(|value| (key, value.to_owned()))).collect())
}

fn fields_flaw(fields: &[(String, String)], around: &Surroundings<'_>) -> Option<Flaw> {
    fields.iter().find_map(|(key, value)| {
        let inner = Surroundings { key, user: None, places: Vec::new(), demand: Demand::of(key, None), ..*around };
        text_value(value, &inner).flaw.map(|flaw| flaw.of_part("JSON with a field that is"))
    })
}

fn own_name(text: &str, around: &Surroundings<'_>) -> Option<Flaw> {
    let bare = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>();
    let (value, key) = (bare(text), bare(around.key.rsplit('/').next().unwrap_or(around.key)));
    let numbered = |name: &str| value.strip_prefix(name).is_some_and(|rest| rest.len() <= 4 && rest.chars().all(|c| c.is_ascii_digit()));
    if value.is_empty() {
        return None;
    }
    if numbered(&key) {
        return Some(Flaw::new(Class::OwnName, "its own name"));
    }
    if around.user.is_some_and(|user| user.len() >= 2 && numbered(&bare(user))) {
        return Some(Flaw::new(Class::OwnName, "the name of its user"));
    }
    around.places.iter().any(|place| bare(place) == value).then(|| Flaw::new(Class::OwnName, "the name of its host or database"))
}

fn unset(text: &str) -> Option<Flaw> {
    let blank = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}');
    match text {
        "" => Some(Flaw::new(Class::Unset, "nothing: it is empty")),
        _ if text.chars().all(blank) => Some(Flaw::new(Class::Unset, "nothing but white space")),
        _ => None,
    }
}

fn beginning(text: &str) -> &str {
    let mut end = text.len().min(LONGEST_JUDGED);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

impl Surroundings<'_> {
    /// `flaw`, unless it is accepted. An accepted one lets the next be looked for.
    fn first(&self, flaw: Option<Flaw>) -> Option<Flaw> {
        flaw.filter(|flaw| !self.allow.contains(&flaw.class))
    }

    /// What an attacker would try first.
    fn hints(&self) -> Vec<&str> {
        self.key.split(['_', '-', '.', '/']).chain(self.user).chain(self.places.iter().copied()).filter(|word| word.len() >= 3).collect()
    }
}

#[cfg(test)]
mod random;

#[cfg(test)]
mod tests {
    use super::{super::choice::Key, *};

    fn flaw(key: &str, text: &str) -> Option<Class> {
        let around = Surroundings { key, user: None, places: Vec::new(), demand: Demand::of(key, None::<&Key>), allow: &[] };
        assess(&Value::Text(text.to_owned()), &around).flaw.map(|flaw| flaw.class)
    }

    /// Domain facts' list of what fools naive checks: each is red, and for its own reason.
    #[test]
    fn what_fools_others() {
        for (key, text, class) in [
            ("SECRET_KEY", "", Class::Unset),
            ("SECRET_KEY", " \t\u{200b}", Class::Unset),
            ("SECRET_KEY", "null", Class::Unset),
            ("SECRET_KEY", "${SECRET_KEY}", Class::Unexpanded),
            ("STORE_ENCRYPTION_KEY", "<ENCRYPTION_KEY_MUST_BE_32_LONG>", Class::Unexpanded),
            // Strong-looking, and public.
            ("SECRET_KEY", "sk-9f73s3ljTXVcMT3Blb3ljTqtsKiGHXVcMT3BlbkFJLK7U", Class::KnownDefault),
            ("ENCRYPTION_KEY", "6c1fe4e407b8911c104518103505b218", Class::KnownDefault),
            ("SECRET_KEY_BASE", "UpNVntn3cDxHJpq99YMc1T1AQgQpc8kfYTuRgBiYa15BLrx8etQoXz3gZv1/u2oq", Class::KnownDefault),
            ("JWT_SECRET", "A-STRING-SECRET-AT-LEAST-256-BITS-LONG", Class::KnownDefault),
            ("ADMIN_PASSWORD", "YWRtaW4xMjM=", Class::KnownDefault),
            ("AUTH", "admin:admin", Class::KnownDefault),
            ("STRIPE_KEY", "sk_test_51HabcDEFghiJKLmnoPQRstuVWXyz", Class::TestMode),
            ("UNLEASH_TOKEN", "*:development.4f2a9c81d7e35b60", Class::TestMode),
            ("JWT_SECRET_KEY", "dev-secret-key-change-in-production", Class::Placeholder),
            ("ACTIVITIES_API_KEY", "dev-activities-key", Class::Placeholder),
            ("DB_PASSWORD", "STRONG_PASSWORD", Class::Placeholder),
            ("ENCRYPTION_KEY", "0000000000000000000000000000000000000000000000000000000000000000", Class::Pattern),
            ("ENCRYPTION_KEY", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", Class::Pattern),
            ("NEW_RELIC_LICENSE_KEY", "NEW_RELIC_LICENSE_KEY", Class::OwnName),
            ("DB_PASSWORD", "summer2024", Class::Weak),
            ("JWT_KEY", "Zk3Rw9Lm7Qx2Vb8N", Class::Weak),
            ("COOKIE_SECRET", "Zk3Rw9Lm7Qx2", Class::Weak),
            ("DATABASE_URL", "postgres://postgres:postgres@db.prod.corp/app", Class::KnownDefault),
            ("DATABASE_URL", "postgres://app:app@db.prod.corp/app", Class::KnownDefault),
            ("DATABASE_URL", "postgres://shopkeeper:shopkeeper@db.prod.corp/app", Class::OwnName),
            ("DATABASE_URL", "postgres://app:@db.prod.corp/app", Class::EmptyPassword),
            ("DATABASE_URL", "postgres://app:changeme@db.prod.corp/app", Class::KnownDefault),
            ("DATABASE_URL", "postgres://app:Zk3Rw9Lm7Qx2Vb8N@localhost/app", Class::LocalHost),
            ("DATABASE_URL", "postgres://app:${DB_PASSWORD}@db.prod.corp/app", Class::Unexpanded),
            ("REDIS_URL", "redis://:foobared@cache.corp:6379/0", Class::KnownDefault),
            ("SERVICE_ACCOUNT", "{\"client_secret\": \"changeme\"}", Class::KnownDefault),
            ("SERVICE_ACCOUNT", r#"{"private_key": "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----"}"#, Class::Placeholder),
            ("API_KEYS", "Zk3Rw9Lm7Qx2Vb8N,changeme", Class::KnownDefault),
        ] {
            assert_eq!(flaw(key, text), Some(class), "{key}={text}");
        }
    }

    #[test]
    fn production_values_pass() {
        for (key, text) in [
            ("JWT_SECRET_KEY", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"),
            ("DB_PASSWORD", "gK7#vQ2!mZp9xL"),
            ("DB_PASSWORD", "velvet-otter-plank-mosaic-91"),
            ("API_KEY", "8Jdev2kqLw93hTzQpX7vRtYbN4mC6sDf"),
            ("SESSION_SECRET", "Kp7+test/9xQvB2mNc4LsW8rTy6UhJ1dKp3+Zq5/8wE="),
            ("PAYMENTS_SECRET_KEY", "live_kX9mQ2vB7nL4pR8tW3yZ6aC1dF5g"),
            ("UNLEASH_TOKEN", "*:production.4f2a9c81d7e35b604f2a9c81d7e35b60"),
            ("NOTION_TOKEN", "secret_kX9mQ2vB7nL4pR8tW3yZ6aC1dF5gH0jKkX9mQ2vB7nL"),
            ("APP_KEY", "base64:J63qRTDLub5NuZvP+kb8YIorGS6qFYHKVo6u7179stY="),
            ("DATABASE_URL", "postgres://app:gK7vQ2mZp9xL4w@db.prod.corp:5432/app?sslmode=verify-full"),
            ("PUSHER_SECRET", "7f3c9a1e5b2d8f4a6c0e"),
            ("WEBHOOK_URL", "https://hooks.slack.com/services/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"),
        ] {
            assert_eq!(flaw(key, text), None, "{key}={text}");
        }
    }

    #[test]
    fn what_is_accepted_gives_way_to_the_next() {
        let url = "postgres://app:@localhost/app";
        let of = |allow: &[Class]| {
            let around =
                Surroundings { key: "DATABASE_URL", user: None, places: Vec::new(), demand: Demand::of("DATABASE_URL", None), allow };
            assess(&Value::Text(url.to_owned()), &around).flaw.map(|flaw| flaw.class)
        };
        assert_eq!(of(&[]), Some(Class::EmptyPassword));
        assert_eq!(of(&[Class::EmptyPassword]), Some(Class::LocalHost));
        assert_eq!(of(&[Class::EmptyPassword, Class::LocalHost]), None);
    }
}
