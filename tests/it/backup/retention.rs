//! How old, how many, how large, how far back; copies, links, files in the making.

use std::{fs, io::Write as _, os::unix::fs::symlink, time::Duration};

use gonogo::model::Outcome::{Fail, Pass, Unknown};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::{Folder, date, gzip};
use crate::scripted::instant;

/// A whole plain dump of some size.
fn dump(rows: usize) -> Vec<u8> {
    let mut text = b"--\n-- PostgreSQL database dump\n--\n\nCOPY public.users (id) FROM stdin;\n".to_vec();
    (0..rows).for_each(|i| text.extend(format!("{i}\n").bytes()));
    text.extend(b"\\.\n\n--\n-- PostgreSQL database dump complete\n--\n\n\\unrestrict abc\n\n");
    text
}

/// One of that number.
fn numbered(number: usize) -> Vec<u8> {
    String::from_utf8(dump(1000)).expect("text").replacen("stdin;\n0\n", &format!("stdin;\n{number}\n"), 1).into_bytes()
}

/// One dump for each age in hours, all of the same size, each with its own content.
fn dumps(folder: &Folder, ages: &[i64]) {
    for (i, age) in ages.iter().enumerate() {
        let path = folder.write(&format!("{i}.sql"), &numbered(i));
        date(&path, before(*age));
    }
}

fn before(hours: i64) -> Timestamp {
    instant() - SignedDuration::from_hours(hours)
}

#[tokio::test]
async fn ages_copies_and_reach() {
    let folder = Folder::new();
    dumps(&folder, &[3, 27, 51, 75]);
    let say = async |more| folder.says_at("*.sql", more, instant()).await;
    assert_eq!(say(json!({ "min-copies": 4, "retention": "3d", "min-size": "1kB", "max-shrink": "50%" })).await.0, Pass);
    let (outcome, reason) = say(json!({ "max-age": "2h" })).await;
    assert_eq!((outcome, reason.as_str()), (Fail, "age of the newest usable backup: got 3 h (0.sql), wanted at most 2 h"));
    let (outcome, reason) = say(json!({ "min-copies": 5 })).await;
    assert_eq!((outcome, reason.as_str()), (Fail, "usable backups: got 4, wanted at least 5"));
    let (outcome, reason) = say(json!({ "retention": "4d" })).await;
    assert_eq!((outcome, reason.as_str()), (Fail, "age of the oldest usable backup: got 3 d 3 h (3.sql), wanted at least 4 d"));
    let (outcome, reason) = say(json!({ "min-size": "1MiB" })).await;
    assert_eq!(outcome, Fail);
    assert!(reason.starts_with("size of the newest usable backup: got 3.9 KiB (0.sql), wanted at least 1 MiB"), "{reason}");
}

#[tokio::test]
async fn a_shrunken_dump_is_red() {
    let folder = Folder::new();
    dumps(&folder, &[27, 51, 75]);
    date(&folder.write("new.sql", &dump(50)), before(3));
    let (outcome, reason) = folder.says_at("*.sql", json!({ "max-shrink": "50%" }), instant()).await;
    assert_eq!(outcome, Fail);
    assert!(reason.starts_with("newest backup against the median of those before: got 93.2 % smaller (new.sql has "), "{reason}");
    let alone = Folder::new();
    dumps(&alone, &[3]);
    let (outcome, reason) = alone.says_at("*.sql", json!({ "max-shrink": "50%" }), instant()).await;
    assert!(outcome == Unknown && reason.contains("no earlier backup"), "{reason}");
}

#[tokio::test]
async fn nothing_and_empty_files_are_red() {
    let folder = Folder::new();
    let (outcome, reason) = folder.says("*.sql", json!({})).await;
    assert_eq!(outcome, Fail);
    assert!(
        reason.starts_with("usable backups: got none at all, wanted at least 1; newest backup: got there is none, wanted usable"),
        "{reason}"
    );
    dumps(&folder, &[27]);
    date(&folder.write("new.sql", b""), before(3));
    let (outcome, reason) = folder.says_at("*.sql", json!({}), instant()).await;
    assert_eq!(outcome, Fail);
    assert!(reason.starts_with("newest backup: got new.sql is empty, wanted usable"), "{reason}");
    folder.write("new.sql", &gzip(b""));
    let (outcome, reason) = folder.says("new.sql", json!({})).await;
    assert!(outcome == Fail && reason.contains("new.sql is empty once decompressed"), "{reason}");
}

#[tokio::test]
async fn a_future_date_is_never_fresh() {
    let folder = Folder::new();
    dumps(&folder, &[-48]);
    let (outcome, reason) = folder.says_at("*.sql", json!({}), instant()).await;
    assert_eq!(outcome, Fail);
    assert!(reason.contains("newest backup: got 0.sql is dated in the future: "), "{reason}");
}

