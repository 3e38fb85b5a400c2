//! An attacker with this program and the disk: fields changed, entries taken out, moved or said twice, and every
//! fingerprint after them made anew. What a signature covers shows; what none covers is never called signed.

use std::collections::BTreeMap;

use gonogo::{
    ledger::{Entry, History, LedgerError, Look, Row, SignatureStanding, Trust, signing::Signers},
    model::{Digest, Statement},
};
use serde_json::Value;

use super::house::{House, now};

/// A ledger with every kind of entry; the last is signed by nobody and vouched for by nobody.
async fn everything() -> House {
    let house = House::new()
        .await
        .policy(&[("break-glass", "{ roles: [engineering-manager] }"), ("require", "[security]")])
        .checks("  - { id: drill, manual: { question: Was it restored? } }\n");
    house.write("ticket.txt", "restored on Monday");
    house.service.second(500);
    house.verify(&[]).exits(4);
    let key = |id: &str| house.key(id);
    house.gonogo.run(["answer", "drill", "--reason", "on Monday", "--evidence", "ticket.txt", "--key", &key("lead")]).exits(0);
    let until = (now() + jiff::SignedDuration::from_hours(240)).to_string();
    let waive = ["waive", "second", "--reason", "slow", "--ticket", "OPS-1", "--owner", "dev", "--expires", &until, "--key", &key("boss")];
    house.gonogo.run(waive).exits(0);
    house.verify(&["--commit", "0a1b2c3d"]).exits(0);
    house.sign("security", "sec", &["--comment", "fine"]).exits(0);
    house.sign("security", "sec", &["--withdraw", "--comment", "not fine"]).exits(0);
    house.sign("security", "sec", &[]).exits(0);
    let record = |more: &[&str]| house.gonogo.run(["deploy", "record", "--release", "1.4.2", "--notes", "n"].iter().chain(more)).exits(0);
    record(&["--status", "failed"]);
    let glass = ["gate", "--release", "1.4.2", "--break-glass", "--as", "engineering-manager", "--reason", "down", "--ticket", "INC-1"];
    house.gonogo.run(glass.iter().chain(&["--key", key("boss").as_str()])).exits(0);
    house.write("log", "printed");
    record(&["--status", "succeeded", "--log", "log", "--recorder-key", &key("ci")]);
    house.gonogo.run(["deploy", "review", "10", "--comment", "needed", "--key", &key("sec")]).exits(0);
    record(&["--status", "rolled-back", "--deployer", "dev"]);
    house
}

fn read(entries: Vec<Entry>, signers: &Signers) -> Result<History, LedgerError> {
    let rows = entries.into_iter().map(Row::of).collect();
    let history = History::of(
        rows,
        &Look::by(
            Trust {
                signers: std::sync::Arc::new(signers.clone()),
                passkeys: std::sync::Arc::default(),
                ci_tokens: std::collections::BTreeMap::new(),
                now: now(),
            },
            now(),
        ),
    )?;
    history.entries()?;
    Ok(history)
}

/// Numbers, links and the heads in unsigned statements, made anew after something was changed.
fn chained_anew(mut entries: Vec<Entry>, before: &[Entry]) -> Vec<Entry> {
    let mut renamed: BTreeMap<String, String> = BTreeMap::new();
    let mut prev = Digest::none();
    for (entry, seq) in entries.iter_mut().zip(1..) {
        let old = before.iter().find(|old| old.statement() == entry.statement() || old.seq == entry.seq).map(Entry::digest);
        if entry.signature.is_none() {
            let mut text = String::from_utf8(entry.payload.clone()).expect("text");
            for (old, new) in &renamed {
                text = text.replace(old, new);
            }
            entry.payload = text.into_bytes();
        }
        (entry.seq, entry.prev) = (seq, prev);
        prev = entry.digest();
        renamed.extend(old.map(|old| (old.to_string(), prev.to_string())));
    }
    entries
}

/// Every place in the JSON, as pointers.
fn places(value: &Value, at: &str, all: &mut Vec<String>) {
    let mut below = |name: String, value: &Value| {
        let place = format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
        all.push(place.clone());
        places(value, &place, all);
    };
    match value {
        Value::Object(map) => map.iter().for_each(|(name, value)| below(name.clone(), value)),
        Value::Array(list) => list.iter().enumerate().for_each(|(index, value)| below(index.to_string(), value)),
        _ => {}
    }
}

/// The same with another value at this place.
fn flipped(whole: &Value, place: &str) -> Option<Value> {
    let mut whole = whole.clone();
    let value = whole.pointer_mut(place)?;
    *value = match &*value {
        Value::String(text) => {
            // One that is still a fingerprint, an instant, a word.
            let mut text = text.clone().into_bytes();
            let at = text.iter().rposition(u8::is_ascii_alphanumeric)?;
            text[at] = match text[at] {
                b'Z' if at > 1 => return Some(earlier(whole, place)),
                b'1' => b'2',
                byte if byte.is_ascii_digit() => b'1',
                b'a' => b'b',
                _ => b'a',
            };
            Value::String(String::from_utf8(text).ok()?)
        }
        Value::Number(number) => Value::from(number.as_u64()? ^ 1),
        Value::Bool(value) => Value::Bool(!*value),
        Value::Null => Value::String("something".into()),
        Value::Array(_) | Value::Object(_) => return None,
    };
    Some(whole)
}

/// An instant's year, one less.
fn earlier(mut whole: Value, place: &str) -> Value {
    if let Some(Value::String(text)) = whole.pointer_mut(place) {
        text.replace_range(3..4, if text.as_bytes()[3] == b'5' { "4" } else { "5" });
    }
    whole
}

