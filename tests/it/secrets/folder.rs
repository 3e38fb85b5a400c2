//! Values from a folder with one file a key, also a hostile one.

use std::{fs, os::unix::fs::symlink, process::Command, time::Duration};

use gonogo::model::Outcome;
use serde_json::json;

use super::{Look, random};

fn look(root: &std::path::Path, keys: serde_json::Value) -> Look {
    let mut settings = json!({ "source": { "directory": "secrets" } });
    settings.as_object_mut().expect("an object").extend(keys.as_object().expect("an object").clone());
    Look::new("secrets", settings).root(root)
}

/// As kubelet lays a Secret out: the names link into `..data`, which links to a folder named after the time.
fn kubernetes(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let root = tempfile::tempdir().expect("a folder");
    let secrets = root.path().join("secrets");
    fs::create_dir_all(secrets.join("..2026_11_20_12_00_00.1")).expect("made");
    symlink("..2026_11_20_12_00_00.1", secrets.join("..data")).expect("linked");
    for (name, bytes) in files {
        fs::write(secrets.join("..data").join(name), bytes).expect("written");
        symlink(format!("..data/{name}"), secrets.join(name)).expect("linked");
    }
    root
}

#[tokio::test]
async fn mounted_by_kubernetes() {
    let token = random(1);
    let root = kubernetes(&[("api-key", format!("{token}\n").as_bytes()), ("password", b"gK7#vQ2!mZp9xL"), ("region", b"eu-west-3\n")]);
    let seen = look(root.path(), json!({})).look().await.expect("seen");
    assert_eq!(Outcome::of(&seen.expectations), Outcome::Pass, "{:#?}", seen.expectations);
    assert_eq!((&seen.observation.value()["source"], &seen.observation.value()["keys"]), (&json!("folder secrets"), &json!(3)));
    assert_eq!(look(root.path(), json!({ "keys": ["api-key", "password", "signing-key"] })).outcome().await.0, Outcome::Fail);
}

#[tokio::test]
async fn a_last_line_end_hides_no_default() {
    let root = kubernetes(&[("password", b"minioadmin\r\n")]);
    assert_eq!(
        look(root.path(), json!({})).outcome().await,
        (Outcome::Fail, "`password`: got a published default (MinIO), wanted a value made for production".to_owned())
    );
}

#[tokio::test]
async fn bytes_that_are_no_text() {
    let mut random: Vec<u8> = (0..32_u8).map(|at| at.wrapping_mul(151) ^ 0xa5).collect();
    random[0] = 0xff;
    let root = kubernetes(&[("session-key", &random), ("zero-key", &[0xff; 32])]);
    assert_eq!(
        look(root.path(), json!({})).outcome().await,
        (Outcome::Fail, "`zero-key`: got one character repeated, wanted a value made for production".to_owned())
    );
}

#[tokio::test]
async fn pipes_loops_and_devices_cost_only_themselves() {
    let root = kubernetes(&[("password", b"gK7#vQ2!mZp9xL")]);
    let secrets = root.path().join("secrets");
    assert!(Command::new("mkfifo").arg(secrets.join("pipe-key")).status().expect("mkfifo, of coreutils").success());
    symlink("loop-b", secrets.join("loop-a-key")).expect("linked");
    symlink("loop-a-key", secrets.join("loop-b")).expect("linked");
    symlink("/dev/zero", secrets.join("zero-key")).expect("linked");
    symlink("nowhere", secrets.join("lost-key")).expect("linked");
    fs::create_dir(secrets.join("folder-key")).expect("made");
    let mut look = look(root.path(), json!({}));
    look.timeout = Duration::from_secs(5);
    let seen = look.look().await.expect("seen");
    assert_eq!(Outcome::of(&seen.expectations), Outcome::Unknown);
    let why: Vec<_> = seen.expectations.iter().filter_map(|e| e.why.clone().map(|why| (e.name.as_str(), why))).collect();
    let why: Vec<(&str, &str)> = why.iter().map(|(name, why)| (*name, why.as_str())).collect();
    assert_eq!(
        why,
        [
            ("key:loop-a-key", "its file cannot be read: its symbolic links go in a circle"),
            ("key:lost-key", "its file does not exist"),
            ("key:pipe-key", "its file is a named pipe, not a regular file"),
            ("key:zero-key", "its file is a device, not a regular file"),
        ]
    );
}

#[tokio::test]
async fn a_name_cannot_act_on_a_terminal() {
    let root = kubernetes(&[("a\u{1b}[31m_password", b"minioadmin")]);
    let (outcome, reason) = look(root.path(), json!({})).outcome().await;
    assert_eq!(outcome, Outcome::Fail);
    assert!(reason.starts_with("`a\\u{1b}[31m_password`: got"), "{reason}");
}

#[tokio::test]
async fn no_folder() {
    let root = tempfile::tempdir().expect("a folder");
    assert_eq!(look(root.path(), json!({})).outcome().await, (Outcome::Unknown, "folder secrets does not exist".to_owned()));
    fs::write(root.path().join("secrets"), "x").expect("written");
    assert_eq!(look(root.path(), json!({})).outcome().await.0, Outcome::Unknown);
    fs::remove_file(root.path().join("secrets")).expect("removed");
    fs::create_dir(root.path().join("secrets")).expect("made");
    assert_eq!(look(root.path(), json!({})).outcome().await.0, Outcome::Fail);
}
