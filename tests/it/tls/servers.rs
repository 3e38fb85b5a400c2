//! Servers that are no TLS servers, or bad ones; files; settings that make no sense.

use std::time::Duration;

use gonogo::{check, model::Outcome};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::{Case, authority::Authority, line, names, pem, server::Server};

fn case() -> Case {
    Case::trusting(Authority::new().root.der())
}

/// A server that says `bytes` to everything, and then closes or waits.
async fn saying(bytes: &'static [u8], closes: bool) -> Server {
    Server::new(move |mut stream| async move {
        let _ = stream.read(&mut [0; 4096]).await;
        let _ = stream.write_all(bytes).await;
        if !closes {
            tokio::time::sleep(Duration::from_secs(60)).await;
        }
    })
    .await
}

#[tokio::test]
async fn a_closed_port_could_not_be_checked() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port").port();
    let (outcome, reason) = case().at_port(port).outcome().await;
    assert_eq!((outcome, reason), (Outcome::Unknown, format!("127.0.0.1:{port} refuses the connection: nothing listens there")));
}

#[tokio::test]
async fn a_silent_server_could_not_be_checked_and_does_not_hold_up() {
    let server = saying(b"", false).await;
    let case = case().at_port(server.port());
    let mut look = case.look();
    look.timeout = Duration::from_secs(2);
    let (outcome, reason) = look.outcome().await;
    assert_eq!(outcome, Outcome::Unknown);
    assert!(reason.contains("does not answer within"), "{reason}");
    let closing = saying(b"", true).await;
    let (outcome, reason) = case.at_port(closing.port()).outcome().await;
    assert_eq!(outcome, Outcome::Unknown, "{reason}");
}

#[tokio::test]
async fn what_is_not_tls_is_red() {
    for (bytes, said) in [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n".as_slice(), "answers with something that is not TLS: `HTTP/1.1 400 Bad Request`"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "answers with something that is not TLS: `SSH-2.0-OpenSSH_9.2`"),
        (b"\x16\x03\x03\x00\x04\x02\xff\xff\xff", "answers with TLS records that make no sense, or breaks off in the middle"),
        (b"\x15\x03\x01\x00\x02\x02\x28", "ends the handshake with alert 40 HandshakeFailure: no cipher suite in common"),
    ] {
        let server = saying(bytes, true).await;
        let seen = case().at_port(server.port()).seen().await;
        assert_eq!(names(&seen, Some(false)), ["handshake"]);
        let line = line(&seen, "handshake");
        assert!(line.contains(said), "{line}");
    }
}

#[tokio::test]
async fn an_endless_answer_is_cut_off() {
    let server = Server::new(|mut stream| async move {
        let _ = stream.read(&mut [0; 4096]).await;
        // Records of a handshake message that never ends.
        let mut record = vec![22, 3, 3, 0x40, 0];
        record.extend([0; 0x4000]);
        while stream.write_all(&record).await.is_ok() {}
    })
    .await;
    let seen = case().at_port(server.port()).seen().await;
    assert_eq!(names(&seen, Some(false)), ["handshake"]);
    assert!(names(&seen, None).contains(&"tls1-0-refused".into()), "{:?}", seen.expectations);
}

#[tokio::test]
async fn a_client_certificate_may_be_asked_for() {
    let authority = Authority::new();
    for versions in [&[&rustls::version::TLS12], &[&rustls::version::TLS13]] {
        let server = Server::mutual(&authority.leaf(|_| {}), versions).await;
        let case = Case::trusting(authority.root.der()).at_port(server.port());
        let seen = case.seen().await;
        assert_eq!(Outcome::of(&seen.expectations), Outcome::Pass, "{:?}", seen.expectations);
        let line = line(&seen, "handshake");
        assert!(line.contains("asks for a client certificate"), "{line}");
    }
}

