//! A team with its keys, a plan, a service that can fall ill, and everything on record in one folder.

mod programs;
mod repository;
mod service;
mod words;

use std::{collections::BTreeMap, fs, sync::Arc, time::Duration};

use gonogo::{
    ledger::{self, AskedRelease, Entry, GateInput, History, Look, PolicyInForce, Sqlite, Store as _, Trust, chain_of, signing::Signers},
    model::{Exit, Release},
    plan::{self, Plan, Request},
};
use jiff::tz::TimeZone;
use tempfile::TempDir;

use crate::gonogo::{Gonogo, Ran};

pub(crate) use crate::gonogo::now;
pub(crate) use programs::{Agent, shell};
pub(crate) use repository::PROTECTED;
pub(crate) use service::Service;
pub(crate) use words::version;

/// Each of the team: key and id, name, title, role.
pub(crate) const TEAM: [(&str, &str, &str, &str); 4] = [
    ("lead", "Lea Lead", "Deployment lead", "deployment-lead"),
    ("dev", "Devi Ops", "Operations", "devops"),
    ("sec", "Sepp Security", "Security officer", "security"),
    ("boss", "Bea Boss", "Head of engineering", "engineering-manager"),
];

/// Everything a test needs.
pub(crate) struct House {
    pub(crate) gonogo: Gonogo,
    /// The keys, away from the plan.
    pub(crate) keys: Arc<TempDir>,
    pub(crate) service: Service,
    policy: BTreeMap<String, String>,
    checks: String,
}

/// Three checks on the service: one that is always well, two whose answer can be set, of which the second only warns.
const CHECKS: &str = r#"  - { id: first, http: { url: "${api}/first" } }
  - { id: second, severity: warning, http: { url: "${api}/second" } }
  - { id: base, http: { url: "${api}/base" } }
"#;

impl House {
    /// Four people with ed25519 keys, each in a role that must sign; a recorder `ci`; nobody asks who wrote the release.
    pub(crate) async fn new() -> Self {
        let keys = Arc::new(TempDir::new().expect("a folder"));
        let roles = "{ deployment-lead: [lead], devops: [dev], security: [sec], engineering-manager: [boss], recorder: [ci] }";
        let usual = [
            ("allowed-signers", "signers"),
            ("roles", roles),
            ("require", "[deployment-lead, devops, security, engineering-manager]"),
            ("independence", "not-required"),
        ];
        let policy = usual.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
        let house = Self { gonogo: Gonogo::new(), keys, service: Service::start().await, policy, checks: CHECKS.into() };
        for (id, ..) in TEAM {
            house.keygen(id, &["-t", "ed25519"]);
        }
        house.keygen("ci", &["-t", "ed25519"]);
        house.signers(&["lead", "dev", "sec", "boss", "ci"].map(|id| house.line(id, id, "")));
        house.written()
    }

