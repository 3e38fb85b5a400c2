//! A1: other things called like the protected branch, and names that mean nothing.

use crate::signoff::house::{House, PROTECTED};

/// A clone whose protected branch is honest, and a commit in it where the key of `sec` is Mallory's; signed by Mallory.
async fn forged() -> House {
    let house = House::new().await.security_alone();
    house.keygen("mallory", &["-t", "ed25519"]);
    let house = house.published();
    house.signers(&[house.line("sec", "mallory", ""), house.line("dev", "dev", "")]);
    house.git(&["checkout", "-q", "-b", "mine"]);
    house.git(&["commit", "-q", "-a", "-m", "signers"]);
    house.verify(&[]).exits(0);
    house.sign("security", "mallory", &[]).exits(0);
    house.gate(&[]).exits(0);
    house
}

#[tokio::test(flavor = "multi_thread")]
async fn a1_a_tag_called_like_the_protected_branch() {
    let house = forged().await;
    house.git(&["tag", "origin/main"]);
    let short = ["--policy-from", "origin/main"];
    let both = "`origin/main` can mean `refs/remotes/origin/main` or `refs/tags/origin/main`: write the one that is meant in full";
    house.gate(&short).exits(2).says(both);
    house.verify(&short).exits(2).says(both);
    house.sign("security", "mallory", &short).exits(2).says(both);
    house.gonogo.run(["deploy", "--release", "1.4.2", "--policy-from", "origin/main", "--", "touch", "moved"]).exits(2).says(both);
    assert!(!house.gonogo.path("moved").exists());
    house.gate(&PROTECTED).exits(4).says("is not among the allowed signers");
    // Without the tag the short name is the branch of the remote.
    house.git(&["tag", "-d", "origin/main"]);
    house.gate(&short).exits(4).says("policy of refs/remotes/origin/main, commit ");
}

#[tokio::test(flavor = "multi_thread")]
async fn a1_a_branch_that_is_checked_out_and_a_tag_in_a_full_name() {
    let house = forged().await;
    house.git(&["checkout", "-q", "-b", "origin/main"]);
    house.gate(&["--policy-from", "origin/main"]).exits(2).says("`refs/heads/origin/main`").says("`refs/remotes/origin/main`");
    // A full name is one place, whatever else is called so.
    house.git(&["tag", "refs/remotes/origin/main"]);
    house.gate(&PROTECTED).exits(4).says("is not among the allowed signers");
    // A branch of one's own is not the remote's, nor is an abbreviation, nor a way that git would walk.
    house.git(&["branch", "release", "refs/heads/mine"]);
    house.gate(&["--policy-from", "release"]).exits(2).says("write the one that is meant in full");
    let commit = house.git(&["rev-parse", "HEAD"]);
    house.gate(&["--policy-from", &commit[..12]]).exits(2);
    for way in ["HEAD", "@{u}", "main~0", "origin/main^{commit}", ":/plan", "--all", "refs/remotes/*/main"] {
        house.gate(&[&format!("--policy-from={way}")]).exits(2);
    }
    house
        .gate(&["--policy-from", &house.git(&["show-ref", "--hash", "--verify", "refs/remotes/origin/main"])])
        .exits(4)
        .says("is not among the allowed signers");
}

#[tokio::test(flavor = "multi_thread")]
async fn a1_what_a_name_came_to_is_shown_and_on_record() {
    let house = House::new().await.security_alone().published();
    let commit = house.git(&["show-ref", "--hash", "--verify", "refs/remotes/origin/main"]);
    let short = ["--policy-from", "origin/main"];
    house.verify(&short).exits(0);
    house.sign("security", "sec", &short).exits(0).says(&format!("policy of refs/remotes/origin/main ({commit})"));
    house.gate(&short).exits(0).says(&format!("policy of refs/remotes/origin/main, commit {commit}"));
    house.gonogo.run(["deploy", "--release", "1.4.2", short[0], short[1], "--", "true"]).exits(0);
    // The branch goes on; what was decided by is what it was then.
    house.commit("lead@example.com", "later");
    house.git(&["push", "-q", "origin", "main"]);
    house.gonogo.run(["report", "-q", "--release", "1.4.2", "--format", "markdown=r.md"]).exits(0);
    let page = house.gonogo.read("r.md");
    assert!(page.contains("refs/remotes/origin/main") && page.contains(&commit[..12]), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a1_a_variable_of_the_ci_that_is_not_set() {
    let house = forged().await;
    house.gate(&["--policy-from", ""]).exits(2).says("`--policy-from` is empty");
    house.gate(&["--policy-from", " "]).exits(2).says("`--policy-from` is empty");
    let gate = |variable: &str, more: &[&str]| {
        house.gonogo.run_with(&[("GONOGO_POLICY_FROM", variable)], ["gate", "--release", "1.4.2"].iter().chain(more))
    };
    gate("", &[]).exits(2).says("`GONOGO_POLICY_FROM` is empty");
    gate("refs/heads/mine", &PROTECTED).exits(2).says("leave one of them out");
    gate(PROTECTED[1], &[]).exits(4).says("is not among the allowed signers");
    gate(PROTECTED[1], &PROTECTED).exits(4);
}
