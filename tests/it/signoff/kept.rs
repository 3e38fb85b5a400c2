//! A plan that comes in a bundle: nothing of the machine it is opened on comes into what is signed.

use std::fs;

use super::house::House;
use crate::gonogo::Gonogo;

const SECRET: &str = "canary-7f3a91";

fn with_canary(house: &mut House) {
    house.gonogo = std::mem::replace(&mut house.gonogo, Gonogo::new()).env("CANARY_TOKEN", SECRET);
}

/// Everything in a folder, as one text.
fn all_of(folder: &std::path::Path) -> String {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries.filter(|path| path.is_file()).map(|path| String::from_utf8_lossy(&fs::read(path).expect("bytes")).into_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bundle_takes_no_secret_from_whoever_signs_it() {
    for source in ["variable", "env-file"] {
        let said = "  - { id: said, why: \"I say ${CANARY_TOKEN}\", http: { url: \"${api}/first\" } }\n";
        let mut house = House::new().await.security_alone().checks(said);
        with_canary(&mut house);
        let home = Gonogo::new();
        let home = if source == "variable" { home.env("CANARY_TOKEN", SECRET) } else { home };
        fs::write(home.path("secrets.env"), format!("CANARY_TOKEN={SECRET}\n")).expect("written");
        let plan = house.plan().replace("{ prod: {", &format!("{{ prod: {{ env-file: \"{}\",", home.path("secrets.env").display()));
        house.write("gonogo.yaml", plan);
        house.verify(&["--bundle", "b"]).exits(0);
        fs::copy(house.gonogo.path("b"), home.path("b")).expect("a copy");
        let out = home.path("signed").display().to_string();
        let ran = home.run(["sign", "b", "--as", "security", "--key", &house.key("sec"), "--out", &out]).exits(0);
        assert!(!(ran.stdout + &ran.stderr).contains(SECRET), "{source}");
        fs::remove_file(home.path("secrets.env")).expect("removed");
        assert!(!all_of(&home.path(".")).contains(SECRET), "{source}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_signed_takes_no_variable() {
    let roles = "{ security: { people: [sec], meaning: \"I say ${CANARY_TOKEN}\" } }";
    let mut house = House::new().await.security_alone().policy(&[("roles", roles)]);
    with_canary(&mut house);
    let refused = house.verify(&[]).exits(2);
    assert!(!(refused.stdout.clone() + &refused.stderr).contains(SECRET));
    refused.says("who decides must not depend on the environment");
}

#[tokio::test(flavor = "multi_thread")]
async fn signers_named_by_a_path_from_the_root_go_with_the_bundle() {
    let elsewhere = Gonogo::new();
    let signers = elsewhere.path("team-signers").display().to_string();
    let house = House::new().await;
    fs::write(elsewhere.path("team-signers"), house.gonogo.read("signers")).expect("written");
    let house = house.security_alone().policy(&[("allowed-signers", &signers)]);
    house.verify(&["--bundle", "b"]).exits(0);
    house.sign("security", "sec", &[]).exits(0);
    house.gonogo.run(["report", "-q", "--bundle", "later"]).exits(0);
    let home = Gonogo::new().file("trusted", &house.gonogo.read("signers"));
    for name in ["b", "later"] {
        fs::copy(house.gonogo.path(name), home.path(name)).expect("a copy");
    }
    // On a machine that has no such file.
    drop(elsewhere);
    home.run(["sign", "b", "--as", "security", "--key", &house.key("sec"), "--out", "signed"]).exits(0);
    fs::write(home.path("law"), house.plan()).expect("written");
    home.run(["audit", "later", "--signers", "trusted", "--policy", "law"]).exits(0);
}