    /// With other words in the policy.
    pub(crate) fn policy(mut self, changes: &[(&str, &str)]) -> Self {
        self.policy.extend(changes.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())));
        self.written()
    }

    /// A small one: only `security` must sign.
    pub(crate) fn security_alone(self) -> Self {
        self.policy(&[("require", "[security]")])
    }

    /// With more checks.
    pub(crate) fn checks(mut self, more: &str) -> Self {
        self.checks.push_str(more);
        self.written()
    }

    /// The same team elsewhere: another folder, another ledger, the same keys.
    pub(crate) async fn elsewhere(&self) -> Self {
        let other = Self { gonogo: Gonogo::new(), keys: self.keys.clone(), ..Self::new().await };
        other.write("signers", self.gonogo.read("signers"));
        other.written()
    }

    /// The same team on another machine, with a copy of plan, signers and ledger, which go on apart from here.
    pub(crate) fn copied(&self) -> Self {
        let other = self.copied_without_ledger();
        other.write(".gonogo/ledger.db", fs::read(self.gonogo.path(".gonogo/ledger.db")).expect("a ledger"));
        other
    }

    /// The same team on another machine, with a ledger of its own.
    pub(crate) fn copied_without_ledger(&self) -> Self {
        let Self { keys, service, policy, checks, .. } = self;
        let (keys, service, policy, checks) = (keys.clone(), service.clone(), policy.clone(), checks.clone());
        let other = Self { gonogo: Gonogo::new(), keys, service, policy, checks };
        for name in ["gonogo.yaml", "signers"] {
            other.write(name, self.gonogo.read(name));
        }
        other
    }

    fn written(self) -> Self {
        self.write("gonogo.yaml", self.plan());
        self
    }

    /// The plan's text.
    pub(crate) fn plan(&self) -> String {
        let mut text = format!("project: shop\nenvironments: {{ prod: {{ vars: {{ api: \"{}\" }} }} }}\npeople:\n", self.service.url);
        for (id, name, title, _) in TEAM {
            text += &format!("  {id}: {{ name: {name}, title: {title}, emails: [{id}@example.com] }}\n");
        }
        text += "  ci: { name: CI }\n  eve: { name: Eve Else, emails: [eve@example.com] }\n  guest: { name: Gus Guest }\nsignoff:\n";
        for (key, value) in &self.policy {
            text += &format!("  {key}: {value}\n");
        }
        text + "checks:\n" + &self.checks
    }

    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.gonogo.path(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, text).expect("a written file");
    }

    /// Makes a key.
    pub(crate) fn keygen(&self, name: &str, more: &[&str]) {
        let mut arguments = vec!["-q", "-C", "of a test", "-f", name];
        arguments.extend(more);
        if !more.contains(&"-N") {
            arguments.extend(["-N", ""]);
        }
        assert!(self.shell("ssh-keygen", &arguments).0, "{name}");
    }

    /// The file of a private key.
    pub(crate) fn key(&self, name: &str) -> String {
        self.keys.path().join(name).display().to_string()
    }

    /// A line of the signers' file: this key is `id`'s.
    pub(crate) fn line(&self, id: &str, key: &str, options: &str) -> String {
        let public = fs::read_to_string(self.keys.path().join(format!("{key}.pub"))).expect("a public key");
        format!("{id} {options} {public}")
    }

    pub(crate) fn signers(&self, lines: &[String]) {
        self.write("signers", lines.concat());
    }

    /// With lines more in the signers' file.
    pub(crate) fn also_signers(&self, lines: &[String]) {
        self.write("signers", self.gonogo.read("signers") + &lines.concat());
    }

    /// Runs another program among the keys; whether it ended well, and what it said.
    pub(crate) fn shell(&self, program: &str, arguments: &[&str]) -> (bool, String) {
        shell(self.keys.path(), program, arguments)
    }

    /// A full run of 1.4.2.
    #[track_caller]
    pub(crate) fn verify(&self, more: &[&str]) -> Ran {
        self.gonogo.run(["verify", "-q", "--release", "1.4.2"].iter().chain(more))
    }

    /// Signs with the file of somebody's key.
    #[track_caller]
    pub(crate) fn sign(&self, role: &str, key: &str, more: &[&str]) -> Ran {
        self.gonogo.run(["sign", "--as", role, "--key", &self.key(key)].iter().chain(more))
    }

    /// The four sign as go.
    #[track_caller]
    pub(crate) fn all_sign(&self) {
        for (id, _, _, role) in TEAM {
            self.sign(role, id, &[]).exits(0);
        }
    }

    #[track_caller]
    pub(crate) fn gate(&self, more: &[&str]) -> Ran {
        self.gonogo.run(["gate", "--release", "1.4.2"].iter().chain(more))
    }

    #[track_caller]
    pub(crate) fn log(&self) -> String {
        self.gonogo.run(["log", "--all"]).exits(0).stdout
    }

    /// The ledger's file, without what keeps accidents away.
    pub(crate) fn sql(&self) -> rusqlite::Connection {
        let connection = rusqlite::Connection::open(self.gonogo.path(".gonogo/ledger.db")).expect("a ledger");
        let mut triggers = connection.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").expect("a query");
        let names: Vec<String> = triggers.query_map([], |row| row.get(0)).expect("rows").map(|name| name.expect("a name")).collect();
        drop(triggers);
        for name in names {
            connection.execute_batch(&format!("DROP TRIGGER {name}")).expect("a dropped trigger");
        }
        connection
    }

    pub(crate) async fn entries(&self) -> Vec<Entry> {
        self.store().entries(&chain_of(&self.loaded().project)).await.expect("entries")
    }

    pub(crate) fn store(&self) -> Sqlite {
        Sqlite::open(&self.gonogo.path(".gonogo/ledger.db")).expect("a ledger")
    }

    pub(crate) fn trusted(&self) -> Signers {
        Signers::parse(&self.gonogo.read("signers"), None, &TimeZone::UTC).expect("signers")
    }

    /// What stands in the plan.
    pub(crate) fn loaded(&self) -> Plan {
        let request = Request { config: self.gonogo.path("gonogo.yaml"), environment: None, ..Request::default() };
        plan::load(&request).unwrap_or_else(|problems| panic!("{problems:?}"))
    }

    /// What the gate would say of 1.4.2 so much later.
    pub(crate) async fn gate_in(&self, later: Duration) -> (Exit, String) {
        let (store, signers, plan) = (self.store(), self.trusted(), self.loaded());
        let now = now() + jiff::SignedDuration::try_from(later).expect("a length");
        let rows = store.rows(&chain_of(&plan.project)).await.expect("rows");
        let history = History::of(
            rows,
            &Look::by(
                Trust { signers: signers.into(), passkeys: std::sync::Arc::default(), ci_tokens: std::collections::BTreeMap::new(), now },
                now,
            ),
        )
        .expect("a history");
        let release = Release { version: Some("1.4.2".into()), ..Release::default() };
        let wanted = AskedRelease { project: plan.project.clone(), environment: plan.environment.clone(), release };
        let runs = ledger::runs(&store, &history, &wanted).await.expect("runs");
        let policy = PolicyInForce { policy: plan.signoff.as_ref().expect("a policy"), people: &plan.people, now };
        let input = GateInput {
            asked: &wanted,
            policy,
            plan_files: &plan.files,
            asked_of: &BTreeMap::new(),
            authors: None,
            deployer: ledger::Deploys::NotYet,
            child_of: None,
            windows: &plan.windows,
            elsewhere: None,
        };
        let ruling = ledger::gate(&history, &runs, input).expect("a ruling");
        let votes = ruling.votes.iter().map(|vote| format!("{:?}\n", vote.state));
        (ruling.exit(), ruling.objections.iter().map(|objection| format!("{}\n", objection.text)).chain(votes).collect())
    }
}
