//! Documents that mean harm: bombs, depths, floods and what is no text.

use std::time::{Duration, Instant};

use gonogo::model::Outcome::{Pass, Unknown};
use serde_json::json;

use super::{filed, unread};
use crate::look::Look;

const NAMES: [&str; 7] = ["a.json", "a.yaml", "a.toml", "a.xml", "a.csv", "a.env", "a.ini"];

#[tokio::test]
async fn aliases_and_entities_do_not_unfold() {
    let started = Instant::now();
    let mut laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let one = format!("*a{}", level - 1);
        laughs.push_str(&format!("a{level}: &a{level} [{}]\n", vec![one; 10].join(", ")));
    }
    assert_eq!(unread("a.yaml", &laughs).await, "holds more than 1000000 values");
    let mut merged = "a0: &a0 { k: 1 }\n".to_owned();
    for level in 1..40 {
        merged.push_str(&format!("a{level}: &a{level} {{ l: *a{0}, r: *a{0} }}\n", level - 1));
    }
    assert_eq!(unread("a.yaml", &merged).await, "holds more than 1000000 values");
    let chain: String = (1..200).map(|level| format!("a{level}: &a{level} [*a{}]\n", level - 1)).collect();
    assert_eq!(unread("a.yaml", format!("a0: &a0 []\n{chain}")).await, "is nested more than 128 deep");
    let mut entities = "<!DOCTYPE a [<!ENTITY e0 \"ha\">".to_owned();
    for level in 1..12 {
        entities.push_str(&format!("<!ENTITY e{level} \"{}\">", format!("&e{};", level - 1).repeat(10)));
    }
    assert!(unread("a.xml", entities + "]><a>&e11;</a>").await.starts_with("has a document type"));
    let external = "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><a>&x;</a>";
    assert!(unread("a.xml", external).await.starts_with("has a document type"));
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
}

#[tokio::test]
async fn depth_is_bounded_and_the_deepest_is_read() {
    let nested = |open: &str, close: &str, depth: usize| open.repeat(depth) + "1" + &close.repeat(depth);
    for depth in [129, 100_000] {
        for (name, text) in [
            ("a.json", nested("[", "]", depth)),
            ("a.json", nested("{\"a\":", "}", depth)),
            ("a.yaml", nested("[", "]", depth)),
            ("a.yaml", nested("{a: ", "}", depth)),
            ("a.yaml", (0..depth.min(3_000)).map(|level| format!("{}a:\n", " ".repeat(level))).collect()),
            ("a.toml", format!("a = {}", nested("[", "]", depth))),
            ("a.toml", format!("a = {}", nested("{ a = ", "}", depth))),
            ("a.toml", format!("{} = 1", vec!["a"; depth].join("."))),
            ("a.toml", format!("[{}]", vec!["a"; depth].join("."))),
            ("a.xml", nested("<a>", "</a>", depth)),
        ] {
            let said = unread(name, text).await;
            assert!(
                ["nested more than 128", "recursion limit", "cannot recurse", "no YAML"].iter().any(|one| said.contains(one)),
                "{name} {depth}: {said}"
            );
        }
    }
    for (name, text) in [
        ("a.json", nested("[", "]", 126)),
        ("a.yaml", nested("[", "]", 126)),
        ("a.toml", format!("a = {}", nested("[", "]", 78))),
        ("a.xml", nested("<a>", "</a>", 128)),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join(name), &text).expect("written");
        let look = Look::new("document", json!({ "file": name, "expect": { "$": { "exists": true } } })).root(folder.path());
        let seen = look.look().await.expect("a document");
        assert_eq!(gonogo::model::Outcome::of(&seen.expectations), Pass, "{name}: {:?}", seen.expectations);
        // It goes into the report, and comes back from it.
        assert!(seen.observation.text().contains("found"), "{name}: {}", seen.observation.text());
    }
}

#[tokio::test]
async fn size_and_number_of_values_are_bounded() {
    let started = Instant::now();
    let large = vec![b' '; 100 << 20];
    assert_eq!(unread("a.json", &large).await, "the file `a.json` is larger than 64 MiB");
    drop(large);
    let many = |row: &str| row.repeat(1_000_001);
    for (name, text) in [
        ("a.json", format!("[{}1]", many("1,"))),
        ("a.yaml", many("- 1\n")),
        ("a.toml", format!("a = [{}]", many("1,"))),
        ("a.xml", format!("<a>{}</a>", many("<b/>"))),
        ("a.csv", format!("a\n{}", many("1\n"))),
        ("a.env", many("A=1\n")),
        ("a.ini", format!("[a]\n{}", (0..1_000_001).map(|line| format!("k{line}=1\n")).collect::<String>())),
    ] {
        assert_eq!(unread(name, text).await, "holds more than 1000000 values", "{name}");
    }
    let fits = format!("[{}1]", "1,".repeat(900_000));
    assert_eq!(filed("a.json", fits, json!({ "expect": { "$": { "length": 900_001 } } })).await.0, Pass);
    assert!(started.elapsed() < Duration::from_secs(90), "{:?}", started.elapsed());
}

#[tokio::test]
async fn what_is_no_text_is_not_read() {
    let wide: Vec<u8> = std::iter::once(0xfeff).chain("a=1".encode_utf16()).flat_map(u16::to_le_bytes).collect();
    for name in NAMES.into_iter().filter(|name| *name != "a.xml") {
        assert_eq!(unread(name, &wide).await, "is UTF-16: save it as UTF-8", "{name}");
        assert_eq!(unread(name, &wide[2..]).await, "has a zero byte in it: it is no text, or UTF-16", "{name}");
        assert_eq!(unread(name, b"a=\xff").await, "is not UTF-8: byte 3 fits nothing", "{name}");
        assert_eq!(unread(name, b"\xef\xbb\xbf \n").await, "is empty", "{name}");
    }
    let garbage: Vec<u8> = (0..=255).cycle().take(10_000).collect();
    for name in NAMES {
        unread(name, &garbage).await;
        unread(name, &garbage[128..160]).await;
    }
}

/// Whatever is cut off is unknown, at whichever byte, or read as what it then is: never as something else.
#[tokio::test]
async fn a_document_that_is_cut_off_is_unknown() {
    for (name, text) in [
        ("a.json", "{\"jobs\": [{\"state\": \"ok\"}, {\"state\": \"ok\"}], \"failed\": 3}"),
        ("a.xml", "<r><job state='ok'/><job state='ok'/><failed>3</failed></r>"),
        ("a.yaml", "{jobs: [{state: ok}, {state: ok}], failed: 3}"),
        ("a.csv", "state,\"failed\"\nok,\"3\""),
    ] {
        assert_eq!(filed(name, text, json!({ "expect": { "$": { "exists": true } } })).await.0, Pass, "{name}");
        for end in (0..text.len()).filter(|end| name != "a.csv" || [9, 17, 20].contains(end)) {
            let (outcome, reason) = filed(name, &text[..end], json!({ "expect": { "$": { "exists": true } } })).await;
            assert_eq!(outcome, Unknown, "{name} cut at {end}: {reason}");
        }
    }
}
