//! Whoever wrote the release does not approve it alone: with a real git repository.

use std::path::Path;

use super::house::{House, shell};

pub(super) fn git(folder: &Path, arguments: &[&str]) -> String {
    let quiet =
        ["-c", "user.name=Nobody", "-c", "user.email=nobody@example.com", "-c", "commit.gpgsign=false", "-c", "init.defaultBranch=main"];
    let (ok, said) = shell(folder, "git", &[&quiet[..], arguments].concat());
    assert!(ok, "git {arguments:?}: {said}");
    said.trim().to_owned()
}

/// A commit by this person; its id.
pub(super) fn commit(house: &House, author: &str, file: &str) -> String {
    let folder = house.gonogo.path(".");
    house.write(file, author);
    git(&folder, &["add", file]);
    let (name, email) = (format!("user.name={author}"), format!("user.email={author}"));
    git(&folder, &["-c", &name, "-c", &email, "commit", "-q", "-m", file]);
    git(&folder, &["rev-parse", "HEAD"])
}

async fn repository() -> House {
    let house = House::new().await.policy(&[("require", "[security]"), ("independence", "required")]);
    git(&house.gonogo.path("."), &["init", "-q"]);
    house
}

/// A run of this commit that the security officer signed.
#[track_caller]
fn signed(house: &House, commit: &str) {
    house.verify(&["--commit", commit]).exits(0);
    house.sign("security", "sec", &[]).exits(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_author_is_not_the_only_approver() {
    let house = repository().await;
    let first = commit(&house, "SEC@example.com", "a");
    signed(&house, &first);
    house.gate(&[]).exits(4).says("whoever approved (sec) wrote or deploys the release");
    // A second pair of eyes: the policy wants two, and one of them did not write it.
    let roles = "{ security: [sec, dev], recorder: [ci] }";
    let house = house.policy(&[("roles", roles), ("require", "[{ role: security, count: 2 }]")]);
    signed(&house, &first);
    house.gate(&[]).exits(4).says("`security` has not signed");
    house.sign("security", "dev", &[]).exits(0);
    house.gate(&[]).exits(4).says("who deploys is not known, so it may be dev");
    house.gate(&["--deployer", "dev"]).exits(4).says("wrote or deploys");
    house.gate(&["--deployer", "dev@example.com"]).exits(4);
    house.gate(&["--deployer", "lead"]).exits(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_the_gate_let_through_shortens_whose_commits_are_looked_at() {
    let house = repository().await.policy(&[("roles", "{ security: [sec, lead], recorder: [ci] }")]);
    let ci = house.key("ci");
    let looked = || drop(house.verify(&["--recorder-key", &ci]).exits(0));
    let record = |commit: &str, status: &str| {
        let words = ["deploy", "record", "--release", "1.4.2", "--commit", commit, "--status", status, "--recorder-key", &ci];
        house.gonogo.run(words).exits(0);
    };
    let gate = || house.gate(&["--deployer", "boss"]);
    let first = commit(&house, "lead@example.com", "a");
    looked();
    // Nobody signed it: a recorder's word that it was deployed is no approval.
    record(&first, "succeeded");
    let second = commit(&house, "dev@example.com", "b");
    looked();
    house.sign("security", "lead", &[]).exits(0);
    gate().exits(4).says("whoever approved (lead) wrote or deploys");
    house.sign("security", "sec", &[]).exits(0);
    gate().exits(0);
    record(&second, "failed");
    commit(&house, "dev@example.com", "c");
    looked();
    house.sign("security", "lead", &[]).exits(0);
    gate().exits(4).says("wrote or deploys");
    record(&second, "succeeded");
    gate().exits(0);
    // What was rolled back is not live: its authors wrote what comes next, too.
    record(&second, "rolled-back");
    gate().exits(4).says("wrote or deploys");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_that_nobody_signed_hides_no_author_where_runs_must_be_signed() {
    let roles = ("roles", "{ security: [sec, lead], recorder: [ci] }");
    let house = repository().await.policy(&[roles, ("unsigned-runs", "refused")]);
    let ci = house.key("ci");
    let first = commit(&house, "lead@example.com", "a");
    house.verify(&["--recorder-key", &ci]).exits(0);
    house.sign("security", "sec", &[]).exits(0);
    commit(&house, "dev@example.com", "b");
    house.verify(&["--recorder-key", &ci]).exits(0);
    house.sign("security", "lead", &[]).exits(0);
    let record = ["deploy", "record", "--release", "1.4.2", "--commit", &first, "--status", "succeeded"];
    house.gonogo.run(record).exits(2).says("sign the deployment with `--recorder-key FILE`");
    // One that got in all the same, while the policy was another.
    let strict = house.gonogo.read("gonogo.yaml");
    house.write("gonogo.yaml", strict.replace("unsigned-runs: refused", "unsigned-runs: allowed"));
    house.gonogo.run(record).exits(0);
    house.write("gonogo.yaml", strict);
    house.gate(&["--deployer", "boss"]).exits(4).says("wrote or deploys");
    house.gonogo.run(record.iter().chain(&["--recorder-key", ci.as_str()])).exits(0);
    house.gate(&["--deployer", "boss"]).exits(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_wrote_it_must_be_known() {
    let house = repository().await;
    commit(&house, "dev@example.com", "a");
    let stranger = commit(&house, "mallory@example.net", "b");
    signed(&house, &stranger);
    house.gate(&[]).exits(4).says("mallory@example.net").says("is not listed in `people`");
    // With somebody beside the author of record.
    let house = repository().await;
    let folder = house.gonogo.path(".");
    house.write("c", "c");
    git(&folder, &["add", "c"]);
    let author =
        ["-c", "user.name=dev", "-c", "user.email=dev@example.com", "commit", "-q", "-m", "c\n\nCo-authored-by: Sec <sec@example.com>"];
    git(&folder, &author);
    let together = git(&folder, &["rev-parse", "HEAD"]);
    signed(&house, &together);
    house.gate(&[]).exits(4).says("wrote or deploys");
    // A clone that does not have the whole story, and a folder that has none.
    let house = repository().await;
    commit(&house, "lead@example.com", "a");
    let last = commit(&house, "dev@example.com", "b");
    let clone = tempfile::tempdir().expect("a folder");
    git(clone.path(), &["clone", "-q", "--depth", "1", &format!("file://{}", house.gonogo.path(".").display()), "shallow"]);
    signed(&house, &last);
    house.gate(&["--deployer", "boss"]).exits(0);
    let shallow = clone.path().join("shallow");
    for name in ["gonogo.yaml", "signers"] {
        std::fs::copy(house.gonogo.path(name), shallow.join(name)).expect("a copy");
    }
    let ledger = house.gonogo.path(".gonogo/ledger.db").display().to_string();
    let mut gate = house.gonogo.command(["gate", "--release", "1.4.2", "--ledger", &ledger]);
    let ran = gate.current_dir(&shallow).output().expect("it runs");
    let said = String::from_utf8_lossy(&ran.stdout).into_owned();
    assert!(ran.status.code() == Some(4) && said.contains("this is a shallow clone"), "{said}{}", String::from_utf8_lossy(&ran.stderr));
    let bare = House::new().await.policy(&[("require", "[security]"), ("independence", "required")]);
    signed(&bare, &last);
    bare.gate(&[]).exits(4).says("neither the run nor the gate saw its git history");
}
