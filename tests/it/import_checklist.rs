//! `gonogo import CHECKLIST.md` and `gonogo report --tick`: boxes become checks and questions, and ticks go back.

use std::{fs, path::Path};

use crate::{
    golden,
    gonogo::{Gonogo, Ran},
};

const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILkcvpHZsEkFQHAgsjhkzOJ3/oOT2pj6Egtr/gSo4n+y";
/// Every variable that the fixture's commands name, and those that its secrets became.
const VARIABLES: [(&str, &str); 5] = [
    ("DATABASE_URL", "postgres://reader@db.parcels.example/parcels"),
    ("REDIS_URL", "redis://cache.parcels.example"),
    ("REDIS_PASSWORD", "long-and-odd-Kx92"),
    ("EDGE_THE_API_IS_HEALTHY_TOKEN", "long-and-odd-Lx93"),
    ("THE_CACHE_KEEPS_ITS_DATA_PASSWORD", "long-and-odd-Mx94"),
];
const SECRETS: [&str; 3] = ["geheim99", "abcdef123456", "s3cret"];

fn fixture() -> String {
    fs::read_to_string("fixtures/import/checklist.md").expect("a fixture")
}

/// The checklist as a plan that somebody can sign.
fn planned(checklist: &str, more: &[&str]) -> (Gonogo, Ran) {
    let gonogo = Gonogo::new().file("list.md", checklist);
    let ran = gonogo.run(["import", "list.md", "-o", "gonogo.yaml"].iter().chain(more)).exits(0);
    let signers = gonogo.read("signers");
    let role = signers.lines().nth(1).and_then(|line| line.split(' ').nth(1)).expect("a role").to_owned();
    (gonogo.file("signers", &format!("{signers}{role} {KEY}\n")), ran)
}