/// The same without what stands at this place.
fn without(whole: &Value, place: &str) -> Option<Value> {
    let mut whole = whole.clone();
    let (parent, name) = place.rsplit_once('/')?;
    match whole.pointer_mut(parent)? {
        Value::Object(map) => _ = map.shift_remove(&name.replace("~1", "/").replace("~0", "~"))?,
        Value::Array(list) => _ = list.remove(name.parse().ok()?),
        _ => return None,
    }
    Some(whole)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_field_of_every_kind() {
    let house = everything().await;
    let (entries, signers) = (house.entries().await, house.trusted());
    let honest = read(entries.clone(), &signers).expect("a history");
    let kinds: Vec<&str> = honest.entries().expect("entries").iter().map(|proven| proven.statement.act.word()).collect();
    assert_eq!(
        kinds,
        [
            "closing",
            "run",
            "answer",
            "waiver",
            "run",
            "sign-off",
            "withdrawal",
            "sign-off",
            "deployment",
            "emergency",
            "deployment",
            "review",
            "deployment"
        ]
    );
    assert_eq!((honest.covered(), honest.unsigned()), (Ok(11), Ok(1)));
    assert_eq!(chained_anew(entries.clone(), &entries), entries, "nothing changed is the same chain");
    let mut tried = 0;
    for (index, entry) in entries.iter().enumerate() {
        let protected = entry.signature.is_some() || entry.seq <= honest.covered().expect("a place");
        let whole: Value = serde_json::from_slice(&entry.payload).expect("JSON");
        let mut all = Vec::new();
        places(&whole, "", &mut all);
        let changed = all.iter().flat_map(|place| [flipped(&whole, place), without(&whole, place)].map(|changed| (place, changed)));
        for (place, changed) in changed.filter_map(|(place, changed)| Some((place, changed?))) {
            tried += 1;
            let mut forged = entries.clone();
            forged[index].payload = serde_json::to_vec(&changed).expect("JSON");
            assert_ne!(forged[index].payload, entry.payload, "{place}");
            // Only a few need the chain anew to be read at all; none is believed with it.
            let came = read(chained_anew(forged, &entries), &signers);
            let about = format!("entry {} ({}), {place}: {changed}", entry.seq, kinds[index]);
            match came {
                Err(LedgerError::Broken { .. }) => {}
                Err(other) => panic!("{about}: {other}"),
                Ok(_) if protected => panic!("{about}: not seen"),
                Ok(history) => {
                    let standing = &history.entries().expect("entries")[index].standing;
                    assert!(!matches!(standing, SignatureStanding::Signed { .. }), "{about}");
                    assert!(history.covered().is_ok_and(|covered| covered < entry.seq) && history.unsigned() == Ok(1), "{about}");
                }
            }
        }
    }
    assert!(tried > 400, "{tried}");
}

#[tokio::test(flavor = "multi_thread")]
async fn signatures_stripped_and_entries_out_of_their_place() {
    let house = everything().await;
    let (entries, signers) = (house.entries().await, house.trusted());
    let covered = read(entries.clone(), &signers).expect("a history").covered().expect("a place");
    for index in 0..entries.len() {
        let about = format!("entry {}", index + 1);
        let seen = |forged: Vec<Entry>, how: &str| {
            let came = read(chained_anew(forged, &entries), &signers);
            assert!(matches!(came, Err(LedgerError::Broken { .. })), "{about} {how}");
        };
        // As if nobody had ever signed it.
        if entries[index].signature.is_some() {
            let mut forged = entries.clone();
            forged[index].signature = None;
            let mut whole: Value = serde_json::from_slice(&forged[index].payload).expect("JSON");
            whole["predicate"].as_object_mut().expect("a map").shift_remove("by");
            forged[index].payload = serde_json::to_vec(&whole).expect("JSON");
            if entries[index].seq <= covered {
                seen(forged, "stripped");
            } else {
                let history = read(chained_anew(forged, &entries), &signers).expect("a history");
                assert_eq!(history.entries().expect("entries")[index].standing, SignatureStanding::Unsigned, "{about}");
                assert!(history.unsigned().is_ok_and(|unsigned| unsigned > 1), "{about}");
            }
        }
        let said_twice = [&entries[..], &entries[index..=index]].concat();
        seen(said_twice, "said twice");
        if entries[index].seq <= covered {
            seen([&entries[..index], &entries[index + 1..]].concat(), "taken out");
            let mut moved = entries.clone();
            moved.swap(index, index + 1);
            seen(moved, "moved");
        }
    }
    // Only a head that somebody kept shows a cut tail.
    let head = entries.last().map(Entry::digest).expect("a head");
    for end in 0..entries.len() {
        let history = read(entries[..end].to_vec(), &signers).expect("a history");
        assert!(!history.holds(&head) && end as u64 >= history.covered().expect("a place"), "{end}");
    }
    // Somebody else's signature over the same bytes, and the same over other bytes.
    let signed: Vec<usize> = (0..entries.len()).filter(|index| entries[*index].signature.is_some()).collect();
    for pair in signed.windows(2) {
        let mut forged = entries.clone();
        forged[pair[0]].signature.clone_from(&entries[pair[1]].signature);
        assert!(read(chained_anew(forged, &entries), &signers).is_err(), "{pair:?}");
    }
    assert!(entries.iter().all(|entry| Statement::from_json(&entry.payload).is_ok()));
}
