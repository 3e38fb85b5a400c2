//! The auditor's sample: drawn by a seed, carried in one zip, looked at offline; and zips that hide something.

use std::fs;

use gonogo::{
    ledger::{Bundle, Entry},
    model::{Act, Begun, Deployment, DeploymentStatus, Digest, Statement},
};
use serde_json::Value;

use super::{
    audited::{audit, packed_anew},
    house::{House, shell},
};
use crate::gonogo::Ran;

const TRUSTED: [&str; 4] = ["--signers", "trusted", "--policy", "law.yaml"];

/// Everything that the tests' clock can have said.
const PERIOD: [&str; 4] = ["--from", "2020-01-01", "--to", "2099-12-31"];

/// Deploys a release as it should be.
fn deployed(house: &House, release: &str, status: &str) {
    let ci = house.key("ci");
    house.gonogo.run(["verify", "-q", "--release", release, "--recorder-key", &ci]).exits(0);
    house.gonogo.run(["sign", "--as", "security", "--key", &house.key("sec")]).exits(0);
    recorded(house, release, status);
}

fn recorded(house: &House, release: &str, status: &str) -> Ran {
    house.gonogo.run(["deploy", "record", "--release", release, "--status", status, "--recorder-key", &house.key("ci")]).exits(0)
}

/// Five deployments as they should be, the third of which failed.
async fn house() -> House {
    let house = House::new().await.security_alone().policy(&[("break-glass", "{ roles: [engineering-manager], review-within: 2d }")]);
    for (release, status) in
        [("1.0.0", "succeeded"), ("1.1.0", "succeeded"), ("1.2.0", "failed"), ("1.2.1", "succeeded"), ("1.3.0", "succeeded")]
    {
        deployed(&house, release, status);
    }
    house
}

fn sample(house: &House, more: &[&str]) -> Ran {
    house.gonogo.run(["log"].iter().chain(&PERIOD).chain(more))
}

fn entries(ran: Ran) -> Vec<u64> {
    let drawn: Value = serde_json::from_str(&ran.exits(0).stdout).expect("JSON");
    drawn["entries"].as_array().expect("a list").iter().map(|entry| entry.as_u64().expect("a number")).collect()
}