#[tokio::test]
async fn postgres_turns_to_tls_when_asked() {
    let authority = Authority::new();
    let server = Server::postgres(&authority.leaf(|_| {})).await;
    let case = Case::trusting(authority.root.der()).with("starttls", "postgres").at_port(server.port());
    assert_eq!(case.outcome().await.0, Outcome::Pass);
    let url = format!("postgres://app:s3cr3t-password@127.0.0.1:{}/app", server.port());
    let case = Case::trusting(authority.root.der()).with("url", url);
    let seen = case.seen().await;
    assert_eq!(Outcome::of(&seen.expectations), Outcome::Pass);
    assert!(!format!("{seen:?}").contains("s3cr3t"));

    for (answer, said) in [
        (b"N".as_slice(), "offers no TLS: PostgreSQL answers `N`"),
        (b"E\0\0\0\x08oops", "answers the request for TLS with an error"),
        (b"HTTP/1.1", "is no PostgreSQL"),
    ] {
        let server = saying(answer, true).await;
        let seen = Case::trusting(authority.root.der()).with("starttls", "postgres").at_port(server.port()).seen().await;
        assert_eq!(names(&seen, Some(false)), ["handshake"]);
        let line = line(&seen, "handshake");
        assert!(line.contains(said), "{line}");
    }
}

#[tokio::test]
async fn a_file_is_judged_as_if_it_were_served() {
    let authority = Authority::new();
    let identity = authority.leaf(|_| {});
    let case = Case::trusting(authority.root.der()).with("file", "full.pem");
    std::fs::write(case.file("full.pem"), pem(&identity.chain)).expect("written");
    assert_eq!(case.outcome().await.0, Outcome::Pass);
    std::fs::write(case.file("full.pem"), pem(&identity.chain[..1])).expect("written");
    assert_eq!(case.red().await, ["chain"]);
    assert_eq!(case.with("server-name", "other.example.com").red().await, ["name", "chain"]);
}

#[tokio::test]
async fn the_key_beside_a_certificate_is_its_own() {
    let authority = Authority::new();
    let (identity, other) = (authority.leaf(|_| {}), authority.leaf(|_| {}));
    let key = |der: &[u8], kind: &str| {
        use base64::Engine as _;
        format!("-----BEGIN {kind}-----\n{}\n-----END {kind}-----\n", base64::engine::general_purpose::STANDARD.encode(der))
    };
    let chain = pem(&identity.chain);
    for (lies, outcome, said) in [
        (key(identity.key.secret_der(), "PRIVATE KEY"), Outcome::Pass, ""),
        (key(other.key.secret_der(), "PRIVATE KEY"), Outcome::Fail, "Private key: got the key of another certificate"),
        (key(b"secret-key-bytes", "PRIVATE KEY"), Outcome::Unknown, "holds a key that cannot be used here"),
        (key(b"secret-key-bytes", "ENCRYPTED PRIVATE KEY"), Outcome::Unknown, "holds a key that cannot be read here"),
    ] {
        let case = Case::trusting(authority.root.der()).with("file", "full.pem");
        std::fs::write(case.file("full.pem"), format!("{chain}{lies}")).expect("written");
        let (came, reason) = case.outcome().await;
        assert!(came == outcome && reason.contains(said), "{came:?} {reason}");
        assert!(!reason.contains("c2VjcmV0") && !reason.contains("secret-key"), "the key is never shown");
        std::fs::write(case.file("full.pem"), &chain).expect("written");
        std::fs::write(case.file("key.pem"), &lies).expect("written");
        assert_eq!(case.with("key", "key.pem").outcome().await.0, outcome);
    }
    let case = Case::trusting(authority.root.der()).with("file", "full.pem").with("key", "key.pem");
    std::fs::write(case.file("full.pem"), &chain).expect("written");
    assert!(case.outcome().await.1.contains("does not exist"));
    std::fs::write(case.file("key.pem"), &chain).expect("written");
    assert_eq!(case.outcome().await, (Outcome::Unknown, "Private key: key.pem holds no PEM key".into()));
}

#[tokio::test]
async fn what_lies_in_the_file_must_be_served() {
    let authority = Authority::new();
    let (served, newer) = (authority.leaf(|_| {}), authority.leaf(|_| {}));
    let server = Server::tls(&served).await;
    let case = Case::trusting(authority.root.der()).at_port(server.port()).with("serves", "new.pem");
    std::fs::write(case.file("new.pem"), pem(&served.chain)).expect("written");
    assert_eq!(case.outcome().await.0, Outcome::Pass);
    std::fs::write(case.file("new.pem"), pem(&newer.chain)).expect("written");
    assert_eq!(case.red().await, ["serves"]);
    let turns = Server::in_turn(&[&served, &newer]).await;
    assert_eq!(case.at_port(turns.port()).red().await, ["serves"], "one of two servers still has the old one");
}

