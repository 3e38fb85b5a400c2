//! What backup tools list: pgBackRest, restic and Barman run for real, WAL-G from what it printed.

use std::fs;

use gonogo::model::Outcome::{self, Fail, Pass, Unknown};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{Folder, run};
use crate::{look::Look, scripted::instant, servers::postgres::Postgres};

/// What the check says of a tool that runs in this environment.
async fn says(folder: &Folder, env: &[(&str, &str)], at: Timestamp, settings: Value) -> (Outcome, String) {
    let mut all = json!({ "max-age": "26h" });
    all.as_object_mut().expect("an object").extend(settings.as_object().expect("an object").clone());
    let mut env = env.to_vec();
    env.push(("PATH", "/usr/local/bin:/usr/bin:/bin"));
    let mut look = Look::new("backup", all).root(folder.0.path()).env(&env).at(at);
    look.timeout = std::time::Duration::from_secs(60);
    look.outcome().await
}

/// What it says of a listing that was saved.
async fn says_of(tool: &str, listing: &str, mut settings: Value) -> (Outcome, String) {
    let folder = Folder::new();
    folder.write("saved.json", listing.as_bytes());
    settings[tool]["output"] = json!("saved.json");
    says(&folder, &[], instant(), settings).await
}

fn now() -> Timestamp {
    let file = tempfile::NamedTempFile::new().expect("a file");
    Timestamp::try_from(file.as_file().metadata().and_then(|metadata| metadata.modified()).expect("a time")).expect("a time")
}

/// A stanza of two repositories: a full backup and a difference in the first, nothing in the second.
struct Stanza(Folder);

impl Stanza {
    fn new() -> Self {
        let folder = Folder::new();
        let server = &Postgres::plain().folder.join("data");
        for name in ["pg/global", "pg/base/1", "pg/pg_wal", "one", "two"] {
            fs::create_dir_all(folder.path(name)).expect("a folder");
        }
        for name in ["PG_VERSION", "global/pg_control"] {
            fs::copy(server.join(name), folder.path("pg").join(name)).expect("copied");
        }
        folder.write("pg/base/1/1", b"a table");
        let at = folder.0.path().display();
        let settings = format!(
            "[main]\npg1-path={at}/pg\n[global]\nrepo1-path={at}/one\nrepo2-path={at}/two\nrepo1-retention-full=9\nrepo2-retention-full=9\n\
             log-path={at}\nlock-path={at}\nspool-path={at}\nlog-level-console=error\n"
        );
        folder.write("pgbackrest.conf", settings.as_bytes());
        let stanza = Self(folder);
        stanza.pgbackrest(&["--no-online", "stanza-create"]);
        stanza.pgbackrest(&["--no-online", "--repo=1", "--type=full", "backup"]);
        stanza.0.write("pg/base/1/2", b"another table");
        stanza.pgbackrest(&["--no-online", "--repo=1", "--type=diff", "backup"]);
        stanza
    }

    fn pgbackrest(&self, arguments: &[&str]) -> String {
        let config = self.config();
        let mut all = vec!["--stanza=main", config.as_str()];
        all.extend(arguments);
        String::from_utf8(run("pgbackrest", &all, &[])).expect("text")
    }

    fn config(&self) -> String {
        format!("--config={}", self.0.path("pgbackrest.conf").display())
    }

    async fn says(&self, stanza: &str, more: Value, at: Timestamp) -> (Outcome, String) {
        let stanza_option = format!("--stanza={stanza}");
        let command = json!(["pgbackrest", "info", "--output=json", stanza_option, self.config()]);
        let mut settings = json!({ "pgbackrest": { "stanza": stanza, "command": command } });
        for (key, value) in more.as_object().expect("an object") {
            if key == "repo" { settings["pgbackrest"]["repo"] = value.clone() } else { settings[key.as_str()] = value.clone() }
        }
        says(&self.0, &[], at, settings).await
    }
}

