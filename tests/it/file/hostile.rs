//! What cannot be looked at is neither absent nor fine.

use std::{fs, os::unix::fs::PermissionsExt as _, process::Command};

use gonogo::model::Outcome::{Pass, Unknown};
use serde_json::json;

use super::Folder;
use crate::gonogo::{Gonogo, Ran, search_path};

#[tokio::test]
async fn what_is_no_regular_file_is_not_read() {
    let folder = Folder::new();
    assert!(Command::new("mkfifo").arg(folder.path("pipe")).status().expect("mkfifo").success());
    let _socket = std::os::unix::net::UnixListener::bind(folder.path("socket")).expect("a socket");
    folder.write("folder/x", "");
    let zeros = "0".repeat(64);
    for (path, said) in [
        ("pipe", "pipe is a named pipe, not a regular file"),
        ("socket", "is a socket, not a regular file"),
        ("/dev/zero", "is a device, not a regular file"),
        ("folder", "is a folder, not a regular file"),
    ] {
        for key in ["contains", "not-contains", "matches", "not-matches"] {
            folder.holds(folder.says(json!({ "path": path, key: "x" })).await, Unknown, said);
        }
        folder.holds(folder.says(json!({ "path": path, "sha256": zeros })).await, Unknown, said);
        assert_eq!(folder.says(json!({ "path": path })).await.0, Pass, "it is there");
    }
    folder.holds(folder.says(json!({ "path": "pipe", "size": { "max": "1kB" } })).await, Unknown, "whose size says nothing");
}

#[tokio::test]
async fn what_is_no_text_may_hide_what_is_looked_for() {
    let folder = Folder::new();
    let utf16: Vec<u8> = "DEBUG=true".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let marked = [&[0xff, 0xfe][..], &utf16].concat();
    folder
        .write("utf16", &utf16)
        .write("marked", marked)
        .write("latin", b"gr\xfcn")
        .write("empty", "")
        .write("large", vec![b'x'; (16 << 20) + 1]);
    for (path, said) in [
        ("utf16", "utf16 is no text, so that something may be in it unseen"),
        ("latin", "is no text"),
        ("empty", "is empty, which proves nothing"),
        ("large", "large is larger than 16 MiB"),
    ] {
        folder.holds(folder.says(json!({ "path": path, "not-contains": "DEBUG=true" })).await, Unknown, said);
        folder.holds(folder.says(json!({ "path": path, "not-matches": "DEBUG" })).await, Unknown, said);
    }
    folder.holds(folder.says(json!({ "path": "marked", "contains": "DEBUG=true" })).await, Pass, "");
    folder.holds(folder.says(json!({ "path": "large", "contains": "x" })).await, Unknown, "is larger than 16 MiB");
}

#[tokio::test]
async fn a_file_without_an_end_in_sight_is_left() {
    let folder = Folder::new();
    folder.write("huge", "");
    fs::File::options().write(true).open(folder.path("huge")).and_then(|file| file.set_len(1 << 42)).expect("a sparse file");
    let mut look = crate::look::Look::new("file", json!({ "path": "huge", "sha256": "0".repeat(64) })).root(folder.0.path());
    look.timeout = std::time::Duration::from_secs(2);
    folder.holds(look.outcome().await, Unknown, "huge cannot be read: its end was not reached in time");
}

#[tokio::test]
async fn too_many_files_are_said() {
    let folder = Folder::new();
    for number in 0..1_002 {
        folder.write(&format!("d/{number}"), "");
    }
    folder.holds(folder.says(json!({ "path": "d/*" })).await, Unknown, "d/*: the files are more than 1000 files: name fewer");
    folder.holds(folder.says(json!({ "path": "**/*", "absent": true })).await, Unknown, "name fewer");
}

#[tokio::test]
async fn names_that_act_are_made_harmless() {
    let folder = Folder::new();
    folder.write("a\x1b[2J\u{202e}\nb", "x");
    let (_, reason) = folder.says(json!({ "path": "a*", "absent": true })).await;
    assert!(!reason.contains(['\x1b', '\u{202e}']), "{reason:?}");
}

/// Root may look everywhere: the program runs as nobody.
#[test]
fn where_nobody_may_look_nothing_is_absent() {
    let locked = |checks: &str| {
        let gonogo = Gonogo::new()
            .plan(&format!("project: p\nenvironments: {{ prod: {{}} }}\nchecks:\n{checks}"))
            .file("locked/in/x", "x")
            .file("listed/x", "x")
            .file("unreadable", "x");
        for (path, mode) in [("locked", 0o000), ("listed", 0o444), ("unreadable", 0o000), (".", 0o755)] {
            fs::set_permissions(gonogo.path(path), fs::Permissions::from_mode(mode)).expect("a mode");
        }
        std::os::unix::fs::symlink("locked/in/x", gonogo.path("into")).expect("a link");
        let ran = as_nobody(&gonogo);
        fs::set_permissions(gonogo.path("locked"), fs::Permissions::from_mode(0o755)).expect("a mode");
        ran
    };
    for (settings, said) in [
        ("path: locked/in/x", "locked/in/x may not be looked at: permission denied"),
        ("path: locked/in/x, absent: true", "locked/in/x may not be looked at: permission denied"),
        ("path: locked/in/x, count: 0", "permission denied"),
        ("path: locked/*, absent: true", "locked may not be looked at: permission denied"),
        ("path: '**/no', absent: true", "locked/no may not be looked at: permission denied"),
        ("path: '*/in/x', absent: true", "permission denied"),
        ("path: listed/x, absent: true", "listed/x may not be looked at: permission denied"),
        ("path: listed/*", "permission denied"),
        ("path: into", "into leads where nobody may look: permission denied"),
        ("path: into, type: file", "permission denied"),
        ("path: unreadable, not-contains: y", "unreadable may not be read: permission denied"),
        ("path: unreadable, contains: x", "unreadable may not be read: permission denied"),
    ] {
        let ran = locked(&format!("  - {{ id: it, file: {{ {settings} }} }}\n"));
        let flat = ran.stdout.replace(['`', '│'], "").split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            flat.contains(said) && flat.contains("1 could not be checked") && ran.code != 0,
            "{settings}: {said}\n{}{}",
            ran.stdout,
            ran.stderr
        );
    }
    locked("  - { id: it, file: { path: unreadable, max-mode: \"0640\" } }\n").exits(0);
}

fn as_nobody(gonogo: &Gonogo) -> Ran {
    if is_root() {
        let copy = gonogo.path("gonogo");
        // By another process: what is open for writing here, while some test starts a program, cannot be run (ETXTBSY).
        let copied = std::process::Command::new("cp").arg(env!("CARGO_BIN_EXE_gonogo")).arg(&copy).status();
        assert!(copied.expect("cp").success());
        let mut command = Command::new("setpriv");
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(copy).arg("verify");
        Ran::of(command.current_dir(gonogo.path(".")).env_clear().envs(crate::gonogo::clock()).env("PATH", search_path()))
    } else {
        gonogo.run(["verify"])
    }
}

fn is_root() -> bool {
    super::id().0 == 0
}
