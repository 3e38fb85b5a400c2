//! The four rollouts of the demo, walked as they are written: each soak takes its hours and days, which a real Prometheus remembers
//! (`crate::servers`).
//!
//! Time is what the clock of the program says (`faketime`); HAProxy gives Prometheus the same. Of each plan the rollout, the people
//! and the questions are used as they stand. What is asked of systems that nobody has here (Unleash, Loki, reports of a pipeline) is
//! asked of the shop.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    io::Write as _,
    net::TcpStream,
    os::unix::net::UnixStream,
    path::{Path, PathBuf},
    process::Command,
};

use jiff::{SignedDuration, Timestamp, civil::Weekday, tz::TimeZone};
use serde_json::{Map, Value, json};

use crate::{
    gonogo::{Gonogo, Ran, now, search_path},
    port::unused,
    servers::{Guarded, folder, own, run},
};

const PLANS: &str = "fixtures/demo/rollouts";

/// A counter, with what it grows by in a minute; of a histogram each bucket with its own. Where that is negative it is a gauge, with
/// its value.
type Series = (&'static str, f64);

/// A rollout, and what its Prometheus remembers.
struct Seed {
    name: &'static str,
    /// Days before the first stage, and after its beginning.
    days: (i64, i64),
    series: &'static [Series],
}

const STORY_2_6: Seed = Seed {
    name: "story-2.6",
    days: (1, 9),
    series: &[
        (r#"validation_requests_total{version="1.0",outcome="ok"}"#, 89.0),
        (r#"validation_requests_total{version="1.0",outcome="error"}"#, 0.4),
        (r#"validation_requests_total{version="2.0",outcome="ok"}"#, 20.0),
        (r#"validation_requests_total{version="2.0",outcome="error"}"#, 0.01),
        (r#"validation_duration_seconds_bucket{version="1.0",le="2.5"}"#, 80.0),
        (r#"validation_duration_seconds_bucket{version="1.0",le="5"}"#, 8.0),
        (r#"validation_duration_seconds_bucket{version="1.0",le="7"}"#, 1.3),
        (r#"validation_duration_seconds_bucket{version="1.0",le="+Inf"}"#, 0.1),
        (r#"validation_duration_seconds_count{version="1.0"}"#, 0.0),
        (r#"validation_duration_seconds_bucket{version="2.0",le="2.5"}"#, 19.4),
        (r#"validation_duration_seconds_bucket{version="2.0",le="5"}"#, 0.5),
        (r#"validation_duration_seconds_bucket{version="2.0",le="7"}"#, 0.1),
        (r#"validation_duration_seconds_bucket{version="2.0",le="+Inf"}"#, 0.01),
        (r#"validation_duration_seconds_count{version="2.0"}"#, 0.0),
        (r#"validation_duration_seconds_sum{version="1.0"}"#, 120.0),
        (r#"validation_duration_seconds_sum{version="2.0"}"#, 22.0),
        (r#"process_resident_memory_bytes{version="1.0"}"#, -300e6),
        (r#"process_resident_memory_bytes{version="2.0"}"#, -330e6),
        (r#"process_cpu_seconds_total{version="1.0"}"#, 12.0),
        (r#"process_cpu_seconds_total{version="2.0"}"#, 14.0),
        ("node_network_transmit_bytes_total", 1e6),
        (r#"probe_attempts_total{job="validation"}"#, 4.0),
        (r#"probe_failures_total{job="validation"}"#, 0.0),
    ],
};

const ORCHESTRATOR: Seed = Seed {
    name: "orchestrator-v2",
    days: (8, 16),
    series: &[
        (r#"api_requests_total{version="1.0",status="200"}"#, 60.0),
        (r#"api_requests_total{version="1.0",status="500"}"#, 0.05),
        (r#"api_requests_total{version="2.0",status="200"}"#, 10.0),
        (r#"api_requests_total{version="2.0",status="500"}"#, 0.001),
        (r#"api_duration_seconds_bucket{version="1.0",le="0.25"}"#, 56.0),
        (r#"api_duration_seconds_bucket{version="1.0",le="0.5"}"#, 3.0),
        (r#"api_duration_seconds_bucket{version="1.0",le="+Inf"}"#, 1.05),
        (r#"api_duration_seconds_count{version="1.0"}"#, 0.0),
        (r#"api_duration_seconds_bucket{version="2.0",le="0.25"}"#, 9.7),
        (r#"api_duration_seconds_bucket{version="2.0",le="0.5"}"#, 0.2),
        (r#"api_duration_seconds_bucket{version="2.0",le="+Inf"}"#, 0.101),
        (r#"api_duration_seconds_count{version="2.0"}"#, 0.0),
    ],
};

const STORY_21_6: Seed = Seed {
    name: "story-21.6",
    days: (1, 9),
    series: &[
        (r#"http_requests_total{version="1.0",status="200"}"#, 60.0),
        (r#"http_requests_total{version="1.0",status="500"}"#, 0.1),
        (r#"http_requests_total{version="2.0",status="200"}"#, 30.0),
        (r#"http_requests_total{version="2.0",status="500"}"#, 0.05),
        (r#"http_request_duration_seconds_sum{version="1.0"}"#, 15.0),
        (r#"http_request_duration_seconds_sum{version="2.0"}"#, 6.0),
        (r#"http_request_duration_seconds_count{version="1.0"}"#, 60.0),
        (r#"http_request_duration_seconds_count{version="2.0"}"#, 30.0),
        ("pg_stat_activity_count", -40.0),
    ],
};

const US_011: Seed = Seed {
    name: "us-011",
    days: (1, 5),
    series: &[
        (r#"validations_total{version="1.0",result="ok"}"#, 3.0),
        (r#"validations_total{version="1.0",result="error"}"#, 0.02),
        (r#"validations_total{version="2.0",result="ok"}"#, 1.0),
        (r#"validations_total{version="2.0",result="error"}"#, 0.01),
        (r#"ui_action_seconds_bucket{version="1.0",le="0.2"}"#, 2.9),
        (r#"ui_action_seconds_bucket{version="1.0",le="+Inf"}"#, 0.1),
        (r#"ui_action_seconds_count{version="1.0"}"#, 0.0),
        (r#"ui_action_seconds_bucket{version="2.0",le="0.2"}"#, 0.99),
        (r#"ui_action_seconds_bucket{version="2.0",le="+Inf"}"#, 0.01),
        (r#"ui_action_seconds_count{version="2.0"}"#, 0.0),
        (r#"generation_seconds_bucket{version="1.0",le="5"}"#, 2.9),
        (r#"generation_seconds_bucket{version="1.0",le="+Inf"}"#, 0.1),
        (r#"generation_seconds_count{version="1.0"}"#, 0.0),
        (r#"generation_seconds_bucket{version="2.0",le="5"}"#, 0.99),
        (r#"generation_seconds_bucket{version="2.0",le="+Inf"}"#, 0.01),
        (r#"generation_seconds_count{version="2.0"}"#, 0.0),
    ],
};

#[test]
fn story_2_6_takes_its_five_days() {
    Walk::of(&STORY_2_6).to_the_end();
}

#[test]
fn the_orchestrator_takes_its_eight_days() {
    Walk::of(&ORCHESTRATOR).to_the_end();
}

#[test]
fn story_21_6_takes_its_three_days() {
    Walk::of(&STORY_21_6).to_the_end();
}

#[test]
fn us_011_takes_its_two_days() {
    Walk::of(&US_011).to_the_end();
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
    fn of(seed: &Seed) -> Self {
        let ports: BTreeMap<&str, u16> = ["OLD", "NEW", "FRONT", "PROM", "CLOCKED"].map(|name| (name, unused())).into();
        let shop = folder();
        let begins = monday_before(now() - SignedDuration::from_hours(24 * (seed.days.1 + 1)));
        fs::write(shop.join("good.txt"), "0 0.001").expect("written");
        fs::write(shop.join("clock"), "now 0\n").expect("written");
        let config = ports.iter().fold(HAPROXY.to_owned(), |text, (name, port)| text.replace(&format!(":{name}"), &format!(":{port}")));
        fs::write(shop.join("haproxy.cfg"), config.replace("FOLDER", &shop.display().to_string())).expect("written");
        fs::write(shop.join("prometheus.yml"), "{}\n").expect("written");
        fs::write(shop.join("past.txt"), past(seed, begins)).expect("written");
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
        let plan = here(seed.name, ports["FRONT"], ports["CLOCKED"]);
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

    fn to_the_end(mut self) {
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

const ENVIRONMENTS: [&str; 3] = ["prod", "staging", "local"];

/// The plan where everything that it asks is asked of the shop.
fn here(name: &str, shop: u16, prometheus: u16) -> Value {
    let text = fs::read_to_string(Path::new(PLANS).join(name).join("gonogo.yaml")).expect("a plan");
    let mut plan: Value = serde_yaml::from_str(&text).expect("YAML");
    let (shop, prometheus) = (format!("http://127.0.0.1:{shop}"), format!("http://127.0.0.1:{prometheus}"));
    let all = plan.as_object_mut().expect("a map");
    all.remove("include");
    let environment = |name: &str| json!({ "vars": { "prom": prometheus, "flags": shop, "api": shop }, "guard": [format!("is-{name}")] });
    all.insert("environments".into(), ENVIRONMENTS.iter().map(|name| (*name, environment(name))).collect::<Value>());
    // No repository stands behind it that would say who wrote the release.
    all["signoff"]["independence"] = json!("not-required");
    let checks = all["checks"].as_array_mut().expect("checks");
    checks.retain(|check| !ENVIRONMENTS.iter().any(|name| check["id"] == format!("is-{name}")));
    checks.iter_mut().for_each(|check| *check = of_the_shop(check, &shop));
    let guard = |name: &str| json!({ "id": format!("is-{name}"), "environments": [name], "http": { "url": format!("{shop}/health") } });
    checks.extend(ENVIRONMENTS.map(guard));
    plan
}

/// A check with its id and phase, which asks the shop what it asked: a question stays one, and so does what HAProxy and the record know.
fn of_the_shop(check: &Value, shop: &str) -> Value {
    let mut asked = Map::new();
    for key in ["id", "phase", "environments", "severity", "timeout"] {
        asked.extend(check.get(key).map(|value| (key.to_owned(), value.clone())));
    }
    let own = ["manual", "rollout-drill", "release-share", "health"].into_iter().find(|kind| check.get(kind).is_some());
    let mut settings = own.map_or_else(|| json!({}), |kind| check[kind].clone());
    if settings.get("url").is_some() || own.is_none() {
        settings["url"] = json!(format!("{shop}/health"));
    }
    for said in ["release", "version"] {
        if settings.get(said).is_some() {
            settings[said] = json!({ "json": "$.version" });
        }
    }
    asked.insert(own.unwrap_or("http").into(), settings);
    Value::Object(asked)
}

/// What Prometheus remembers, a value each minute: OpenMetrics, one series after the other.
fn past(seed: &Seed, begins: Timestamp) -> String {
    let (from, to) = (begins - SignedDuration::from_hours(24 * seed.days.0), begins + SignedDuration::from_hours(24 * seed.days.1));
    let mut text = String::new();
    // Of a histogram each bucket holds those before it too.
    let (mut within, mut before) = (Vec::new(), String::new());
    for (series, pace) in seed.series {
        let histogram = series.split(",le=").next().unwrap_or_default().replace("_count", "_bucket").replace('}', "");
        if std::mem::replace(&mut before, histogram.clone()) != histogram {
            within.clear();
        }
        within.push(*pace);
        for minute in 0..to.duration_since(from).as_mins() {
            let grown = |pace: &f64| if *pace < 0.0 { -pace } else { (pace * minute as f64).floor() };
            let value: f64 = within.iter().map(grown).sum();
            let _ = writeln!(text, "{series} {value} {}", from.as_second() + minute * 60);
        }
    }
    text + "# EOF\n"
}

/// Nine in the morning of a Monday.
fn monday_before(at: Timestamp) -> Timestamp {
    let mut day = at.to_zoned(TimeZone::UTC).date();
    while day.weekday() != Weekday::Monday {
        day = day.yesterday().expect("a day");
    }
    day.at(9, 0, 0, 0).to_zoned(TimeZone::UTC).expect("a time").timestamp()
}

/// The next moment at which people begin something.
fn working_hours(at: Timestamp) -> Timestamp {
    let at = at.to_zoned(TimeZone::UTC);
    let weekend = |at: &jiff::Zoned| matches!(at.weekday(), Weekday::Saturday | Weekday::Sunday);
    if !weekend(&at) && (9..18).contains(&at.hour()) {
        return at.timestamp();
    }
    let mut day = if at.hour() < 9 && !weekend(&at) { at.date() } else { at.date().tomorrow().expect("a day") };
    while matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) {
        day = day.tomorrow().expect("a day");
    }
    day.at(9, 1, 0, 0).to_zoned(TimeZone::UTC).expect("a time").timestamp()
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
