//! Reports made after a deployment say what was signed before it, and the verdict of a report is the people's too.

use serde_json::Value;

use super::house::House;

/// What the pages say of the signatures.
fn signed(house: &House, more: &[&str]) -> String {
    let text = house.gonogo.run(["report", "--release", "1.4.2"].iter().chain(more)).exits(0).stdout.replace("\n│             ", " ");
    text.lines().find_map(|line| line.strip_prefix("Signed        ")).unwrap_or_else(|| panic!("{text}")).to_owned()
}

/// The entry of the newest run.
async fn newest(house: &House) -> String {
    house.entries().await.last().expect("an entry").seq.to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_after_the_deployment_says_what_was_signed_before_it() {
    let house = House::new().await;
    house.verify(&[]).exits(0);
    house.all_sign();
    house.gonogo.run(["deploy", "record", "--release", "1.4.2", "--status", "succeeded"]).exits(0);
    house.verify(&["--phase", "post-deploy"]).exits(0);
    let entry = newest(&house).await;
    let said = signed(&house, &["--entry", &entry]);
    assert!(
        said.starts_with("Before the deployment, report ") && said.contains("…: signed by 4 of 4 roles (Lea Lead as deployment-lead; "),
        "{said}"
    );
    for (format, needed) in
        [("html", "made before the deployment"), ("markdown", "made before the deployment"), ("junit", "…: signed by 4 of 4 roles")]
    {
        let text = house.gonogo.run(["report", "--entry", &entry, "--format", format]).exits(0).stdout;
        assert!(
            text.contains(needed) && !text.contains("No role has to sign") && !text.contains("No deployment to this"),
            "{format}: {text}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_that_nobody_signed_is_not_said_to_need_no_signature() {
    let house = House::new().await.security_alone();
    house.verify(&["--phase", "post-deploy"]).exits(0);
    let alone = signed(&house, &["--entry", &newest(&house).await]);
    assert_eq!(alone, "Not signed before the deployment: no report made before it is on record");
    house.verify(&[]).exits(0);
    house.verify(&["--phase", "post-deploy"]).exits(0);
    let said = signed(&house, &["--entry", &newest(&house).await]);
    assert!(said.starts_with("Before the deployment, report ") && said.ends_with("…: not signed by security"), "{said}");
    // Less than a full run, before the deployment: nobody signs it, whatever the plan asks.
    house.verify(&["--only", "first"]).exits(0);
    assert_eq!(signed(&house, &["--entry", &newest(&house).await]), "Nobody signs this: it is no full run of the plan");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_no_of_people_is_no_go_for_machines_too() {
    let house = House::new().await.security_alone();
    house.verify(&[]).exits(0);
    house.sign("security", "sec", &["--no-go", "--comment", "SEC-88 is open"]).exits(0);
    let text = |format: &str| house.gonogo.run(["report", "--release", "1.4.2", "--format", format]).exits(0).stdout;
    assert!(text("junit").contains("<failure message=\"NO-GO by security (checks: GO)"), "{}", text("junit"));
    assert!(text("github").starts_with("::error title=NO-GO by security (checks%3A GO)"), "{}", text("github"));
    let sarif: Value = serde_json::from_str(&text("sarif")).expect("JSON");
    assert_eq!((&sarif["runs"][0]["properties"]["verdict"], &sarif["runs"][0]["invocations"][0]["exitCode"]), (&"no-go".into(), &1.into()));
    let json: Value = serde_json::from_str(&text("json")).expect("JSON");
    assert_eq!(json["verdict"], "go");
}
