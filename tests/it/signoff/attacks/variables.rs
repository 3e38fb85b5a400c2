//! A23: a variable of the environment is no part of the policy.

use crate::signoff::house::House;

#[tokio::test(flavor = "multi_thread")]
async fn a23_a_variable_names_the_file_of_the_signers() {
    let house = House::new().await.security_alone().policy(&[("allowed-signers", "\"${SIGNERS:-signers}\"")]);
    house.keygen("mallory", &["-t", "ed25519"]);
    house.write("mine", house.line("sec", "mallory", ""));
    let mine = [("SIGNERS", "mine")];
    let verified = house.gonogo.run_with(&mine, ["verify", "-q", "--release", "1.4.2"]);
    house.gonogo.run_with(&mine, ["sign", "--as", "security", "--key", &house.key("mallory")]);
    house.gonogo.run_with(&mine, ["gate", "--release", "1.4.2"]).exits(2).says("allowed-signers");
    verified.exits(2).says("gonogo.yaml:");
    house.gonogo.run(["lint"]).exits(2).says("allowed-signers").says("variable");
    assert!(!house.gonogo.path(".gonogo").exists(), "a ledger was started by a policy that cannot be used");
}

#[tokio::test(flavor = "multi_thread")]
async fn a23_variables_in_any_other_word_of_the_policy_and_of_people() {
    let with = |key: &'static str, value: &'static str| async move {
        let house = House::new().await.security_alone().policy(&[(key, value)]);
        house.gonogo.run_with(&[("WHO", "security"), ("DAYS", "400d")], ["lint"]).exits(2).says("variable");
    };
    with("require", "[\"${WHO}\"]").await;
    with("roles", "{ security: [\"${WHO:-sec}\"], engineering-manager: [boss] }").await;
    with("max-age", "\"${DAYS}\"").await;
    with("bots", "[\"${WHO}\"]").await;
    let house = House::new().await.security_alone();
    house.write("gonogo.yaml", house.plan().replace("emails: [sec@example.com]", "emails: [\"${WHO}\"]"));
    house.gonogo.run_with(&[("WHO", "x@example.com")], ["gate", "--release", "1.4.2"]).exits(2).says("variable");
}
