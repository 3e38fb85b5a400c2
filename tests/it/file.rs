//! `file` on real files, and on what only looks like one.

mod hostile;
mod refused;

use std::{
    fs,
    os::unix::fs::{PermissionsExt as _, symlink},
    path::PathBuf,
    time::{Duration, SystemTime},
};

use gonogo::model::Outcome::{self, Fail, Pass, Unknown};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::look::Look;

/// A folder that a plan stands in.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> &Self {
        fs::create_dir_all(self.path(name).parent().expect("a parent")).expect("a folder");
        fs::write(self.path(name), bytes).expect("written");
        self
    }

    fn mode(&self, name: &str, mode: u32) -> &Self {
        fs::set_permissions(self.path(name), fs::Permissions::from_mode(mode)).expect("a mode");
        self
    }

    fn link(&self, name: &str, to: &str) -> &Self {
        symlink(to, self.path(name)).expect("a link");
        self
    }

    async fn says(&self, settings: Value) -> (Outcome, String) {
        Look::new("file", settings).root(self.0.path()).outcome().await
    }

    #[track_caller]
    fn holds(&self, told: (Outcome, String), outcome: Outcome, said: &str) {
        assert!(
            told.0 == outcome && told.1.replace('`', "").contains(&said.replace('`', "")),
            "{}: {}, wanted {outcome}: {said}",
            told.0,
            told.1
        );
    }
}

#[tokio::test]
async fn what_is_there_and_what_is_not() {
    let folder = Folder::new();
    folder.write("a.env", "A=1\n").write("b.env", "").write(".hidden.env", "").write("deep/er/c.env", "").write("a file/x", "");
    for (settings, outcome, said) in [
        (json!({ "path": "a.env" }), Pass, ""),
        (json!({ "path": "no.env" }), Fail, "files: got nothing at no.env, wanted to be there"),
        (json!({ "path": ["a.env", "no.env"] }), Fail, "nothing at no.env"),
        (json!({ "path": "*.env" }), Pass, ""),
        (json!({ "path": "*.conf" }), Fail, "nothing at *.conf"),
        (json!({ "path": "*.env", "count": 2 }), Pass, ""),
        (json!({ "path": ".*.env", "count": 1 }), Pass, ""),
        (json!({ "path": "**/*.env", "count": 3 }), Pass, ""),
        (json!({ "path": "*.env", "count": { "max": 1 } }), Fail, "number of files: got 2, wanted at most 1"),
        (json!({ "path": "*.conf", "count": { "max": 1 }, "mode": "0600" }), Pass, ""),
        (json!({ "path": "*.conf", "count": 0 }), Pass, ""),
        (json!({ "path": "*.env", "count": 0 }), Fail, "2 files, the first a.env, a file"),
        (json!({ "path": "no.env", "absent": true }), Pass, ""),
        (json!({ "path": "nowhere/no.env", "absent": true }), Pass, ""),
        (json!({ "path": "a.env/below", "absent": true }), Pass, ""),
        (json!({ "path": "a.env", "absent": true }), Fail, "files: got a.env, a file, wanted none"),
        (json!({ "path": "deep", "type": "directory" }), Pass, ""),
        (json!({ "path": "deep", "type": "file" }), Fail, "kind: got a folder, wanted a file"),
        (json!({ "path": "*/x" }), Pass, ""),
    ] {
        folder.holds(folder.says(settings).await, outcome, said);
    }
    let whole = folder.path("a.env").display().to_string();
    assert_eq!(folder.says(json!({ "path": whole })).await.0, Pass);
}

