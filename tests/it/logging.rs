//! `logging` on a service that logs to what speaks like Loki, Elasticsearch and `journalctl` do: what each prints is after its
//! public documentation (Loki 3 HTTP API, Elasticsearch 8 search API, systemd 252).

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    sync::{Arc, Mutex},
    time::Duration,
};

use gonogo::model::Outcome::{self, Fail, Pass, Unknown};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{hostile::Hostile, look::Look};

/// A service that writes this for each request, `ID` being the id; the log's API is beside it.
pub(crate) struct Service {
    server: Hostile,
    journal: TempDir,
}

/// What the service writes where it is in order.
pub(crate) const LINE: &str = r#"{"level":"info","service":"shop","request_id":"ID","duration_ms":3}"#;

type Script = fn(&str) -> Option<(u16, String)>;

impl Service {
    /// `script` may answer for the log at a path.
    pub(crate) async fn new(line: &'static str, script: Script) -> Self {
        let journal = tempfile::tempdir().expect("a folder");
        let (file, lines) = (journal.path().join("lines"), Arc::new(Mutex::new(Vec::<String>::new())));
        fs::write(&file, "").expect("written");
        let server = Hostile::new(move |mut visit| {
            let (lines, file) = (lines.clone(), file.clone());
            let path = visit.path().to_owned();
            if path == "/app" {
                let carries =
                    |line: &&str| ["x-request-id", "x-correlation-id"].iter().any(|name| line.to_ascii_lowercase().starts_with(name));
                let id = visit.head.lines().find(carries).and_then(|line| line.split_once(": ")).map(|(_, id)| id.trim().to_owned());
                let written = line.replace("ID", &id.unwrap_or_default());
                let mut lines = lines.lock().expect("no panic");
                lines.extend(written.lines().map(str::to_owned));
                let entries: Vec<String> = lines.iter().map(|line| json!({ "MESSAGE": line, "PRIORITY": "6" }).to_string()).collect();
                fs::write(&file, entries.join("\n")).expect("written");
            }
            Box::pin(async move {
                let found = lines.lock().expect("no panic").clone();
                let (status, body) = script(&path).unwrap_or_else(|| (200, answer(&path, &found)));
                visit.answer(status, &["Content-Type: application/json"], body).await
            })
        })
        .await;
        let program = journal.path().join("journalctl");
        // An old entry where an old one is asked for.
        let script = format!(
            "#!/bin/sh\ncase \"$*\" in *--until*) echo '{{\"MESSAGE\":\"old\"}}';; *) /bin/cat {}/lines;; esac\n",
            journal.path().display()
        );
        fs::write(&program, script).expect("written");
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("a mode");
        Self { server, journal }
    }

    /// Replaces what `journalctl` does.
    fn journalctl(&self, script: &str) {
        fs::write(self.journal.path().join("journalctl"), format!("#!/bin/sh\n{script}\n")).expect("written");
    }

    pub(crate) async fn outcome(&self, place: &str, more: Value) -> (Outcome, String) {
        let mut settings = json!({ "url": self.server.url("/app"), "within": "2s" });
        settings["log"] = json!({ place: match place {
            "loki" => json!({ "url": self.server.url(""), "streams": "{app=\"shop\"}" }),
            "elasticsearch" => json!({ "url": self.server.url(""), "index": "logs-shop-*" }),
            _ => json!({ "unit": "shop.service" }),
        } });
        settings.as_object_mut().expect("a map").extend(more.as_object().expect("a map").clone());
        let folder = self.journal.path().display().to_string();
        let mut look = Look::new("logging", settings).env(&[("PATH", &folder)]).at(crate::gonogo::now());
        look.timeout = Duration::from_secs(6);
        look.outcome().await
    }

    fn requests(&self) -> usize {
        self.server.heads().iter().filter(|head| head.starts_with("GET /app ")).count()
    }
}

/// What the log's API answers where it has these lines.
fn answer(path: &str, lines: &[String]) -> String {
    let id = path.split("%22").nth(if path.contains("query_range") { 3 } else { 1 }).unwrap_or_default().replace("%2D", "-");
    let old = path.contains("%5B%2A%20TO") || (path.contains("query_range") && !path.contains("%7C%3D"));
    let found: Vec<&String> = lines.iter().filter(|line| !id.is_empty() && line.contains(&id)).collect();
    if path.starts_with("/loki/api/v1/query_range") {
        let values: Vec<Value> = if old { vec![json!(["1", "old"])] } else { found.iter().map(|line| json!(["1", line])).collect() };
        let streams = if values.is_empty() { json!([]) } else { json!([{ "stream": { "app": "shop" }, "values": values }]) };
        return json!({ "status": "success", "data": { "resultType": "streams", "result": streams, "stats": {} } }).to_string();
    }
    let source = |line: &&String| json!({ "_index": "logs-shop-1", "_source": serde_json::from_str(line).unwrap_or_else(|_| json!({ "message": line })) });
    let hits: Vec<Value> = if old { vec![json!({ "_source": {} })] } else { found.iter().map(source).collect() };
    let shards = json!({ "total": 1, "successful": 1, "skipped": 0, "failed": 0 });
    json!({ "took": 1, "timed_out": false, "_shards": shards, "hits": { "total": { "value": hits.len() }, "hits": hits } }).to_string()
}

pub(crate) const STORES: [&str; 3] = ["loki", "elasticsearch", "journald"];

#[tokio::test]
async fn the_line_of_its_own_request_is_found_and_read() {
    let wanted = json!({ "reaches-back": "30d" });
    for store in STORES {
        let service = Service::new(LINE, |_| None).await;
        let (outcome, reason) = service.outcome(store, wanted.clone()).await;
        assert_eq!((outcome, service.requests()), (Pass, 1), "{store}: {reason}");
        let (outcome, reason) = service.outcome(store, json!({ "id-header": "X-Correlation-Id" })).await;
        assert_eq!(outcome, Pass, "{store}: {reason}");
    }
}

