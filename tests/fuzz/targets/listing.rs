//! The readers of what backup tools list, and of a base backup's manifest, as the kind `backup` reads them.

use std::{
    fs,
    sync::{Arc, LazyLock},
    time::{Duration, Instant},
};

use gonogo::{
    check::{self, AnyCheck, Context, Judged, Shared},
    model::{Expectation, Outcome, ProcessEnv},
    net::{Pins, Reach},
};
use jiff::Timestamp;
use serde_json::json;
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

/// Where the input lies while it is looked at, with a cluster's file beside it.
static FOLDER: LazyLock<TempDir> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("base")).expect("a folder");
    fs::write(folder.path().join("base/PG_VERSION"), "15\n").expect("written");
    folder
});

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Builder::new_current_thread().build().expect("a runtime"));

/// Whatever is listed is described in a bounded size and in words that do nothing to a terminal, and the description is
/// judged as what was seen; nothing that passes is older than demanded.
pub(crate) fn holds(input: &[u8]) {
    fs::write(FOLDER.path().join("listing.json"), input).expect("written");
    fs::write(FOLDER.path().join("base/backup_manifest"), input).expect("written");
    for source in [
        json!({ "pgbackrest": { "stanza": "main", "output": "listing.json" } }),
        json!({ "pgbackrest": { "stanza": "main", "repo": 1, "output": "listing.json" } }),
        json!({ "barman": { "server": "main", "output": "listing.json" } }),
        json!({ "wal-g": { "output": "listing.json" } }),
        json!({ "restic": { "host": "db1", "output": "listing.json" } }),
        json!({ "files": "base" }),
    ] {
        let mut settings = json!({ "max-age": "26h", "max-full-age": "8d", "min-copies": 2, "max-shrink": "50%" });
        settings.as_object_mut().expect("a map").extend(source.as_object().expect("a map").clone());
        let check = check::parse("backup", &settings).expect("a kind").expect("settings");
        match look(check.as_ref()) {
            Ok(seen) => described(check.as_ref(), &seen, input),
            Err(why) => quiet(&why),
        }
    }
}

fn described(check: &dyn AnyCheck, seen: &Judged, input: &[u8]) {
    let again = check.judge_value(seen.observation.value(), instant()).expect("an observation is read as it was written");
    let judged = |all: &[Expectation]| serde_json::to_string(all).expect("JSON");
    assert_eq!(judged(&seen.expectations), judged(&again), "what is stored is judged otherwise");
    let text = judged(&seen.expectations) + seen.observation.text();
    assert!(text.len() < 256 * 1024, "{} bytes are said of {} bytes", text.len(), input.len());
    quiet(&text);
    assert!(!seen.expectations.is_empty() && seen.expectations.iter().all(|e| !e.what.is_empty() && !e.wanted.is_empty()));
    let nothing = std::str::from_utf8(input).is_ok_and(|text| matches!(text.trim(), "" | "null" | "[]" | "{}"));
    assert!(!nothing || Outcome::of(&seen.expectations) == Outcome::Fail, "nothing is listed, and it is not red: {text}");
}

/// JSON writes control characters as `\u00…`.
fn quiet(text: &str) {
    assert!(
        !text.contains("\\u00") && !text.contains("\\u202e") && !text.contains(char::is_control),
        "a control character is kept: {text}"
    );
}

fn look(check: &dyn AnyCheck) -> Result<Judged, String> {
    let env = ProcessEnv::default();
    let shared = Shared {
        at: instant(),
        ..Shared::of_look(FOLDER.path().to_owned(), env.clone(), Arc::new(Reach::new(env, Pins::default(), instant())), Arc::default())
    };
    let cx = Context::new(Arc::new(shared), "listing", Instant::now() + Duration::from_secs(10));
    RUNTIME.block_on(check.look(&cx)).map_err(|unseen| unseen.to_string())
}

/// 2026-11-20T12:00:00Z.
fn instant() -> Timestamp {
    Timestamp::constant(1_795_176_000, 0)
}
