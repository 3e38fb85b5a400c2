//! A19: what a report made after a deployment says of the signatures before it.

use crate::signoff::house::House;

#[tokio::test(flavor = "multi_thread")]
async fn a19_a_report_after_the_deployment_of_a_plan_with_four_roles() {
    let house = House::new().await;
    house.verify(&[]).exits(0);
    house.all_sign();
    house.gonogo.run(["deploy", "--release", "1.4.2", "--", "true"]).exits(0);
    let after = house.entries().await.iter().rev().nth(1).expect("the run after it").seq.to_string();
    for format in ["markdown", "html", "junit", "sarif"] {
        let text = rendered(&house, &after, format);
        assert!(!text.contains("No role has to sign") && !text.contains("the plan does not say"), "{format}: {text}");
        assert!(format == "sarif" || text.contains("4 of 4 roles") || text.contains("Sepp Security"), "{format}: {text}");
    }
}

/// The page of an entry in a format.
#[track_caller]
fn rendered(house: &House, entry: &str, format: &str) -> String {
    house.gonogo.run(["report", "--entry", entry, "--format", format]).exits(0).stdout
}

#[tokio::test(flavor = "multi_thread")]
async fn a19_a_deployment_past_a_no_or_half_signed_is_not_called_signed() {
    let house = House::new().await;
    house.verify(&[]).exits(0);
    house.sign("security", "sec", &["--no-go", "--comment", "a hole"]).exits(0);
    house.sign("devops", "dev", &[]).exits(0);
    house.gonogo.run(["deploy", "record", "--release", "1.4.2", "--status", "succeeded"]).exits(0);
    house.verify(&["--phase", "post-deploy"]).exits(0);
    let after = house.entries().await.last().expect("an entry").seq.to_string();
    for format in ["markdown", "html"] {
        let text = rendered(&house, &after, format);
        assert!(!text.contains("No role has to sign") && !text.contains("signed by 4 of 4"), "{format}: {text}");
        assert!(text.contains("a hole") || text.contains("NO-GO") || text.contains("no-go"), "{format}: {text}");
    }
}
