//! Packs of the team's own, and of others, pinned to one file of one commit.

use std::process::Command;

use gonogo::model::Digest;

use super::including;

const PACK: &str = "about: How the team's payment services answer.\nvars:\n  url: { about: Where it is. }\nsection: Payments\nchecks:\n  - id: answers\n    title: It answers\n    http: { url: \"${url}\" }\n  - id: paid\n    title: A payment goes through\n    needs: [answers]\n    http: { url: \"${url}/paid\" }\n";

const RUNS: &str = "about: It runs something.\nchecks:\n  - id: it\n    command: { argv: [\"true\"] }\n";

fn git(folder: &std::path::Path, words: &[&str]) -> String {
    let output = Command::new("git").arg("-C").arg(folder).args(words).output().expect("git");
    assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// A repository with the pack in it, and the commit.
fn repository() -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("web")).expect("a folder");
    std::fs::write(folder.path().join("web/payments.yaml"), PACK).expect("written");
    git(folder.path(), &["init", "-q", "-b", "main"]);
    git(folder.path(), &["add", "."]);
    git(folder.path(), &["-c", "user.name=a", "-c", "user.email=a@b.example", "commit", "-q", "-m", "one"]);
    let commit = git(folder.path(), &["rev-parse", "HEAD"]);
    (folder, commit)
}

#[test]
fn a_file_beside_the_plan() {
    let gonogo =
        including("- { pack: ./packs/payments.yaml, as: pay, vars: { url: http://127.0.0.1:1 } }").file("packs/payments.yaml", PACK);
    let plan = gonogo.run(["plan"]).exits(0).stdout;
    assert!(plan.contains("pay/answers") && plan.contains("pay/paid"), "{plan}");
    let (_, report) = gonogo.verify(&[]);
    assert!(report.plan.files.contains_key("packs/payments.yaml"), "{:?}", report.plan.files);
    assert_eq!(report.findings[1].because.as_deref(), Some("pay/answers"));
    // Its name is that of its file unless the plan says otherwise.
    let named = including("- { pack: ./packs/payments.yaml, vars: { url: http://127.0.0.1:1 } }").file("packs/payments.yaml", PACK);
    assert!(named.run(["plan"]).exits(0).stdout.contains("payments/answers"));
    for (uses, text, said) in [
        ("- { pack: ./nowhere.yaml }", PACK, "the file `./nowhere.yaml` does not exist"),
        ("- { pack: /packs/payments.yaml }", PACK, "an absolute path"),
        ("- { pack: ./packs/payments.yaml }", PACK, "needs the variable `url`"),
        ("- { pack: ./packs/payments.yaml, vars: { url: x, uri: y } }", PACK, "has no variable `uri`"),
        ("- { pack: ./packs/payments.yaml }", "about: x\nchekcs: []\n", "unknown key `chekcs`"),
        ("- { pack: ./packs/payments.yaml }", "about: x\n", "the key `checks` is missing"),
        ("- { pack: ./packs/payments.yaml }", "checks: []\n", "`about`"),
        ("- { pack: redis, vars: { url: x }, allow: [command] }", PACK, "is for packs of files"),
    ] {
        including(uses).file("packs/payments.yaml", text).run(["lint"]).exits(2).says(said);
    }
}

#[test]
fn a_foreign_pack_runs_nothing_unless_its_include_allows_it() {
    let refused = including("- { pack: ./runs.yaml }").file("runs.yaml", RUNS);
    refused.run(["verify"]).exits(2).says("`runs/it` runs a program that the pack names");
    // What the plan allows itself, it does not allow others.
    let plan = "project: p\nallow: [command]\nenvironments: { prod: {} }\ninclude:\n  - { pack: ./runs.yaml }\n";
    crate::gonogo::Gonogo::new().plan(plan).file("runs.yaml", RUNS).run(["verify"]).exits(2);
    including("- { pack: ./runs.yaml, allow: [command] }").file("runs.yaml", RUNS).run(["verify"]).exits(0);
    for settings in [
        "secrets: { source: { command: [\"true\"] }, keys: [A] }",
        "config: { source: { command: [\"true\"] }, values: { A: 1 } }",
        "document: { command: [\"true\"], expect: { $.a: 1 } }",
    ] {
        let pack = format!("about: It runs something.\nchecks:\n  - id: it\n    {settings}\n");
        including("- { pack: ./runs.yaml }").file("runs.yaml", &pack).run(["lint"]).exits(2).says("runs a program that the pack names");
    }
}

#[test]
fn a_pack_says_what_its_program_needs() {
    let runs = |settings: &str| {
        format!(
            "about: It runs something.\nneeds-command: {{ no-such-client: Log in with it first. }}\nchecks: [{{ id: it, {settings} }}]\n"
        )
    };
    for settings in
        ["document: { command: [no-such-client, show], format: json, expect: { $.a: 1 } }", "command: { argv: [no-such-client] }"]
    {
        let gonogo = including("- { pack: ./runs.yaml, allow: [command] }").file("runs.yaml", &runs(settings));
        let (ran, report) = gonogo.verify(&[]);
        let reason = &report.findings[0].reason;
        assert_eq!((ran.code, reason.ends_with(". Log in with it first.")), (3, true), "{reason}");
    }
}

#[test]
fn a_pinned_pack_is_fetched_once_and_never_by_a_run() {
    let (folder, commit) = repository();
    let (place, sha256) = (folder.path().display(), Digest::of(PACK.as_bytes()));
    let uses = |commit: &str, sha256: &str| {
        format!("- {{ pack: \"git+file://{place}//web/payments.yaml@{commit}#{sha256}\", as: pay, vars: {{ url: http://127.0.0.1:1 }} }}")
    };
    let gonogo = including(&uses(&commit, sha256.as_str()));
    gonogo.run(["verify"]).exits(2).says("run `gonogo pack fetch`");
    gonogo.run(["pack", "fetch"]).exits(0).says("fetched");
    gonogo.run(["pack", "fetch"]).exits(0).says("is there");
    drop(folder);
    assert!(gonogo.run(["plan"]).exits(0).stdout.contains("pay/answers"));
    let (_, report) = gonogo.verify(&[]);
    let name = format!("packs/fetched/payments-{}.yaml", &sha256.as_str()[..16]);
    assert!(report.plan.files.contains_key(&name), "{:?}", report.plan.files);
    // Somebody changed the file after it was fetched.
    std::fs::write(gonogo.path(&name), PACK.replace("It answers", "It runs")).expect("written");
    gonogo.run(["verify"]).exits(2).says("is not what is pinned");

    let (folder, commit) = repository();
    let place = folder.path().display();
    let other = "0".repeat(64);
    let wrong = including(&format!("- {{ pack: \"git+file://{place}//web/payments.yaml@{commit}#{other}\", as: pay }}"));
    wrong.run(["pack", "fetch"]).exits(2).says("is not what is pinned");
    let nowhere = including(&format!("- {{ pack: \"git+file://{place}//web/none.yaml@{commit}#{other}\", as: pay }}"));
    nowhere.run(["pack", "fetch"]).exits(2).says("cannot be fetched");
    including("- { pack: \"git+https://git.example.com/r.git//p.yaml@main\", as: pay }")
        .run(["lint"])
        .exits(2)
        .says("pins no file of a commit");
    including("- { pack: redis, vars: { url: redis://127.0.0.1:1 } }").run(["pack", "fetch"]).exits(0).says("nothing to fetch");
}