fn bundle(house: &House, more: &[&str]) -> Bundle {
    sample(house, &[more, &["--bundle", "s.zip"]].concat()).exits(0).says("for `gonogo audit`");
    Bundle::from_zip(&fs::read(house.gonogo.path("s.zip")).expect("a zip")).expect("a bundle")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seed_draws_the_same_everywhere_and_another_seed_another_sample() {
    let house = house().await;
    let draw = |seed: &str| entries(sample(&house, &["--sample", "2", "--seed", seed, "--format", "json"]));
    assert_eq!(draw("4711"), draw("4711"));
    let seeds: Vec<Vec<u64>> = (0..12).map(|seed| draw(&seed.to_string())).collect();
    assert!(seeds.iter().any(|other| *other != seeds[0]), "{seeds:?}");
    // As `sha256sum` has it.
    let drawn: Value =
        serde_json::from_str(&sample(&house, &["--sample", "5", "--seed", "7", "--format", "json"]).exits(0).stdout).expect("JSON");
    let items = drawn["items"].as_array().expect("items");
    let orders: Vec<&str> = items.iter().map(|item| item["order"].as_str().expect("text")).collect();
    assert!(orders.is_sorted() && items.len() == 5, "{orders:?}");
    for item in items {
        let text = format!("7|{}", item["fingerprint"].as_str().expect("text"));
        assert_eq!(item["order"].as_str(), Some(Digest::of(text.as_bytes()).as_str()));
    }
    assert!(items.iter().any(|item| item["status"] == "failed"), "failed ones are in it: {items:?}");
    sample(&house, &["--sample", "25", "--seed", "7"])
        .exits(0)
        .says("5 of 5 deployments of shop to prod")
        .says("25 were asked for and there are 5: all of them are drawn")
        .says("seed        7")
        .says("days are those of UTC");
    for (more, said) in [
        (&["--from", "2001-01-01", "--to", "2001-12-31", "--sample", "2", "--seed", "1"][..], "there is nothing to draw from"),
        (&["--from", "2027-01-02", "--to", "2026-01-01", "--sample", "2", "--seed", "1"], "the wrong way round"),
        (&["--from", "2027-01-02", "--to", "2026-01-01"], "the wrong way round"),
        (&["--from", "2026-01-02", "--sample", "2", "--seed", "1"], "--until"),
        (&["--from", "2026-01-02", "--to", "2026-12-31", "--sample", "2"], "--seed"),
        (&["--from", "yesterday", "--to", "2026-12-31", "--sample", "2", "--seed", "1"], "neither a date nor an instant"),
        (&["--from", "2020-01-01", "--to", "2099-12-31", "--sample", "0", "--seed", "1"], "0"),
        (&["--from", "2020-01-01", "--to", "2099-12-31", "--sample", "2", "--seed", "1", "--format", "csv"], "no CSV"),
    ] {
        house.gonogo.run(["log"].iter().chain(more)).exits(2).says(said);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_zip_has_the_evidence_of_each_and_an_auditor_looks_at_it_offline() {
    let house = house().await;
    let made = bundle(&house, &["--sample", "3", "--seed", "4711"]);
    let zip = fs::read(house.gonogo.path("s.zip")).expect("a zip");
    let said = audit(&house, &zip, &TRUSTED).exits(0).says("seed        4711: it must be the one that you gave");
    let said = said.says("3 of 5 deployments of shop to prod").says("what was looked at agrees").stdout;
    assert_eq!(said.lines().filter(|line| line.contains("  ok      ok      ok     -      -       ok      -")).count(), 3, "{said}");
    assert!(said.lines().all(|line| line.len() <= 80 || !line.contains("  ok  ")), "{said}");
    audit(&house, &zip, &TRUSTED[..2]).exits(5).says("the bundle's own claim");
    audit(&house, &zip, &[]).exits(5).says("signers not confirmed");
    audit(&house, &packed_anew(made.clone()), &TRUSTED).exits(0);
    // What several have stands once.
    let plans = made.files.keys().filter(|name| name.starts_with("plans/")).count();
    assert_eq!(plans, 2, "the plan and its signers: {:?}", made.files.keys());
    assert_eq!(made.files.keys().filter(|name| name.ends_with("report.html")).count(), 3);
    // It is no bundle of one report.
    house.gonogo.run(["gate", "--release", "1.3.0", "--bundle", "s.zip"]).exits(2).says("a sample of many deployments");
    // Without this program.
    let folder = tempfile::tempdir().expect("a folder");
    for (name, bytes) in &made.files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, bytes).expect("written");
    }
    let text = String::from_utf8(made.files["VERIFY.txt"].clone()).expect("text");
    let lines: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("    ")).filter(|line| !line.starts_with("gonogo")).collect();
    assert!(lines.iter().filter(|line| line.starts_with("ssh-keygen")).count() >= 9, "{text}");
    let drawn = made.draw().expect("a draw").expect("a sample").entries;
    for line in &lines {
        let (well, said) = shell(folder.path(), "sh", &["-c", line]);
        assert!(well, "{line}: {said}");
        if line.starts_with("while") {
            let found: Vec<u64> =
                said.lines().map(|line| line.split_whitespace().nth(1).and_then(|entry| entry.parse().ok()).expect("an entry")).collect();
            assert_eq!(found, drawn, "{said}");
        }
        if line.starts_with("sha256sum items") {
            assert!(said.lines().all(|line| text.contains(line)) && said.lines().count() == 3, "{said}");
        }
        if line.starts_with("ssh-keygen") {
            assert!(said.contains("Good \"gonogo\" signature"), "{line}: {said}");
        }
    }
}

/// A sample that somebody changes with this program's own means.
struct Forged {
    house: House,
    made: Bundle,
    /// The entries that were drawn.
    drawn: Vec<u64>,
    /// Those of the population.
    population: Vec<u64>,
}

impl Forged {
    async fn new() -> Self {
        let house = house().await;
        let made = bundle(&house, &["--sample", "2", "--seed", "4711"]);
        let drawn = made.draw().expect("a draw").expect("a sample").entries;
        let text = String::from_utf8_lossy(&made.files["population.txt"]).into_owned();
        let population = text.lines().map(|line| line.split(' ').nth(1).and_then(|entry| entry.parse().ok()).expect("an entry")).collect();
        Self { house, made, drawn, population }
    }

    #[track_caller]
    fn refused(&self, said: &str, change: impl Fn(&mut Bundle)) {
        let mut bundle = self.made.clone();
        change(&mut bundle);
        audit(&self.house, &packed_anew(bundle), &TRUSTED).exits(5).says(said);
    }

    /// One that was not drawn.
    fn other(&self) -> u64 {
        *self.population.iter().find(|entry| !self.drawn.contains(entry)).expect("another")
    }
}

