//! A16: what a run looked at and through is in the report, and another is another.

use axum::Router;

use crate::signoff::house::House;

/// A server that says that all is well; its address.
async fn obliging() -> String {
    let router = Router::new().fallback(|| async { "well" });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

fn report(house: &House) -> serde_json::Value {
    serde_json::from_str(&house.gonogo.read("report.json")).expect("JSON")
}

#[tokio::test(flavor = "multi_thread")]
async fn a16_another_host_behind_a_variable_that_is_secret() {
    let house = House::new().await.security_alone();
    let (honest, other) = (house.service.url().to_owned(), obliging().await);
    house.write("gonogo.yaml", house.plan().replace(&format!("api: \"{honest}\""), "api: \"${SHOP_SECRET_URL}\""));
    let run = |url: &str| {
        let arguments = ["verify", "-q", "--release", "1.4.2", "--format", "json=report.json"];
        house.gonogo.run_with(&[("SHOP_SECRET_URL", url)], arguments)
    };
    run(&honest).exits(0);
    let host = honest.trim_start_matches("http://");
    assert!(report(&house)["findings"][0]["target"].as_str().is_some_and(|target| target.contains(host)), "{}", report(&house));
    house.sign("security", "sec", &[]).exits(0);
    house.gate(&[]).exits(0);
    house.service.first(500);
    run(&other).exits(0);
    house.gate(&[]).exits(4).says("given for an earlier run: ").says("looked at").says(other.trim_start_matches("http://"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a16_a_proxy_and_roots_of_ones_own() {
    let house = House::new().await.security_alone();
    house.verify(&[]).exits(0);
    house.sign("security", "sec", &[]).exits(0);
    let arguments = ["verify", "-q", "--release", "1.4.2", "--format", "json=report.json"];
    let proxy = obliging().await.replace("http://", "http://eve:canary-7731@");
    house.gonogo.run_with(&[("HTTPS_PROXY", &proxy)], arguments).exits(0);
    let said = report(&house)["ambient"].to_string();
    assert!(said.contains("127.0.0.1") && !said.contains("canary-7731"), "{said}");
    house.gate(&[]).exits(4).says("given for an earlier run: ");
    house.verify(&[]).exits(0);
    house.gate(&[]).exits(0);
    let ca = crate::ca::Ca::new();
    house.write("ca.pem", std::fs::read(ca.file()).expect("a root"));
    let roots = house.gonogo.path("ca.pem").display().to_string();
    house.gonogo.run_with(&[("SSL_CERT_FILE", &roots)], arguments).exits(0);
    let said = report(&house)["ambient"].to_string();
    assert!(said.contains("SSL_CERT_FILE") && said.contains("sha256"), "{said}");
    house.gate(&[]).exits(4).says("given for an earlier run: ");
    // Other roots in the same file are others.
    house.sign("security", "sec", &[]).exits(0);
    house.gate(&[]).exits(0);
    house.write("ca.pem", std::fs::read(crate::ca::Ca::new().file()).expect("a root"));
    house.gonogo.run_with(&[("SSL_CERT_FILE", &roots)], arguments).exits(0);
    house.gate(&[]).exits(4).says("given for an earlier run: ");
}

#[tokio::test(flavor = "multi_thread")]
async fn a16_a_service_at_another_address() {
    let house = House::new().await.security_alone();
    house.verify(&[]).exits(0);
    house.sign("security", "sec", &[]).exits(0);
    let honest = house.service.url().to_owned();
    house.write("gonogo.yaml", house.plan().replace(&honest, &obliging().await));
    house.verify(&[]).exits(0);
    house.gate(&[]).exits(4).says("given for an earlier run: ");
}

#[tokio::test(flavor = "multi_thread")]
async fn a16_a_key_that_has_expired_and_a_clock_that_is_set_back() {
    let house = House::new().await.security_alone();
    let last_year = crate::signoff::house::now() - jiff::SignedDuration::from_hours(24 * 300);
    let line = house.line("sec", "sec", &format!("valid-before=\"{}\"", last_year.strftime("%Y%m%d%H%M%SZ")));
    house.signers(&[line, house.line("dev", "dev", ""), house.line("ci", "ci", "")]);
    house.verify(&[]).exits(0);
    let key = house.key("sec");
    house.sign("security", "sec", &[]).exits(5).says("expired");
    let back = (last_year - jiff::SignedDuration::from_hours(24)).strftime("%Y-%m-%d %H:%M:%S").to_string();
    let ran = house.at(&back, &["sign", "--as", "security", "--key", &key]);
    assert_ne!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    house.gate(&[]).exits(4).says("`security` has not signed");
    // Nor where a run was made by that clock, too.
    house.at(&back, &["verify", "-q", "--release", "1.4.2"]);
    house.at(&back, &["sign", "--as", "security", "--key", &key]);
    let gate = house.gate(&[]);
    assert_ne!(gate.code, 0, "{}", gate.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn a16_a_signature_file_made_by_a_clock_that_was_set_back() {
    let house = House::new().await.security_alone();
    let now = crate::signoff::house::now();
    let expires = now + jiff::SignedDuration::from_secs(12);
    let line = house.line("sec", "sec", &format!("valid-before=\"{}\"", expires.strftime("%Y%m%d%H%M%SZ")));
    house.signers(&[line, house.line("dev", "dev", ""), house.line("ci", "ci", "")]);
    house.verify(&["--bundle", "b"]).exits(0);
    let past = (crate::signoff::house::now() + jiff::SignedDuration::from_secs(1)).strftime("%Y-%m-%d %H:%M:%S").to_string();
    let left = expires.duration_since(crate::signoff::house::now()).as_secs() + 2;
    std::thread::sleep(std::time::Duration::from_secs(u64::try_from(left.max(0)).unwrap_or_default()));
    // The key has run out meanwhile; the machine that signs says that it has not.
    house.at(&past, &["sign", "b", "--as", "security", "--key", &house.key("sec"), "--out", "late.json"]).exits(0);
    let gate = house.gate(&["--signatures", "late.json"]);
    assert_ne!(gate.code, 0, "{}", gate.stdout);
    gate.says("expired");
    let gate = house.gate(&[]);
    assert_ne!(gate.code, 0, "{}", gate.stdout);
}