#[tokio::test]
async fn pgbackrest_for_real() {
    let stanza = Stanza::new();
    let dead = "repository, by the tool's own account: got status 4: different across repos; repository 2: status 2: no valid backups, wanted in order";
    assert_eq!(stanza.says("main", json!({}), now()).await, (Fail, dead.into()));
    let more = json!({ "repo": 1, "max-full-age": "8d", "min-copies": 2 });
    assert_eq!(stanza.says("main", more, now()).await, (Pass, "all 5 expectations are met".into()));
    let (outcome, reason) = stanza.says("main", json!({ "repo": 2 }), now()).await;
    assert!(outcome == Fail && reason.contains("repository 2: status 2: no valid backups"), "{reason}");
    let (outcome, reason) = stanza.says("main", json!({ "repo": 3 }), now()).await;
    assert!(outcome == Fail && reason.contains("there is no repository 3"), "{reason}");
    // Its exit code is 0 for a stanza that does not exist.
    let (outcome, reason) = stanza.says("none", json!({}), now()).await;
    assert!(outcome == Fail && reason.contains("status 1: missing stanza path"), "{reason}");
    let later = now() + SignedDuration::from_hours(24 * 9);
    let (outcome, reason) = stanza.says("main", json!({ "repo": 1, "max-age": "30d", "max-full-age": "8d" }), later).await;
    assert!(outcome == Fail && reason.starts_with("age of the newest usable full backup: got 9 d"), "{reason}");
}

#[tokio::test]
async fn pgbackrest_listings_that_look_healthy() {
    let stanza = Stanza::new();
    let listing: Value = serde_json::from_str(&stanza.pgbackrest(&["info", "--output=json"])).expect("JSON");
    let stop = listing[0]["backup"][1]["timestamp"]["stop"].as_i64().expect("a time");
    let at = Timestamp::from_second(stop).expect("a time");
    let say = async |change: &dyn Fn(&mut Value)| {
        let mut listing = listing.clone();
        change(&mut listing);
        let folder = Folder::new();
        folder.write("saved.json", listing.to_string().as_bytes());
        let settings = json!({ "pgbackrest": { "stanza": "main", "repo": 1, "output": "saved.json" } });
        says(&folder, &[], at, settings).await
    };
    assert_eq!(say(&|_| {}).await.0, Pass);
    for (change, said) in [
        (&(|all: &mut Value| all[0]["backup"][1]["error"] = json!(true)) as &dyn Fn(&mut Value), "has pages with wrong checksums"),
        (&|all| all[0]["backup"][0]["error"] = json!(true), "which has pages with wrong checksums"),
        (&|all| drop(all[0]["backup"].as_array_mut().expect("a list").remove(0)), "which is gone"),
        (
            &|all| all[0]["db"].as_array_mut().expect("a list").push(json!({ "id": 2, "repo-key": 1 })),
            "is of an earlier database (1, now 2)",
        ),
        (&|all| all[0]["backup"][1]["archive"]["stop"] = json!("000000010000000000000009"), "and the archive is empty"),
        (&|all| all[0]["backup"][1]["timestamp"]["stop"] = json!(stop + 3600), "is dated in the future"),
        (&|all| all[0]["backup"] = json!([]), "none at all"),
        (&|all| *all = json!([]), "it lists no stanza `main`"),
        (&|all| *all = Value::Null, "it lists no stanza `main`"),
        (&|all| drop(all[0].as_object_mut().expect("an object").remove("status")), "it says no status"),
    ] {
        let (outcome, reason) = say(change).await;
        assert!(outcome == Fail && reason.contains(said), "{outcome} {reason}, wanted {said}");
    }
    let behind = |all: &mut Value| {
        all[0]["backup"][1]["archive"]["stop"] = json!("000000010000000000000009");
        all[0]["archive"][0]["max"] = json!("000000010000000000000007");
    };
    let (outcome, reason) = say(&behind).await;
    assert!(outcome == Fail && reason.contains("and the archive ends at 000000010000000000000007"), "{reason}");
    let undated = |all: &mut Value| all[0]["backup"][1]["timestamp"] = Value::Null;
    let (outcome, reason) = say(&undated).await;
    assert!(outcome == Unknown && reason.contains("does not say when it was finished"), "{outcome} {reason}");
}

