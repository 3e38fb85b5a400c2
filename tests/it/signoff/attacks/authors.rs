//! A7, A8 and A18: who wrote, committed and deploys, and since when that is asked.

use std::process::Stdio;

use crate::signoff::house::House;

const DEPLOYER: [&str; 2] = ["--deployer", "lead"];

/// Two officers of whom one must sign, and not alone what only they wrote.
async fn independent() -> House {
    let roles = "{ security: [sec, dev], recorder: [ci] }";
    House::new().await.policy(&[("roles", roles), ("require", "[security]"), ("independence", "required")])
}

/// Runs what is checked out and signs it.
#[track_caller]
fn signed(house: &House, by: &str) {
    house.verify(&[]).exits(0);
    house.sign("security", by, &[]).exits(0);
}

const DEPLOYED: [&str; 6] = ["deploy", "record", "--release", "1.4.2", "--status", "succeeded"];

#[tokio::test(flavor = "multi_thread")]
async fn a7_an_author_signs_alone_and_records_the_deployment() {
    let house = independent().await.repository();
    house.commit("sec@example.com", "mine");
    signed(&house, "sec");
    house.gonogo.run(DEPLOYED).exits(0);
    house.commit("dev@example.com", "another");
    signed(&house, "sec");
    house.gate(&DEPLOYER).exits(4).says("whoever approved (sec) wrote or deploys the release");
    house.sign("security", "dev", &[]).exits(0);
    house.gate(&DEPLOYER).exits(4).says("(dev, sec) wrote or deploys the release");
}

#[tokio::test(flavor = "multi_thread")]
async fn a7_a_deployment_against_a_no_or_with_nothing_signed_or_past_the_gate() {
    let house = independent().await.policy(&[("break-glass", "{ roles: [security] }")]).repository();
    let ci = house.key("ci");
    house.commit("sec@example.com", "mine");
    // The recorder's word that something was deployed is no approval of it.
    house.verify(&["--recorder-key", &ci]).exits(0);
    house.gonogo.run(DEPLOYED.iter().chain(&["--recorder-key", ci.as_str()])).exits(0);
    house.sign("security", "dev", &["--no-go", "--comment", "a hole"]).exits(0);
    house.gonogo.run(DEPLOYED.iter().chain(&["--recorder-key", ci.as_str()])).exits(0);
    let key = house.key("dev");
    let glass = ["gate", "--release", "1.4.2", "--break-glass", "--as", "security", "--reason", "r", "--ticket", "t", "--key", &key];
    house.gonogo.run(glass).exits(0);
    house.gonogo.run(DEPLOYED.iter().chain(&["--recorder-key", ci.as_str()])).exits(0).says("EMERGENCY");
    house.commit("boss@example.com", "another");
    house.gonogo.run(["verify", "-q", "--release", "1.4.3"]).exits(0);
    house.sign("security", "sec", &["--release", "1.4.3"]).exits(0);
    house.gonogo.run(["gate", "--release", "1.4.3", "--deployer", "lead"]).exits(4).says("(sec) wrote or deploys the release");
}

#[tokio::test(flavor = "multi_thread")]
async fn a7_a_deployment_that_the_gate_let_through_does_shorten_it() {
    let house = independent().await.repository();
    house.commit("sec@example.com", "mine");
    house.verify(&["--recorder-key", &house.key("ci")]).exits(0);
    house.sign("security", "dev", &[]).exits(0);
    house.gonogo.run(["deploy", "--release", "1.4.2", "--recorder-key", &house.key("ci"), "--", "true"]).exits(0);
    house.commit("dev@example.com", "another");
    house.gonogo.run(["verify", "-q", "--release", "1.4.3"]).exits(0);
    house.sign("security", "sec", &["--release", "1.4.3"]).exits(0);
    house.gonogo.run(["gate", "--release", "1.4.3", "--deployer", "lead"]).exits(0);
}

