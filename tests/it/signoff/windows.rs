//! The windows after a deployment: what each looks at, what is due, and what holds the next release.

use std::time::Duration;

use gonogo::model::Exit;

use super::house::House;

const CHECKS: &str = "
  - { id: soon, window: immediate, http: { url: \"${api}/first\" } }
  - { id: day, window: short-term, http: { url: \"${api}/first\" } }
  - { id: week, window: long-term, http: { url: \"${api}/first\" } }
";
const DAY: Duration = Duration::from_secs(86_400);

/// Its plan has windows with these ends.
async fn house(windows: &str) -> House {
    let house = House::new().await.security_alone().checks(CHECKS);
    house.write("gonogo.yaml", format!("{}post-deploy: {windows}\n", house.plan()));
    house
}

/// Without the check of the last window.
async fn small(windows: &str) -> House {
    let house = house(windows).await;
    let week = "  - { id: week, window: long-term, http: { url: \"${api}/first\" } }\n";
    house.write("gonogo.yaml", house.gonogo.read("gonogo.yaml").replace(week, ""));
    house
}

fn live(house: &House, release: &str) {
    house.gonogo.run(["deploy", "record", "--release", release, "--status", "succeeded"]).exits(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_looks_at_its_own_checks_and_deploy_at_the_first_alone() {
    let house = house("{ short-term: { due: 24h }, long-term: { due: 7d } }").await;
    house.verify(&["--phase", "pre-deploy", "--window", "short-term"]).exits(2).says("leave `--phase pre-deploy` out");
    let report = |more: &[&str]| {
        let ran = house.verify(&[&["--format", "json", "--no-record"], more].concat()).exits(0).stdout;
        serde_json::from_str::<serde_json::Value>(&ran).expect("a report")
    };
    let looked = |report: &serde_json::Value| {
        let all = report["findings"].as_array().expect("findings").iter();
        let looked: Vec<String> =
            all.filter(|one| one["outcome"] != "skipped").map(|one| one["id"].as_str().unwrap_or("").to_owned()).collect();
        looked.join(" ")
    };
    let pre = report(&[]);
    assert_eq!((looked(&pre).as_str(), pre.get("window")), ("first second base", None));
    let soon = report(&["--phase", "post-deploy"]);
    assert_eq!((looked(&soon).as_str(), soon.get("window")), ("first second base soon", None));
    let day = report(&["--window", "short-term"]);
    assert_eq!((looked(&day).as_str(), &day["window"], &day["phase"]), ("day", &"short-term".into(), &"post-deploy".into()));
    assert!(day.get("partial").is_none(), "{day}");
    house.verify(&[]).exits(0);
    house.sign("security", "sec", &[]).exits(0);
    house.gonogo.run(["deploy", "--release", "1.4.2", "--", "true"]).exits(0);
    house.gonogo.run(["log", "--all"]).exits(0).says("1.4.2 post-deploy: go");
    let log = house.gonogo.run(["log"]).exits(0).stdout;
    assert!(log.contains("`short-term` after the deployment of 1.4.2") && log.contains("`long-term` after"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_due_and_required_holds_the_next_release_and_no_other() {
    let house = house("{ immediate: { due: 1h }, short-term: { due: 24h, required: true }, long-term: { due: 7d } }").await;
    live(&house, "1.4.1");
    house.verify(&[]).exits(0);
    house.sign("security", "sec", &[]).exits(0);
    let log = house.gonogo.run(["log"]).exits(0).stdout;
    assert!(log.contains("`immediate` after the deployment of 1.4.1 (entry 2) is due by"), "{log}");
    house.gate(&[]).exits(0);
    let (_, said) = house.gate_in(DAY - Duration::from_secs(3_600)).await;
    assert!(!said.contains("short-term"), "{said}");
    let (exit, said) = house.gate_in(DAY + Duration::from_secs(60)).await;
    assert!(said.contains("`short-term` after the deployment of 1.4.1 (entry 2) was due by"), "{said}");
    assert!(exit != Exit::Go, "{exit:?}");
    // What is only told holds nothing; and the release that is live may go out once more.
    assert!(!said.contains("long-term") && !said.contains("immediate"), "{said}");
    live(&house, "1.4.2");
    let (_, said) = house.gate_in(DAY * 2).await;
    assert!(!said.contains("short-term"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_counts_that_looked_in_its_window_at_what_is_live() {
    let house = small("{ immediate: { due: 1h }, short-term: { due: 2h, required: true } }").await;
    let short = |release: &str, more: &[&str]| {
        house.gonogo.run([&["verify", "--release", release, "--window", "short-term", "--record"], more].concat())
    };
    short("1.4.1", &[]).exits(0).says("nothing is live by the record");
    live(&house, "1.4.1");
    short("1.4.1", &[]).exits(0).says("`short-term` begins");
    // Another release's is none, nor is a part of one.
    short("1.4.0", &[]).exits(0).says("1.4.1 is live by the record");
    house.verify(&[]).exits(0);
    house.sign("security", "sec", &[]).exits(0);
    let held = async |house: &House| house.gate_in(Duration::from_secs(7_260)).await.1;
    let said = held(&house).await;
    assert!(said.contains("`short-term` after the deployment of 1.4.1 (entry 3) was due by"), "{said}");
    assert!(said.contains("the run of entry 4 looked before the window began"), "{said}");
    // To say once more that it is live moves nothing.
    live(&house, "1.4.1");
    assert!(held(&house).await.contains("(entry 3) was due by"));
    // Its time has come: the run is late, and its own.
    house.write("gonogo.yaml", house.gonogo.read("gonogo.yaml").replace("1h", "1s").replace("2h", "2s"));
    std::thread::sleep(Duration::from_millis(2_100));
    house.verify(&["--format", "json"]).says("is not on record");
    house.sign("security", "sec", &[]).exits(0);
    house.gate(&[]).exits(4).says("✗ `short-term` after the deployment of 1.4.1");
    short("1.4.1", &[]).exits(0);
    house.gate(&[]).exits(0);
    house.gonogo.run(["log"]).exits(0).says("(entry 3): go, entry").says(", late: it was due by");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_by_another_plan_is_not_the_window_s() {
    let house = small("{ short-term: { due: 1s, required: true } }").await;
    live(&house, "1.4.1");
    std::thread::sleep(Duration::from_millis(1_100));
    let plan = house.gonogo.read("gonogo.yaml");
    house.write(
        "gonogo.yaml",
        plan.replace("window: short-term, http: { url: \"${api}/first\"", "window: short-term, http: { url: \"${api}/second\""),
    );
    house.gonogo.run(["verify", "--release", "1.4.1", "--window", "short-term", "--record"]).exits(0);
    house.write("gonogo.yaml", plan);
    house.verify(&[]).exits(0);
    house.sign("security", "sec", &[]).exits(0);
    house.gate(&[]).exits(4).says("was made with another plan");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_vouches_for_ends_nothing_where_that_is_demanded() {
    let house = small("{ short-term: { due: 1s, required: true } }").await;
    let lax = house.gonogo.read("gonogo.yaml");
    let strict = lax.replace("signoff:\n", "signoff:\n  unsigned-runs: refused\n");
    house.write("gonogo.yaml", &strict);
    let key = house.key("ci");
    let record = |release: &str, status: &str, more: &[&str]| {
        house.gonogo.run([&["deploy", "record", "--release", release, "--status", status], more].concat()).exits(0);
    };
    record("1.4.1", "succeeded", &["--recorder-key", &key]);
    std::thread::sleep(Duration::from_millis(1_100));
    house.verify(&["--recorder-key", &key]).exits(0);
    house.sign("security", "sec", &[]).exits(0);
    // By a plan that demands nothing.
    house.write("gonogo.yaml", &lax);
    record("1.4.1", "rolled-back", &[]);
    record("1.4.0", "succeeded", &[]);
    house.write("gonogo.yaml", &strict);
    house.gate(&[]).exits(4).says("✗ `short-term` after the deployment of 1.4.1");
    record("1.4.1", "rolled-back", &["--recorder-key", &key]);
    house.gate(&[]).exits(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_only_files_go_to_and_fro_the_ledger_of_the_deployments_knows_what_is_due() {
    let house = small("{ short-term: { due: 1s, required: true } }").await;
    let deploys = house.copied_without_ledger();
    live(&deploys, "1.4.1");
    std::thread::sleep(Duration::from_millis(1_100));
    house.verify(&["--bundle", "b"]).exits(0);
    house.sign("security", "sec", &[]).exits(0);
    house.gonogo.run(["report", "-q", "--release", "1.4.2", "--bundle", "signed"]).exits(0);
    std::fs::copy(house.gonogo.path("signed"), deploys.gonogo.path("signed")).expect("a copy");
    let gate = || deploys.gonogo.run(["gate", "--release", "1.4.2", "--bundle", "signed"]);
    gate().exits(4).says("✗ `short-term` after the deployment of 1.4.1");
    deploys.gonogo.run(["verify", "--release", "1.4.1", "--window", "short-term", "--record"]).exits(0);
    gate().exits(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_red_window_was_looked_at_and_one_that_could_not_look_was_not() {
    let house = small("{ short-term: { due: 1s, required: true } }").await;
    let plan = house.gonogo.read("gonogo.yaml");
    let with = |url: &str| {
        let day = "{ id: day, window: short-term, http: { url: \"${api}/first\" } }";
        house.write(
            "gonogo.yaml",
            plan.replace(day, &format!("{{ id: day, window: short-term, http: {{ url: \"{url}\" }} }}"))
                .replace("  - { id: week, window: long-term, http: { url: \"${api}/first\" } }\n", ""),
        );
    };
    with("http://127.0.0.1:1/");
    live(&house, "1.4.1");
    std::thread::sleep(Duration::from_millis(1_100));
    let short = || house.gonogo.run(["verify", "--release", "1.4.1", "--window", "short-term", "--record"]);
    short().exits(3);
    house.verify(&[]).exits(0);
    house.sign("security", "sec", &[]).exits(0);
    house.gate(&[]).exits(4).says("could not look at everything");
    with("${api}/missing");
    short().exits(1);
    house.verify(&[]).exits(0);
    house.sign("security", "sec", &[]).exits(0);
    house.gate(&[]).exits(0).says("note").says("`short-term` after the deployment of 1.4.1 (entry 2): no-go");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bundle_of_the_next_release_brings_what_the_windows_of_the_live_one_rest_on() {
    let house = small("{ short-term: { due: 1s, required: true } }").await;
    live(&house, "1.4.1");
    let bundle = |name: &str| {
        house.verify(&["--bundle", name]).exits(0);
        house.sign("security", "sec", &[]).exits(0);
        house.gonogo.run(["report", "-q", "--release", "1.4.2", "--bundle", name]).exits(0);
        let other = crate::gonogo::Gonogo::new().file("gonogo.yaml", &house.gonogo.read("gonogo.yaml"));
        let other = other.file("signers", &house.gonogo.read("signers"));
        std::fs::copy(house.gonogo.path(name), other.path(name)).expect("a copy");
        other.run(["gate", "--release", "1.4.2", "--bundle", name])
    };
    std::thread::sleep(Duration::from_millis(1_100));
    bundle("without.zip").exits(4).says("✗ `short-term` after the deployment of 1.4.1");
    house.gonogo.run(["verify", "--release", "1.4.1", "--window", "short-term", "--record"]).exits(0);
    bundle("with.zip").exits(0);
}
