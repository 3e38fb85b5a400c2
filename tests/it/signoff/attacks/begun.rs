//! A10: a deployment is on record before it begins, whatever ends it.

use std::{
    process::{Child, Stdio},
    time::{Duration, Instant},
};

use crate::{
    gonogo::Ran,
    signoff::house::{House, shell},
};

/// A deployment under way: the program, and the process of its command.
struct Underway {
    program: Child,
    command: String,
}

impl Underway {
    /// One whose command waits.
    fn start(house: &House) -> Self {
        let waits = "echo $$ > pid.new; mv pid.new pid; exec sleep 120";
        let mut program = house.gonogo.command(["deploy", "--release", "1.4.2", "--", "sh", "-c", waits]);
        let program = program.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
        let pid = house.gonogo.path("pid");
        let end = Instant::now() + Duration::from_secs(60);
        while !pid.exists() {
            assert!(Instant::now() < end, "the command does not start");
            std::thread::sleep(Duration::from_millis(20));
        }
        Self { program, command: house.gonogo.read("pid").trim().to_owned() }
    }

    fn signal(&self, house: &House, signal: &str) {
        assert!(shell(&house.gonogo.path("."), "kill", &[signal, &self.program.id().to_string()]).0);
    }

    fn ends(mut self) -> Option<i32> {
        let status = self.program.wait().expect("it ends").code();
        let _ = shell(std::path::Path::new("/"), "kill", &["-KILL", &self.command]);
        status
    }
}

async fn signed() -> House {
    let house = House::new().await.security_alone();
    house.verify(&[]).exits(0);
    house.sign("security", "sec", &[]).exits(0);
    house
}

fn deploy(house: &House, more: &[&str]) -> Ran {
    house.gonogo.run(["deploy", "--release", "1.4.2", "--"].iter().chain(more))
}

