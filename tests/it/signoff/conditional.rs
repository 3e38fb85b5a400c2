//! Roles that sign for some changes only: what changed is git's word since what is live, and what is not known concerns everybody.

use super::{
    authors::{commit, git},
    house::House,
};

const REQUIRE: &str = "[security, { role: devops, when: { paths: [\"migrations/**\"] } }]";

/// A repository whose first release is live, signed by all.
async fn house() -> House {
    let house = House::new().await.policy(&[("require", REQUIRE)]);
    git(&house.gonogo.path("."), &["init", "-q"]);
    house.write("migrations/1.sql", "one");
    git(&house.gonogo.path("."), &["add", "."]);
    let first = commit(&house, "eve@example.com", "a");
    verify(&house);
    house.sign("security", "sec", &[]).exits(0);
    // With nothing live yet nobody knows what changed.
    house.gate(&[]).exits(4).says("asked because what changed is not known");
    house.sign("devops", "dev", &[]).exits(0);
    house.gate(&[]).exits(0);
    live(&house, &first);
    house
}

fn verify(house: &House) {
    house.verify(&["--recorder-key", &house.key("ci")]).exits(0);
}

fn live(house: &House, commit: &str) {
    let ci = house.key("ci");
    let record = ["deploy", "record", "--release", "1.4.2", "--commit", commit, "--status", "succeeded", "--recorder-key", &ci];
    house.gonogo.run(record).exits(0);
}

/// The next release, looked at and signed by security alone.
fn next(house: &House) {
    verify(house);
    house.sign("security", "sec", &[]).exits(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_signs_for_what_concerns_it() {
    let house = house().await;
    let second = commit(&house, "eve@example.com", "src/b");
    next(&house);
    house.gate(&[]).exits(0).says("`devops` need not sign: nothing changed that it signs for");
    house.gonogo.run(["report", "--release", "1.4.2", "--format", "markdown=signed.md"]).exits(0);
    assert!(house.gonogo.read("signed.md").contains("need not sign"));
    live(&house, &second);
    // What that let through is where the next one is counted from.
    commit(&house, "eve@example.com", "migrations/2.sql");
    next(&house);
    house.gate(&[]).exits(4).says("asked because `migrations/2.sql` changed");
    house.gonogo.run(["report", "--release", "1.4.2", "--format", "markdown=signed.md"]).exits(0);
    assert!(house.gonogo.read("signed.md").contains("because `migrations/2.sql` changed"));
    house.sign("devops", "dev", &[]).exits(0);
    house.gate(&[]).exits(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_moved_away_or_comes_by_a_merge_changed_too() {
    let house = house().await;
    let folder = house.gonogo.path(".");
    git(&folder, &["mv", "migrations/1.sql", "moved.sql"]);
    commit(&house, "eve@example.com", "c");
    next(&house);
    house.gate(&[]).exits(4).says("asked because `migrations/1.sql` changed");
    git(&folder, &["reset", "-q", "--hard", "HEAD~1"]);
    git(&folder, &["checkout", "-q", "-b", "side"]);
    commit(&house, "eve@example.com", "migrations/3.sql");
    git(&folder, &["checkout", "-q", "-"]);
    commit(&house, "eve@example.com", "d");
    git(&folder, &["merge", "-q", "--no-edit", "side"]);
    next(&house);
    house.gate(&[]).exits(4).says("asked because `migrations/3.sql` changed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clone_that_does_not_know_or_a_run_that_nobody_vouches_for_asks_everybody() {
    let house = house().await;
    commit(&house, "eve@example.com", "e");
    house.verify(&[]).exits(0);
    house.sign("security", "sec", &[]).exits(0);
    // Git says it here, whoever made the run.
    house.gate(&[]).exits(0);
    // Where there is no repository the word of an unsigned run is not enough.
    std::fs::rename(house.gonogo.path(".git"), house.gonogo.path("gone")).expect("moved");
    house.gate(&["--commit", &sha(&house)]).exits(4).says("asked because what changed is not known");
    std::fs::rename(house.gonogo.path("gone"), house.gonogo.path(".git")).expect("moved back");
    verify(&house);
    std::fs::rename(house.gonogo.path(".git"), house.gonogo.path("gone")).expect("moved");
    house.gate(&["--commit", &sha(&house)]).exits(0);
    // A shallow clone knows nothing of what was before.
    std::fs::rename(house.gonogo.path("gone"), house.gonogo.path(".git")).expect("moved back");
    let head = sha(&house);
    house.write(".git/shallow", format!("{head}\n"));
    house.gate(&[]).exits(4).says("asked because what changed is not known");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changed_in_a_submodule_is_not_known() {
    let house = house().await;
    let folder = house.gonogo.path(".");
    let linked = format!("160000,{},parts", sha(&house));
    git(&folder, &["update-index", "--add", "--cacheinfo", &linked]);
    commit(&house, "eve@example.com", "f");
    next(&house);
    house.gate(&[]).exits(4).says("asked because what changed is not known");
}

/// The newest commit, whatever the repository's folder is called now.
fn sha(house: &House) -> String {
    let folder = if house.gonogo.path(".git").exists() { ".git" } else { "gone" };
    git(&house.gonogo.path("."), &["--git-dir", folder, "rev-parse", "HEAD"])
}
