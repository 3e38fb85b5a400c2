//! Several addresses, several names, and what the server is told.

use std::time::Duration;

use gonogo::model::Outcome;
use serde_json::json;
use tokio::io::AsyncReadExt as _;

use super::{
    Case,
    authority::{Authority, DAY, valid},
    line, names,
    server::Server,
};

#[tokio::test]
async fn every_address_is_looked_at() {
    let authority = Authority::new();
    let good = authority.leaf(|_| {});
    let (one, two) = (Server::tls(&good).await, Server::tls(&good).await);
    let stale = Server::tls(&authority.leaf(|leaf| valid(leaf, -90 * DAY, -2 * DAY))).await;
    let all = |servers: &[&Server]| json!(servers.iter().map(|server| server.at.to_string()).collect::<Vec<_>>());
    let case = Case::trusting(authority.root.der()).with("address", all(&[&one, &two]));
    let seen = case.seen().await;
    assert_eq!(Outcome::of(&seen.expectations), Outcome::Pass);
    assert_eq!(seen.observation.value()["chains"].as_array().map(Vec::len), Some(1), "what is shown twice is kept once");

    let case = case.with("address", all(&[&one, &stale, &two]));
    let seen = case.seen().await;
    assert_eq!(names(&seen, Some(false)), ["remaining"]);
    let said = line(&seen, "remaining");
    assert!(said.starts_with(&format!("Time left: got on {}: leaf `CN=api.example.com` expired 2 d ago", stale.at)), "{said}");
}

#[tokio::test]
async fn an_address_that_cannot_be_reached_leaves_it_open() {
    let authority = Authority::new();
    let server = Server::tls(&authority.leaf(|_| {})).await;
    let closed = format!("127.0.0.1:{}", crate::port::unused());
    let case = Case::trusting(authority.root.der()).with("address", json!([server.at.to_string(), closed]));
    let (outcome, reason) = case.outcome().await;
    assert_eq!((outcome, reason), (Outcome::Unknown, format!("TLS handshake: {closed} refuses the connection: nothing listens there")));
}

#[tokio::test]
async fn ipv6_and_families() {
    let authority = Authority::new();
    let good = authority.leaf(|_| {});
    let server = Server::tls_on("[::1]:0", &good).await;
    let case = Case::trusting(authority.root.der()).with("address", server.at.to_string());
    assert_eq!(case.outcome().await.0, Outcome::Pass);
    // An address as the name: its brackets are none of it.
    for by_itself in [json!({ "url": format!("https://{}/", server.at) }), json!({ "address": server.at.to_string() })] {
        let mut alone = Case::trusting(authority.root.der());
        alone.settings = by_itself;
        alone.settings["ca-file"] = "ca.pem".into();
        assert_eq!(alone.outcome().await.0, Outcome::Pass);
    }
    let (outcome, reason) = case.with("addresses", "ipv4").outcome().await;
    assert_eq!((outcome, reason.as_str()), (Outcome::Unknown, "::1 has no address of the family that `addresses` names"));
}

#[tokio::test]
async fn a_pinned_name_leads_where_the_plan_says() {
    let authority = Authority::new();
    let server = Server::tls(&authority.leaf(|_| {})).await;
    let case = Case::trusting(authority.root.der()).with("url", "https://API.example.com/");
    let mut look = case.look();
    look.pins = [("api.example.com".to_owned(), server.at.to_string().parse().expect("a pin"))].into_iter().collect();
    assert_eq!(look.outcome().await.0, Outcome::Pass);
}

#[tokio::test]
async fn a_name_without_address_could_not_be_checked() {
    let authority = Authority::new();
    let (outcome, reason) = Case::trusting(authority.root.der()).with("url", "https://nowhere.invalid/").outcome().await;
    assert_eq!(outcome, Outcome::Unknown);
    assert!(reason.starts_with("the name nowhere.invalid has no address"), "{reason}");
}

#[tokio::test]
async fn the_server_is_told_the_name_and_once_not() {
    let authority = Authority::new();
    let good = authority.leaf(|_| {});
    let other =
        authority.leaf(|leaf| leaf.subject_alt_names = vec![rcgen::SanType::DnsName("staging.example.net".try_into().expect("a name"))]);
    let leaking = Server::by_name(&good, Some(&other)).await;
    let case = Case::trusting(authority.root.der()).at_port(leaking.port());
    assert_eq!(case.red().await, [""; 0]);
    let case = case.with("without-sni", true);
    let seen = case.seen().await;
    assert_eq!(names(&seen, Some(false)), ["name"]);
    let said = line(&seen, "name");
    assert!(said.contains(&format!("on {} without SNI: one for staging.example.net", leaking.at)), "{said}");
    let strict = Server::by_name(&good, None).await;
    assert_eq!(case.at_port(strict.port()).outcome().await.0, Outcome::Pass, "who shows nothing leaks nothing");
}

#[tokio::test]
async fn silence_about_an_old_version_is_no_refusal() {
    let authority = Authority::new();
    let good = Server::tls(&authority.leaf(|_| {})).await;
    let at = good.at;
    // Passes everything on but an offer of TLS 1.0, which is never answered.
    let front = Server::new(move |mut client| async move {
        let mut head = [0; 11];
        if client.peek(&mut head).await.is_ok() && head[9..] == [3, 1] {
            let _ = tokio::time::timeout(Duration::from_secs(60), client.read(&mut [0; 16])).await;
            tokio::time::sleep(Duration::from_secs(60)).await;
        } else if let Ok(mut server) = tokio::net::TcpStream::connect(at).await {
            let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
        }
    })
    .await;
    let case = Case::trusting(authority.root.der()).at_port(front.port());
    let mut look = case.look();
    look.timeout = Duration::from_secs(3);
    let seen = look.look().await.expect("seen");
    assert_eq!((names(&seen, Some(false)), names(&seen, None)), (vec![], vec!["tls1-0-refused".into()]));
    assert!(line(&seen, "tls1-0-refused").contains("no answer within"), "{}", line(&seen, "tls1-0-refused"));
}

#[tokio::test]
async fn several_servers_behind_one_address() {
    let authority = Authority::new();
    let good = authority.leaf(|_| {});
    let expired = authority.leaf(|leaf| valid(leaf, -60 * DAY, -DAY));
    for (identities, wanted) in [
        (vec![&good, &expired], vec!["remaining"]),
        (vec![&good, &good, &good, &expired], vec!["remaining"]),
        (vec![&good, &authority.leaf(|_| {})], vec![]),
    ] {
        let server = Server::in_turn(&identities).await;
        let case = Case::trusting(authority.root.der()).at_port(server.port());
        let seen = case.seen().await;
        assert_eq!(names(&seen, Some(false)), wanted);
        assert_eq!(names(&seen, None), [""; 0]);
        assert!(wanted.is_empty() || line(&seen, "remaining").contains("on connection"), "{}", line(&seen, "remaining"));
    }
}