#[tokio::test]
async fn restic_for_real() {
    let folder = Folder::new();
    let (repository, cache) = (folder.path("repository"), folder.path("cache"));
    let (repository, cache) = (repository.to_str().expect("a path"), cache.to_str().expect("a path"));
    let env = [("RESTIC_PASSWORD", "correct-horse"), ("RESTIC_REPOSITORY", repository), ("RESTIC_CACHE_DIR", cache)];
    run("restic", &["init", "-q"], &env);
    let (outcome, reason) = says(&folder, &env, now(), json!({ "restic": {} })).await;
    assert!(outcome == Fail && reason.starts_with("usable backups: got none at all"), "{reason}");
    folder.write("upload", b"data");
    fs::create_dir(folder.path("elsewhere")).expect("a folder");
    let upload = folder.path("upload");
    let upload = upload.to_str().expect("a path");
    run("restic", &["backup", "-q", "--host", "web-1", "--tag", "nightly", upload], &env);
    assert_eq!(says(&folder, &env, now(), json!({ "restic": {} })).await, (Pass, "all 3 expectations are met".into()));
    run("restic", &["backup", "-q", "--host", "web-2", folder.path("elsewhere").to_str().expect("a path")], &env);
    let (outcome, reason) = says(&folder, &env, now(), json!({ "restic": {} })).await;
    assert!(outcome == Unknown && reason.contains("lists snapshots of several hosts (web-1, web-2): name one as `host`"), "{reason}");
    for (restic, wanted) in [
        (json!({ "host": "web-1", "paths": upload, "tags": "nightly" }), Pass),
        (json!({ "host": "web-2", "paths": upload }), Fail),
        (json!({ "host": "web-1", "tags": "weekly" }), Fail),
        (json!({ "host": "web-3" }), Fail),
    ] {
        assert_eq!(says(&folder, &env, now(), json!({ "restic": restic })).await.0, wanted, "{restic}");
    }
    // Its time is free text: one in the future is no fresher.
    run("restic", &["backup", "-q", "--host", "web-4", "--time", "2030-01-01 00:00:00", upload], &env);
    let (outcome, reason) = says(&folder, &env, now(), json!({ "restic": { "host": "web-4" } })).await;
    assert!(outcome == Fail && reason.contains("is dated in the future"), "{reason}");
    let wrong = [("RESTIC_PASSWORD", "wrong-horse"), ("RESTIC_REPOSITORY", repository), ("RESTIC_CACHE_DIR", cache)];
    let (outcome, reason) = says(&folder, &wrong, now(), json!({ "restic": {} })).await;
    assert!(outcome == Unknown && reason.contains("`restic` ended with exit code") && reason.contains("wrong password"), "{reason}");
    assert!(!reason.contains("wrong-horse"), "{reason}");
    // Looking leaves no lock behind.
    assert!(fs::read_dir(folder.path("repository/locks")).expect("locks").next().is_none());
}

/// Barman with the records of these backups, as it writes them.
fn barman(records: &[(&str, &str)]) -> Folder {
    let folder = Folder::new();
    let home = folder.0.path().display();
    let settings = format!(
        "[barman]\nbarman_home = {home}\nbarman_user = root\nlog_file = {home}/log\n\
         [main]\ndescription = x\nconninfo = host=/nowhere\nssh_command = ssh nowhere\nbackup_method = rsync\narchiver = on\n"
    );
    folder.write("barman.conf", settings.as_bytes());
    for name in ["main/wals", "main/incoming", "main/base"] {
        fs::create_dir_all(folder.path(name)).expect("a folder");
    }
    folder.write("main/wals/xlog.db", b"");
    for (id, record) in records {
        fs::create_dir(folder.path("main/base").join(id)).expect("a folder");
        folder.write(&format!("main/base/{id}/backup.info"), record.as_bytes());
    }
    folder
}

async fn barman_says(folder: &Folder, server: &str) -> (Outcome, String) {
    let command = json!(["barman", "-c", "barman.conf", "-f", "json", "list-backups", server]);
    says(folder, &[("HOME", "/")], instant(), json!({ "barman": { "server": server, "command": command } })).await
}