/// A commit with these raw lines for author and committer; it is checked out.
#[track_caller]
fn raw(house: &House, author: &str, committer: &str) {
    use std::io::Write as _;
    let tree = house.git(&["write-tree"]);
    let parent = house.git(&["rev-parse", "HEAD"]);
    let text = format!("tree {tree}\nparent {parent}\nauthor {author} 1767225600 +0000\ncommitter {committer} 1767225600 +0000\n\nraw\n");
    let mut git = std::process::Command::new("git");
    git.args(["hash-object", "-t", "commit", "-w", "--stdin"]).current_dir(house.gonogo.path("."));
    git.env_clear().env("PATH", crate::gonogo::search_path()).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut git = git.spawn().expect("git");
    git.stdin.take().expect("a pipe").write_all(text.as_bytes()).expect("written");
    let commit = String::from_utf8(git.wait_with_output().expect("git").stdout).expect("an id");
    house.git(&["reset", "-q", "--hard", commit.trim()]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a8_control_characters_in_a_name_hide_nobody() {
    let lead = "Lea <lead@example.com>";
    for name in ["Sepp\u{1f}lead@example.com\u{1f}\u{1e}", "Sepp\u{1f}lead@example.com\u{1f}", "\u{1e}", "Sepp\u{1b}[2K\r"] {
        let house = independent().await.repository();
        raw(&house, &format!("{name} <sec@example.com>"), lead);
        signed(&house, "sec");
        let said = house.gate(&["--deployer", "boss"]).exits(4).says("whoever approved (sec) wrote or deploys the release").stdout;
        assert!(!said.contains(['\u{1f}', '\u{1e}', '\u{1b}', '\r']), "{said:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a8_whoever_amended_the_commit_of_another_committed_it() {
    let house = independent().await.repository();
    house.commit("dev@example.com", "theirs");
    house.write("theirs", "changed");
    house.git(&["add", "theirs"]);
    house.git_as("sec@example.com", &["commit", "-q", "--amend", "--no-edit"]);
    signed(&house, "sec");
    house.gate(&DEPLOYER).exits(4).says("(sec) wrote or deploys the release");
    house.sign("security", "dev", &[]).exits(0);
    house.gate(&DEPLOYER).exits(4);
    // A committer who is nobody is whoever it may be, unless the policy knows the machine.
    house.git_as("noreply@github.com", &["commit", "-q", "--amend", "--no-edit"]);
    signed(&house, "sec");
    house.gate(&DEPLOYER).exits(4).says("noreply@github.com").says("committed commits of the release and is not listed in `people`");
    let house = house.policy(&[("bots", "[noreply@github.com]")]);
    signed(&house, "sec");
    house.gate(&DEPLOYER).exits(0);
    // Where it writes, it is no machine of the policy's.
    house.git_as("noreply@github.com", &["commit", "-q", "--amend", "--no-edit", "--reset-author"]);
    signed(&house, "sec");
    house.gate(&DEPLOYER).exits(4).says("wrote commits of the release and is not listed in `people`");
    // Committers can be shown only, by the policy's word.
    let shown = independent().await.policy(&[("committers", "shown")]).repository();
    raw(&shown, "Devi <dev@example.com>", "Sepp <sec@example.com>");
    signed(&shown, "sec");
    shown.gate(&DEPLOYER).exits(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a8_an_unknown_deployer_may_be_the_only_approver() {
    let house = independent().await.repository();
    house.commit("boss@example.com", "code");
    signed(&house, "sec");
    house.gate(&[]).exits(4).says("who deploys is not known, so it may be sec").says("`--deployer PERSON`");
    let deploy = ["deploy", "--release", "1.4.2", "--", "touch", "moved"];
    house.gonogo.run(deploy).exits(4).says("who deploys is not known");
    assert!(!house.gonogo.path("moved").exists());
    // Nobody whom the people know is nobody known.
    house.gate(&["--deployer", "nobody@example.net"]).exits(4).says("is not listed in `people`");
    house.gate(&["--deployer", "sec"]).exits(4).says("wrote or deploys");
    house.gate(&DEPLOYER).exits(0);
    // Whoever signs that it begins deploys it.
    house
        .gonogo
        .run(["deploy", "--release", "1.4.2", "--key", &house.key("sec"), "--", "touch", "moved"])
        .exits(4)
        .says("wrote or deploys");
    assert!(!house.gonogo.path("moved").exists());
    house.gonogo.run(["deploy", "--release", "1.4.2", "--key", &house.key("lead"), "--", "touch", "moved"]).exits(0);
    // Two who approved are enough, whoever deploys.
    let two = independent().await.policy(&[("require", "[{ role: security, count: 2 }]")]).repository();
    two.commit("boss@example.com", "code");
    signed(&two, "sec");
    two.sign("security", "dev", &[]).exits(0);
    two.gate(&[]).exits(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a8_the_ci_knows_who_deploys_better_than_a_flag() {
    let house = independent().await.repository();
    house.commit("boss@example.com", "code");
    signed(&house, "sec");
    let actor = |name: &'static str| [("GITHUB_ACTIONS", "true"), ("GITHUB_ACTOR", name)];
    let gate = ["gate", "--release", "1.4.2", "--deployer", "lead"];
    let said = "the CI says that sec deploys, `--deployer` says lead: the CI is believed";
    house.gonogo.run_with(&actor("sec"), gate).exits(4).says(said).says("wrote or deploys");
    house.gonogo.run_with(&actor("lead"), gate).exits(0);
    house.gonogo.run_with(&actor("SEC@example.com"), gate).exits(4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a18_the_commit_that_was_deployed_is_gone() {
    let house = independent().await.repository();
    let base = house.git(&["rev-parse", "HEAD"]);
    house.commit("dev@example.com", "feature");
    let ci = house.key("ci");
    house.verify(&["--recorder-key", &ci]).exits(0);
    house.sign("security", "sec", &[]).exits(0);
    house.gonogo.run(["deploy", "--release", "1.4.2", "--recorder-key", &ci, "--", "true"]).exits(0);
    // Squashed on the main branch: the commit that was deployed is thrown away.
    house.git(&["reset", "-q", "--hard", &base]);
    house.git(&["reflog", "expire", "--expire=now", "--all"]);
    house.git(&["gc", "-q", "--prune=now"]);
    house.commit("dev@example.com", "squashed");
    house.gonogo.run(["verify", "-q", "--release", "1.4.3"]).exits(0);
    house.sign("security", "sec", &["--release", "1.4.3"]).exits(0);
    let gate = || house.gonogo.run(["gate", "--release", "1.4.3", "--deployer", "lead"]);
    gate().exits(4).says("is not in this clone").says("`gonogo deploy authors`");
    let vouch = |key: &str, author: &str| {
        let key = house.key(key);
        house.gonogo.run(["deploy", "authors", "--release", "1.4.3", "--author", author, "--comment", "it was squashed", "--key", &key])
    };
    // Not by somebody who is on the list, nor by a machine.
    vouch("dev", "Devi <dev@example.com>").exits(5).says("belongs to dev");
    vouch("ci", "dev@example.com").exits(5);
    gate().exits(4);
    vouch("boss", "Devi <dev@example.com>").exits(5);
    vouch("sec", "Devi <dev@example.com>").exits(0).says("Devi <dev@example.com> wrote 1.4.3");
    gate().exits(0);
    assert!(house.log().contains("it was squashed"), "{}", house.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn a18_a_clone_that_is_shallow_and_a_list_for_another_release() {
    let house = independent().await.repository();
    house.commit("dev@example.com", "feature");
    let clone = house.keys.path().join("shallow").display().to_string();
    house.git(&["clone", "-q", "--depth", "1", &format!("file://{}", house.gonogo.path(".").display()), &clone]);
    let ledger = house.gonogo.path(".gonogo/ledger.db").display().to_string();
    let there = |arguments: &[&str]| {
        let mut command = house.gonogo.command(arguments.iter().chain(&["--ledger", ledger.as_str()]));
        crate::gonogo::Ran::of(command.current_dir(&clone))
    };
    signed(&house, "sec");
    let gate = ["gate", "--release", "1.4.2", "--deployer", "lead"];
    there(&gate).exits(4).says("this is a shallow clone").says("`gonogo deploy authors`");
    let key = house.key("sec");
    let vouch = ["--author", "dev@example.com", "--comment", "known", "--key", &key];
    house.gonogo.run(["verify", "-q", "--release", "1.4.1", "--no-record"]).exits(0);
    there(&[&["deploy", "authors", "--release", "1.4.1"][..], &vouch].concat()).exits(0);
    there(&gate).exits(4).says("this is a shallow clone");
    there(&[&["deploy", "authors", "--release", "1.4.2"][..], &vouch].concat()).exits(0);
    there(&gate).exits(0);
}