#[tokio::test]
async fn lines_that_are_none_are_told() {
    for (line, wanted, said) in [
        ("GET /app 200 id=ID", Fail, "each a JSON object"),
        (r#"{"level":"info","id":"ID""#, Fail, "each a JSON object"),
        (r#"{"level":"info","level":"warn","id":"ID"}"#, Fail, "each a JSON object"),
        (r#"["ID"]"#, Fail, "no object"),
        (r#"{"request_id":"ID"}"#, Fail, "level of the lines: got none"),
        (r#"{"level":"odd-ish","request_id":"ID"}"#, Unknown, "a level that is not known"),
        ("{\"level\":\"info\",\"id\":\"ID\"}\nplain ID", Fail, "each a JSON object"),
        (r#"{"level":"info"}"#, Fail, "line with the id of the request: got none with `"),
    ] {
        for store in ["loki", "journald"] {
            let service = Service::new(line, |_| None).await;
            let (outcome, reason) = service.outcome(store, json!({})).await;
            assert!(outcome == wanted && reason.contains(said), "{store} {line}: {outcome} {reason}");
        }
    }
}

#[tokio::test]
async fn a_log_that_answers_in_part_is_no_log() {
    let cases: [(&str, Script, &str); 9] = [
        (
            "loki",
            |path| {
                path.contains("query_range")
                    .then(|| (200, r#"{"status":"success","warnings":["x"],"data":{"resultType":"streams","result":[]}}"#.into()))
            },
            "may be partial",
        ),
        (
            "loki",
            |path| path.contains("query_range").then(|| (200, r#"{"status":"success","data":{"resultType":"matrix","result":[]}}"#.into())),
            "no streams of lines",
        ),
        ("loki", |path| path.contains("query_range").then(|| (200, "<html>".into())), "is it a login?"),
        ("loki", |path| path.contains("query_range").then(|| (403, String::new())), "a right is missing"),
        (
            "elasticsearch",
            |path| path.contains("_search").then(|| (200, r#"{"timed_out":true,"_shards":{"failed":0},"hits":{"hits":[]}}"#.into())),
            "answers in part",
        ),
        (
            "elasticsearch",
            |path| path.contains("_search").then(|| (200, r#"{"timed_out":false,"_shards":{"failed":2},"hits":{"hits":[]}}"#.into())),
            "answers in part",
        ),
        ("elasticsearch", |path| path.contains("_search").then(|| (200, r#"{"hits":{"hits":[]}}"#.into())), "no result of a search"),
        (
            "elasticsearch",
            |path| path.contains("_search").then(|| (404, r#"{"error":{"type":"index_not_found_exception"}}"#.into())),
            "status 404",
        ),
        // One that finds the id before it was sent.
        (
            "elasticsearch",
            |path| {
                path.contains("_search").then(|| {
                    (
                        200,
                        format!(
                            r#"{{"timed_out":false,"_shards":{{"failed":0}},"hits":{{"hits":[{{"_source":{{"a":"{}"}}}}]}}}}"#,
                            path.replace("%2D", "-")
                        ),
                    )
                })
            },
            "every search finds something",
        ),
    ];
    for (store, script, said) in cases {
        let service = Service::new(LINE, script).await;
        let (outcome, reason) = service.outcome(store, json!({})).await;
        assert!(outcome == Unknown && reason.contains(said), "{store} {said}: {outcome} {reason}");
        assert_eq!(service.requests(), 0, "nothing is sent where the log cannot be read: {said}");
    }
}

#[tokio::test]
async fn a_journal_that_may_not_be_read_is_no_journal() {
    let service = Service::new(LINE, |_| None).await;
    for (script, said) in [
        ("echo 'Hint: You are currently not seeing messages from other users and the system.' >&2", "systemd-journal"),
        ("echo 'No journal files were found.' >&2; echo '-- No entries --'", "systemd-journal"),
        ("echo 'Failed to add match' >&2; exit 1", "ended with exit code 1"),
        ("echo 'Nov 20 host shop[1]: text'", "a line that is no JSON"),
        ("printf '\\377\\n'", "no UTF-8"),
    ] {
        service.journalctl(script);
        let (outcome, reason) = service.outcome("journald", json!({})).await;
        assert!(outcome == Unknown && reason.contains(said), "{script}: {outcome} {reason}");
    }
    // Bytes that are no text are a list there.
    service.journalctl("echo '{\"MESSAGE\":[111,108,100,255]}'");
    let (outcome, reason) = service.outcome("journald", json!({})).await;
    assert!(outcome == Fail && reason.contains("got none with"), "{outcome} {reason}");
}

#[tokio::test]
async fn a_log_that_is_young_or_a_service_that_fails_is_red() {
    let young: Script = |path| {
        (path.contains("query_range") && !path.contains("%7C%3D"))
            .then(|| (200, r#"{"status":"success","data":{"resultType":"streams","result":[]}}"#.into()))
    };
    let service = Service::new(LINE, young).await;
    let (outcome, reason) = service.outcome("loki", json!({ "reaches-back": "30d" })).await;
    assert!(outcome == Fail && reason.contains("younger: none that old is there"), "{outcome} {reason}");
    let service = Service::new(LINE, |path| (path == "/app").then(|| (500, String::new()))).await;
    let (outcome, reason) = service.outcome("loki", json!({})).await;
    assert!(outcome == Fail && reason.contains("status of the request: got 500"), "{outcome} {reason}");
}
