//! Who wants to hear of it is told: by real mail servers, as Slack and Teams take it, by webhook and program; each once, and nothing
//! secret.

use std::{
    net::TcpListener,
    process::Child,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use axum::{Router, body::Bytes, extract::State, http::Uri};
use serde_json::Value;

use super::house::{House, now};
use crate::{
    ca::Ca,
    gonogo::Gonogo,
    servers::{
        postgres::Postgres,
        smtp::{PASSWORD, Smtp},
    },
};

const ALL: &str = "[run, hold, waits-for-you, signed, no-go, begun, deployed, rolled-back]";
const KEY: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// What was posted: where, and what.
#[derive(Clone, Default)]
struct Posted(Arc<Mutex<Vec<(String, Value)>>>);

impl Posted {
    /// A server that takes everything but `/refused`; its address.
    async fn start() -> (Self, String) {
        async fn take(State(posted): State<Posted>, uri: Uri, body: Bytes) -> axum::http::StatusCode {
            let body = serde_json::from_slice(&body).expect("JSON");
            posted.0.lock().expect("a lock").push((uri.path().to_owned(), body));
            axum::http::StatusCode::from_u16(if uri.path() == "/refused" { 404 } else { 202 }).expect("a status")
        }
        let posted = Self::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let router = Router::new().fallback(take).with_state(posted.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        (posted, url)
    }

    fn at(&self, path: &str) -> Vec<Value> {
        let all = self.0.lock().expect("a lock");
        all.iter().filter(|(at, _)| at == path).map(|(_, body)| body.clone()).collect()
    }
}

/// The house with these who hear.
pub(crate) fn telling(house: House, notify: &str) -> House {
    let plan = house.plan().replacen("project: shop\n", "project: shop\nallow: [command]\n", 1);
    house.write("gonogo.yaml", plan + "notify:\n" + notify);
    house
}

fn email(smtp: &Smtp, scheme: &str, ca: &Ca, to: &str) -> String {
    let (port, file) = (smtp.port, ca.file().display().to_string());
    format!(
        "  - email: {{ server: \"{scheme}://localhost:{port}\", user: gonogo, password: \"${{SMTP_PASSWORD}}\", from: gonogo@example.com, to: {to}, ca-file: \"{file}\" }}\n    on: {ALL}\n"
    )
}

fn subject(letter: &Value) -> String {
    let data = letter["data"].as_str().expect("text");
    let line = data.lines().find_map(|line| line.strip_prefix("Subject: ")).expect("a subject");
    format!("{}: {line}", letter["to"][0].as_str().expect("an address"))
}

#[tokio::test(flavor = "multi_thread")]
async fn from_the_run_to_the_deployment_everybody_hears_what_concerns_them() {
    let (ca, (posted, url)) = (Ca::new(), Posted::start().await);
    let smtp = Smtp::start(ca.files("localhost"), "starttls");
    let rest = format!(
        "  - {{ slack: \"${{SLACK}}\", on: {ALL} }}\n  - {{ teams: \"{url}/teams\", on: {ALL} }}\n  - {{ webhook: \"{url}/hook\", key: {KEY}, on: {ALL} }}\n  - {{ command: [./tell.sh], on: {ALL} }}\n"
    );
    let asked = "  - { id: drill, manual: { question: Was it restored?, by: devops } }\n";
    let mut house = House::new().await.security_alone().checks(asked);
    house.gonogo = std::mem::replace(&mut house.gonogo, Gonogo::new()).env("SMTP_PASSWORD", PASSWORD).env("SLACK", &format!("{url}/slack"));
    let house = telling(house, &(email(&smtp, "smtp", &ca, "[person, all@example.com]") + &rest));
    house.write("tell.sh", "#!/bin/sh\nnews=$(cat)\nprintf '%s\\n' \"$news\" >> told\n");
    runs(&house, "tell.sh");

    house.verify(&[]).exits(4);
    let held = [
        "all@example.com: shop 1.4.2 in prod: HOLD",
        "all@example.com: shop 1.4.2 in prod: waits for you",
        "dev@example.com: shop 1.4.2 in prod: waits for you",
    ];
    assert_eq!(sorted(smtp.wait_for(3)), held);
    house.gonogo.run(["answer", "drill", "--yes", "--key", &house.key("dev")]).exits(0);
    house.verify(&[]).exits(0);
    house.sign("security", "sec", &[]).exits(0);
    house.gonogo.run(["deploy", "--release", "1.4.2", "--deployer", "dev", "--", "true"]).exits(0);
    house.service.first(500);
    house.verify(&[]).exits(1);
    let letters = smtp.wait_for(3 + 2 + 1 + 2 + 2 + 1 + 1 + 1 + 1);
    assert!(
        letters
            .iter()
            .all(|letter| letter["tls"] == true && letter["user"] == "gonogo" && letter["to"].as_array().map(Vec::len) == Some(1))
    );
    let own = letters.iter().filter(|letter| letter["to"][0] == "sec@example.com");
    let own: Vec<&str> = own.map(|letter| letter["data"].as_str().expect("text")).collect();
    assert!(own[0].contains("this waits for Sepp Security:") && own[0].contains("- sign as security"), "{}", own[0]);
    assert!(own[1].contains("Sepp Security signed GO as security, entry ") && own[1].contains("If this was not you"), "{}", own[1]);
    assert!(own[1].contains("Auto-Submitted: auto-generated"), "{}", own[1]);
    let others: Vec<&Value> = letters.iter().filter(|letter| letter["to"][0] == "all@example.com").collect();
    assert!(!others.iter().any(|letter| letter["data"].as_str().expect("text").contains("If this was not you")));

    let told = house.gonogo.read("told");
    let told: Vec<Value> = told.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let words: Vec<&str> = told.iter().map(|news| news["occasion"].as_str().expect("a word")).collect();
    assert_eq!(words, ["hold", "waits-for-you", "signed", "run", "waits-for-you", "signed", "begun", "run", "deployed", "no-go"]);
    assert_eq!(
        (&told[0]["checks"][0], &told[1]["person"]["id"], &told[1]["waits"][0]),
        (&"drill".into(), &"dev".into(), &"answer drill".into())
    );
    assert_eq!(told[9]["text"], "1 blocker stands in the way: first");
    assert_eq!(posted.at("/hook"), told);
    let (slack, teams) = (posted.at("/slack"), posted.at("/teams"));
    assert_eq!((slack.len(), teams.len()), (10, 10));
    assert_eq!(slack[9]["text"], "shop 1.4.2 in prod: NO-GO");
    assert_eq!(slack[9]["blocks"][1]["text"]["text"], "1 blocker stands in the way: first");
    let card = &teams[1]["attachments"][0];
    assert_eq!((&teams[1]["type"], &card["contentType"]), (&"message".into(), &"application/vnd.microsoft.card.adaptive".into()));
    assert_eq!(card["content"]["body"][2]["inlines"][0]["text"], "• answer drill");

    let everything = format!("{letters:?}{slack:?}{teams:?}{told:?}{}", house.gonogo.run(["plan"]).exits(0).stdout);
    for secret in [PASSWORD, "/slack", "/teams", "/hook", KEY] {
        assert!(!everything.contains(secret), "{secret}");
    }
    let plan = house.gonogo.run(["plan"]).exits(0).says("notify: tells Slack on run, hold").says("${SLACK}").stdout;
    assert!(plan.contains(&format!("smtp://localhost:{}\n  credentials: ${{SMTP_PASSWORD}}\n", smtp.port)), "{plan}");
}

/// Makes a file a program.
pub(crate) fn runs(house: &House, name: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(house.gonogo.path(name), std::fs::Permissions::from_mode(0o755)).expect("a program");
}

fn sorted(letters: Vec<Value>) -> Vec<String> {
    let mut all: Vec<String> = letters.iter().map(subject).collect();
    all.sort();
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn a_no_reaches_its_own_person_and_who_listens_for_it() {
    let ca = Ca::new();
    let smtp = Smtp::start(ca.files("localhost"), "at-once");
    let mut house = House::new().await.security_alone();
    house.gonogo = std::mem::replace(&mut house.gonogo, Gonogo::new()).env("SMTP_PASSWORD", PASSWORD);
    let house = telling(house, &email(&smtp, "smtps", &ca, "person").replace(ALL, "[signed, no-go]"));
    house.verify(&[]).exits(0);
    house.sign("security", "sec", &["--no-go", "--comment", "<!channel> the *hole* is open"]).exits(0);
    let letters = smtp.wait_for(1);
    assert_eq!(subject(&letters[0]), "sec@example.com: shop 1.4.2 in prod: no go");
    let data = letters[0]["data"].as_str().expect("text");
    assert!(data.contains("signed NO-GO as security") && !data.contains("hole"), "{data}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exception_an_emergency_and_a_way_back_are_told_too() {
    let glass = [("break-glass", "{ roles: [engineering-manager], review-within: 2d }")];
    let house = telling(House::new().await.security_alone().policy(&glass), &format!("  command: [./tell.sh]\n  on: {ALL}\n"));
    house.write("tell.sh", "#!/bin/sh\nnews=$(cat)\nprintf '%s\\n' \"$news\" >> told\n");
    runs(&house, "tell.sh");
    let soon = (now() + jiff::SignedDuration::from_hours(240)).strftime("%Y-%m-%d");
    let waiver = "reason: r\n  ticket: T-1\n  owner: dev\n  approver: sec";
    house.write("waivers.yaml", format!("- check: first\n  environment: prod\n  {waiver}\n  expires: {soon}\n"));
    house.service.first(500);
    house.verify(&[]).exits(1);
    house.gonogo.run(["waive", "first", "--key", &house.key("sec")]).exits(0);
    let glass = ["gate", "--release", "1.4.2", "--break-glass", "--as", "engineering-manager", "--reason", "r", "--ticket", "t"];
    house.gonogo.run(glass.iter().chain(&["--key", house.key("boss").as_str()])).exits(0);
    house.gonogo.run(["deploy", "--release", "1.4.2", "--deployer", "dev", "--", "false"]).exits(1);
    house.gonogo.run(["deploy", "record", "--release", "1.4.2", "--status", "rolled-back", "--deployer", "dev"]).exits(0);
    let told = house.gonogo.read("told");
    let told: Vec<Value> = told.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let said: Vec<String> = told
        .iter()
        .map(|news| {
            let text = news["text"].as_str().expect("a sentence");
            format!("{}: {}", news["occasion"].as_str().expect("a word"), text.split(", entry").next().expect("a part"))
        })
        .collect();
    assert_eq!(
        said,
        [
            "no-go: 1 blocker stands in the way: first",
            "waits-for-you: this waits for Sepp Security:",
            "signed: Sepp Security accepted the exception for first",
            "signed: Bea Boss opened the gate in an emergency",
            "begun: dev deploys, past the gate in an EMERGENCY",
            "deployed: the deployment by dev has FAILED",
            "rolled-back: the deployment by dev was rolled back",
        ]
    );
    assert_eq!(told[1]["waits"][0], "accept, or refuse, the exception for first");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_cannot_be_told_is_a_sentence_and_nothing_more() {
    let (ca, (_, url)) = (Ca::new(), Posted::start().await);
    let smtp = Smtp::start(ca.files("localhost"), "starttls");
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = silent.local_addr().expect("an address").port();
    let mut house = House::new().await.security_alone();
    house.gonogo = std::mem::replace(&mut house.gonogo, Gonogo::new()).env("SMTP_PASSWORD", "wrong-Password-77");
    let plain = |server: &str| format!("  - {{ email: {{ server: \"{server}\", from: a@example.com, to: b@example.com }}, on: run }}\n");
    let unset = "  - { slack: \"${SLACK}\", on: [run, signed] }\n";
    let refused = format!("  - {{ teams: \"{url}/refused\", on: run }}\n");
    let stranger = plain(&format!("smtp://localhost:{}", smtp.port));
    let hangs = plain(&format!("smtps://127.0.0.1:{port}")) + &plain(&format!("smtp://127.0.0.1:{port}"));
    let house = telling(
        house,
        &(email(&smtp, "smtp", &ca, "all@example.com") + unset + &refused + &stranger + &hangs + &plain("smtp://127.0.0.1:9")),
    );
    let began = Instant::now();
    let ran = house.verify(&[]).exits(0);
    assert!(began.elapsed() < Duration::from_secs(18), "{:?}: one after the other: {}", began.elapsed(), ran.stderr);
    for sentence in [
        "could not tell of `run`: e-mail to all@example.com: the mail server localhost refuses the login (535)",
        "could not tell of `run`: `SLACK` is not set",
        "could not tell of `run`: Teams: the webhook answered with status 404",
        "could not tell of `run`: e-mail to b@example.com: the mail server localhost cannot be trusted: unknown issuer",
        "could not tell of `run`: e-mail to b@example.com: the mail server 127.0.0.1 does not answer in time",
        "could not tell of `run`: e-mail to b@example.com: the mail server 127.0.0.1 cannot be reached",
    ] {
        assert!(ran.stderr.contains(sentence), "{sentence}:\n{}", ran.stderr);
    }
    assert_eq!(ran.stderr.matches("does not answer in time").count(), 2, "{}", ran.stderr);
    assert!(smtp.letters().is_empty() && !ran.stderr.contains("wrong-Password-77"));
    // Who only signs need not have what the pipeline has.
    house.sign("security", "sec", &[]).exits(0).says("could not tell of `signed`: `SLACK` is not set");
}

#[tokio::test(flavor = "multi_thread")]
async fn four_at_once_tell_each_once_and_again_the_next_day() {
    let house = telling(House::new().await, "  - { command: [./tell.sh], on: waits-for-you }\n");
    once_a_day(&house, &[]);
    let tomorrow = (now() + jiff::SignedDuration::from_hours(24)).strftime("%Y-%m-%d %H:%M:%S").to_string();
    house.at(&tomorrow, &["verify", "-q", "--release", "1.4.2"]).exits(0);
    assert_eq!(told(&house).len(), 8);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_with_a_database_and_with_one_of_an_older_program() {
    let database = Postgres::plain().database(&[]).await;
    let owner = format!("postgres://root@/{}?host={}&port={}", database.name, database.server.folder.display(), database.server.port);
    let house = telling(House::new().await, "  - { command: [./tell.sh], on: waits-for-you }\n");
    house.gonogo.run(["log", "init", "--role", "app", "--apply", "--ledger", &owner]).exits(0);
    let ledger = ["--ledger", &database.url()];
    once_a_day(&house, &ledger);
    database.client().await.batch_execute("DROP TABLE gonogo.told").await.expect("dropped");
    let ran = house.verify(&ledger).exits(0);
    assert!(
        ran.stderr.contains("who is asked may be told again") && ran.stderr.contains("`gonogo log init --role NAME` prints"),
        "{}",
        ran.stderr
    );
    assert_eq!(told(&house).len(), 8);
}

/// Four processes at once, four people who are asked: four messages.
fn once_a_day(house: &House, ledger: &[&str]) {
    house.write("tell.sh", "#!/bin/sh\nnews=$(cat)\necho \"$news\" >> told\n");
    runs(house, "tell.sh");
    let run = || {
        house
            .gonogo
            .command(["verify", "-q", "--release", "1.4.2"].iter().chain(ledger))
            .stdout(std::process::Stdio::null())
            .spawn()
            .expect("it runs")
    };
    let all: Vec<Child> = (0..4).map(|_| run()).collect();
    assert!(all.into_iter().all(|mut child| child.wait().expect("an end").success()));
    let mut people = told(house);
    people.sort();
    assert_eq!(people, ["boss", "dev", "lead", "sec"]);
}

fn told(house: &House) -> Vec<String> {
    let news = |line: &str| serde_json::from_str::<Value>(line).expect("JSON");
    house.gonogo.read("told").lines().map(|line| news(line)["person"]["id"].as_str().expect("an id").to_owned()).collect()
}
