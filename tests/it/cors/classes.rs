//! The classes of hostile origins, of which members are drawn by a seed: rules that passed when each had its specimen.

use std::collections::BTreeSet;

use gonogo::{
    check,
    model::{Outcome, Release},
    net::Pin,
};
use serde_json::{Value, json};

use super::{
    api::{self, APP, Question, api, header, names},
    nginx::{Site, got, look, red, serve, settings},
};
use crate::{gonogo::Gonogo, look::Look};

/// Rules of a `map`, each with the class that it lets in beside the wanted.
const RULES: [(&str, &str, &str); 22] = [
    ("port-5000", r#""http://localhost:5000""#, "dev"),
    ("port-8000", r#""http://localhost:8000""#, "dev"),
    ("https-localhost", r#""https://localhost""#, "dev"),
    ("chrome", r#""~^chrome-extension://""#, "extension"),
    ("chrome-id", r#""~^chrome-extension://[a-p]{32}$""#, "extension"),
    ("firefox", r#""~^moz-extension://""#, "extension"),
    ("safari", r#""~^safari-web-extension://[0-9a-f-]{36}$""#, "extension"),
    ("tauri", r#""tauri://localhost""#, "app"),
    ("class-c", r#""~^http://192\.168\.\d{1,3}\.\d{1,3}$""#, "private"),
    ("class-c-port", r#""~^http://192\.168\.\d{1,3}\.\d{1,3}:\d{4}$""#, "private"),
    ("class-b", r#""~^http://172\.(1[6-9]|2\d|3[01])\.\d+\.\d+(:\d+)?$""#, "private"),
    ("class-a", r#""~^http://10\.""#, "private"),
    ("bonjour", r#""~^https?://[\w-]+\.local(:\d+)?$""#, "private"),
    ("github", r#""~^https://[a-z]+\.github\.io$""#, "shared"),
    ("netlify", r#""~^https://[\w-]+\.netlify\.app$""#, "shared"),
    ("cut-short", r#""~^https://(app|www)\.yourdomain\.co$""#, "ending"),
    ("any-ending", r#""~^https://(app|www)\.yourdomain\.([a-z]{2,3}|co\.uk)$""#, "ending"),
    ("hyphen", r#""~^https://[\w-]+-yourdomain\.com$""#, "suffix"),
    ("preview", r#""~^https://(\w+-)?(app|www)(-\w+)?\.yourdomain\.com$""#, "subdomain"),
    ("scheme", r#""~^(?!http:)[a-z]+://(app|www)\.yourdomain\.com$""#, "http"),
    ("ports", r#""~^https://(app|www)\.yourdomain\.com:(3\d{3}|8080|[1-79]\d{3})$""#, "port"),
    ("good", r#""https://www.yourdomain.com""#, ""),
];

#[tokio::test]
async fn a_rule_is_met_by_a_member_of_its_class_whatever_is_drawn() {
    let maps: Vec<String> = RULES
        .iter()
        .map(|(_, rule, _)| {
            let rule = if rule.contains("www.yourdomain.com\"") { String::new() } else { format!("{rule} $http_origin;") };
            format!(r#"default ""; "~^https://(app|www)\.yourdomain\.com$" $http_origin; {rule}"#)
        })
        .collect();
    let sites: Vec<Site> = RULES.iter().zip(&maps).map(|((name, ..), map)| Site::map(name, map)).collect();
    let nginx = serve(&sites).await;
    for (name, _, class) in RULES {
        for seed in ["shop 1.4.2", "another 7"] {
            let mut look = Look::new("cors", settings(&nginx, name));
            look.seed = seed.into();
            let seen = look.look().await.expect("answers");
            let wanted = if class.is_empty() { vec![] } else { vec![format!("refuses:{class}")] };
            assert_eq!(red(&seen), wanted, "{name}, drawn by {seed}");
            // None of those that are always tried is let in.
            let check = check::parse("cors", &settings(&nginx, name)).expect("a kind").expect("settings");
            let mut fixed = seen.observation.value();
            fixed.as_object_mut().expect("a map").remove("seed");
            let judged = check.judge_value(fixed, crate::scripted::instant()).expect("an observation");
            assert_eq!(judged.iter().filter(|one| one.met == Some(false)).count(), 0, "{name}");
        }
    }
    let seen = look(settings(&nginx, "class-c-port")).await;
    let private = got(&seen, "refuses:private");
    assert!(private.starts_with("`http://192.168.0.") && private.ends_with(" allowed on GET with credentials"), "{private}");
    let seen = look(settings(&nginx, "good")).await;
    assert!(got(&seen, "refuses:extension").starts_with("refused on GET and OPTIONS (3 origins, `chrome-extension://"));
}

/// What each run asked, as method and origin.
fn asked(server: &crate::hostile::Hostile) -> BTreeSet<String> {
    server.heads().iter().map(|head| format!("{} {}", &head[..4], header(head, "origin").unwrap_or_default())).collect()
}

#[tokio::test]
async fn the_same_seed_asks_the_same_and_another_one_something_else() {
    let mut all = Vec::new();
    for seed in ["shop 1.4.2", "shop 1.4.2", "shop 1.4.3"] {
        let server = api(Question::good).await;
        let mut look = Look::new("cors", api::settings(&server));
        look.seed = seed.into();
        let seen = look.look().await.expect("answers");
        assert_eq!(Outcome::of(&seen.expectations), Outcome::Pass, "{:#?}", seen.expectations);
        assert_eq!(seen.observation.value()["seed"], seed);
        all.push(asked(&server));
    }
    assert_eq!(all[0], all[1]);
    let new = all[2].difference(&all[0]).count();
    assert!(new > 15, "{new} new ones");
}

#[test]
fn the_seed_is_of_project_and_release_unless_it_is_said() {
    let plan = "project: shop\nenvironments: { prod: {} }\nchecks:\n";
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let server = runtime.block_on(api(Question::good));
    let check = format!("  - {{ id: c, title: T, cors: {{ url: \"{}\", origins: \"{APP}\" }} }}\n", server.url("/users"));
    let gonogo = Gonogo::new().plan(&format!("{plan}{check}"));
    let seed = |arguments: &[&str]| {
        let (_, report) = gonogo.verify(arguments);
        let observation = serde_json::to_value(&report.findings[0].observation).expect("an observation");
        observation["seed"].as_str().expect("a seed").to_owned()
    };
    assert_eq!(seed(&["--release", "1.4.2"]), "shop 1.4.2");
    assert_eq!(seed(&["--seed", "blue moon"]), "blue moon");
    let random = seed(&["--seed", "random"]);
    assert!(random.starts_with("random ") && random != seed(&["--seed", "random"]), "{random}");
    assert_eq!(seed(&["--seed", &random]), random);
    gonogo.run(["verify", "--seed", " "]).exits(2).says("it says nothing");
    gonogo.run(["verify", "--seed", "a\nb"]).exits(2).says("one line");
}

#[tokio::test]
async fn a_report_from_before_is_judged_by_what_was_asked_then() {
    let server = api(Question::good).await;
    let settings = api::settings(&server);
    let mut old = api::look(settings.clone()).await.observation.value();
    let drawn = old.as_object_mut().expect("a map").remove("seed");
    assert!(drawn.is_some());
    let check = check::parse("cors", &settings).expect("a kind").expect("settings");
    let judged = check.judge_value(old, crate::scripted::instant()).expect("an observation");
    assert_eq!(Outcome::of(&judged), Outcome::Pass);
    assert!(!judged.iter().any(|one| ["refuses:private", "refuses:shared", "addresses"].contains(&one.name.as_str())));
}

#[tokio::test]
async fn a_guard_that_shuts_us_out_with_any_status_proves_nothing() {
    // After sixty questions nobody is let in any more, the wanted included.
    for status in [403, 401, 302] {
        let server = api(move |question| if question.nth < 60 { question.good() } else { (status, vec!["Vary: Origin".to_owned()]) }).await;
        let seen = api::look(api::settings(&server)).await;
        assert_eq!(Outcome::of(&seen.expectations), Outcome::Unknown, "{:#?}", seen.expectations);
        let why = |name: &str| seen.expectations.iter().find(|one| one.name == name).and_then(|one| one.why.clone()).unwrap_or_default();
        assert!(
            why("refuses:extension").contains(&format!("is shut out too (it is answered with status {status})")),
            "{}",
            why("refuses:extension")
        );
        assert!(names(&seen, None).contains(&"allow-origin"));
    }
    // A status that is meant for hostile origins is a refusal.
    let server = api(|question| match question.origin.as_deref() {
        Some(APP) | None => question.good(),
        _ => (403, vec!["Vary: Origin".to_owned()]),
    })
    .await;
    assert_eq!(api::outcome(api::settings(&server)).await.0, Outcome::Pass);
}

fn pinned(server: &crate::hostile::Hostile, addresses: &str) -> Look {
    let url = server.url("/users").replace("127.0.0.1", "api.example.test");
    let settings: Value = json!({ "url": url, "origins": APP, "addresses": addresses });
    let mut look = Look::new("cors", settings);
    let pin: Pin = "127.0.0.1".parse().expect("an address");
    look.pins = [("api.example.test".to_owned(), pin)].into_iter().collect();
    look.release = Release::default();
    look
}

#[tokio::test]
async fn the_addresses_that_the_plan_names_are_asked_and_told() {
    let server = api(Question::good).await;
    let seen = pinned(&server, "ipv4").look().await.expect("answers");
    assert_eq!(got(&seen, "addresses"), "allowed at 127.0.0.1");
    assert!(server.heads().iter().all(|head| header(head, "host").is_some_and(|host| host.starts_with("api.example.test:"))));
    let (outcome, why) = pinned(&server, "ipv6").outcome().await;
    assert_eq!((outcome, why.as_str()), (Outcome::Unknown, "api.example.test has no address of the family that `addresses` names"));
    // Where there is one address there is nothing to add.
    let seen = pinned(&server, "all").look().await.expect("answers");
    assert!(!seen.expectations.iter().any(|one| one.name == "addresses") && seen.observation.value().get("addresses").is_none());
    // A leak says where it is.
    let server = api(|question| match question.origin.clone() {
        Some(origin) => (question.good().0, vec![format!("Access-Control-Allow-Origin: {origin}"), "Vary: Origin".to_owned()]),
        None => question.good(),
    })
    .await;
    let seen = pinned(&server, "first").look().await.expect("answers");
    assert_eq!(got(&seen, "refuses:reflection"), "`https://evil.example` allowed on GET, OPTIONS and errors at 127.0.0.1");
}