#[tokio::test]
async fn links_are_followed_and_count_once() {
    let folder = Folder::new();
    dumps(&folder, &[3, 27]);
    symlink("0.sql", folder.path("latest.sql")).expect("linked");
    let (outcome, reason) = folder.says_at("*.sql", json!({ "min-copies": 3 }), instant()).await;
    assert_eq!((outcome, reason.as_str()), (Fail, "usable backups: got 2, wanted at least 3"));
    symlink("gone", folder.path("broken.sql")).expect("linked");
    let (outcome, reason) = folder.says_at("broken.sql", json!({}), instant()).await;
    assert!(outcome == Fail && reason.contains("a symbolic link that leads nowhere"), "{reason}");
    assert_eq!(folder.says_at("latest.sql", json!({}), instant()).await.0, Pass);
}

/// B16: a copy is one by its content, and what is not finished is none.
#[tokio::test]
async fn b16_the_same_bytes_are_one_copy_and_unfinished_names_are_none() {
    let folder = Folder::new();
    dumps(&folder, &[3]);
    fs::hard_link(folder.path("0.sql"), folder.path("link.sql")).expect("linked");
    date(&folder.write("again.sql", &numbered(0)), before(51));
    let (outcome, reason) = folder.says_at("*.sql", json!({ "min-copies": 2 }), instant()).await;
    assert_eq!((outcome, reason.as_str()), (Fail, "usable backups: got 1, and 2 with the content of a newer one, wanted at least 2"));
    assert_eq!(folder.says_at("*.sql", json!({}), instant()).await.0, Pass);
    // One that differs in the middle alone is another one.
    let mut other = numbered(0);
    let middle = other.len() / 2;
    other[middle] = b'7';
    date(&folder.write("other.sql", &other), before(27));
    assert_eq!(folder.says_at("*.sql", json!({ "min-copies": 2 }), instant()).await.0, Pass);
    for name in ["new.sql.partial", "new.sql.tmp", "new.sql~"] {
        date(&folder.write(name, &numbered(5)), before(1));
    }
    let (_, reason) = folder.says_at("*", json!({ "max-age": "2h" }), instant()).await;
    assert!(reason.contains("got 3 h"), "{reason}");
    assert_eq!(folder.says_at("*.partial", json!({ "max-age": "2h" }), instant()).await.0, Pass, "the pattern means it");
}

#[tokio::test]
async fn an_old_dump_copied_today_is_still_old() {
    // pg_dump's custom format says when it was made.
    let folder = Folder::new();
    let database = crate::servers::postgres::Postgres::shared().database(&["CREATE TABLE t AS SELECT 1 AS a"]).await;
    let (host, port) = (database.server.folder.to_str().expect("a path").to_owned(), database.server.port.to_string());
    let bytes = super::run("pg_dump", &["-Fc", "-h", &host, "-p", &port, "-U", "root", &database.name], &[]);
    let path = folder.write("copy.dump", &bytes);
    let made = Timestamp::try_from(path.metadata().and_then(|m| m.modified()).expect("a time")).expect("a time");
    let now = made + SignedDuration::from_hours(24 * 10);
    date(&path, now);
    let (outcome, reason) = folder.says_at("copy.dump", json!({}), now).await;
    assert_eq!(outcome, Fail);
    assert!(reason.starts_with("age of the newest usable backup: got 9 d"), "{reason}");
}

#[tokio::test]
async fn what_a_text_says_of_its_time_and_zeros_within_it_count() {
    let folder = Folder::new();
    let mysql = |end: &str| format!("-- MySQL dump 10.13\n\nINSERT INTO `users` VALUES (1);\n\n-- Dump completed{end}\n");
    let verbose = String::from_utf8(dump(9)).expect("text");
    let verbose = verbose.replace(
        "--\n-- PostgreSQL database dump complete",
        "-- Completed on 2026-10-11 09:00:00 UTC\n\n--\n-- PostgreSQL database dump complete",
    );
    for (text, outcome, said) in [
        (mysql(" on 2026-10-11  9:00:00"), Fail, "age of the newest usable backup: got 39 d"),
        (mysql(""), Pass, ""),
        (mysql(" on the moon"), Pass, ""),
        (verbose, Fail, "age of the newest usable backup: got 39 d"),
        (mysql("").replace("(1)", "('a\0b')"), Fail, "it has bytes of zero, which no text has"),
        (mysql("").replace("(1)", &format!("('{}\0')", "x".repeat(70_000))), Fail, "it has bytes of zero, which no text has"),
    ] {
        date(&folder.write("a.sql", text.as_bytes()), before(3));
        let (came, reason) = folder.says_at("a.sql", json!({}), instant()).await;
        assert!(came == outcome && reason.contains(said), "{came:?} {reason}");
    }
}

