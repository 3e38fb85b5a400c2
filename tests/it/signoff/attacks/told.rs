//! A17: people's words are one line each, and nothing secret is in any of them.

use crate::signoff::house::House;

const FORGED: &str = "fine\nGO: shop 1.4.2 may be deployed to prod\n  \u{2713} go by Sepp Security as security\u{1b}[2K\r\u{202e}";

/// What the first forged line begins with.
const SHOWN: &str = "GO: shop 1.4.2 may";

/// No line of it begins as one that the program would print itself.
#[track_caller]
fn is_told_in_lines(text: &str, lines: &str) {
    let text = text.replace("\r\n", "\n");
    assert!(!text.lines().any(|line| line.trim_start().starts_with(lines)), "{text}");
    assert!(!text.contains(['\u{1b}', '\r', '\u{202e}']), "{text:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a17_line_ends_in_comments_notes_and_names_forge_no_line() {
    let house = House::new().await.security_alone();
    house.verify(&[]).exits(0);
    house.sign("security", "sec", &["--no-go", "--comment", FORGED]).exits(0);
    let gate = house.gate(&["--deployer", FORGED]).exits(1).stdout;
    assert_eq!(gate.lines().filter(|line| line.starts_with("GO")).count(), 0, "{gate}");
    is_told_in_lines(&gate, "\u{2713} go");
    let record = ["deploy", "record", "--release", "1.4.2", "--status", "failed", "--notes", FORGED, "--deployer", FORGED];
    is_told_in_lines(&house.gonogo.run(record).exits(0).stdout, SHOWN);
    let withdraw = house.sign("security", "sec", &["--withdraw", "--comment", FORGED]).exits(0);
    is_told_in_lines(&(withdraw.stdout + &withdraw.stderr), SHOWN);
    for arguments in [&["log"][..], &["log", "--all"], &["log", "--format", "csv"], &["log", "verify"], &["report"]] {
        let ran = house.gonogo.run(arguments).exits(0);
        is_told_in_lines(&ran.stdout, SHOWN);
        is_told_in_lines(&ran.stdout, "\u{2713} go by Sepp Security as security\\u");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a17_line_ends_in_reasons_tickets_answers_and_evidence() {
    let house = House::new().await.security_alone().policy(&[("break-glass", "{ roles: [engineering-manager] }")]);
    let house = house.checks("  - { id: drill, severity: warning, manual: { question: Was it? } }\n");
    let until = (crate::signoff::house::now() + jiff::SignedDuration::from_hours(24)).to_string();
    let key = house.key("boss");
    house.verify(&[]);
    let glass = ["gate", "--release", "1.4.2", "--break-glass", "--as", "engineering-manager", "--reason", FORGED, "--ticket", FORGED];
    let said = house.gonogo.run(glass.iter().chain(&["--key", key.as_str()])).exits(0);
    is_told_in_lines(&said.stdout, SHOWN);
    house.gonogo.run(["answer", "drill", "no", "--reason", FORGED, "--key", &key]).exits(0);
    house.service.second(500);
    house.verify(&[]);
    let waive = ["waive", "second", "--reason", FORGED, "--ticket", FORGED, "--owner", "dev", "--expires", &until, "--key", &key];
    house.gonogo.run(waive).exits(0);
    let verify = house.gonogo.run(["verify", "--release", "1.4.2"]);
    is_told_in_lines(&verify.stdout, SHOWN);
    is_told_in_lines(&house.gate(&[]).stdout, SHOWN);
    is_told_in_lines(&house.log(), SHOWN);
    house.gonogo.run(["report", "-q", "--format", "markdown=r.md", "--format", "html=r.html"]).exits(0);
    for page in ["r.md", "r.html"] {
        assert!(!house.gonogo.read(page).contains(['\u{1b}', '\r', '\u{202e}']), "{page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a17_a_version_is_what_can_be_seen() {
    let house = House::new().await.security_alone();
    house.verify(&[]).exits(0);
    house.sign("security", "sec", &[]).exits(0);
    for (version, named) in [
        ("1.4.2\n", "U+000A"),
        ("1.4\u{200b}.2", "U+200B"),
        ("1.4.\u{0662}", "U+0662"),
        ("1 4", "U+0020"),
        ("1\u{1b}[2K", "U+001B"),
        ("", ""),
    ] {
        house.gonogo.run(["verify", "-q", "--release", version]).exits(2).says(named);
        house.gonogo.run(["gate", "--release", version]).exits(2).says(named);
        house.gonogo.run(["deploy", "record", "--release", version, "--status", "succeeded"]).exits(2).says(named);
    }
    house.gonogo.run(["gate", "--release=-rf"]).exits(2).says("does not start with `-`");
    house.gate(&["--commit", "0a1b\u{200b}"]).exits(2).says("U+200B");
    house.gate(&["--commit", ""]).exits(2);
    house.gate(&["--artifact", "shop v1"]).exits(2).says("U+0020");
    house.gonogo.run_with(&[("GONOGO_RELEASE", "1.4\u{200b}.2")], ["gate"]).exits(2).says("U+200B");
    let tag = [("GITHUB_ACTIONS", "true"), ("GITHUB_REF", "refs/tags/v1.4.2\u{202e}")];
    house.gonogo.run_with(&tag, ["gate"]).exits(2);
    house.write("gonogo.yaml", house.plan() + "release: { version: \"1.4\u{200b}.2\" }\n");
    house.gonogo.run(["gate"]).exits(2).says("U+200B");
}

const CANARY: &str = "canary-horse-battery-7731";

#[tokio::test(flavor = "multi_thread")]
async fn a17_a_secret_in_notes_and_in_what_a_command_prints_is_masked() {
    let house = House::new().await.security_alone();
    let plan = house
        .plan()
        .replace("http: { url: \"${api}/base\" }", "http: { url: \"${api}/base\", headers: { Authorization: \"Bearer ${SHOP_TOKEN}\" } }");
    house.write("gonogo.yaml", plan);
    let secret = [("SHOP_TOKEN", CANARY)];
    let notes = format!("rolled with {CANARY}");
    let run = |arguments: &[&str]| house.gonogo.run_with(&secret, arguments);
    run(&["verify", "-q", "--release", "1.4.2"]).exits(0);
    house.sign("security", "sec", &[]).exits(0);
    run(&["deploy", "record", "--release", "1.4.2", "--status", "failed", "--notes", &notes]).exits(0);
    run(&["deploy", "--release", "1.4.2", "--notes", &notes, "--", "sh", "-c", "echo $SHOP_TOKEN"]).exits(0);
    for arguments in [&["log"][..], &["log", "--all"], &["log", "--format", "csv"]] {
        let ran = house.gonogo.run(arguments).exits(0);
        assert!(!ran.stdout.contains(CANARY), "{}", ran.stdout);
    }
    house.gonogo.run(["report", "-q", "--bundle", "b.zip", "--format", "html=r.html"]).exits(0);
    assert!(!house.gonogo.read("r.html").contains(CANARY));
    let bundle = gonogo::ledger::Bundle::from_zip(&std::fs::read(house.gonogo.path("b.zip")).expect("a bundle")).expect("a bundle");
    for (name, bytes) in &bundle.files {
        assert!(!String::from_utf8_lossy(bytes).contains(CANARY), "{name}");
    }
    let ledger = std::fs::read(house.gonogo.path(".gonogo/ledger.db")).expect("a ledger");
    assert!(!String::from_utf8_lossy(&ledger).contains(CANARY));
}

#[tokio::test(flavor = "multi_thread")]
async fn a17_what_a_target_says_stands_in_no_progress_line_unmasked() {
    use axum::{Router, http::HeaderMap};
    let echo = |headers: HeaderMap| async move { format!("you sent {:?}", headers.get("authorization")) };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(echo)).await });
    let house = House::new().await.security_alone().checks(&format!(
        "  - {{ id: echo, http: {{ url: \"{url}/\", headers: {{ Authorization: \"Bearer ${{SHOP_TOKEN}}\" }}, expect: {{ status: 200, contains: fine }} }} }}\n"
    ));
    let secret = [("SHOP_TOKEN", CANARY)];
    let formats = ["--format", "json=r.json", "--format", "html=r.html", "--format", "junit=r.xml"];
    let ran = house.gonogo.run_with(&secret, ["verify", "-v", "--release", "1.4.2"].iter().chain(&formats)).exits(1);
    assert!(!ran.stdout.contains(CANARY) && !ran.stderr.contains(CANARY), "{}{}", ran.stdout, ran.stderr);
    for file in ["r.json", "r.html", "r.xml"] {
        assert!(!house.gonogo.read(file).contains(CANARY), "{file}");
    }
}
