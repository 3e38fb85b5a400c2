//! The four rollouts of the demo, walked as they are written: each soak takes its hours and days, which a real Prometheus remembers
//! (`crate::servers`).
//!
//! Time is what the clock of the program says (`faketime`); HAProxy gives Prometheus the same. Of each plan the rollout, the people
//! and the questions are used as they stand. What is asked of systems that nobody has here (Unleash, Loki, reports of a pipeline) is
//! asked of the shop.

mod hours;
mod past;
mod stand_in;

use std::{
    collections::BTreeMap, fmt::Write as _, fs, io::Write as _, net::TcpStream, os::unix::net::UnixStream, path::PathBuf, process::Command,
};

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use serde_json::{Value, json};

use self::{
    hours::{days, monday_before, working_hours},
    past::past,
    stand_in::here,
};
use crate::{
    gonogo::{Gonogo, Ran, now, search_path},
    port::unused,
    servers::{Guarded, folder, own, run},
};

const PLANS: &str = "fixtures/demo/rollouts";

#[test]
fn story_2_6_takes_its_five_days() {
    Walk::of("story-2.6", 1, 9).walks();
}

#[test]
fn the_orchestrator_takes_its_eight_days() {
    Walk::of("orchestrator-v2", 8, 16).walks();
}

#[test]
fn story_21_6_takes_its_three_days() {
    Walk::of("story-21.6", 1, 9).walks();
}

#[test]
fn us_011_takes_its_two_days() {
    Walk::of("us-011", 1, 5).walks();
}

/// A rollout on its way.
struct Walk {
    gonogo: Gonogo,
    plan: Value,
    shop: PathBuf,
    /// What the clock of the program says.
    at: Timestamp,
    _servers: Vec<Guarded>,
}

impl Walk {
    /// Of the rollout so called, whose Prometheus remembers so many days before the first stage, and after its beginning.
    fn of(seed: &str, before: i64, after: i64) -> Self {
        let ports: BTreeMap<&str, u16> = ["OLD", "NEW", "FRONT", "PROM", "CLOCKED"].map(|name| (name, unused())).into();
        let shop = folder();
        let begins = monday_before(now() - days(after + 1));
        fs::write(shop.join("good.txt"), "0 0.001").expect("written");
        fs::write(shop.join("clock"), "now 0\n").expect("written");
        let config = ports.iter().fold(HAPROXY.to_owned(), |text, (name, port)| text.replace(&format!(":{name}"), &format!(":{port}")));
        fs::write(shop.join("haproxy.cfg"), config.replace("FOLDER", &shop.display().to_string())).expect("written");
        fs::write(shop.join("prometheus.yml"), "{}\n").expect("written");
        fs::write(shop.join("past.txt"), past(seed, [begins - days(before), begins + days(after)])).expect("written");
        own(&shop);
        let place = |name: &str| shop.join(name).display().to_string();
        run(&["/usr/bin/promtool", "tsdb", "create-blocks-from", "openmetrics", &place("past.txt"), &place("data")]);
        let app = fs::canonicalize(format!("{PLANS}/live/app.py")).expect("the shop").display().to_string();
        let serve = |command: &[&str]| Guarded::start(&folder(), "KILL", command);
        let of = |name: &str| ports[name].to_string();
        let servers = vec![
            serve(&["/usr/bin/python3", &app, "1.0", &of("OLD"), &place("good.txt")]),
            serve(&["/usr/bin/python3", &app, "2.0", &of("NEW"), &place("good.txt")]),
            serve(&["/usr/sbin/haproxy", "-db", "-f", &place("haproxy.cfg")]),
            serve(&[
                "/usr/bin/prometheus",
                &format!("--config.file={}", place("prometheus.yml")),
                &format!("--storage.tsdb.path={}", place("data")),
                "--storage.tsdb.retention.time=10y",
                &format!("--web.listen-address=127.0.0.1:{}", of("PROM")),
            ]),
        ];
        for (server, name) in servers.iter().zip(["OLD", "NEW", "FRONT", "PROM"]) {
            server.wait_until(|| TcpStream::connect(("127.0.0.1", ports[name])).is_ok());
        }
        let plan = here(seed, ports["FRONT"], ports["CLOCKED"]);
        let socket = shop.join("haproxy.sock").display().to_string();
        let weights = fs::canonicalize(format!("{PLANS}/live/weights.py")).expect("weights.py").display().to_string();
        let program = PROGRAM.replace("WEIGHTS", &weights).replace("SOCKET", &socket);
        let gonogo = Gonogo::new().plan(&plan.to_string()).env("GONOGO_RELEASE", "2.0");
        let home = gonogo.path("home").display().to_string();
        let walk = Self { gonogo: gonogo.env("HOME", &home), plan, shop, at: begins - SignedDuration::from_hours(1), _servers: servers };
        for name in [
            "flag",
            "flags",
            "notify",
            "rollback",
            "rollback-flag",
            "rollback-code",
            "deploy-inactive",
            "infrastructure/rollback/production-rollback.sh",
        ] {
            walk.program(name, &program);
        }
        fs::write(walk.gonogo.path("seen"), "looked at\n").expect("written");
        walk.sign_up();
        walk
    }

