//! One value judged by itself: each of its texts in a fixed order, and of each the first flaw that is not accepted.

use std::collections::BTreeSet;

use super::{
    flaw::{Class, Flaw},
    known,
    leaf::{Leaf, Weight, joined},
    peel, placeholder,
    purpose::{Demand, bucket},
    seen::Inspected,
    shapes::Fitting,
    structure,
};
use crate::{
    check::environment::{Held, Value},
    model::beginning,
};

/// Of a longer text only the beginning is looked through for words and patterns.
const LONGEST_JUDGED: usize = 4 << 10;

/// Among what is no secret by name, only a published value of this length is no coincidence.
const UNMISTAKABLE: usize = 16;

/// Judges one value, of which `root` says what surrounds it, but for what is accepted; the key is still to be named.
pub(super) fn assess(value: &Value, root: &Leaf, allow: &[Class]) -> Inspected {
    match value {
        Value::Text(text) => text_value(text, root, allow),
        Value::Bytes(bytes) => match peel::readable(bytes) {
            Some((_, text)) => text_value(&text, root, allow),
            None => Inspected {
                flaws: structure::of_bytes(bytes).into_iter().collect(),
                length: bucket(bytes.len(), "bytes"),
                strength: "binary".into(),
                ..Inspected::default()
            },
        },
        Value::Readings(readings) => {
            let seen: Vec<_> = readings.iter().map(|(by, text)| (by, text.as_ref().map(|text| text_value(text, root, allow)))).collect();
            disagreement(&seen).unwrap_or_else(|| seen.into_iter().find_map(|(_, seen)| seen).unwrap_or_default())
        }
        Value::Contradictory(lines) => {
            let lines: Vec<String> = lines.iter().map(u64::to_string).collect();
            let what = format!("different values on lines {}", lines.join(" and "));
            Inspected { flaws: vec![Flaw::new(Class::Contradictory, what)], ..Inspected::default() }
        }
        Value::Unreadable(why) => Inspected { unreadable: Some(why.clone()), ..Inspected::default() },
    }
}

/// Where the readers of one line do not come to the same end: what each reads, without its text.
fn disagreement(seen: &[(&String, Option<Inspected>)]) -> Option<Inspected> {
    let said: Vec<(&String, &str)> = seen
        .iter()
        .map(|(by, seen)| match seen {
            None => (*by, "a value with something in its place that is not in the file (`$…`)"),
            Some(seen) => (*by, seen.flaws.first().map_or("a value without a known weakness", |flaw| flaw.what.as_str())),
        })
        .collect();
    let alike = |of: fn(&Inspected) -> bool| seen.iter().all(|(_, seen)| seen.as_ref().is_some_and(of));
    if alike(|seen| !seen.flaws.is_empty()) || alike(|seen| seen.flaws.is_empty()) {
        return None;
    }
    let said: Vec<String> = said.iter().map(|(by, what)| format!("{by} read {what}")).collect();
    let why = format!("its line is read differently: {}; say `syntax:` of the program that reads the file", said.join(", "));
    Some(Inspected { unreadable: Some(why), ..Inspected::default() })
}

/// What is secret in what a key holds, in every reading of it.
pub(super) fn texts(held: &Held) -> BTreeSet<String> {
    let readings: Vec<&str> = match &held.value {
        Value::Text(text) => vec![text],
        Value::Readings(readings) => readings.iter().filter_map(|(_, text)| text.as_deref()).collect(),
        _ => Vec::new(),
    };
    let leaves = |text| Leaf::new(&held.key, text, Demand::of(&held.key, None), Weight::Secret).leaves().all;
    let all = readings.into_iter().flat_map(leaves);
    all.filter(Leaf::is_secret).map(|leaf| leaf.text.trim().to_owned()).filter(|text| !text.is_empty()).collect()
}

fn text_value(text: &str, root: &Leaf, allow: &[Class]) -> Inspected {
    let leaves = Leaf { text: text.to_owned(), ..root.clone() }.leaves();
    let Some((root, within)) = leaves.all.split_first() else { return Inspected::default() };
    let (flaw, strength) = judge(root, allow);
    let flaw = flaw.or_else(|| within.iter().find_map(|leaf| judge(leaf, allow).0));
    let unknown = match leaves.all.iter().find(|leaf| leaf.is_secret()) {
        _ if leaves.cut => Some("it holds more than can be looked at, or is wrapped too often".to_owned()),
        None => {
            let form = leaves.all.iter().rev().find(|leaf| leaf.has_fields()).map_or(root.form, |leaf| leaf.form);
            Some(format!("{form}, of which nothing is taken for a secret by its name"))
        }
        Some(_) => None,
    };
    Inspected {
        unreadable: unknown.filter(|_| flaw.is_none()),
        flaws: flaw.into_iter().collect(),
        length: bucket(text.chars().count(), "characters"),
        strength: if root.form.is_empty() { strength } else { root.form.to_owned() },
        notes: root.notes.clone(),
        expires: leaves.all.iter().find_map(|leaf| leaf.expires),
        ..Inspected::default()
    }
}