#[track_caller]
fn edited(bundle: &mut Bundle, name: &str, change: impl Fn(&str) -> String) {
    let text = String::from_utf8(bundle.files[name].clone()).expect("text");
    let new = change(&text);
    assert_ne!(text, new, "{name}");
    bundle.files.insert(name.into(), new.into_bytes());
}

fn folder(entry: u64) -> String {
    format!("items/{entry:04}/")
}

fn without(bundle: &mut Bundle, entry: u64) {
    bundle.files.retain(|name, _| !name.starts_with(&folder(entry)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_population_that_was_thinned_is_refused() {
    let forged = Forged::new().await;
    let hidden = forged.other();
    forged.refused(&format!("its population lacks deployments that the ledger has in this period: entries {hidden}"), |bundle| {
        edited(bundle, "population.txt", |text| {
            let kept = text.lines().filter(|line| line.split(' ').nth(1) != Some(&hidden.to_string()));
            kept.map(|line| format!("{line}\n")).collect()
        });
    });
    forged.refused("its population has deployments that the ledger has not so", |bundle| {
        edited(bundle, "population.txt", |text| text.replacen("failed", "succeeded", 1));
    });
    // Its entry is a link alone, or gone.
    let lines = |text: &str, of: &dyn Fn(&str, &Value) -> String| -> String {
        text.lines().map(|line| of(line, &serde_json::from_str(line).expect("JSON"))).collect()
    };
    forged.refused("only its link is in the bundle, and it is a deployment", |bundle| {
        edited(bundle, "ledger.jsonl", |text| {
            lines(text, &|line, value| if value["seq"] == hidden { link(value) } else { format!("{line}\n") })
        });
    });
    forged.refused(&format!("entry {hidden} of the ledger cannot be trusted: it is missing"), |bundle| {
        edited(bundle, "ledger.jsonl", |text| {
            lines(text, &|line, value| if value["seq"] == hidden { String::new() } else { format!("{line}\n") })
        });
    });
    // A period in which fewer are.
    let third = String::from_utf8_lossy(&forged.made.files["population.txt"])
        .lines()
        .nth(2)
        .and_then(|line| line.split(' ').nth(2).map(str::to_owned));
    let third = third.expect("an instant");
    forged.refused("its population has deployments that the ledger has not so", |bundle| {
        edited(bundle, "DRAW.json", |text| text.replacen("2020-01-01T00:00:00Z", &third, 1));
    });
    // Made with the ledger as it was before, it lacks the head that the auditor kept.
    let before = fs::read(forged.house.gonogo.path("s.zip")).expect("a zip");
    deployed(&forged.house, "1.4.0", "succeeded");
    let head = forged.house.log().lines().last().and_then(|line| line.rsplit(' ').next().map(str::to_owned)).expect("a head");
    audit(&forged.house, &before, &[&TRUSTED[..], &["--head", &head]].concat()).exits(5).says("is not in the bundle's ledger");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_draw_than_that_of_the_seed_is_refused() {
    let forged = Forged::new().await;
    let (drawn, other) = (&forged.drawn, forged.other());
    forged.refused("its report is on record and missing from the bundle", |bundle| without(bundle, drawn[0]));
    forged.refused("it is not the draw of its population", |bundle| {
        without(bundle, drawn[0]);
        edited(bundle, "DRAW.json", |text| text.replacen(&format!("    {},\n", drawn[0]), "", 1));
    });
    forged.refused("it is not the draw of its population: the seed 4711 draws the entries", |bundle| {
        let moved = |(name, bytes): (&String, &Vec<u8>)| (name.replace(&folder(drawn[1]), &folder(other)), bytes.clone());
        bundle.files = bundle.files.iter().map(moved).collect();
        edited(bundle, "DRAW.json", |text| text.replacen(&format!("    {}\n", drawn[1]), &format!("    {other}\n"), 1));
    });
    forged.refused("it is not the draw of its population: the seed", |bundle| {
        let text = String::from_utf8_lossy(&forged.made.files["population.txt"]).into_owned();
        let draws_other = |seed: &u64| {
            let draw = gonogo::ledger::Draw { seed: *seed, ..bundle.draw().expect("a draw").expect("a sample") };
            let first = text.lines().min_by_key(|line| draw.order(&Digest::parse(&line[..64]).expect("a fingerprint")));
            first.and_then(|line| line.split(' ').nth(1)) != Some(&drawn[0].to_string())
        };
        let seed = (0..99).find(draws_other).expect("a seed");
        edited(bundle, "DRAW.json", |text| text.replacen("4711", &seed.to_string(), 1));
    });
    forged.refused("is of no deployment that was drawn", |bundle| {
        _ = bundle.files.insert("items/0099/report.html".into(), b"<h1>GO</h1>".to_vec())
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_that_was_changed_is_refused() {
    let forged = Forged::new().await;
    let drawn = &forged.drawn;
    let of = |name: &str| format!("{}{name}", folder(drawn[0]));
    forged.refused("the report beside it is not the one that it rests on", |bundle| {
        for name in ["report.json", "report.html", "report.md", "record.json"] {
            let bytes = bundle.files[&format!("{}{name}", folder(drawn[1]))].clone();
            bundle.files.insert(of(name), bytes);
        }
    });
    forged.refused("its report.html was edited", |bundle| {
        edited(bundle, &of("report.html"), |text| text.replacen("Sepp Security", "Mallory", 1))
    });
    forged.refused("the report beside it is not the one that it rests on", |bundle| {
        edited(bundle, &of("report.json"), |text| text.replacen("\"first\"", "\"frist\"", 1));
    });
    forged.refused("its record is as of", |bundle| {
        let then = bundle.item(drawn[0]).expect("an item").expect("a report").record().expect("a record").as_of.to_string();
        edited(bundle, &of("record.json"), |text| text.replacen(&then, "2026-01-01T00:00:00Z", 1));
    });
    let plan = forged.made.files.keys().find(|name| name.starts_with("plans/")).expect("a plan").clone();
    forged.refused("were changed: plans/", |bundle| _ = bundle.files.insert(plan.clone(), b"project: shop\n".to_vec()));
    forged.refused("VERIFY.txt", |bundle| edited(bundle, "VERIFY.txt", |text| text.replacen("head -n 2", "head -n 1", 1)));
}

/// The link of an entry's line, as a bundle has it.
fn link(line: &Value) -> String {
    use base64::Engine as _;
    let payload = base64::engine::general_purpose::STANDARD.decode(line["payload"].as_str().expect("text")).expect("base64");
    let signature = line["signature"].as_str().map(|text| Digest::of(text.as_bytes()).to_string());
    let statement = Digest::of(&payload).to_string();
    format!(
        "{{\"link\":{},\"version\":{},\"seq\":{},\"prev\":{},\"recorded\":{},\"statement\":{},\"signature\":{},\"chain\":{},\"label\":{}}}\n",
        line["digest"],
        line["version"],
        line["seq"],
        line["prev"],
        line["recorded"],
        Value::from(statement),
        Value::from(signature),
        line["chain"],
        line["label"]
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_approved_or_not_settled_or_has_no_report_stands_in_the_table() {
    let house = House::new().await.security_alone().policy(&[("break-glass", "{ roles: [engineering-manager], review-within: 2d }")]);
    deployed(&house, "1.0.0", "succeeded");
    // Nobody signed.
    house.gonogo.run(["verify", "-q", "--release", "1.1.0"]).exits(0);
    recorded(&house, "1.1.0", "succeeded");
    // In an emergency.
    house.gonogo.run(["verify", "-q", "--release", "1.2.0"]).exits(0);
    let glass =
        ["gate", "--release", "1.2.0", "--break-glass", "--as", "engineering-manager", "--reason", "the shop is down", "--ticket", "INC-7"];
    house.gonogo.run(glass.iter().chain(&["--key", house.key("boss").as_str()])).exits(0);
    recorded(&house, "1.2.0", "succeeded");
    // Once more, and what went out then is not on record.
    house.gonogo.run(glass.iter().chain(&["--key", house.key("boss").as_str()])).exits(0);
    // Of what nobody has looked at.
    recorded(&house, "9.9.9", "succeeded");
    let all = ["--sample", "9", "--seed", "1"];
    bundle(&house, &all);
    let zip = || fs::read(house.gonogo.path("s.zip")).expect("a zip");
    let said = audit(&house, &zip(), &TRUSTED)
        .exits(3)
        .says("no deployment on record says what was deployed then")
        .says("3 of 4 that were drawn have something")
        .says("4 of 4 deployments")
        .says("EMERGENCY");
    let said = said.says("(INC-7: the shop is down) was not reviewed").says("no run of it is on record before it");
    let said = said.says("by the policy of its time the gate had not let it through when it began").stdout;
    assert!(said.contains("roles         `security` has not signed"), "{said}");
    let entry =
        house.log().lines().find(|line| line.contains("EMERGENCY 1.2.0: ")).and_then(|line| line.split(' ').next()).map(str::to_owned);
    house.gonogo.run(["deploy", "review", &entry.expect("an entry"), "--comment", "it was right", "--key", &house.key("sec")]).exits(0);
    bundle(&house, &all);
    let said = audit(&house, &zip(), &TRUSTED).exits(3).stdout;
    assert!(!said.contains("was not reviewed"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_has_no_end_is_of_the_population_until_it_is_settled() {
    let house = House::new().await.security_alone();
    let ci = house.key("ci");
    house.verify(&["--recorder-key", &ci]).exits(0);
    house.sign("security", "sec", &[]).exits(0);
    let killed = ["deploy", "--release", "1.4.2", "--recorder-key", &ci, "--", "sh", "-c", "kill -KILL $PPID; sleep 1"];
    assert_eq!(house.gonogo.command(killed).output().expect("it runs").status.code(), None);
    let all = ["--sample", "9", "--seed", "1"];
    bundle(&house, &all);
    let zip = || fs::read(house.gonogo.path("s.zip")).expect("a zip");
    audit(&house, &zip(), &TRUSTED).exits(4).says("1 of 1 deployments").says("it began and has no end on record");
    // Nobody ends what was signed without a signature, whatever time it says.
    let (began, begun) = house.entries().await.iter().find_map(|entry| Some((entry.statement(), begun_of(entry)?))).expect("it began");
    let (release, deployer) = (begun.release.clone(), begun.deployer.clone());
    let long_ago: jiff::Timestamp = "1990-01-01T00:00:00Z".parse().expect("an instant");
    let end = Deployment {
        release,
        status: DeploymentStatus::Succeeded,
        notes: None,
        deployer,
        started: None,
        finished: long_ago,
        log: None,
        report: None,
        verified: None,
        emergency: None,
        begun: Some(began),
        unverified: None,
        policy: None,
    };
    let forged = house.copied();
    forged.put(None, Vec::new(), Act::Deployment(Box::new(end)), crate::signoff::house::now()).await;
    bundle(&forged, &all);
    let packed = fs::read(forged.gonogo.path("s.zip")).expect("a zip");
    audit(&forged, &packed, &TRUSTED).exits(3).says("2 of 2 deployments").says("it began and has no end on record");
    // Which one began stands in the log's sentence.
    let text = house.gonogo.run(["log"]).exits(0).stdout;
    let entry = text
        .lines()
        .find_map(|line| Some(line.split_once("gonogo deploy settle ")?.1.trim_end_matches('`').to_owned()))
        .expect("it is open");
    let settle = ["deploy", "settle", &entry, "--failed", "--comment", "the runner died", "--key", &house.key("dev")];
    house.gonogo.run(settle).exits(0);
    bundle(&house, &all);
    audit(&house, &zip(), &TRUSTED).exits(0).says("1 of 1 deployments").says("it failed: the runner died");
}

fn begun_of(entry: &Entry) -> Option<Begun> {
    let Act::Begun(begun) = Statement::from_json(&entry.payload).expect("a statement").act else { return None };
    Some(*begun)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_control_keeps_those_whose_report_has_a_check_with_it() {
    let house = House::new().await.security_alone();
    deployed(&house, "1.0.0", "succeeded");
    let house = house.checks("  - { id: tagged, tags: [CC8.1, web], http: { url: \"${api}/base\" } }\n");
    deployed(&house, "1.1.0", "succeeded");
    recorded(&house, "9.9.9", "succeeded");
    let drawn = |control: &str| sample(&house, &["--sample", "25", "--seed", "1", "--control", control]);
    drawn("CC8.1")
        .exits(0)
        .says("1 of 1 deployments")
        .says("1.1.0")
        .says("deployments of the period without a report: none can have the control");
    drawn("CC9").exits(2).says("has the tag `CC9`, so there is nothing to draw from; tags there: CC8.1, web");
    let made = bundle(&house, &["--sample", "25", "--seed", "1", "--control", "CC8.1"]);
    audit(&house, &packed_anew(made.clone()), &TRUSTED)
        .exits(0)
        .says("control     CC8.1")
        .says("without a report: none can have the control");
    let mut other = made;
    let text = String::from_utf8(other.files["DRAW.json"].clone()).expect("text");
    other.files.insert("DRAW.json".into(), text.replacen("CC8.1", "CC9", 1).into_bytes());
    audit(&house, &packed_anew(other), &TRUSTED).exits(5).says("has the tag `CC9`");
}
