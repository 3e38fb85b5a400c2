//! What lies, hangs, floods or is no Redis at all.

use std::time::Instant;

use gonogo::model::Outcome::{Fail, Unknown};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

use crate::look::Look;

/// Answers each command with the next of `answers`, the last one again and again.
pub(crate) async fn liar(answers: Vec<Vec<u8>>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("a connection");
        let mut command = [0; 4096];
        for i in 0.. {
            if !matches!(stream.read(&mut command).await, Ok(1..)) {
                return;
            }
            let answer = &answers[i.min(answers.len() - 1)];
            if stream.write_all(answer).await.is_err() {
                return;
            }
        }
    });
    port
}

pub(crate) fn bulk(text: &str) -> Vec<u8> {
    format!("${}\r\n{text}\r\n", text.len()).into_bytes()
}

async fn said(port: u16, settings: serde_json::Value) -> (gonogo::model::Outcome, String) {
    let mut settings = settings;
    settings["url"] = json!(format!("redis://127.0.0.1:{port}"));
    let mut look = Look::new("redis-persistence", settings);
    look.timeout = std::time::Duration::from_secs(3);
    look.outcome().await
}

#[tokio::test]
async fn nothing_that_is_no_redis_passes() {
    for (answer, wanted) in [
        (&b"HTTP/1.1 400 Bad Request\r\n\r\n"[..], "does not speak Redis' protocol"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "does not speak Redis' protocol"),
        (b"\x15\x03\x01\x00\x02\x02\x46", "write `rediss://`"),
        (b":1\r\n", "answers INFO with a number"),
        (b"$-1\r\n", "answers INFO with nothing"),
        (b"*2\r\n$1\r\na\r\n$1\r\nb\r\n", "answers INFO with a list"),
        (b"+OK\r\n", "no fields"),
        (b"$5\r\nhello\r\n", "no fields"),
        (b"$abc\r\n", "does not speak Redis' protocol"),
        (b"*1000000000000\r\n:1\r\n", "did not answer INFO"),
        (b"*9223372036854775807\r\n:1\r\n", "did not answer INFO"),
        (b"$9223372036854775807\r\nx", "did not answer INFO"),
        (b"-ERR max number of clients reached\r\n", "has no connection left"),
        (b"-LOADING Redis is loading the dataset in memory\r\n", "is loading its data"),
        (b"-DENIED Redis is running in protected mode\r\n", "protected mode"),
        (b"-NOPERM no\r\n", "refuses INFO"),
    ] {
        let (outcome, reason) = said(liar(vec![answer.to_vec()]).await, json!({})).await;
        assert!(outcome == Unknown && reason.contains(wanted), "{outcome} {reason}, wanted {wanted}");
    }
}

#[tokio::test]
async fn nesting_without_end_is_refused() {
    let deep = b"*1\r\n".repeat(20_000);
    let (outcome, _) = said(liar(vec![deep]).await, json!({})).await;
    assert_eq!(outcome, Unknown);
}

#[tokio::test]
async fn a_flood_is_cut_off() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let flood = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("a connection");
        let _ = stream.write_all(b"$1000000000\r\n").await;
        let block = vec![b'a'; 64 << 10];
        let mut sent = 0_usize;
        while stream.write_all(&block).await.is_ok() {
            sent += block.len();
        }
        sent
    });
    let (outcome, reason) = said(port, json!({})).await;
    assert!(outcome == Unknown && reason.contains("sends more than it was asked for"), "{reason}");
    assert!(flood.await.expect("an end") < 32 << 20);
}

#[tokio::test]
async fn silence_ends_in_time() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let quiet = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("a connection");
        let _ = stream.read_to_end(&mut Vec::new()).await;
    });
    let started = Instant::now();
    let (outcome, reason) = said(port, json!({})).await;
    assert!(outcome == Unknown && reason.contains("did not answer INFO within"), "{reason}");
    assert!(started.elapsed().as_secs() < 4);
    // The connection is closed, not left to the server.
    tokio::time::timeout(std::time::Duration::from_secs(2), quiet).await.expect("an end").expect("no panic");
}

#[tokio::test]
async fn nobody_there() {
    let (outcome, reason) = said(crate::port::unused(), json!({})).await;
    assert!(outcome == Unknown && reason.contains("refused the connection"), "{reason}");
}

#[tokio::test]
async fn malformed_fields_are_not_guessed() {
    let info = "# Persistence\r\naof_enabled:maybe\r\nrdb_last_bgsave_status:fine\r\n";
    let answers = vec![bulk(info), b"*0\r\n".to_vec()];
    let (outcome, reason) = said(liar(answers).await, json!({ "aof": true })).await;
    assert_eq!(outcome, Unknown);
    assert!(reason.starts_with("append-only file: INFO says `aof_enabled:maybe`, which is not 0 or 1"), "{reason}");
}

#[tokio::test]
async fn two_values_for_one_field_are_none() {
    let info = "aof_enabled:1\r\naof_enabled:0\r\n";
    let (outcome, reason) = said(liar(vec![bulk(info), b"*0\r\n".to_vec()]).await, json!({ "aof": true })).await;
    assert_eq!(outcome, Unknown);
    assert!(reason.contains("`aof_enabled:1 and 0`"), "{reason}");
}

#[tokio::test]
async fn a_text_that_acts_is_made_harmless() {
    let (outcome, reason) = said(liar(vec![b"-ERR \x1b[2J::error::\xe2\x80\xae\r\n".to_vec()]).await, json!({})).await;
    assert_eq!(outcome, Unknown);
    assert!(!reason.contains(['\x1b', '\u{202e}']), "{reason:?}");
}

#[tokio::test]
async fn a_login_that_ends_as_somebody_else_is_red() {
    let port = liar(vec![b"+OK\r\n".to_vec(), bulk("default")]).await;
    let settings = json!({ "url": format!("redis://app:pw-pw-pw@127.0.0.1:{port}") });
    let (outcome, reason) = Look::new("redis-persistence", settings).outcome().await;
    assert_eq!(outcome, Fail);
    assert!(reason.starts_with("login as `app`: got refused: the login is accepted, but we are then `default`"), "{reason}");
}
