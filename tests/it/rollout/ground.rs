//! The shop of the demo, in two versions behind HAProxy, with visitors and a Prometheus.

use std::{fs, net::TcpStream, path::PathBuf};

use gonogo::ledger::{Sqlite, Store};

use crate::{
    gonogo::{Gonogo, Ran},
    port::unused,
    servers::{Guarded, folder, own, prometheus::has},
};

const LIVE: &str = "fixtures/demo/rollouts/live";

/// The shop, and the plan that rolls it out.
pub(super) struct Ground {
    pub(super) gonogo: Gonogo,
    folder: PathBuf,
    _servers: Vec<Guarded>,
}

impl Ground {
    /// With so many visitors a second, and a plan changed by these replacements; signed and let through.
    pub(super) fn start(rate: u32, changes: &[(&str, &str)]) -> Self {
        let ground = Self::prepared(rate, changes);
        ground.run(&["verify"]).exits(0);
        ground.run(&["sign", "--as", "owner", "--yes"]).exits(0);
        ground
    }

    /// The same before anybody has looked or signed.
    pub(super) fn prepared(rate: u32, changes: &[(&str, &str)]) -> Self {
        let ports: Vec<(&str, String)> = ["OLD", "NEW", "FRONT", "PROM"].iter().map(|name| (*name, unused().to_string())).collect();
        let of = |name: &str| ports.iter().find(|(known, _)| *known == name).expect("a port").1.clone();
        let shop = folder();
        let write = |name: &str, text: String| {
            fs::write(shop.join(name), text).expect("written");
            shop.join(name).display().to_string()
        };
        let config = |name: &str| {
            let text = fs::read_to_string(format!("{LIVE}/{name}")).expect(name).replace("FOLDER", &shop.display().to_string());
            write(name, ports.iter().fold(text, |text, (name, port)| text.replace(&format!(":{name}"), &format!(":{port}"))))
        };
        let (haproxy, prometheus) = (config("haproxy.cfg"), config("prometheus.yml"));
        let (old, new) = (write("old.txt", "0 0.001".into()), write("new.txt", "0 0.001".into()));
        own(&shop);
        let script = |name: &str| fs::canonicalize(format!("{LIVE}/{name}")).expect(name).display().to_string();
        let serve = |command: &[&str]| Guarded::start(&folder(), "KILL", command);
        let app = script("app.py");
        let mut servers = vec![
            serve(&["/usr/bin/python3", &app, "1.0", &of("OLD"), &old]),
            serve(&["/usr/bin/python3", &app, "2.0", &of("NEW"), &new]),
            serve(&["/usr/sbin/haproxy", "-db", "-f", &haproxy]),
        ];
        let (data, address) =
            (format!("--storage.tsdb.path={}/data", shop.display()), format!("--web.listen-address=127.0.0.1:{}", of("PROM")));
        servers.push(serve(&["/usr/bin/prometheus", &format!("--config.file={prometheus}"), &data, &address]));
        for (server, name) in servers.iter().zip(["OLD", "NEW", "FRONT", "PROM"]) {
            let port: u16 = of(name).parse().expect("a port");
            server.wait_until(|| TcpStream::connect(("127.0.0.1", port)).is_ok());
        }
        // What is scraped is there a little later than the server.
        let prometheus: u16 = of("PROM").parse().expect("a port");
        let scraped = |app| has(prometheus, &format!("request_seconds_bucket%7Bversion=%22{app}%22%7D"));
        servers[3].wait_until(|| scraped("1.0") && scraped("2.0"));
        if rate > 0 {
            servers.push(serve(&["/usr/bin/python3", &script("visitors.py"), &of("FRONT"), &rate.to_string()]));
        }
        let plan = fs::read_to_string(format!("{LIVE}/gonogo.yaml")).expect("a plan");
        let plan = changes.iter().fold(plan, |plan, (from, to)| {
            assert!(plan.contains(from), "`{from}` is not in the plan");
            plan.replace(from, to)
        });
        let weights = fs::read_to_string(format!("{LIVE}/weights.py")).expect("weights.py");
        let gonogo = Gonogo::new().plan(&plan).file("weights.py", &weights).env("GONOGO_RELEASE", "2.0").env("GONOGO_KEY", "key");
        let gonogo = gonogo.env("SOCKET", &shop.join("haproxy.sock").display().to_string());
        let gonogo = ports.iter().fold(gonogo, |gonogo, (name, port)| gonogo.env(name, port));
        let home = gonogo.path("home").display().to_string();
        let ground = Self { gonogo: gonogo.env("HOME", &home), folder: shop, _servers: servers };
        ground.sign_up();
        ground
    }