#[tokio::test]
async fn links_count_as_what_they_lead_to() {
    let folder = Folder::new();
    folder.write("releases/2/app", "x").mode("releases/2", 0o750);
    folder.link("current", "releases/2").link("dangling", "releases/3").link("a", "b").link("b", "a");
    let end = folder.path("releases/2").canonicalize().expect("a path").display().to_string();
    for (settings, outcome, said) in [
        (json!({ "path": "current", "type": "directory" }), Pass, ""),
        (json!({ "path": "current", "type": "link", "target": "releases/2" }), Pass, ""),
        (json!({ "path": "current", "target": end }), Pass, ""),
        (json!({ "path": "current", "mode": "0750" }), Pass, ""),
        (json!({ "path": "current", "target": "releases/1" }), Fail, "where the link leads: got a link to a folder"),
        (json!({ "path": "current", "type": "file" }), Fail, "kind: got a link to a folder"),
        (json!({ "path": "releases/2", "type": "link" }), Fail, "kind: got a folder, wanted a link"),
        (json!({ "path": "dangling" }), Fail, "files: got dangling leads nowhere"),
        (json!({ "path": "dangling", "type": "link" }), Fail, "leads nowhere"),
        (json!({ "path": "dangling", "absent": true }), Fail, "a link to releases/3"),
        (json!({ "path": "a" }), Fail, "a leads in a circle"),
        (json!({ "path": "a", "absent": true }), Fail, "a link to b"),
        // What is below a circle nobody can tell.
        (json!({ "path": "a/x", "absent": true }), Unknown, "cannot be looked at"),
        (json!({ "path": "current/app", "contains": "x" }), Pass, ""),
    ] {
        folder.holds(folder.says(settings).await, outcome, said);
    }
}

#[tokio::test]
async fn permissions_and_owners() {
    let folder = Folder::new();
    folder.write("a", "1").mode("a", 0o640).write("b", "1").mode("b", 0o4755);
    let id = self::id();
    for (settings, outcome, said) in [
        (json!({ "path": "a", "mode": "0640" }), Pass, ""),
        (json!({ "path": "a", "mode": "640" }), Pass, ""),
        (json!({ "path": "a", "mode": "0600" }), Fail, "permissions: got 0640, wanted 0600"),
        (json!({ "path": "a", "max-mode": "0750" }), Pass, ""),
        (json!({ "path": "b", "max-mode": "0755" }), Fail, "permissions: got 4755, wanted no more than 0755"),
        (json!({ "path": "[ab]", "max-mode": "0640" }), Fail, "permissions: got 4755 at b, wanted no more than 0640"),
        (json!({ "path": "a", "owner": id.0 }), Pass, ""),
        (json!({ "path": "a", "owner": id.1, "group": id.2 }), Pass, ""),
        (json!({ "path": "a", "owner": "nobody" }), Fail, &format!("owner: got {}, wanted nobody", id.1)),
        (json!({ "path": "a", "owner": "no-such-account" }), Fail, &format!("owner: got {}", id.1)),
    ] {
        folder.holds(folder.says(settings).await, outcome, said);
    }
    if id.0 == 0 {
        std::os::unix::fs::chown(folder.path("a"), Some(54321), Some(54321)).expect("handed over");
        folder.holds(folder.says(json!({ "path": "a", "owner": 54321, "group": "54321" })).await, Pass, "");
        folder.holds(folder.says(json!({ "path": "a", "owner": "root" })).await, Fail, "owner: got number 54321, wanted root");
        let told = folder.says(json!({ "path": "a", "owner": "of-the-directory" })).await;
        folder.holds(told, Unknown, "belongs to number 54321, and /etc/passwd names neither that nor of-the-directory");
    }
}

/// The number and the names of whoever runs the tests.
fn id() -> (u64, String, String) {
    let said = |flag: &str| {
        let output = std::process::Command::new("id").arg(flag).output().expect("id");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    };
    (said("-u").parse().expect("a number"), said("-un"), said("-gn"))
}