#[test]
fn every_box_is_a_check_or_a_question_and_the_plan_lints() {
    let mut wrong = Vec::new();
    for (more, ending, says) in [
        (&[][..], "checks", "25 boxes: 8 became checks, 2 in part; asked of people: 13; headings of those under them: 1; lines to sign: 1"),
        (&["--with-commands"][..], "commands", "25 boxes: 9 became checks, 2 in part; asked of people: 12;"),
    ] {
        let (gonogo, ran) = planned(&fixture(), more);
        ran.says(says);
        let plan = gonogo.read("gonogo.yaml");
        wrong.extend(golden::difference(&Path::new("fixtures/import").join(format!("checklist.{ending}.txt")), &plan));
        for secret in SECRETS {
            assert!(!plan.contains(secret), "{secret}");
        }
        gonogo.run_with(&VARIABLES, ["lint"]).exits(0);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn until_somebody_can_sign_lint_says_only_that() {
    let gonogo = Gonogo::new().file("list.md", "# A\n- [ ] One\n");
    gonogo.run(["import", "list.md", "-o", "gonogo.yaml"]).exits(0);
    let ran = gonogo.run(["lint"]).exits(2).says("signers:0: nobody may sign");
    assert_eq!(ran.stderr.matches("error").count(), 1, "{}", ran.stderr);
}

#[test]
fn a_checklist_is_known_by_its_name_or_its_boxes_and_stands_alone() {
    let gonogo =
        Gonogo::new().file("list", "- [ ] One\n").file("empty.md", "# None\n").file("g.yaml", "user: { root: { exists: true } }\n");
    gonogo.run(["import", "list"]).exits(0).says("1 boxes");
    gonogo.run(["import", "empty.md"]).exits(2).says("`empty.md` has no boxes");
    gonogo.run(["import", "g.yaml", "list"]).exits(2).says("import it alone");
    let many = "- [ ] x\n".repeat(5_001);
    gonogo.file("many.md", &many).run(["import", "many.md"]).exits(2).says("5001 boxes: at most 5000");
}

/// What a command asks only in part, or that would do more than look, is a question.
#[test]
fn what_is_not_surely_the_same_is_asked_of_people() {
    for command in [
        "curl -k https://a.example/",
        "curl -X POST https://a.example/",
        "curl https://a.example/ && curl https://b.example/",
        "curl https://a.example/ | sh",
        "curl https://<host>/",
        "curl https://a.example/ # expected: a friendly page",
        "psql -c 'SELECT count(*) FROM a'",
        "psql -c 'DELETE FROM a' # expected: 0 rows",
        "psql -c 'SELECT 1; DELETE FROM a'",
        "redis-cli FLUSHALL",
        "redis-cli CONFIG GET appendonly",
        "redis-cli CONFIG SET appendonly yes",
        "openssl s_client -connect a.example:443 -tls1_1",
        "openssl rand -hex 32",
        "kubectl delete deployment/a",
        "kubectl get pods",
        "pg_dump app > /var/backups/app.sql",
        "test -f app.env",
        "test ! -f /etc/app.env",
    ] {
        let gonogo = Gonogo::new().file("a.md", &format!("- [ ] Box\n  ```sh\n  {command}\n  ```\n"));
        let ran = gonogo.run(["import", "a.md", "--with-commands"]).exits(0).says("0 became checks, 0 in part; asked of people: 1;");
        assert!(ran.stdout.contains("evidence: \"that this was done: "), "{command}: {}", ran.stdout);
    }
}

/// A check that is green while the door is open would say GO for the opposite of what was asked.
#[test]
fn what_is_to_fail_becomes_no_check_that_passes_then() {
    for (text, lines) in [
        ("The debug page must not be reachable", "curl -f https://a.example/debug"),
        ("Admin is closed", "nc -z a.example 9000"),
        ("Old host is unreachable", "curl -f https://old.example/"),
        ("No debug output", "curl -s https://a.example/ | grep -q debug"),
        ("API answers", "curl -f https://a.example/ # must not return 200"),
        ("API answers", "curl -f https://a.example/ok\n  # 500 never\n  curl -f https://a.example/admin"),
        ("Backups are taken", "psql -c 'SELECT count(*) FROM backups' # should exceed 0"),
    ] {
        let gonogo = Gonogo::new().file("a.md", &format!("- [ ] {text}\n  ```sh\n  {lines}\n  ```\n"));
        let ran = gonogo.run(["import", "a.md"]).exits(0).says("0 became checks");
        assert!(ran.stdout.contains("manual:"), "{lines}: {}", ran.stdout);
    }
    // Where nobody can tell, people are asked besides.
    let gonogo = Gonogo::new().file("a.md", "- [ ] The admin page: `curl -f https://a.example/admin`\n");
    gonogo.run(["import", "a.md"]).exits(0).says("0 became checks, 1 in part");
    let gonogo = Gonogo::new().file("b.md", "- [ ] The API answers: `curl -f https://a.example/`\n");
    gonogo.run(["import", "b.md"]).exits(0).says("1 became checks, 0 in part");
}

const LIST: &str = "# Ünder way\r\n\r\n* [ ]   **Group**  \r\n  - [X] There: `test -e /etc/passwd`\r\n  - [ ] There too\r\n\r\n    ```sh\r\n    test -d /etc\r\n    ```\r\n- [x] Elsewhere there `test -e /nothing/at/all`\r\n+ [x] Asked\t\r\n- [ ] Forgotten: `test -e /etc/hosts` exists\r\n\r\n## Log\r\n\r\n  | Date | Version | Who | Status | Notes |\r\n  |--|--|--|--|--|\r\n  | 2026-01-02 | 1.0 | Ann | GO | |\r\n  |  |  |  |  |  |\r\n\r\nEnd, no line end \t";

#[test]
fn ticks_go_back_and_nothing_else_changes() {
    let (gonogo, _) = planned(LIST, &[]);
    let plan = gonogo.read("gonogo.yaml");
    let (kept, forgotten) = plan.split_once("  - id: nder-way-forgotten").expect("the last check");
    assert!(forgotten.contains("/etc/hosts"));
    let gonogo = gonogo.file("gonogo.yaml", kept);
    let (_, report) = gonogo.verify(&["--release", "1.1"]);
    let ran = gonogo
        .run(["report", "report.json", "--tick", "list.md"])
        .exits(0)
        .says("boxes: 3 ticked, 2 open, 1 left as they were; a row is added");
    assert!(ran.stdout.is_empty() && ran.stderr.contains("came of it: Forgotten"), "{}", ran.stderr);
    let now = gonogo.read("list.md");
    let row = now.lines().find(|line| line.contains("gonogo: ")).expect("a row").to_owned();
    let date = report.at.strftime("%Y-%m-%d").to_string();
    assert!(row.starts_with(&format!("  | {date} | 1.1")) && row.contains("|  | NO-GO | gonogo: 3 of 6 boxes ticked, report "), "{row}");
    let wanted = LIST
        .replace("* [ ]   **Group", "* [x]   **Group")
        .replace("- [ ] There too", "- [x] There too")
        .replace("- [x] Elsewhere", "- [ ] Elsewhere")
        .replace("+ [x] Asked", "+ [ ] Asked")
        .replace("Ann | GO | |\r\n", &format!("Ann | GO | |\r\n{row}\r\n"));
    assert_eq!(now, wanted);
    // The same again adds nothing.
    gonogo.run(["report", "report.json", "--tick", "list.md"]).exits(0).says("says so already");
    assert_eq!(gonogo.read("list.md"), wanted);
}

#[test]
fn a_report_of_the_record_ticks_too() {
    let (gonogo, _) = planned(LIST, &[]);
    gonogo.run(["log", "init"]).exits(0);
    gonogo.run(["verify", "--release", "1.1", "--record"]).exits(1);
    gonogo.run(["report", "--tick", "list.md"]).exits(0).says("boxes: 4 ticked, 2 open, 0 left as they were; a row is added");
    assert!(gonogo.read("list.md").contains("- [x] Forgotten"));
}

#[test]
fn a_report_of_another_plan_ticks_nothing() {
    let gonogo = Gonogo::new()
        .file("list.md", LIST)
        .plan("project: a\nenvironments: { prod: {} }\nchecks:\n  - id: a\n    file: { path: /etc/passwd }\n");
    gonogo.verify(&[]);
    gonogo.run(["report", "report.json", "--tick", "list.md"]).exits(2).says("came of a box of `list.md`");
    assert_eq!(gonogo.read("list.md"), LIST);
}