    /// Makes the owner's key.
    fn sign_up(&self) {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(self.gonogo.path("weights.py"), fs::Permissions::from_mode(0o755)).expect("a program");
        let key = self.gonogo.path("key");
        let made = std::process::Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-C", "pat", "-f"]).arg(&key).status();
        assert!(made.expect("ssh-keygen").success());
        let public = self.gonogo.read("key.pub");
        let public = public.rsplit_once(' ').map_or(public.as_str(), |(public, _)| public);
        fs::write(self.gonogo.path("signers"), format!("pat@example.com {public}\n")).expect("written");
    }

    #[track_caller]
    pub(super) fn run(&self, arguments: &[&str]) -> Ran {
        self.gonogo.run(arguments)
    }

    /// From now on such a share of a version's answers fails.
    pub(super) fn failing(&self, version: &str, share: &str) {
        fs::write(self.folder.join(format!("{version}.txt")), format!("{share} 0.001")).expect("written");
    }

    /// Begins a stage and watches it until it is earned or breached.
    pub(super) fn earns(&self, stage: &str) {
        self.run(&["rollout", "begin", stage]).exits(0).says("BEGUN");
        self.run(&["watch", "--stage", stage, "--until", "earned", "--rollback"]).exits(0).says("EARNED");
    }

    /// What is on record.
    pub(super) fn log(&self) -> String {
        self.run(&["log", "--all"]).exits(0).stdout
    }

    /// How many samples of a stage are on record.
    pub(super) fn samples(&self, stage: &str) -> u64 {
        let status = self.run(&["rollout", "status", "--format", "json"]).exits(0).stdout;
        let status: serde_json::Value = serde_json::from_str(&status).expect("JSON");
        let stage = status["stages"].as_array().expect("stages").iter().find(|found| found["name"] == stage).expect("the stage");
        stage["evidence"]["judgement"]["samples"].as_u64().unwrap_or(0)
    }

    /// The newest sample on record.
    pub(super) async fn last_sample(&self) -> serde_json::Value {
        let store = Sqlite::open(&self.gonogo.path(".gonogo/ledger.db")).expect("the ledger");
        let entries = store.entries(&gonogo::ledger::chain_of("shop")).await.expect("entries");
        for entry in entries.iter().rev() {
            if let Some((_, sample)) = store.newest_sample(&entry.statement()).await.expect("read") {
                return serde_json::from_slice(&sample).expect("a sample");
            }
        }
        panic!("there is no sample");
    }

    /// HAProxy's socket.
    pub(super) fn socket(&self) -> String {
        self.folder.join("haproxy.sock").display().to_string()
    }

    /// The ledger, locked against everybody who writes, until this is dropped.
    pub(super) fn locked(&self) -> rusqlite::Connection {
        let ledger = rusqlite::Connection::open(self.gonogo.path(".gonogo/ledger.db")).expect("the ledger");
        ledger.execute_batch("BEGIN IMMEDIATE").expect("a lock");
        ledger
    }

    /// Whether a program ended well.
    pub(super) fn shell(&self, command: &[&str]) -> bool {
        std::process::Command::new(command[0]).args(&command[1..]).status().expect(command[0]).success()
    }
}

/// A program beside the plan.
pub(super) fn program(ground: &Ground, name: &str, script: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::write(ground.gonogo.path(name), script).expect("written");
    fs::set_permissions(ground.gonogo.path(name), fs::Permissions::from_mode(0o755)).expect("a program");
}
