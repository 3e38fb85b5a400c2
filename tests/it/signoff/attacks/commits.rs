//! A5: which commit it is, whoever says so.

use crate::signoff::house::House;

const OTHER: &str = "00000000000000000000000000000000000000ff";

/// What GitHub says of a job for this commit.
fn job(commit: &str) -> [(&str, &str); 2] {
    [("GITHUB_ACTIONS", "true"), ("GITHUB_SHA", commit)]
}

#[tokio::test(flavor = "multi_thread")]
async fn a5_a_run_of_one_commit_and_a_job_that_deploys_another() {
    let house = House::new().await.security_alone();
    let one = "0a1b2c3d4e".repeat(4);
    house.verify(&["--commit", &one]).exits(0);
    house.sign("security", "sec", &[]).exits(0);
    let deploy = ["deploy", "--release", "1.4.2", "--", "touch", "moved"];
    let ran = house.gonogo.run_with(&job(OTHER), deploy);
    assert!(!house.gonogo.path("moved").exists(), "{}", ran.stdout);
    ran.exits(3).says("is about the commit").says(OTHER);
    house.gonogo.run_with(&job(OTHER), ["gate", "--release", "1.4.2"]).exits(3).says(OTHER);
    house.gonogo.run_with(&job(&one), deploy).exits(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a5_the_commit_of_a_colleague_is_not_the_one_that_is_checked_out() {
    let house = House::new().await.security_alone().repository();
    let old = house.commit("dev@example.com", "old");
    let new = house.commit("dev@example.com", "new");
    house.verify(&["--commit", &old]).exits(1).says(&old).says(&new);
    assert!(!house.gonogo.path(".gonogo").exists() || !house.log().contains("run"), "nothing of it is on record");
    house.verify(&[]).exits(0);
    house.sign("security", "sec", &[]).exits(0);
    house.gate(&[]).exits(0);
    house.gate(&["--commit", &old]).exits(1).says("`--commit` names the commit").says(&new);
    house.gonogo.run(["deploy", "--release", "1.4.2", "--commit", &old, "--", "touch", "moved"]).exits(1);
    assert!(!house.gonogo.path("moved").exists());
    // So does the plan.
    house.write("gonogo.yaml", house.plan() + &format!("release: {{ commit: {old} }}\n"));
    house.verify(&[]).exits(1).says("the plan's `release:` names the commit").says(&new);
}

#[tokio::test(flavor = "multi_thread")]
async fn a5_what_is_checked_out_beats_the_variables_of_any_ci() {
    let house = House::new().await.security_alone().repository();
    house.verify(&[]).exits(0);
    house.sign("security", "sec", &[]).exits(0);
    let signed = house.git(&["rev-parse", "HEAD"]);
    house.commit("dev@example.com", "later");
    for variables in [job(&signed), [("GITLAB_CI", "true"), ("CI_COMMIT_SHA", &signed)], [("JENKINS_URL", "x"), ("GIT_COMMIT", &signed)]] {
        house
            .gonogo
            .run_with(&variables, ["gate", "--release", "1.4.2"])
            .exits(3)
            .says("is about the commit")
            .says("what is checked out counts");
    }
    // Where neither a checkout nor a CI shows it, a commit is a claim.
    let bare = House::new().await.security_alone();
    bare.verify(&["--commit", OTHER]).exits(0);
    bare.sign("security", "sec", &[]).exits(0);
    bare.gate(&["--commit", OTHER]).exits(0).says("is only claimed, by `--commit`");
}
