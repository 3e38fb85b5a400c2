//! `tcp`: four different answers, told apart on real sockets.

use std::{
    io::Write as _,
    net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener},
    time::{Duration, Instant},
};

use gonogo::model::Outcome::{self, Fail, Pass, Unknown};
use serde_json::{Value, json};
use tokio::net::{TcpSocket, TcpStream};

use crate::look::Look;

/// An address whose queue of connections is full: the kernel drops what comes, as a firewall does.
pub(crate) struct Mute {
    pub(crate) address: SocketAddr,
    _listener: tokio::net::TcpListener,
    _queued: Vec<TcpStream>,
}

impl Mute {
    pub(crate) async fn new() -> Self {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.bind((Ipv4Addr::LOCALHOST, 0).into()).expect("a free port");
        let listener = socket.listen(1).expect("a listener");
        let address = listener.local_addr().expect("an address");
        let mut queued = Vec::new();
        while let Ok(stream) = tokio::time::timeout(Duration::from_millis(300), TcpStream::connect(address)).await {
            queued.push(stream.expect("a connection"));
        }
        Self { address, _listener: listener, _queued: queued }
    }
}

/// Listens, and says this to whoever connects.
pub(crate) fn speaking(words: &'static [u8]) -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        let mut open = Vec::new();
        for mut stream in listener.incoming().flatten() {
            let _ = stream.write_all(words);
            open.push(stream);
        }
    });
    address
}

async fn outcome(settings: Value) -> (Outcome, String) {
    let mut look = Look::new("tcp", settings);
    look.timeout = Duration::from_secs(6);
    look.outcome().await
}

#[tokio::test]
async fn each_answer_is_what_was_demanded_or_not() {
    let (open, refused, mute) = (speaking(b""), crate::port::unused(), Mute::new().await);
    let refused = SocketAddr::from((Ipv4Addr::LOCALHOST, refused));
    for (address, closed, wanted, said) in [
        (open, None, Pass, "open"),
        (refused, None, Fail, "got refused, as seen from 127.0.0.1, wanted open"),
        (mute.address, None, Fail, "got silent for 1 s, as seen from 127.0.0.1, wanted open"),
        (open, Some("any"), Fail, "got open"),
        (refused, Some("any"), Pass, "refused, as seen from 127.0.0.1"),
        (mute.address, Some("any"), Pass, "silent for 1 s"),
        (refused, Some("refused"), Pass, "refused"),
        (mute.address, Some("refused"), Fail, "got silent for 1 s"),
        (refused, Some("silent"), Fail, "got refused"),
        (mute.address, Some("silent"), Pass, "silent for 1 s"),
    ] {
        let mut settings = json!({ "address": address.to_string(), "within": "1s" });
        if let Some(closed) = closed {
            settings["closed"] = closed.into();
        }
        let (outcome, reason) = outcome(settings).await;
        assert!(outcome == wanted && reason.contains(said), "{address} {closed:?}: {outcome} {reason}");
    }
}

#[tokio::test]
async fn a_name_that_leads_nowhere_is_not_closed() {
    for closed in [json!(null), json!("any")] {
        let (outcome, reason) = outcome(json!({ "address": "no-such-name.invalid:80", "closed": closed })).await;
        assert!(outcome == Unknown && reason.contains("no-such-name.invalid"), "{outcome} {reason}");
    }
    let listed = json!({ "address": ["no-such-name.invalid:80", format!("127.0.0.1:{}", crate::port::unused())], "closed": "any" });
    let (outcome, reason) = outcome(listed).await;
    assert!(outcome == Unknown && reason.contains("no-such-name.invalid"), "{outcome} {reason}");
}

#[tokio::test]
async fn what_this_machine_cannot_reach_is_not_closed() {
    // Multicast takes no connection: the kernel says so itself, without a packet.
    let (outcome, reason) = outcome(json!({ "address": "224.0.0.1:80", "closed": "any" })).await;
    assert!(outcome == Unknown && reason.contains("no route"), "{outcome} {reason}");
}

#[tokio::test]
async fn every_address_of_a_name_counts() {
    let open = speaking(b"");
    let mut look = Look::new("tcp", json!({ "address": format!("db.example.com:{}", open.port()) }));
    let pin = gonogo::net::Pin { ip: IpAddr::from(Ipv4Addr::LOCALHOST), port: None };
    look.pins = [("db.example.com".to_owned(), pin)].into_iter().collect();
    let (outcome, reason) = look.outcome().await;
    assert!(outcome == Pass && reason.contains(&format!("open at {open}, as seen from 127.0.0.1")), "{reason}");
    // `localhost` may have an IPv6 address too, on which nothing listens.
    let both = tokio::net::lookup_host(("localhost", 1)).await.expect("addresses").count();
    let (outcome, reason) = self::outcome(json!({ "address": format!("localhost:{}", open.port()) })).await;
    assert_eq!(outcome, if both > 1 { Fail } else { Pass }, "{reason}");
    let (outcome, reason) = self::outcome(json!({ "address": format!("127.0.0.1:{}", open.port()), "addresses": "ipv6" })).await;
    assert!(outcome == Unknown && reason.contains("no address of the family"), "{reason}");
}

#[tokio::test]
async fn a_silence_of_our_own_proves_nothing() {
    let (open, mute) = (speaking(b""), Mute::new().await);
    for (control, wanted, said) in [
        (open.to_string(), Pass, "silent for 1 s"),
        (format!("127.0.0.1:{}", crate::port::unused()), Unknown, "is not open from here (refused"),
        ("no-such-name.invalid:1".into(), Unknown, "is not open from here (the name no-such-name.invalid"),
    ] {
        let settings = json!({ "address": mute.address.to_string(), "closed": "silent", "within": "1s", "control": control });
        let (outcome, reason) = outcome(settings).await;
        assert!(outcome == wanted && reason.contains(said), "{control}: {outcome} {reason}");
    }
}

#[tokio::test]
async fn what_a_server_says_first_is_heard() {
    let long: &'static [u8] = vec![b'x'; 9000].leak();
    for (words, wanted, outcome_wanted, said) in [
        (&b"SSH-2.0-OpenSSH_9.2\r\n"[..], json!({ "matches": "SSH-2\\.0-OpenSSH_.*" }), Pass, "all 2"),
        (b"SSH-1.99-old\r\n", json!({ "matches": "SSH-2\\.0-.*" }), Fail, "SSH-1.99-old"),
        (b"220 mail ready", json!({ "contains": "220 " }), Pass, "all 2"),
        (b"", json!({ "contains": "220 " }), Fail, "nothing there"),
        (b"\x1b[2J\xff 220 \r\n", json!("220"), Fail, "\\u001b"),
        (long, json!({ "contains": "x" }), Unknown, "too large to compare"),
    ] {
        let address = speaking(words).to_string();
        let (outcome, reason) = outcome(json!({ "address": address, "within": "1s", "banner": wanted })).await;
        assert!(outcome == outcome_wanted && reason.contains(said) && !reason.contains('\x1b'), "{wanted}: {outcome} {reason}");
    }
}

#[tokio::test]
async fn waiting_ends_in_time() {
    let mute = Mute::new().await;
    let settings = json!({ "address": mute.address.to_string(), "closed": "any", "within": "8s" });
    let started = Instant::now();
    let (outcome, reason) = outcome(settings).await;
    assert!(outcome == Unknown && reason.contains("raise it"), "{reason}");
    assert!(started.elapsed() < Duration::from_secs(5));
}