#[tokio::test(flavor = "multi_thread")]
async fn a10_a_signal_that_ends_the_command_is_on_record() {
    for signal in ["-HUP", "-TERM", "-INT"] {
        let house = signed().await;
        let underway = Underway::start(&house);
        underway.signal(&house, signal);
        assert_eq!(underway.ends(), Some(1), "{signal}");
        house.gonogo.run(["log"]).exits(0).says("failed").says("the command ended with");
        house.gate(&[]).exits(0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a10_what_was_killed_stays_open_until_somebody_says_what_became_of_it() {
    let house = signed().await;
    let underway = Underway::start(&house);
    let open = "has no end on record";
    // While it is under way nobody else begins.
    house.gate(&[]).exits(4).says(open);
    deploy(&house, &["touch", "moved"]).exits(4).says(open);
    underway.signal(&house, "-KILL");
    assert_eq!(underway.ends(), None);
    let began = house.entries().await.last().expect("an entry").seq;
    let (began, signed) = (began.to_string(), (began - 1).to_string());
    house.gate(&[]).exits(4).says(open).says(&format!("gonogo deploy settle {began}"));
    deploy(&house, &["touch", "moved"]).exits(4);
    assert!(!house.gonogo.path("moved").exists());
    house.gonogo.run(["log"]).exits(0).says(open);
    house.gonogo.run(["report", "-q", "--format", "markdown=r.md"]).exits(0);
    assert!(house.gonogo.read("r.md").contains("1.4.2"), "{}", house.gonogo.read("r.md"));
    let settle = |entry: &str, more: &[&str]| {
        let words = ["deploy", "settle", entry, "--comment", "it came up"];
        house.gonogo.run(words.iter().chain(more))
    };
    let (sec, ci) = (house.key("sec"), house.key("ci"));
    settle(&began, &["--key", &sec]).exits(2).says("--succeeded");
    settle(&began, &["--succeeded", "--failed", "--key", &sec]).exits(2);
    settle(&signed, &["--succeeded", "--key", &sec]).exits(2).says(&format!("entry {signed} is no deployment without an end"));
    settle(&began, &["--succeeded", "--key", &ci]).exits(5);
    house.gate(&[]).exits(4);
    settle(&began, &["--succeeded", "--key", &sec]).exits(0);
    house.gate(&[]).exits(0);
    house.gonogo.run(["log"]).exits(0).says("succeeded").says("it came up");
    settle(&began, &["--rolled-back", "--key", &sec]).exits(2);
    house.gonogo.run(["log", "verify"]).exits(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a10_nothing_runs_where_nothing_can_be_put_on_record() {
    let house = signed().await;
    // Somebody holds the ledger's lock.
    let held = rusqlite::Connection::open(house.gonogo.path(".gonogo/ledger.db")).expect("a ledger");
    held.execute_batch("BEGIN IMMEDIATE").expect("a lock");
    deploy(&house, &["touch", "moved"]).exits(6);
    assert!(!house.gonogo.path("moved").exists());
    held.execute_batch("ROLLBACK").expect("let go");
    // The disk is full: no file may grow.
    let folder = house.gonogo.path(".");
    let program = house.gonogo.command(["x"]).get_program().to_string_lossy().into_owned();
    let full = format!("trap '' XFSZ; ulimit -f 0; exec {program} deploy --release 1.4.2 -- touch moved");
    let (ok, said) = shell(&folder, "sh", &["-c", &full]);
    assert!(!ok && !house.gonogo.path("moved").exists(), "{said}");
    deploy(&house, &["touch", "moved"]).exits(0);
    assert!(house.gonogo.path("moved").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a10_a_ledger_that_refuses_or_is_gone() {
    let house = signed().await;
    let before = house.entries().await.len();
    house.sql().execute_batch("CREATE TRIGGER no BEFORE INSERT ON chains BEGIN SELECT RAISE(ABORT, 'no'); END").expect("a trigger");
    let ran = deploy(&house, &["touch", "moved"]);
    assert!(ran.code != 0 && !house.gonogo.path("moved").exists(), "{}{}", ran.stdout, ran.stderr);
    ran.exits(6);
    house.sql();
    assert_eq!(house.entries().await.len(), before);
    std::fs::remove_dir_all(house.gonogo.path(".gonogo")).expect("removed");
    deploy(&house, &["touch", "moved"]).exits(3).says("there is no ledger");
    assert!(!house.gonogo.path("moved").exists() && !house.gonogo.path(".gonogo").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a10_a_ledger_that_is_ruined_while_the_command_runs() {
    let house = signed().await;
    let ruins = "cp -r .gonogo kept; for file in .gonogo/*; do echo ruined > $file; done; touch ran";
    let ran = deploy(&house, &["sh", "-c", ruins]);
    assert!(ran.code != 0 && house.gonogo.path("ran").exists(), "{}{}", ran.stdout, ran.stderr);
    std::fs::remove_dir_all(house.gonogo.path(".gonogo")).expect("removed");
    std::fs::rename(house.gonogo.path("kept"), house.gonogo.path(".gonogo")).expect("back");
    // It began, and nothing says how it ended.
    house.gate(&[]).exits(4).says("has no end on record");
}

#[tokio::test(flavor = "multi_thread")]
async fn a10_the_token_frees_the_child_that_has_it_and_nothing_else() {
    let house = signed().await;
    let program = house.gonogo.command(["x"]).get_program().to_string_lossy().into_owned();
    let asks = format!(
        "{program} gate --release 1.4.2 > own; echo $? >> own
         {program} verify -q --release 1.4.2 > verified 2>&1; echo $? >> verified
         {program} deploy --release 1.4.2 -- touch nested > second 2>&1; echo $? >> second
         {program} gate --release 1.4.3 > other 2>&1; echo $? >> other
         env -u GONOGO_BEGUN {program} gate --release 1.4.2 > without; echo $? >> without
         env GONOGO_BEGUN=guessed {program} gate --release 1.4.2 > guessed; echo $? >> guessed
         env GONOGO_BEGUN= {program} gate --release 1.4.2 > empty; echo $? >> empty"
    );
    deploy(&house, &["sh", "-c", &asks]).exits(0);
    let came = |name: &str| {
        let said = house.gonogo.read(name);
        (said.trim_end().lines().last().map(str::to_owned).unwrap_or_default(), said)
    };
    for (name, code) in [("own", "0"), ("verified", "0"), ("second", "4"), ("without", "4"), ("guessed", "4"), ("empty", "4")] {
        let (exit, said) = came(name);
        assert_eq!(exit, code, "{name}: {said}");
    }
    let (exit, said) = came("other");
    assert!(exit != "0" && said.contains("has no end on record"), "{said}");
    assert!(!house.gonogo.path("nested").exists());
}
