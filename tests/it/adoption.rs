//! The desk as others deploy it: the manifests, the unit and the recipe that are there to copy, and the pack by which a desk is checked.

use std::{
    fs,
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use tempfile::TempDir;

use crate::{
    ca::Ca,
    gonogo::{Gonogo, Ran, search_path},
    servers::postgres::Postgres,
};

const MANIFESTS: &str = include_str!("../../.ci/desk/kubernetes.yaml");
const UNIT: &str = include_str!("../../.ci/desk/gonogo-desk.service");
/// The desk wants somebody whose word counts; nobody signs here.
const SIGNERS: &str = "ann ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFyZGX2YsVTWXThF6wHC8CuTwVwhbqgr2aMZnh8yXuo5\n";
const RECIPE: &str = include_str!("../../.ci/desk/Containerfile");

/// Every rule that a desk in a cluster can keep, those that are stricter than the default among them.
#[test]
fn the_manifests_keep_every_rule_of_the_kind() {
    let rules = "[image-digest, cpu-request, memory-request, cpu-limit, memory-limit, liveness-probe, readiness-probe, no-privilege, no-privilege-escalation, \
        non-root, no-dangerous-capabilities, drop-capabilities, read-only-root, hardened, no-host-port, no-host-path, no-host-namespaces, no-odd-proc, \
        no-plain-secrets, no-token, replicas, rolling-update, disruption-budget, budget-lets-drain, topology-spread, network-policy]";
    let objects =
        "[Job/gonogo-desk-tables, Deployment/gonogo-desk, Service/gonogo-desk, PodDisruptionBudget/gonogo-desk, NetworkPolicy/gonogo-desk]";
    let check = format!(
        "project: desk\nenvironments: {{ prod: {{}} }}\nchecks:\n  - {{ id: manifests, kubernetes: {{ files: [desk.yaml], rules: {rules}, objects: {objects} }} }}\n"
    );
    let gonogo = Gonogo::new().plan(&check).file("desk.yaml", MANIFESTS);
    gonogo.run(["verify"]).exits(0);
    for (broken, how) in [
        ("readOnlyRootFilesystem: true", "readOnlyRootFilesystem: false"),
        ("replicas: 2", "replicas: 1"),
        ("--tls-key=/tls/tls.key", "--tls-key=/not-mounted/tls.key"),
        ("kind: PodDisruptionBudget", "kind: Lease"),
    ] {
        Gonogo::new().plan(&check).file("desk.yaml", &MANIFESTS.replace(broken, how)).run(["verify", "-q"]).exits(1);
    }
}

#[test]
fn what_is_there_to_copy_says_nothing_that_the_program_does_not_know() {
    let help =
        [Gonogo::new().run(["desk", "--help"]).exits(0).stdout, Gonogo::new().run(["log", "init", "--help"]).exits(0).stdout].concat();
    for text in [MANIFESTS, UNIT, RECIPE] {
        let lines = text.lines().filter(|line| !line.trim_start().starts_with('#'));
        let words = lines
            .flat_map(|line| line.split(|c: char| c.is_whitespace() || "\"=,[]".contains(c)))
            .filter(|word| word.starts_with("--") && *word != "---");
        let options: Vec<&str> = words.filter(|word| !["--chmod"].contains(word)).collect();
        assert!(options.len() >= 4, "{options:?}");
        for option in options {
            assert!(help.contains(&format!("{option} ")) || help.contains(&format!("{option}\n")), "{option}");
        }
    }
}

#[test]
fn the_unit_is_one_and_is_hardened() {
    let folder = TempDir::new().expect("a folder");
    let unit = folder.path().join("gonogo-desk.service");
    fs::write(&unit, UNIT.replace("/usr/bin/gonogo", env!("CARGO_BIN_EXE_gonogo"))).expect("written");
    let analyse = |arguments: &[&str]| {
        let mut command = Command::new("systemd-analyze");
        Ran::of(command.args(arguments).arg(&unit).env_clear().env("PATH", search_path()))
    };
    // Where there is no systemd there is none to say anything.
    if !Path::new("/usr/bin/systemd-analyze").exists() {
        return;
    }
    let verified = analyse(&["verify", "--man=no"]).exits(0);
    assert_eq!(format!("{}{}", verified.stdout, verified.stderr), "");
    // In tenths: 2.0 is "OK", a unit that says nothing has 9.6.
    analyse(&["security", "--offline=true", "--threshold=20", "--no-pager"]).exits(0);
}

/// A desk that runs until this is dropped.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A desk over TLS, and who may sign there.
fn desk(ca: &Ca, port: u16, ledger: &str, more: &[&str]) -> (Gonogo, Running) {
    let (certificate, key) = ca.files("localhost");
    let policy = format!(
        "project: desk\nenvironments: {{ all: {{}} }}\npeople: {{ ann: {{ name: Ann }} }}\nsignoff:\n  allowed-signers: signers\n  roles: {{ devops: [ann] }}\n  require: [devops]\n  desk: {{ origin: \"https://localhost:{port}\", registrars: [ann] }}\nchecks:\n  - {{ id: none, manual: {{ question: Is this a policy? }} }}\n"
    );
    let gonogo = Gonogo::new()
        .file("desk.yaml", &policy)
        .file("signers", SIGNERS)
        .file("tokens", &"a1".repeat(32))
        .file("session.key", &"b2".repeat(32));
    let gonogo = gonogo.env("SSL_CERT_FILE", &ca.file().display().to_string()).env("GONOGO_LEDGER", ledger);
    let listen = format!("localhost:{port}");
    let (certificate, key) = (certificate.display().to_string(), key.display().to_string());
    let usual = [
        "desk",
        "--listen",
        &listen,
        "--tls-cert",
        &certificate,
        "--tls-key",
        &key,
        "--session-key",
        "session.key",
        "--gate-token-file",
        "tokens",
    ];
    let process = Running(gonogo.command(usual.iter().chain(more)).stderr(Stdio::null()).spawn().expect("a desk"));
    let end = Instant::now() + Duration::from_secs(20);
    while TcpStream::connect(("localhost", port)).is_err() {
        assert!(Instant::now() < end, "the desk does not start");
        std::thread::sleep(Duration::from_millis(50));
    }
    (gonogo, process)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desk_is_checked_by_its_own_pack() {
    let (ca, port) = (Ca::new(), crate::port::unused());
    let database = Postgres::plain().database(&[]).await;
    let owner = format!("postgres://root@/{}?host={}&port={}", database.name, database.server.folder.display(), database.server.port);
    Gonogo::new().run(["log", "init", "--role", "app", "--apply", "--ledger", &owner]).exits(0);
    let url = format!("https://localhost:{port}");
    let (gonogo, _desk) = desk(&ca, port, &database.url(), &[]);
    let check = |more: &[&str]| gonogo.run(["desk", "check", "--url", &url].iter().chain(more));
    check(&["--database"]).exits(0).says("All 9 blockers passed");
    check(&["-q", "--days", "99999d"]).exits(1);
    check(&["--public-board", "-v"]).exits(0).says("the board is public");
    gonogo
        .run_with(&[("SSL_CERT_FILE", &Ca::new().file().display().to_string())], ["desk", "check", "--url", &url])
        .exits(1)
        .says("desk/tls");
    gonogo.run_with(&[("GONOGO_LEDGER", &owner)], ["desk", "check", "--url", &url, "--database"]).exits(1).says("desk/database-role");
    gonogo.run(["desk", "check", "--url", "https://localhost:9", "-q"]).exits(3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_board_that_shows_itself_to_strangers_is_told() {
    let (ca, port) = (Ca::new(), crate::port::unused());
    let database = Postgres::plain().database(&[]).await;
    let owner = format!("postgres://root@/{}?host={}&port={}", database.name, database.server.folder.display(), database.server.port);
    Gonogo::new().run(["log", "init", "--role", "app", "--apply", "--ledger", &owner]).exits(0);
    let (gonogo, _desk) = desk(&ca, port, &database.url(), &["--public-board"]);
    let url = format!("https://localhost:{port}");
    gonogo.run(["desk", "check", "--url", &url]).exits(1).says("desk/board-closed");
}

/// Something before the desk answers everything with a success, adds what lets other websites read it, and takes the headers away.
#[tokio::test(flavor = "multi_thread")]
async fn a_desk_behind_something_careless_is_told_point_by_point() {
    let ca = Ca::new();
    let (acceptor, listener) = (ca.acceptor("localhost"), tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port"));
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
        const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\naccess-control-allow-origin: *\r\ncontent-length: 3\r\nconnection: close\r\n\r\nok\n";
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let Ok(mut stream) = acceptor.accept(stream).await else { return };
                let _ = stream.read(&mut [0; 4096]).await;
                let _ = stream.write_all(ANSWER).await;
                let _ = stream.shutdown().await;
            });
        }
    });
    let gonogo = Gonogo::new().env("SSL_CERT_FILE", &ca.file().display().to_string());
    let url = format!("https://localhost:{port}");
    let told = gonogo.run(["desk", "check", "--url", &url, "--format", "json"]).exits(1).stdout;
    let report = gonogo::model::Report::from_json(told.as_bytes()).expect("a report");
    let of = |outcome| {
        report.findings.iter().filter(|finding| finding.outcome == outcome).map(|finding| finding.id.as_str()).collect::<Vec<_>>()
    };
    assert_eq!(of(gonogo::model::Outcome::Pass), ["desk/tls", "desk/alive", "desk/ready"]);
    let red = ["desk/browser-headers", "desk/board-closed", "desk/records-closed", "desk/gate-closed", "desk/cors-closed"];
    assert_eq!(of(gonogo::model::Outcome::Fail), red);
}