#[tokio::test]
async fn a_file_that_is_none() {
    let case = case().with("file", "x.pem");
    let unknown = async |said: &str| {
        let (outcome, reason) = case.outcome().await;
        assert_eq!(outcome, Outcome::Unknown, "{reason}");
        assert!(reason.contains(said), "{reason}");
    };
    unknown("does not exist").await;
    std::fs::write(case.file("x.pem"), "").expect("written");
    unknown("holds no PEM certificate").await;
    std::fs::write(case.file("x.pem"), "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n").expect("written");
    unknown("holds no PEM certificate").await;
    std::fs::write(case.file("x.pem"), "-----BEGIN CERTIFICATE-----\n*broken*\n-----END CERTIFICATE-----\n").expect("written");
    unknown("not valid PEM").await;
    std::fs::write(case.file("x.pem"), vec![b'x'; 2 << 20]).expect("written");
    unknown("is larger than").await;
    std::fs::remove_file(case.file("x.pem")).expect("removed");
    std::fs::create_dir(case.file("x.pem")).expect("made");
    unknown("is a folder, not a regular file").await;
    std::fs::remove_dir(case.file("x.pem")).expect("removed");
    std::fs::write(case.file("x.pem"), pem(&[rustls::pki_types::CertificateDer::from(vec![0x30, 3, 1, 2, 3])])).expect("written");
    let (outcome, reason) = case.outcome().await;
    assert_eq!(outcome, Outcome::Fail, "{reason}");
}

#[test]
fn settings_that_make_no_sense_are_refused() {
    for (settings, said) in [
        (json!({}), "give one of `url`, `address` and `file`"),
        (json!({ "url": "https://a.example/", "address": "a.example:443" }), "exclude each other"),
        (json!({ "address": ["10.0.0.7:443", "10.0.0.8:443"] }), "`server-name` must say which name they serve"),
        (json!({ "address": [] }), "an empty list demands nothing"),
        (json!({ "address": "app:s3cr3t@db:5432" }), "this is not an address"),
        (json!({ "file": "x.pem", "starttls": "postgres" }), "a `file` has no"),
        (json!({ "file": "x.pem", "serves": "y.pem" }), "a `file` has no"),
        (json!({ "address": "a.example:443", "key": "x.pem" }), "a `key` belongs to a `file`"),
        (json!({ "address": "a.example:443", "connections": 0 }), "a number from 1 to 16"),
        (json!({ "address": "a.example:443", "connections": 17 }), "a number from 1 to 16"),
        (json!({ "url": "http://a.example/" }), "speaks no TLS: write `https://`"),
        (json!({ "address": "a.example" }), "write `host:port`"),
        (json!({ "address": "a.example:443", "server-name": "*.example" }), "is a pattern"),
        (json!({ "address": "a.example:443", "min-remaining": "30" }), "is not a length of time"),
        (json!({ "address": "a.example:443", "min-version": "ssl3" }), "unknown variant"),
        (json!({ "address": "a.example:443", "min-remainig": "30d" }), "unknown field"),
    ] {
        let error = check::parse("tls", &settings).expect("a known kind").err().expect("refused").to_string();
        assert!(error.contains(said), "{settings}: {error}");
    }
}

#[test]
fn every_expectation_can_go_red() {
    let at = "2026-11-20T12:00:00Z".parse().expect("an instant");
    for settings in [
        json!({ "url": "https://api.example.com", "public": true, "min-version": "tls1.3" }),
        json!({ "address": "10.0.0.7:443", "min-remaining": "90d" }),
        json!({ "address": ["10.0.0.7:443", "10.0.0.8:443"], "server-name": "api.example.com", "without-sni": true, "serves": "new.pem" }),
        json!({ "file": "full.pem" }),
        json!({ "file": "x.pem" }),
        json!({ "file": "x.pem", "server-name": "api.example.com", "order": "any", "development": true }),
    ] {
        let check = check::parse("tls", &settings).expect("a known kind").expect("valid");
        let seen = check.counterexamples(at);
        let mut all: Vec<&str> = seen.iter().flat_map(|seen| &seen.expectations).map(|e| e.name.as_str()).collect();
        all.sort_unstable();
        all.dedup();
        let is_red = |name: &&str| seen.iter().flat_map(|seen| &seen.expectations).any(|e| e.name == **name && e.met == Some(false));
        let toothless: Vec<&str> = all.iter().copied().filter(|name| !is_red(name)).collect();
        assert_eq!(toothless, [""; 0], "{settings}");
        for seen in &seen {
            assert!(check.judge_value(seen.observation.value(), at).is_ok());
        }
    }
}
