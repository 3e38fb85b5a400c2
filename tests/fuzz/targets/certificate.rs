//! The reader of certificates, as the kind `tls` reads a file of them.

use std::{
    fs,
    sync::{Arc, LazyLock},
    time::{Duration, Instant},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use futures_util::FutureExt as _;
use gonogo::{
    check::{self, AnyCheck, Context, Judged, Shared},
    model::ProcessEnv,
    net::{Pins, Reach},
};
use jiff::Timestamp;
use tempfile::TempDir;

/// Whom the kind trusts here: the root of `corpus/certificate/chain.pem`.
const ROOT: &str = include_str!("../root.pem");

/// Where the input lies while it is looked at.
static FOLDER: LazyLock<TempDir> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("root.pem"), ROOT).expect("written");
    folder
});

/// Whatever a server sends is described, in a bounded size and in words that do nothing to a terminal, and the
/// description is judged as what was seen.
pub(crate) fn holds(input: &[u8]) {
    // A certificate stands for itself; several, or broken armour, as PEM.
    let pem = if input.starts_with(b"-----BEGIN") {
        input.to_vec()
    } else {
        format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", STANDARD.encode(input)).into_bytes()
    };
    fs::write(FOLDER.path().join("input.pem"), pem).expect("written");
    let settings = serde_json::json!({ "file": "input.pem", "ca-file": "root.pem", "server-name": "a.example.com", "public": true });
    let check = check::parse("tls", &settings).expect("a kind").expect("settings");
    let Some(seen) = look(check.as_ref()) else { return };
    let again = check.judge_value(seen.observation.value(), instant()).expect("an observation is read as it was written");
    let judged = |all: &[gonogo::model::Expectation]| serde_json::to_string(all).expect("JSON");
    assert_eq!(judged(&seen.expectations), judged(&again), "what is stored is judged otherwise");
    let text = judged(&seen.expectations) + seen.observation.text();
    assert!(text.len() < 256 * 1024, "{} bytes are said of {} bytes", text.len(), input.len());
    // JSON writes control characters as `\u00…`.
    assert!(!text.contains("\\u00") && !text.contains("\\u202e"), "a control character is kept: {text}");
    assert!(!seen.expectations.is_empty() && seen.expectations.iter().all(|e| !e.what.is_empty() && !e.wanted.is_empty()));
}

/// `None` for what cannot be looked at, which has to be said.
fn look(check: &dyn AnyCheck) -> Option<Judged> {
    let env = ProcessEnv::default();
    let shared = Shared {
        at: instant(),
        ..Shared::of_look(FOLDER.path().to_owned(), env.clone(), Arc::new(Reach::new(env, Pins::default(), instant())), Arc::default())
    };
    let cx = Context::new(Arc::new(shared), "it", Instant::now() + Duration::from_secs(10));
    check.look(&cx).now_or_never().expect("a file is read at once").ok()
}

/// 2026-11-20T12:00:00Z.
fn instant() -> Timestamp {
    Timestamp::constant(1_795_176_000, 0)
}
