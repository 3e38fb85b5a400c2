//! Samples of measures that are read from documents, of servers that say this or that.

use gonogo::rollout::State;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{Taking, ago, trouble, two, values};
use crate::{hostile::Hostile, servers::prometheus::now};

/// A look at documents that all say this, with this clock.
async fn counted(measure: Value, body: &str, clock: Timestamp) -> Result<Vec<f64>, (State, String)> {
    let date = format!("Date: {}", clock.strftime("%a, %d %b %Y %H:%M:%S GMT"));
    let server = Hostile::answering(200, &["Content-Type: application/json", &date], body).await;
    let mut measure = measure;
    let stretch = if measure.get("gauge").is_some() { "" } else { "?from=${from}&to=${to}&v=${version}" };
    measure["document"] = json!({ "url": server.url(&format!("/counts{stretch}")) });
    let taking = Taking::of("http://127.0.0.1:1", json!({ "measures": { "it": measure }, "demands": { "it": { "max": "1" } } }));
    let taken = taking.sampler().take_at(&two(), now() - SignedDuration::from_secs(130), now()).await.expect("a sample");
    match values(&taken, "it") {
        [Some(values), None] => Ok(values),
        _ => Err(trouble(Some(taken))),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_are_added_up_and_what_is_not_there_is_not_nothing() {
    let share = || json!({ "bad": "$.rows[*].bad", "total": "$.rows[*].all" });
    let gauge = || json!({ "gauge": "$.left" });
    for (measure, body, wanted) in [
        (share(), r#"{"rows": [{"bad": 1, "all": 5}, {"bad": "2", "all": 6.0}]}"#, vec![3.0, 11.0]),
        (share(), r#"{"rows": []}"#, vec![0.0, 0.0]),
        (gauge(), r#"{"left": -4.5}"#, vec![-4.5]),
        (json!({ "total": "$.all" }), r#"{"all": 7}"#, vec![7.0]),
        (json!({ "sum": "$.spent", "count": "$.all" }), r#"{"all": 4, "spent": 9}"#, vec![9.0, 4.0]),
    ] {
        assert_eq!(counted(measure, body, now()).await, Ok(wanted), "{body}");
    }
    for (measure, body, state, said) in [
        (share(), r#"{"row": []}"#, State::NoData, "nothing at `$.rows[*].bad`"),
        (share(), r#"{"rows": [{"all": 5}]}"#, State::NoData, "nothing at `$.rows[*].bad`"),
        (share(), r#"{"rows": [{"bad": null, "all": 5}]}"#, State::Error, "is no number"),
        (share(), r#"{"rows": [{"bad": "NaN", "all": 5}]}"#, State::Error, "cannot be"),
        (share(), r#"{"rows": [{"bad": -1, "all": 5}]}"#, State::Error, "cannot be"),
        (share(), r#"{"rows": [{"bad": 6, "all": 5}]}"#, State::Error, "must be a part of `total`"),
        (share(), r#"{"rows": [{"bad": 0, "all": 1e300}]}"#, State::Error, "cannot be"),
        (share(), r#"{"rows": [{"bad": 0, "all": 5}]"#, State::Error, "the document"),
        (gauge(), r#"{"left": []}"#, State::Error, "no number"),
        (json!({ "gauge": "$.left[*]" }), r#"{"left": []}"#, State::NoData, "nothing at"),
        (json!({ "gauge": "$.left[*]" }), r#"{"left": [1, 2]}"#, State::Error, "a gauge is one number"),
    ] {
        let (found, why) = counted(measure, body, now()).await.expect_err(body);
        assert!(found == state && why.contains(said) && why.starts_with("the document of `it`: "), "{body}: {found:?} {why}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_of_another_time_counts_nothing() {
    let hour = SignedDuration::from_secs(3_600);
    for clock in [now() - hour, now() + hour] {
        let (state, why) = counted(json!({ "total": "$.all" }), r#"{"all": 7}"#, clock).await.expect_err("another time");
        assert!(state == State::Error && why.contains("set the one that is wrong"), "{why}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_says_what_is_so_now_says_nothing_of_what_was_missed() {
    let server = Hostile::answering(200, &["Content-Type: application/json"], r#"{"left": 4}"#).await;
    let gauge = json!({ "it": { "document": { "url": server.url("/left") }, "gauge": "$.left" } });
    let taking = Taking::of("http://127.0.0.1:1", json!({ "measures": gauge, "demands": { "it": { "min": "1" } } }));
    let missed = taking.sampler().catch_up(&two(), ago(400), now(), now()).await.expect("samples");
    assert!(missed.len() > 3 && missed.iter().all(|taken| taken.troubles["it new"].why.contains("nobody looked then")), "{missed:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_nobody_writes_any_more_is_not_what_is_so_now() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("stock.json");
    std::fs::write(&path, r#"{"left": 4}"#).expect("written");
    let look = async |age: i64, more: Value| {
        let written = std::time::SystemTime::from(now() - SignedDuration::from_secs(age));
        std::fs::File::options().write(true).open(&path).and_then(|file| file.set_modified(written)).expect("dated");
        let mut document = json!({ "file": path });
        document.as_object_mut().expect("keys").extend(more.as_object().expect("keys").clone());
        let gauge = json!({ "it": { "document": document, "gauge": "$.left" } });
        let taking = Taking::of("http://127.0.0.1:1", json!({ "measures": gauge, "demands": { "it": { "min": "1" } } }));
        taking.sampler().take_at(&two(), now() - SignedDuration::from_secs(60), now()).await.expect("a sample")
    };
    for (age, more) in [(10, json!({})), (600, json!({ "max-age": "1h" }))] {
        assert_eq!(values(&look(age, more).await, "it")[0], Some(vec![4.0]), "{age}");
    }
    for (age, more) in [(300, json!({})), (60, json!({ "max-age": "30s" }))] {
        let (state, why) = trouble(Some(look(age, more).await));
        assert!(state == State::Error && why.contains("age of the file: got"), "{why}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_counts_where_no_time_goes_by_counts_no_stretch() {
    let fixed = async |body: &str| {
        let date = format!("Date: {}", now().strftime("%a, %d %b %Y %H:%M:%S GMT"));
        let server = Hostile::answering(200, &["Content-Type: application/json", &date], body).await;
        let measure = json!({ "document": { "url": server.url("/?from=${from}&to=${to}") }, "bad": "$.bad", "total": "$.all" });
        let taking = Taking::of("http://127.0.0.1:1", json!({ "measures": { "it": measure }, "demands": { "it": { "max": "1%" } } }));
        taking.sampler().fix("2", "1", now()).await.1
    };
    assert!(fixed(r#"{"bad": 0, "all": 0}"#).await.is_empty());
    let troubles = fixed(r#"{"bad": 0, "all": 100000}"#).await;
    assert!(troubles["it"].why.contains("although no time goes by"), "{troubles:?}");
}
