//! A6: a yes names all that is asked about; a no is set apart only by another commit or artifact.

use crate::signoff::house::House;

const COMMIT: &str = "0123456789012345678901234567890123456789";
const OTHER: &str = "00000000000000000000000000000000000000ff";
const IMAGE: &str = "registry.example.com/shop@sha256:00";

/// Two security officers.
async fn officers() -> House {
    House::new().await.policy(&[("roles", "{ security: [sec, dev], recorder: [ci] }"), ("require", "[security]")])
}

#[tokio::test(flavor = "multi_thread")]
async fn a6_a_no_stands_when_one_more_name_is_given() {
    let house = officers().await;
    house.verify(&["--commit", COMMIT]).exits(0);
    house.sign("security", "sec", &["--no-go", "--comment", "a hole"]).exits(0);
    house.verify(&["--commit", COMMIT, "--artifact", IMAGE]).exits(0);
    house.sign("security", "dev", &[]).exits(0);
    house.gate(&["--commit", COMMIT, "--artifact", IMAGE]).exits(1).says("says no-go: a hole");
    // Nor does another label take it away from the same commit.
    house.gonogo.run(["verify", "-q", "--release", "1.4.3", "--commit", COMMIT]).exits(0);
    house.sign("security", "dev", &["--release", "1.4.3", "--commit", COMMIT]).exits(0);
    house.gonogo.run(["gate", "--release", "1.4.3", "--commit", COMMIT]).exits(1).says("says no-go: a hole");
    // Another commit does.
    house.verify(&["--commit", OTHER]).exits(0);
    house.sign("security", "dev", &["--commit", OTHER]).exits(0);
    house.gate(&["--commit", OTHER]).exits(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a6_a_red_run_stands_when_one_more_name_is_given() {
    let house = officers().await;
    house.verify(&["--commit", COMMIT, "--artifact", IMAGE]).exits(0);
    house.sign("security", "sec", &[]).exits(0);
    house.service.first(500);
    house.verify(&["--commit", COMMIT]).exits(1);
    house.gate(&["--commit", COMMIT, "--artifact", IMAGE]).exits(1).says("a newer full run of the same release");
}

#[tokio::test(flavor = "multi_thread")]
async fn a6_a_yes_that_names_less_than_is_asked() {
    let house = officers().await;
    house.verify(&[]).exits(0);
    house.sign("security", "sec", &[]).exits(0);
    house.gate(&["--artifact", IMAGE]).exits(3).says("names no artifact");
    house.gate(&["--commit", COMMIT]).exits(3).says("names no commit");
    house.gate(&[]).exits(0);
    // A no to another label, and nothing that sets the two apart: a doubt, which a later yes of the role settles.
    house.gonogo.run(["verify", "-q", "--release", "1.5.0"]).exits(0);
    house.sign("security", "dev", &["--release", "1.5.0", "--no-go", "--comment", "slow"]).exits(0);
    house.gonogo.run(["verify", "-q", "--release", "1.4.2", "--commit", COMMIT]).exits(0);
    house.gate(&["--commit", COMMIT]).exits(4).says("says no-go to 1.5.0: slow");
    house.sign("security", "sec", &["--commit", COMMIT]).exits(0);
    house.gate(&["--commit", COMMIT]).exits(0);
}
