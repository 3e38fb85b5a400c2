//! `--policy-from`: whoever changes the work tree's policy changes nothing at the gate.

use std::fs;

use super::house::{House, shell};

fn git(house: &House, arguments: &[&str]) {
    let quiet =
        ["-c", "user.name=Lead", "-c", "user.email=lead@example.com", "-c", "commit.gpgsign=false", "-c", "init.defaultBranch=main"];
    let (ok, said) = shell(&house.gonogo.path("."), "git", &[&quiet[..], arguments].concat());
    assert!(ok, "git {arguments:?}: {said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_policy_of_the_protected_branch_counts() {
    let house = House::new().await.policy(&[("require", "[security, devops]")]);
    house.keygen("mallory", &["-t", "ed25519"]);
    git(&house, &["init", "-q"]);
    git(&house, &["add", "gonogo.yaml", "signers"]);
    git(&house, &["commit", "-q", "-m", "policy"]);
    let honest = fs::read(house.gonogo.path("gonogo.yaml")).expect("a plan");
    // In the work tree one role is enough, its key is another one, and nobody has to sign exceptions.
    let house = house.policy(&[("require", "[security]"), ("unsigned-waivers", "allowed")]);
    house.also_signers(&[house.line("sec", "mallory", "")]);
    house.service.first(500);
    let until = (super::house::now() + jiff::SignedDuration::from_hours(48)).to_string();
    let waiver = format!("- {{ check: first, environment: prod, reason: q, ticket: U, owner: dev, approver: boss, expires: '{until}' }}\n");
    house.write("waivers.yaml", waiver);
    house.verify(&[]).exits(0);
    house.sign("security", "mallory", &[]).exits(0);
    house.gate(&[]).exits(0);
    let held = house.gate(&["--policy-from", "refs/heads/main"]).exits(1).stdout;
    for said in [
        "`devops` has not signed",
        "`security` has not signed",
        "is not among the allowed signers",
        "its accepted exception does not count: `boss` has not signed it",
        "policy, people or signers differ from those of refs/heads/main, which count here",
    ] {
        assert!(held.contains(said), "{said} in {held}");
    }
    // The page says what the gate says.
    house.gonogo.run(["report", "-q", "--policy-from", "refs/heads/main", "--format", "markdown=r.md"]).exits(0);
    assert!(house.gonogo.read("r.md").contains("is not among the allowed signers"), "{}", house.gonogo.read("r.md"));
    house.gate(&["--policy-from", "nowhere"]).exits(2).says("nowhere");
    // Honest again.
    house.service.first(200);
    fs::remove_file(house.gonogo.path("waivers.yaml")).expect("removed");
    house.write("gonogo.yaml", honest);
    git(&house, &["checkout", "-q", "signers"]);
    house.verify(&["--policy-from", "refs/heads/main"]).exits(0);
    house.sign("security", "sec", &["--policy-from", "refs/heads/main"]).exits(0);
    house.sign("devops", "dev", &[]).exits(0);
    let gate = house.gate(&["--policy-from", "refs/heads/main"]).exits(0).stdout;
    assert!(!gate.contains("differ"), "{gate}");
}
