//! How the desk may be reached, and what it refuses to start with.

use reqwest::StatusCode;

use super::office::{Office, at, told};
use crate::{port, signoff::house::House};

#[tokio::test(flavor = "multi_thread")]
async fn it_does_not_start_where_others_could_listen() {
    let house = House::new().await;
    let port = port::unused();
    let plain = house.plan().split_once("checks:\n").expect("checks").0.to_owned();
    house.write("none.yaml", &plain);
    house.write("desk.yaml", plain.replace("signoff:\n", &format!("signoff:\n  desk: {}\n", at(port))));
    house.write("short", "too short\n");
    house.write("other", "x".repeat(40));
    let listen = format!("localhost:{port}");
    for (arguments, said) in [
        (&["--policy", "none.yaml"][..], "the policy names no desk"),
        (&["--policy", "missing.yaml"], "missing.yaml"),
        (&["--listen", "0.0.0.0:1"], "without TLS they could be listened to"),
        (&["--origin", "https://evil.example"], "passkeys sign at that alone"),
        (&["--session-key", "short"], "wanted 32 or more"),
        (&["--gate-token-file", "short"], "wanted 32 or more"),
        (&["--behind-proxy", "not a header"], "wants the name of a header"),
        (&["--tls-cert", "other", "--tls-key", "other"], "not by TLS"),
        (&["--tls-cert", "other"], "--tls-key"),
        (&["--ledger", "http://127.0.0.1/"], "no `postgres://` one"),
    ] {
        let usual = ["desk", "--listen", &listen];
        let usual = if arguments.contains(&"--listen") { &usual[..1] } else { &usual[..] };
        house.gonogo.run(usual.iter().chain(arguments)).exits(2).says(said);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_a_proxy_only_its_own_header_says_who_asks() {
    let house = House::new().await;
    house.verify(&[]).exits(0);
    let office = Office::over(&house, port::unused(), &["--behind-proxy", "X-Real-IP", "--public-board"]);
    let asked = |headers: &[(&str, &str)]| {
        let mut request = office.client.get(format!("{}/healthz", office.origin));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        async { told(request.send().await.expect("an answer")).await.0 }
    };
    assert_eq!(asked(&[("x-real-ip", "10.1.2.3")]).await, StatusCode::OK);
    for wrong in
        [&[][..], &[("x-forwarded-for", "10.1.2.3")], &[("x-real-ip", "me")], &[("x-real-ip", "10.1.2.3"), ("x-real-ip", "10.1.2.4")]]
    {
        assert_eq!(asked(wrong).await, StatusCode::BAD_REQUEST, "{wrong:?}");
    }
}
