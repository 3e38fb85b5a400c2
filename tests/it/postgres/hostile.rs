//! What answers is slow, endless, or not PostgreSQL at all.

use std::time::{Duration, Instant};

use gonogo::net::postgres::Trouble;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

use super::{Pins, Reach, Target, ask, env, unknown, unreachable};

/// Answers every connection with `serve`; returns a URL without its options.
async fn server<F: Future<Output = ()> + Send + 'static>(serve: impl Fn(TcpStream) -> F + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream));
        }
    });
    format!("postgres://app:s3cr3t@127.0.0.1:{port}/app?")
}

/// Says `first` at once, then reads on without another word.
async fn says(first: &'static [u8]) -> String {
    server(move |mut stream| async move {
        drop(stream.write_all(first).await);
        let mut sink = [0; 1024];
        while stream.read(&mut sink).await.is_ok_and(|count| count > 0) {}
    })
    .await
}

#[tokio::test]
async fn other_protocols_are_recognised() {
    for first in
        [&b"HTTP/1.1 400 Bad Request\r\n\r\n"[..], b"SSH-2.0-OpenSSH_9.2\r\n", b"-ERR unknown command\r\n", b"\x4a\0\0\0\x0a8.0.36"]
    {
        for mode in ["sslmode=disable", "sslmode=prefer", "sslmode=require"] {
            let why = unknown(ask(&format!("{}{mode}", says(first).await)).await);
            assert!(why.contains("does not speak PostgreSQL's protocol; check host and port"), "{mode}: {why}");
        }
    }
}

#[tokio::test]
async fn a_server_that_never_answers_is_given_up() {
    for mode in ["sslmode=disable", "sslmode=require"] {
        let url = format!("{}{mode}&connect_timeout=2", says(b"").await);
        let started = Instant::now();
        let why = unreachable(ask(&url).await);
        assert!(why.contains("accepted the connection but did not log us in within 2"), "{why}");
        assert!(started.elapsed() < Duration::from_secs(4));
    }
}

#[tokio::test]
async fn a_server_that_hangs_up() {
    let url = server(|stream| async move { drop(stream) }).await;
    let why = unreachable(ask(&format!("{url}sslmode=require")).await);
    assert!(why.contains("closed the connection"), "{why}");
}

/// A login that succeeds, in the protocol's own bytes: authenticated, key data, ready.
const WELCOME: &[u8] = b"R\0\0\0\x08\0\0\0\0K\0\0\0\x0c\0\0\0\x01\0\0\0\x02Z\0\0\0\x05I";

#[tokio::test]
async fn an_endless_stream_is_cut_off() {
    // Notices without end before the login is done.
    let notice: &[u8] = b"N\0\0\0\x10SLOG\0Mspam\0\0\0";
    let url = server(move |mut stream| async move {
        drop(stream.write_all(&WELCOME[..9]).await);
        let many = notice[..17].repeat(1000);
        while stream.write_all(&many).await.is_ok() {}
    })
    .await;
    let why = unknown(ask(&format!("{url}sslmode=disable")).await);
    assert!(why.contains("it sends more than it was asked for"), "{why}");
    // One message that announces two gigabytes after it.
    let url = server(move |mut stream| async move {
        drop(stream.write_all(WELCOME).await);
        drop(stream.write_all(b"D\x7f\xff\xff\xff").await);
        let block = vec![b'x'; 1 << 20];
        while stream.write_all(&block).await.is_ok() {}
    })
    .await;
    let started = Instant::now();
    let trouble = ask(&format!("{url}sslmode=disable")).await.expect_err("cut off").to_string();
    assert!(trouble.contains("it sends more than it was asked for") || trouble.contains("closed the connection"), "{trouble}");
    assert!(started.elapsed() < Duration::from_secs(6));
}

#[tokio::test]
async fn a_message_cannot_act_on_a_terminal() {
    let fields = "SFATAL\0VFATAL\0C28P01\0M\u{1b}[2J\u{202e}evil\n::error::x\0\0";
    let length = u32::try_from(fields.len() + 4).expect("short").to_be_bytes();
    let message = [b"E", &length[..], fields.as_bytes()].concat();
    let url = says(message.leak()).await;
    match ask(&format!("{url}sslmode=disable")).await {
        Err(Trouble::Unknown(why)) => {
            assert!(why.contains("evil") && !why.contains('\x1b') && !why.contains('\u{202e}') && !why.contains('\n'), "{why:?}")
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_silent_server_after_the_login() {
    let url = server(|mut stream| async move {
        drop(stream.write_all(WELCOME).await);
        let mut sink = [0; 1024];
        while stream.read(&mut sink).await.is_ok_and(|count| count > 0) {}
    })
    .await;
    let target = Target::resolve(Some(&format!("{url}sslmode=disable")), &env(&[])).expect("a target");
    let reach = Reach::new(env(&[]), Pins::default(), crate::scripted::instant());
    let mut loan = reach.postgres(&target, Instant::now() + Duration::from_secs(2)).await.expect("a loan");
    let begun = loan.begin(Instant::now() + Duration::from_millis(300)).await;
    let trouble = begun.err().expect("no answer").to_string();
    assert!(trouble.contains("did not answer a query within 3"), "{trouble}");
    drop(loan);
    let started = Instant::now();
    reach.close().await;
    assert!(started.elapsed() < Duration::from_secs(7));
}