/// What is wrong with one text, and how strong it is.
fn judge(leaf: &Leaf, allow: &[Class]) -> (Option<Flaw>, String) {
    let text = beginning(&leaf.text, LONGEST_JUDGED);
    let shapes = Fitting::of(text);
    // An accepted flaw lets the next be looked for.
    let told = |flaw: Option<Flaw>, noun: &str| {
        let lead = joined(&[&leaf.lead, noun]);
        flaw.filter(|flaw| !allow.contains(&flaw.class)).map(|flaw| if lead.is_empty() { flaw } else { flaw.of_part(&lead) })
    };
    let first = |flaw: Option<Flaw>| told(flaw, &leaf.noun);
    let unexpanded = || first(shapes.flaw(Class::Unexpanded));
    let published = || first(known::value(&leaf.text));
    let test_mode = || first(shapes.flaw(Class::TestMode));
    let unset = unset(text).or_else(|| shapes.flaw(Class::Unset)).filter(|_| leaf.weight == Weight::Secret && leaf.given.is_none());
    let flaw = match (leaf.form, leaf.weight) {
        _ if leaf.given.is_some() => published().or_else(|| first(leaf.given.clone())),
        _ if unset.is_some() => first(unset),
        _ if leaf.has_fields() => None,
        (_, Weight::Beside) => published().or_else(test_mode).filter(|_| text.len() >= UNMISTAKABLE),
        ("", weight) => {
            let login = || leaf.user.as_ref().and_then(|user| known::login(user, &leaf.text)).or_else(|| known::pair(&leaf.text));
            let known = unexpanded().or_else(|| told(login(), "")).or_else(published).or_else(test_mode);
            let composed = || first(placeholder::flaw(text)).or_else(|| first(structure::flaw(text))).or_else(|| first(own_name(leaf)));
            let flaw = known.or_else(composed);
            if weight == Weight::Secret && (flaw.is_none() || leaf.lead.is_empty()) {
                let (strength, weak) = leaf.demand.measure(text.trim(), &hints(leaf));
                return (flaw.or_else(|| first(weak)), strength);
            }
            flaw
        }
        _ => unexpanded().or_else(published).or_else(test_mode),
    };
    (flaw, String::new())
}

fn own_name(leaf: &Leaf) -> Option<Flaw> {
    let bare = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>();
    let (value, key) = (bare(&leaf.text), bare(leaf.key.rsplit('/').next().unwrap_or(&leaf.key)));
    let numbered = |name: &str| value.strip_prefix(name).is_some_and(|rest| rest.len() <= 4 && rest.chars().all(|c| c.is_ascii_digit()));
    let found = |what: &str| Some(Flaw::new(Class::OwnName, what));
    match () {
        () if value.is_empty() => None,
        () if !key.is_empty() && numbered(&key) => found("its own name"),
        () if leaf.user.as_ref().is_some_and(|user| user.len() >= 2 && numbered(&bare(user))) => found("the name of its user"),
        () if leaf.places.iter().any(|place| bare(place) == value) => found("the name of its host or database"),
        () => None,
    }
}

/// What an attacker would try first.
fn hints(leaf: &Leaf) -> Vec<&str> {
    let words = leaf.key.split(['_', '-', '.', '/']).chain(leaf.user.as_deref()).chain(leaf.places.iter().map(String::as_str));
    words.filter(|word| word.len() >= 3).collect()
}

fn unset(text: &str) -> Option<Flaw> {
    let blank = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}');
    match text {
        "" => Some(Flaw::new(Class::Unset, "nothing: it is empty")),
        _ if text.chars().all(blank) => Some(Flaw::new(Class::Unset, "nothing but white space")),
        _ => None,
    }
}

#[cfg(test)]
mod random;

#[cfg(test)]
mod tests {
    use super::*;

    fn flaw(key: &str, text: &str) -> Option<Class> {
        let root = Leaf::new(key, "", Demand::of(key, None), Weight::Secret);
        assess(&Value::Text(text.to_owned()), &root, &[]).flaws.first().map(|flaw| flaw.class)
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
            ("API_KEYS", "Zk3Rw9Lm7Qx2Vb8N,changeme", Class::Placeholder),
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
        let root = Leaf::new("DATABASE_URL", "", Demand::of("DATABASE_URL", None), Weight::Secret);
        let of = |allow: &[Class]| assess(&Value::Text(url.to_owned()), &root, allow).flaws.first().map(|flaw| flaw.class);
        assert_eq!(of(&[]), Some(Class::EmptyPassword));
        assert_eq!(of(&[Class::EmptyPassword]), Some(Class::LocalHost));
        assert_eq!(of(&[Class::EmptyPassword, Class::LocalHost]), None);
    }
}
