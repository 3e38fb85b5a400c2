//! Whoever wants to take the desk down, or to slip something past it.

use std::time::{Duration, Instant};

use reqwest::{Method, StatusCode};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use super::office::{Office, told};
use crate::{gonogo::now, signoff::house::House};

async fn office() -> (House, Office) {
    let house = House::new().await;
    house.verify(&[]).exits(0);
    let office = Office::of(&house, &[]).await;
    office.board_says("lead", "HOLD").await;
    (house, office)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_counts_only_from_a_page_of_this_session() {
    let (_house, office) = office().await;
    let since = now().as_second();
    let (token, others) = (office.token("sec", since), office.token("lead", since));
    let form = |origin: Option<&str>, token: &str| {
        let cookie = office.cookie("sec", since);
        let mut request = office.client.post(format!("{}/logout", office.origin)).header("cookie", cookie);
        if let Some(origin) = origin {
            request = request.header("origin", origin);
        }
        request.body(format!("token={token}")).send()
    };
    let own = office.origin.as_str();
    for (origin, token) in [
        (None, token.as_str()),
        (Some("null"), &token),
        (Some("https://evil.example"), &token),
        (Some(&own[..own.len() - 1]), &token),
        (Some(&format!("{own}.evil.example")), &token),
        (Some(own), ""),
        (Some(own), &others),
        (Some(own), &token[1..]),
    ] {
        let answer = form(origin, token).await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{origin:?} {token}");
        assert!(answer.headers().get("set-cookie").is_none(), "it is not signed out");
    }
    let answer = form(Some(own), &token).await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    assert!(answer.headers()["set-cookie"].to_str().expect("text").contains("Max-Age=0"));
    // Whoever is not signed in signs nothing.
    for path in ["/put", "/logout", "/me/revoke", "/p/shop/prod/r/00/sign", "/p/shop/prod/r/00/answer/x"] {
        let answer = office.client.post(format!("{own}{path}")).header("origin", own).send().await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn large_bodies_slow_heads_and_strange_requests_cost_little() {
    let (_house, office) = office().await;
    let large = vec![b'x'; 11 << 20];
    for (path, person, status) in [
        ("/login", "", StatusCode::PAYLOAD_TOO_LARGE),
        ("/put", "sec", StatusCode::PAYLOAD_TOO_LARGE),
        ("/gate/shop/prod", "", StatusCode::PAYLOAD_TOO_LARGE),
    ] {
        let request = office.ask(Method::POST, path, person).header("origin", &office.origin).body(large.clone());
        // It may hang up before all of it was sent.
        if let Ok(answer) = request.send().await {
            assert_eq!(answer.status(), status, "{path}");
        }
    }
    for strange in [
        "GET / HTTP/1.1\r\n\r\n",
        "GET /%00/..%2f..%2fetc/passwd HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET //evil.example/%0d%0aSet-Cookie:x HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        "POST /login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\nabc",
        "\x16\x03\x01\x02\x00",
        &format!("GET / HTTP/1.1\r\nHost: x\r\nX: {}\r\n\r\n", "y".repeat(64 << 10)),
    ] {
        let mut stream = TcpStream::connect(("127.0.0.1", office.port)).await.expect("a connection");
        stream.write_all(strange.as_bytes()).await.expect("sent");
        let _ = stream.shutdown().await;
        let mut answer = Vec::new();
        let _ = tokio::time::timeout(Duration::from_secs(15), stream.read_to_end(&mut answer)).await.expect("it ends");
        let answer = String::from_utf8_lossy(&answer);
        assert!(!answer.contains("200 OK") && !answer.contains("Location: //") && !answer.contains("panicked"), "{strange}: {answer}");
    }
    // A head that never ends.
    let mut slow = TcpStream::connect(("127.0.0.1", office.port)).await.expect("a connection");
    slow.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n").await.expect("sent");
    let began = Instant::now();
    let _ = slow.read_to_end(&mut Vec::new()).await;
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    office.shown("/", "lead").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_connections_keep_nobody_out_for_long() {
    let (_house, office) = office().await;
    let mut all = Vec::new();
    for _ in 0..1_100 {
        if let Ok(Ok(stream)) = tokio::time::timeout(Duration::from_secs(5), TcpStream::connect(("127.0.0.1", office.port))).await {
            all.push(stream);
        }
    }
    assert!(all.len() >= 1_000, "{}", all.len());
    let status = std::fs::read_to_string(format!("/proc/{}/status", office.pid())).expect("a process");
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("its memory");
    let kib: u64 = line.split_whitespace().nth(1).expect("a number").parse().expect("a number");
    assert!(kib < 256 << 10, "{line}");
    // Each says nothing, and is let go.
    let (status, _) = told(office.ask(Method::GET, "/", "lead").timeout(Duration::from_secs(40)).send().await.expect("an answer")).await;
    assert_eq!(status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_asks_too_often_waits() {
    let (_house, office) = office().await;
    let mut refused = 0;
    for _ in 0..40 {
        let answer =
            office.client.post(format!("{}/login", office.origin)).header("origin", &office.origin).send().await.expect("an answer");
        refused += usize::from(answer.status() == StatusCode::TOO_MANY_REQUESTS);
    }
    assert!(refused >= 3, "{refused}");
}