fn done(day: &str) -> String {
    format!(
        "begin_offset=40\nbegin_time={day} 03:00:00.000000+00:00\nbegin_wal=000000010000000000000002\nbegin_xlog=0/2000028\nend_offset=264\n\
         end_time={day} 03:10:00.000000+00:00\nend_wal=000000010000000000000002\nend_xlog=0/2000108\nerror=None\nmode=rsync-concurrent\n\
         pgdata=/x\nserver_name=main\nsize=20971520\nstatus=DONE\nsystemid=7100000000000000001\ntablespaces=None\ntimeline=1\nversion=150000\n\
         xlog_segment_size=16777216\n"
    )
}

#[tokio::test]
async fn barman_for_real() {
    let (yesterday, today) = (done("2026-11-19"), done("2026-11-20"));
    let good = barman(&[("20261119T030000", &yesterday), ("20261120T030000", &today)]);
    assert_eq!(barman_says(&good, "main").await, (Pass, "all 3 expectations are met".into()));
    let failed = barman(&[
        ("20261120T030000", &today),
        ("20261120T090000", "error=failure\nmode=rsync-concurrent\nserver_name=main\nstatus=FAILED\n"),
    ]);
    let (outcome, reason) = barman_says(&failed, "main").await;
    assert_eq!((outcome, reason.as_str()), (Fail, "newest backup: got 20261120T090000 has the status FAILED, wanted usable"));
    let running = barman(&[("20261120T030000", &today), ("20261120T090000", "mode=rsync-concurrent\nserver_name=main\nstatus=STARTED\n")]);
    assert_eq!(barman_says(&running, "main").await.0, Pass);
    let none = barman(&[]);
    let (outcome, reason) = barman_says(&none, "main").await;
    assert!(outcome == Fail && reason.starts_with("usable backups: got none at all"), "{reason}");
    let (outcome, reason) = barman_says(&none, "nope").await;
    assert!(outcome == Unknown && reason.contains("Unknown server 'nope'"), "{reason}");
}