    fn program(&self, name: &str, text: &str) {
        use std::os::unix::fs::PermissionsExt as _;
        let path = self.gonogo.path(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(&path, text).expect("written");
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("a program");
    }

    /// A key for each of the people.
    fn sign_up(&self) {
        let mut signers = String::new();
        for person in self.plan["people"].as_object().expect("people").keys() {
            let made =
                Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-C", "", "-f"]).arg(self.gonogo.path(person)).status();
            assert!(made.expect("ssh-keygen").success());
            let _ = writeln!(signers, "{person} {}", self.gonogo.read(&format!("{person}.pub")).trim());
        }
        fs::write(self.gonogo.path("signers"), signers).expect("written");
    }

    /// Runs the program at this walk's time, with the key of somebody in this role.
    fn runs(&self, role: Option<&str>, arguments: &[&str]) -> Ran {
        let mut proxy = UnixStream::connect(self.shop.join("haproxy.sock")).expect("HAProxy");
        writeln!(proxy, "set map {} now {}", self.shop.join("clock").display(), self.at.as_second()).expect("written");
        assert_eq!(std::io::read_to_string(proxy).expect("an answer").trim(), "");
        let program = self.gonogo.command(arguments);
        let mut command = Command::new("faketime");
        let at = self.at.to_zoned(TimeZone::UTC).strftime("%Y-%m-%d %H:%M:%S").to_string();
        command.args(["-m", "--exclude-monotonic", &at]).arg(program.get_program()).args(program.get_args());
        command.current_dir(self.gonogo.path(".")).env_clear().env("TZ", "UTC");
        command.envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))).filter(|(name, _)| *name != "LD_PRELOAD"));
        command.env("PATH", search_path());
        let key = |role: &str| self.plan["signoff"]["roles"][role][0].as_str();
        command.envs(role.map(|role| ("GONOGO_KEY", key(role).expect("a person"))));
        command.envs(key("recorder").map(|key| ("GONOGO_RECORDER_KEY", key)));
        Ran::of(command.stdin(std::process::Stdio::null()))
    }

    /// Everybody answers what the plan asks in this phase.
    fn answer(&self, phase: &str) {
        for check in self.plan["checks"].as_array().expect("checks") {
            let in_phase = check["phase"].as_array().map_or(phase == "pre-deploy", |phases| phases.contains(&json!(phase)));
            let asked = check["manual"].is_object() && in_phase;
            if asked && check["environments"].as_array().is_none_or(|all| all.contains(&json!("prod"))) {
                let by = check["manual"]["by"].as_str().expect("a role");
                let id = check["id"].as_str().expect("an id");
                self.runs(Some(by), &["answer", id, "yes", "--env", "prod", "--evidence", "seen", "--yes"]).exits(0);
            }
        }
    }

    /// Takes the way back in staging.
    fn practise(&self) {
        self.runs(None, &["rollout", "rollback", "--drill", "--old", "1.0", "--env", "staging"]).exits(0);
    }

    fn walks(mut self) {
        let roles = |value: &Value| -> Vec<String> { serde_json::from_value(value.clone()).expect("roles") };
        self.practise();
        self.answer("pre-deploy");
        self.runs(None, &["verify", "--env", "prod"]).exits(0);
        for role in roles(&self.plan["signoff"]["require"]) {
            self.runs(Some(&role), &["sign", "--as", &role, "--env", "prod", "--yes"]).exits(0);
        }
        let stages = self.plan["rollout"]["stages"].as_array().expect("stages").clone();
        for stage in &stages {
            let name = stage["name"].as_str().expect("a name");
            self.at = working_hours(self.at + SignedDuration::from_mins(5));
            self.practise();
            self.answer(name);
            self.runs(None, &["rollout", "begin", name, "--old", "1.0", "--env", "prod"]).exits(0).says("BEGUN");
            let soak: SignedDuration = stage["soak"].as_str().expect("a soak").parse().expect("a time");
            self.at += soak / 2;
            self.runs(None, &["watch", "--stage", name, "--once", "--env", "prod"]).exits(4).says("HELD");
            self.at += soak / 2 + SignedDuration::from_mins(12);
            self.answer(name);
            self.runs(None, &["watch", "--stage", name, "--once", "--env", "prod"]).exits(0).says("EARNED");
            for role in roles(&stage["decide"]["roles"]) {
                self.runs(Some(&role), &["decide", "go", "--stage", name, "--as", &role, "--env", "prod", "--yes"]).exits(0);
            }
            self.runs(None, &["gate", "--stage", name, "--env", "prod"]).exits(0).says("GO");
        }
        let status = self.runs(None, &["rollout", "status", "--env", "prod", "--format", "json"]).exits(0).stdout;
        let status: Value = serde_json::from_str(&status).expect("JSON");
        assert_eq!(status["state"], "finished", "{status:#}");
        for (stage, shown) in stages.iter().zip(status["stages"].as_array().expect("stages")) {
            let soak: SignedDuration = stage["soak"].as_str().expect("a soak").parse().expect("a time");
            assert!(shown["evidence"]["judgement"]["covered"].as_i64().expect("seconds") >= soak.as_secs(), "{shown:#}");
        }
        self.runs(None, &["log", "verify", "--env", "prod"]).exits(0);
    }
}

/// The shop, and Prometheus with the clock of the walk.
const HAPROXY: &str = "\
global
    stats socket FOLDER/haproxy.sock mode 600 level admin
defaults
    mode http
    timeout connect 2s
    timeout client 30s
    timeout server 30s
frontend shop
    bind 127.0.0.1:FRONT
    default_backend shop
backend shop
    balance roundrobin
    server old 127.0.0.1:OLD weight 100
    server new 127.0.0.1:NEW weight 0
frontend clocked
    bind 127.0.0.1:CLOCKED
    http-request set-query \"%[query]&time=%[str(now),map(FOLDER/clock)]\" if { path_end /query } !{ url_param(time) -m found }
    default_backend prometheus
backend prometheus
    server prometheus 127.0.0.1:PROM
";

/// Everything that a plan runs: the last word says how much traffic the new version gets.
const PROGRAM: &str = "\
#!/bin/sh
case \"$0 $*\" in
*notify*) cat >>notified.jsonl ;;
*[0-9]) for share; do :; done; exec WEIGHTS SOCKET \"$share\" ;;
*internal) exec WEIGHTS SOCKET 1 ;;
*rollback* | *false) exec WEIGHTS SOCKET 0 ;;
esac
";