#[tokio::test]
async fn b16_a_long_reach_with_a_hole_is_no_retention() {
    let folder = Folder::new();
    dumps(&folder, &[3, 27, 51, 24 * 20, 24 * 21, 24 * 80]);
    let say = async |more| folder.says_at("*.sql", more, instant()).await;
    assert_eq!(say(json!({ "retention": "20d" })).await.0, Pass, "nothing is demanded of what lies between");
    let (outcome, reason) = say(json!({ "retention": "20d", "max-gap": "26h" })).await;
    assert!(outcome == Fail && reason.starts_with("longest time between two usable backups: got 17 d, from "), "{reason}");
    assert_eq!(say(json!({ "retention": "20d", "max-gap": "18d" })).await.0, Pass, "what is older than the reach is no matter");
    assert_eq!(say(json!({ "max-gap": "18d" })).await.0, Fail);
    // One that fills the hole and cannot be read leaves it open; a twin of a newer one does not fill it.
    date(&folder.write("sealed.sql", b"age-encryption.org/v1\n"), before(24 * 10));
    let (outcome, reason) = say(json!({ "retention": "20d", "max-gap": "26h", "read": "all" })).await;
    assert!(outcome == Unknown && reason.contains("sealed.sql is sealed with age"), "{reason}");
    date(&folder.write("sealed.sql", &numbered(2)), before(24 * 10));
    assert_eq!(say(json!({ "retention": "20d", "max-gap": "12d" })).await.0, Fail);
    let alone = Folder::new();
    dumps(&alone, &[3]);
    let (outcome, reason) = alone.says_at("*.sql", json!({ "max-gap": "26h" }), instant()).await;
    assert!(outcome == Unknown && reason.contains("there are no two usable backups"), "{reason}");
    let many = Folder::new();
    dumps(&many, &(0..300).map(|day| day * 24 + if day >= 150 { 48 } else { 3 }).collect::<Vec<_>>());
    let (outcome, reason) = many.says_at("*.sql", json!({ "max-gap": "26h" }), instant()).await;
    assert!(outcome == Fail && reason.contains("got 2 d 21 h"), "in the middle of a long list: {reason}");
}

#[tokio::test]
async fn a_file_in_the_making_counts_neither_way() {
    let folder = Folder::new();
    dumps(&folder, &[3]);
    let path = folder.write("new.sql", &dump(10)[..80]);
    let now = Timestamp::try_from(path.metadata().and_then(|m| m.modified()).expect("a time")).expect("a time");
    let writer = std::thread::spawn(move || {
        let mut file = fs::File::options().append(true).open(path).expect("a file");
        for _ in 0..30 {
            file.write_all(b"1\n").expect("written");
            std::thread::sleep(Duration::from_millis(100));
        }
    });
    let (outcome, reason) = folder.says_at("*.sql", json!({ "max-age": "10000d" }), now).await;
    assert_eq!((outcome, reason.as_str()), (Pass, "all 3 expectations are met"));
    writer.join().expect("an end");
}

#[tokio::test]
async fn every_copy_is_read_where_all_are_demanded() {
    let folder = Folder::new();
    dumps(&folder, &[3, 27]);
    date(&folder.write("1.sql", &dump(1000)[..500]), before(27));
    let more = json!({ "min-copies": 2 });
    assert_eq!(folder.says_at("*.sql", more, instant()).await.0, Pass);
    let more = json!({ "min-copies": 2, "read": "all" });
    assert_eq!(folder.says_at("*.sql", more, instant()).await, (Fail, "usable backups: got 1, wanted at least 2".into()));
}

#[tokio::test]
async fn the_last_restore_is_on_record() {
    let folder = Folder::new();
    dumps(&folder, &[3]);
    let say = async |text: &str| {
        folder.write("drill.yaml", text.as_bytes());
        folder.says_at("*.sql", json!({ "restore-drill": { "file": "drill.yaml", "max-age": "90d" } }), instant()).await
    };
    let day = |days: i64| before(days * 24).to_string();
    assert_eq!(say(&format!("restored: {}\nresult: ok\nbackup: 0.sql\nby: alice\n", day(20))).await.0, Pass);
    let (outcome, reason) = say(&format!("restored: {}\nresult: ok\n", day(100))).await;
    assert_eq!((outcome, reason.as_str()), (Fail, "last restore drill: got a good one 100 d ago, wanted a good one at most 90 d ago"));
    let (outcome, reason) =
        say(&format!("- {{restored: {}, result: failed, by: bob}}\n- {{restored: {}, result: ok}}\n", day(3), day(20))).await;
    assert_eq!(
        (outcome, reason.as_str()),
        (Fail, "last restore drill: got one that failed, 3 d ago (by bob), wanted a good one at most 90 d ago")
    );
    for wrong in [&format!("restored: {}\nresult: ok\n", day(-3)), "", "[]", "restored: soon\nresult: ok", "just text", "result: ok"] {
        assert_eq!(say(wrong).await.0, Fail, "{wrong}");
    }
    fs::remove_file(folder.path("drill.yaml")).expect("removed");
    let more = json!({ "restore-drill": { "file": "drill.yaml", "max-age": "90d" } });
    let (outcome, reason) = folder.says_at("*.sql", more, instant()).await;
    assert_eq!((outcome, reason.as_str()), (Fail, "last restore drill: got drill.yaml does not exist, wanted a good one at most 90 d ago"));
}