#[tokio::test]
async fn barman_saved() {
    let barman = json!({ "barman": { "server": "main" } });
    let waiting = r#"{"_WARNING": ["x"], "main": [{"backup_id": "20261120T030000", "status": "WAITING_FOR_WALS", "end_time_timestamp": "1795144200"}]}"#;
    let (outcome, reason) = says_of("barman", waiting, barman.clone()).await;
    assert!(outcome == Fail && reason.starts_with("usable backups: got none of 1"), "{reason}");
    // Messages beside the servers change nothing; the time is a number written as a text.
    let beside = r#"{"_WARNING": ["x"], "_INFO": [], "main": [{"backup_id": "20261120T030000", "status": "DONE", "end_time_timestamp": "1795144200"}]}"#;
    assert_eq!(says_of("barman", beside, barman.clone()).await, (Pass, "all 3 expectations are met".into()));
    for empty in ["{}", "[]", "null", "", r#"{"other": []}"#] {
        let (outcome, reason) = says_of("barman", empty, barman.clone()).await;
        assert!(outcome == Fail && reason.contains("it lists no server `main`"), "{empty}: {reason}");
    }
    let (outcome, reason) = says_of("barman", r#"{"_ERROR": ["Unknown server 'main'"]}"#, barman).await;
    assert!(outcome == Unknown && reason.contains("Unknown server 'main'"), "{reason}");
}

#[tokio::test]
async fn wal_g_saved() {
    let entry = |name: &str, finished: &str, size: u64| {
        json!({ "backup_name": name, "time": finished, "wal_file_name": "x", "start_time": finished, "finish_time": finished, "hostname": "db",
            "data_dir": "/pg", "pg_version": 150_000, "start_lsn": 33_554_472, "finish_lsn": 33_554_696, "is_permanent": false,
            "system_identifier": 7_710_269_820_484_003_108_u64, "uncompressed_size": size, "compressed_size": size / 4 })
    };
    let listing = json!([
        entry("base_000000010000000000000002", "2026-11-13T03:00:00.5Z", 1 << 30),
        entry("base_000000010000000000000009_D_000000010000000000000002", "2026-11-20T03:00:00.123456789Z", 1 << 20),
    ])
    .to_string();
    let more = json!({ "max-full-age": "8d", "min-size": "1GiB", "wal-g": {} });
    assert_eq!(says_of("wal-g", &listing, more).await, (Pass, "all 5 expectations are met".into()));
    let (outcome, reason) = says_of("wal-g", &listing, json!({ "max-full-age": "5d", "wal-g": {} })).await;
    assert!(
        outcome == Fail && reason.contains("age of the newest usable full backup: got 7 d (base_000000010000000000000002)"),
        "{reason}"
    );
    for empty in ["", "[]", "null", "\n"] {
        let (outcome, reason) = says_of("wal-g", empty, json!({ "wal-g": {} })).await;
        assert!(outcome == Fail && reason.starts_with("usable backups: got none at all"), "{empty}: {reason}");
    }
    for wrong in ["No backups found", "{\"a\": 1}", "[1", "\u{1b}[31m"] {
        let (outcome, reason) = says_of("wal-g", wrong, json!({ "wal-g": {} })).await;
        assert!(outcome == Unknown && reason.starts_with("saved.json: is "), "{outcome} {reason}");
    }
}

/// Trap 111.
#[tokio::test]
async fn a_delta_whose_grandparent_is_gone_is_no_backup() {
    let entry = |name: &str, day: &str| json!({ "backup_name": name, "time": format!("2026-11-{day}T03:00:00Z"), "finish_time": format!("2026-11-{day}T03:00:00Z") });
    let full = entry("base_000000010000000000000002", "18");
    let chain = [
        entry("base_000000010000000000000005_D_000000010000000000000002", "19"),
        entry("base_000000010000000000000009_D_000000010000000000000005", "20"),
    ];
    let whole = json!([full, chain[0], chain[1]]).to_string();
    assert_eq!(says_of("wal-g", &whole, json!({ "wal-g": {} })).await.0, Pass);
    let (outcome, reason) = says_of("wal-g", &json!(chain).to_string(), json!({ "wal-g": {} })).await;
    assert!(outcome == Fail && reason.contains("builds on base_000000010000000000000002, which is gone"), "{reason}");
}

/// Trap 112.
#[tokio::test]
async fn increments_without_a_full_backup_are_none() {
    let entry =
        |id: &str, kind: &str| json!({ "backup_id": id, "backup_type": kind, "status": "DONE", "end_time_timestamp": "1795144200" });
    let increments = [entry("20261119T030000", "incremental"), entry("20261120T030000", "incremental")];
    let (outcome, reason) = says_of("barman", &json!({ "main": increments }).to_string(), json!({ "barman": { "server": "main" } })).await;
    assert!(outcome == Fail && reason.contains("none of 2"), "{outcome} {reason}");
    let with_full = json!({ "main": [entry("20261118T030000", "full"), increments[0], increments[1]] }).to_string();
    assert_eq!(says_of("barman", &with_full, json!({ "barman": { "server": "main" } })).await.0, Pass);
}

#[tokio::test]
async fn a_tool_that_is_missing_or_fails() {
    let folder = Folder::new();
    for (command, said) in [
        (json!(["no-such-backup-tool"]), "`no-such-backup-tool` is not installed or not in PATH"),
        (json!(["sh", "-c", "echo broken >&2; exit 7"]), "`sh` ended with exit code 7: broken"),
        (json!(["sh", "-c", "yes"]), "printed more than 32 MiB"),
    ] {
        let (outcome, reason) = says(&folder, &[], instant(), json!({ "wal-g": { "command": command } })).await;
        assert!(outcome == Unknown && reason.contains(said), "{outcome} {reason}, wanted {said}");
    }
    let (outcome, reason) = says(&folder, &[], instant(), json!({ "wal-g": { "output": "none.json" } })).await;
    assert!(outcome == Unknown && reason.contains("none.json does not exist"), "{reason}");
}