#[tokio::test]
async fn size_and_age() {
    let folder = Folder::new();
    folder.write("a", vec![0; 2000]);
    for (size, outcome, said) in [
        (json!({ "min": "1kB", "max": "2kB" }), Pass, ""),
        (json!({ "min": "2001B" }), Fail, "size: got 1.9 KiB, wanted at least"),
        (json!({ "max": "1999B" }), Fail, "wanted at most"),
    ] {
        folder.holds(folder.says(json!({ "path": "a", "size": size })).await, outcome, said);
    }
    let written = |at: Timestamp| {
        let file = fs::File::options().write(true).open(folder.path("a")).expect("a file");
        file.set_modified(SystemTime::from(at)).expect("a time");
    };
    written("2026-11-20T12:00:00Z".parse().expect("an instant"));
    let modified = fs::metadata(folder.path("a")).expect("there").modified().expect("a time");
    let modified = Timestamp::try_from(modified).expect("an instant");
    for (later, age, outcome, said) in [
        (60, json!({ "max": "2h" }), Pass, ""),
        (180, json!({ "max": "2h" }), Fail, "time of the last change: got 3 h ago, wanted at most 2 h ago"),
        (180, json!({ "min": "2h", "max": "4h" }), Pass, ""),
        (60, json!({ "min": "2h" }), Fail, "got 1 h ago, wanted at least 2 h ago"),
        (-60, json!({ "max": "2h" }), Fail, "got in the future: 2026-"),
        (-2, json!({ "max": "2h" }), Pass, ""),
    ] {
        let at = modified + SignedDuration::from_mins(later);
        let told = Look::new("file", json!({ "path": "a", "age": age })).root(folder.0.path()).at(at).outcome().await;
        folder.holds(told, outcome, said);
    }
}

#[tokio::test]
async fn content_is_found_and_never_shown() {
    let folder = Folder::new();
    folder.write("a.env", "# settings\nDEBUG=false\nPASSWORD=hunter2-hunter2\n").write("b.env", "DEBUG=true\n");
    let sum = "sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae";
    folder.write("foo", "foo");
    for (settings, outcome, said) in [
        (json!({ "path": "a.env", "contains": ["DEBUG=false", "PASSWORD"], "not-contains": "DEBUG=true" }), Pass, ""),
        (json!({ "path": "a.env", "matches": "(?m)^DEBUG=(false|0)$", "not-matches": "(?i)debug=true" }), Pass, ""),
        (json!({ "path": "a.env", "matches": "^DEBUG" }), Fail, "content: got not found, wanted to match /^DEBUG/"),
        (json!({ "path": "a.env", "not-matches": "PASSWORD=.*" }), Fail, "content: got found in line 3, wanted not to match"),
        (json!({ "path": "*.env", "not-contains": "DEBUG=true" }), Fail, "got found in line 1 at b.env"),
        (json!({ "path": "foo", "sha256": sum }), Pass, ""),
        (json!({ "path": "foo", "sha256": sum, "contains": "foo" }), Pass, ""),
        (json!({ "path": "b.env", "sha256": sum }), Fail, "SHA-256: got "),
    ] {
        let look = Look::new("file", settings.clone()).root(folder.0.path());
        let judged = look.look().await.expect("a look");
        let shown = format!("{:?} {}", judged.expectations, serde_json::to_string(&judged.observation).expect("JSON"));
        assert!(!shown.contains("hunter2"), "{shown}");
        folder.holds(folder.says(settings).await, outcome, said);
    }
}

#[tokio::test]
async fn a_file_that_is_written_to_meanwhile_is_not_judged() {
    let folder = Folder::new();
    // Taking the digest of so much takes longer than it takes to write more.
    folder.write("log", vec![b'x'; 24 << 20]);
    let path = folder.path("log");
    let end = std::time::Instant::now() + Duration::from_secs(3);
    let writer = std::thread::spawn(move || {
        use std::io::Write as _;
        let mut file = fs::File::options().append(true).open(path).expect("a file");
        while std::time::Instant::now() < end {
            file.write_all(b"x").expect("written");
            std::thread::sleep(Duration::from_millis(2));
        }
    });
    let told = folder.says(json!({ "path": "log", "sha256": "0".repeat(64) })).await;
    folder.holds(told, Unknown, "log was changed while it was read");
    writer.join().expect("no panic");
}
