//! Statements put into the ledger past the program: by whoever may write there, with whatever key, at whatever time.

use std::fs;

use gonogo::{
    ledger::{Blob, Draft, Store as _, chain_of, pae},
    model::{Act, Made, Method, Release, Report, Run, Statement, Subject},
};
use jiff::Timestamp;

use super::{House, now};
use crate::gonogo::Ran;

impl House {
    /// Adds an act said by `by`, with their own key where there is one.
    pub(crate) async fn put(&self, by: Option<&str>, subject: Vec<Subject>, act: Act, at: Timestamp) {
        self.put_with(by, by, (subject, act, Vec::new()), at).await;
    }

    /// The same signed with the key `key`, whoever says it.
    pub(crate) async fn put_with(
        &self,
        by: Option<&str>,
        key: Option<&str>,
        (subject, act, blobs): (Vec<Subject>, Act, Vec<Blob>),
        at: Timestamp,
    ) {
        let (store, project) = (self.store(), self.loaded().project);
        let head = store.entries(&chain_of(&project)).await.expect("entries").last().map(|entry| entry.digest());
        let method = if key.is_some() { Method::Ssh } else { Method::Recorded };
        let by = by.map(str::to_owned);
        let head = head.expect("an entry");
        let made = Made { project, environment: "prod".into(), at, head, org: None, by, method, tool: "a test".into() };
        let payload = Statement { subject, made, act }.to_json();
        let signature = key.map(|key| self.signature(key, &payload));
        store.append(Draft { payload, signature }, blobs, at, None).await.expect("it is added");
    }

    /// The signature of `ssh-keygen` over a statement.
    fn signature(&self, key: &str, payload: &[u8]) -> String {
        let folder = self.keys.path();
        fs::write(folder.join("put"), pae(payload)).expect("written");
        let _ = fs::remove_file(folder.join("put.sig"));
        let (ok, said) = self.shell("ssh-keygen", &["-q", "-Y", "sign", "-n", "gonogo", "-f", key, "put"]);
        assert!(ok, "{said}");
        fs::read_to_string(folder.join("put.sig")).expect("a signature")
    }

    /// The newest run as its entry tells it, with its report.
    pub(crate) async fn newest_run(&self) -> (Run, Report) {
        let entries = self.entries().await;
        let runs = entries.iter().rev().map(|entry| Statement::from_json(&entry.payload).expect("a statement").act);
        let run = runs.into_iter().find_map(|act| if let Act::Run(run) = act { Some(*run) } else { None }).expect("a run");
        let bytes = self.store().blob(&run.report).await.expect("a store").expect("a report");
        (run, Report::from_json(&bytes).expect("a report"))
    }

    /// Puts a report on record as a run of its own that nobody signed.
    pub(crate) async fn put_report(&self, like: &Run, report: &Report) {
        let blob = Blob::of(report.to_json());
        let run = Run::of(report, blob.digest.clone(), like.config.clone(), like.files.clone(), like.authors.clone());
        let subject = vec![Subject::sha256("report.json", &blob.digest)];
        self.put_with(None, None, (subject, Act::Run(Box::new(run)), vec![blob]), now()).await;
    }

    /// Runs the program on a machine whose clock stands in the year 2099.
    #[track_caller]
    pub(crate) fn in_2099(&self, arguments: &[&str]) -> Ran {
        self.at("2099-01-01 00:00:00", arguments)
    }

    /// Runs the program on a machine whose clock says this, in UTC.
    #[track_caller]
    pub(crate) fn at(&self, clock: &str, arguments: &[&str]) -> Ran {
        let program = self.gonogo.command(arguments);
        let mut command = std::process::Command::new("faketime");
        command.args(["-m", "--exclude-monotonic", clock]).arg(program.get_program()).args(program.get_args());
        command.current_dir(self.gonogo.path(".")).env_clear().env("PATH", crate::gonogo::search_path()).env("TZ", "UTC");
        Ran::of(command.stdin(std::process::Stdio::null()))
    }
}

/// Version 1.4.2 and nothing else.
pub(crate) fn version(version: &str) -> Release {
    Release { version: Some(version.into()), source: "flags".into(), ..Release::default() }
}
