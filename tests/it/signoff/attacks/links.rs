//! A9, A11 and A13 with bundles that have links alone of what does not bear on their release.

use std::fs;

use base64::Engine as _;
use gonogo::{
    ledger::{Draft, Entry, Label, Store as _, pae},
    model::{Act, Digest, Made, Method, Report, Run, Statement, Subject},
};
use serde_json::{Value, json};

use crate::signoff::{
    apart::copy,
    audited::{audit, bundle, packed_anew},
    house::{House, now},
    linked::house,
};

const TRUSTED: [&str; 4] = ["--signers", "trusted", "--policy", "law.yaml"];

#[tokio::test(flavor = "multi_thread")]
async fn a13_a_report_that_nobody_signed_under_the_record_of_another() {
    let house = House::new().await.security_alone();
    house.verify(&[]).exits(0);
    house.sign("security", "sec", &[]).exits(0);
    house.gonogo.run(["report", "-q", "--release", "1.4.2", "--bundle", "bundle.zip"]).exits(0);
    let (run, _) = house.newest_run().await;
    let mut bundle = bundle(&house);
    let honest = Digest::of(&bundle.files["report.json"]);
    let text = String::from_utf8(bundle.files["report.json"].clone()).expect("text").replace("1.4.2", "6.6.6");
    let report = Report::from_json(text.as_bytes()).expect("a report");
    let forged = Digest::of(text.as_bytes());
    let act = Act::Run(Box::new(Run::of(&report, forged.clone(), run.config.clone(), run.files.clone(), None)));
    let made = Made {
        project: "till".into(),
        environment: "prod".into(),
        at: now(),
        head: Digest::none(),
        org: None,
        by: None,
        method: Method::Recorded,
        tool: "t".into(),
    };
    let statement = Statement { subject: vec![Subject::sha256("report.json", &forged)], made, act };
    let label = Label::of(&statement);
    let shop = house.entries().await;
    let entry = Entry {
        version: 2,
        chain: "till".into(),
        seq: 2,
        prev: shop[0].digest(),
        recorded: now(),
        label: label.clone(),
        payload: statement.to_json(),
        signature: None,
        bare: None,
    };
    let b64 = |bytes: &[u8]| base64::engine::general_purpose::STANDARD.encode(bytes);
    let lines = bundle.files.get_mut("ledger.jsonl").expect("ledger");
    lines.extend(format!("{{\"blob\":\"{forged}\",\"bytes\":\"{}\"}}\n", b64(text.as_bytes())).bytes());
    let line = json!({"version": 2, "seq": 2, "prev": entry.prev, "recorded": entry.recorded.to_string(), "payload": b64(&entry.payload),
        "signature": null, "digest": entry.digest(), "chain": "till", "label": label});
    lines.extend(format!("{line}\n").bytes());
    let written = bundle.record().expect("a record");
    let pages = gonogo::render::pages(&report, text.as_bytes(), Some(&written));
    bundle.files.insert("report.html".into(), pages.html.into_bytes());
    bundle.files.insert("report.md".into(), pages.markdown.into_bytes());
    bundle.files.insert("report.json".into(), text.clone().into_bytes());
    let verify = String::from_utf8(bundle.files["VERIFY.txt"].clone()).expect("text").replace(honest.as_str(), forged.as_str());
    bundle.files.insert("VERIFY.txt".into(), verify.into_bytes());
    audit(&house, &packed_anew(bundle), &TRUSTED).exits(5);
}

/// Two ledgers that have grown apart since they had a signed run: in `here` the security officer has spoken against it since.
/// The bundle of the other one has their words too, under a signature of somebody whom nobody trusts.
async fn twin(words: &[&str]) -> House {
    let house = House::new().await.security_alone();
    house.verify(&[]).exits(0);
    house.sign("security", "sec", &[]).exits(0);
    let here = house.copied();
    here.sign("security", "sec", words).exits(0);
    let said = here.entries().await.pop().expect("their words");
    house.verify(&[]).exits(0);
    house.keygen("stranger", &["-t", "ed25519"]);
    let folder = house.keys.path();
    fs::write(folder.join("twin"), pae(&said.payload)).expect("written");
    assert!(house.shell("ssh-keygen", &["-q", "-Y", "sign", "-n", "gonogo", "-f", "stranger", "twin"]).0);
    let signature = fs::read_to_string(folder.join("twin.sig")).expect("a signature");
    house.store().append(Draft { payload: said.payload, signature: Some(signature) }, Vec::new(), now(), None).await.expect("added");
    house.gonogo.run(["report", "-q", "--bundle", "bundle.zip"]).exits(0);
    fs::copy(house.gonogo.path("bundle.zip"), here.gonogo.path("bundle.zip")).expect("a copy");
    here
}

/// Words under a signature that counts nothing are not those that stand here.
#[tokio::test(flavor = "multi_thread")]
async fn a9_a_twin_signed_by_a_stranger_takes_the_place_of_nothing() {
    let here = twin(&["--no-go", "--comment", "a hole"]).await;
    here.gate(&["--bundle", "bundle.zip"]).exits(1).says("(in the ledger here)");
    let here = twin(&["--withdraw", "--comment", "a smell"]).await;
    here.gate(&["--bundle", "bundle.zip"]).exits(4).says("withdrawn at");
}

/// A bundle switches off no demand on the ledger here.
#[tokio::test(flavor = "multi_thread")]
async fn a9_a_no_that_was_cut_off_here_and_an_older_bundle() {
    let house = House::new().await.security_alone();
    house.verify(&[]).exits(0);
    house.sign("security", "sec", &[]).exits(0);
    house.gonogo.run(["report", "-q", "--bundle", "bundle.zip"]).exits(0);
    let before = fs::read(house.gonogo.path(".gonogo/ledger.db")).expect("ledger");
    house.sign("security", "sec", &["--no-go", "--comment", "a hole"]).exits(0);
    let home = house.keys.path().join("home").display().to_string();
    let at_home = |arguments: &[&str]| house.gonogo.run_with(&[("HOME", &home)], arguments);
    at_home(&["gate", "--release", "1.4.2"]).exits(1);
    at_home(&["gate", "--release", "1.4.2", "--bundle", "bundle.zip"]).exits(1);
    fs::remove_dir_all(house.gonogo.path(".gonogo")).expect("removed");
    house.write(".gonogo/ledger.db", before);
    at_home(&["gate", "--release", "1.4.2"]).exits(5).says("is not in it any more");
    at_home(&["gate", "--release", "1.4.2", "--bundle", "bundle.zip"]).exits(5);
}

#[tokio::test(flavor = "multi_thread")]
async fn a9_a_ledger_that_was_seen_and_is_gone() {
    let house = house().await;
    house.sign("security", "sec", &[]).exits(0);
    house.gonogo.run(["report", "-q", "--release", "1.4.2", "--bundle", "bundle.zip"]).exits(0);
    house.sign("security", "sec", &["--no-go", "--comment", "a hole"]).exits(0);
    let home = house.keys.path().join("home").display().to_string();
    let at_home = |arguments: &[&str]| house.gonogo.run_with(&[("HOME", &home)], arguments);
    at_home(&["gate", "--release", "1.4.2"]).exits(1);
    fs::remove_dir_all(house.gonogo.path(".gonogo")).expect("removed");
    at_home(&["gate", "--release", "1.4.2", "--bundle", "bundle.zip"]).exits(5);
}

#[tokio::test(flavor = "multi_thread")]
async fn a11_entries_of_other_projects_do_not_come_in_with_a_bundle() {
    let house = House::new().await.security_alone();
    house.verify(&["--bundle", "bundle.zip"]).exits(0);
    let shop = house.entries().await;
    let mut bundle = bundle(&house);
    let made = Made {
        project: "till".into(),
        environment: "prod".into(),
        at: now(),
        head: Digest::none(),
        org: None,
        by: Some("sec".into()),
        method: Method::Recorded,
        tool: "t".into(),
    };
    let act = Act::Repair(gonogo::model::Repair { rows: Vec::new(), role: None, comment: "x".into() });
    let statement = Statement { subject: vec![], made, act };
    let label = Label::of(&statement);
    let entry = Entry {
        version: 2,
        chain: "till".into(),
        seq: 2,
        prev: shop[0].digest(),
        recorded: now(),
        label: label.clone(),
        payload: statement.to_json(),
        signature: Some("x".into()),
        bare: None,
    };
    let b64 = |bytes: &[u8]| base64::engine::general_purpose::STANDARD.encode(bytes);
    let line = json!({"version": 2, "seq": 2, "prev": entry.prev, "recorded": entry.recorded.to_string(), "payload": b64(&entry.payload),
        "signature": "x", "digest": entry.digest(), "chain": "till", "label": label});
    bundle.files.get_mut("ledger.jsonl").expect("ledger").extend(format!("{line}\n").bytes());
    let here = house.copied();
    fs::write(here.gonogo.path("b.zip"), packed_anew(bundle)).expect("written");
    let ran = here.gate(&["--bundle", "b.zip"]).exits(5);
    assert!(ran.stderr.contains("is of another project than its report"), "{}", ran.stderr);
    let till = here.store().entries("till").await.expect("entries");
    here.write("till.yaml", house.plan().replace("project: shop", "project: till"));
    here.gonogo.run(["verify", "-q", "-c", "till.yaml", "--release", "1", "--record"]).exits(0);
    assert_eq!(till.iter().filter(|entry| entry.chain == "till").count(), 0, "foreign entries were taken in");
}

#[tokio::test(flavor = "multi_thread")]
async fn a11_a_ledger_here_that_was_repaired() {
    let house = House::new().await.policy(&[("require", "[security, devops]")]);
    house.verify(&[]).exits(0);
    house.sign("security", "sec", &[]).exits(0);
    house.sign("devops", "dev", &[]).exits(0);
    let here = house.copied();
    let run = here.newest_run().await.0;
    let go = house.entries().await.into_iter().find(|entry| entry.label.act == "sign-off").expect("a go");
    let Act::SignOff(said) = Statement::from_json(&go.payload).expect("a statement").act else { panic!() };
    let mut said = *said;
    said.decision = gonogo::model::Decision::NoGo;
    let subject = vec![Subject::sha256("report.json", &run.report)];
    here.put_with(Some("sec"), None, (subject, Act::SignOff(Box::new(said)), Vec::new()), now()).await;
    let apply = |role: &str, key: &str| {
        here.gonogo.run(["log", "repair", "--apply", "--as", role, "--comment", "a row by nobody", "--key", &house.key(key)])
    };
    apply("security", "sec");
    apply("devops", "dev").exits(0);
    here.gate(&[]).exits(4).says("was set aside");
    house.verify(&[]).exits(0);
    house.gonogo.run(["report", "-q", "--release", "1.4.2", "--bundle", "bundle.zip"]).exits(0);
    fs::copy(house.gonogo.path("bundle.zip"), here.gonogo.path("bundle.zip")).expect("a copy");
    here.gate(&["--bundle", "bundle.zip"]).exits(4);
}

/// The line of an entry as its link.
fn linked(line: &Value) -> Option<Value> {
    let payload = base64::engine::general_purpose::STANDARD.decode(line["payload"].as_str()?).ok()?;
    line["chain"].as_str()?;
    let signature = line["signature"].as_str().map(|text| Digest::of(text.as_bytes()));
    Some(json!({"link": line["digest"], "version": 2, "seq": line["seq"], "prev": line["prev"], "recorded": line["recorded"],
        "statement": Digest::of(&payload), "signature": signature, "chain": line["chain"], "label": line["label"]}))
}

async fn hidden(house: &House, what: &str) {
    let honest = house.gate(&[]);
    house.gonogo.run(["report", "-q", "--release", "1.4.2", "--bundle", "bundle.zip"]).exits(0);
    let whole = bundle(house);
    let text = String::from_utf8(whole.files["ledger.jsonl"].clone()).expect("text");
    // `link` is the first key: what preserves the order is the text.
    let lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for at in 0..lines.len() {
        let Ok(line) = serde_json::from_str::<Value>(&lines[at]) else { continue };
        let Some(link) = linked(&line) else { continue };
        let text = link.to_string();
        let first = format!("\"link\":{},", link["link"]);
        let text = format!("{{{first}{}", text.replacen(&first, "", 1).trim_start_matches('{')).replace(",\"link\":", ",\"link2\":");
        let mut bundle = bundle(house);
        let mut other = lines.clone();
        other[at] = text;
        let payload = base64::engine::general_purpose::STANDARD.decode(line["payload"].as_str().expect("text")).expect("base64");
        if let Act::Run(run) = Statement::from_json(&payload).expect("a statement").act {
            if Digest::of(&whole.files["report.json"]) == run.report {
                continue;
            }
            other.retain(|line| !line.starts_with(&format!("{{\"blob\":\"{}\"", run.report)));
        }
        bundle.files.insert("ledger.jsonl".into(), other.iter().map(|line| format!("{line}\n")).collect::<String>().into_bytes());
        let zip = packed_anew(bundle);
        let fresh = copy(house, "bundle.zip");
        fs::write(fresh.path("bundle"), &zip).expect("written");
        let gate = fresh.run(["gate", "--release", "1.4.2", "--bundle", "bundle"]);
        let audited = audit(house, &zip, &TRUSTED);
        assert!(gate.code == 5 || gate.code == honest.code, "{what}");
        assert!(audited.code == 5, "{what}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a9_whatever_stands_behind_a_link_opens_no_gate() {
    let signed = || async {
        let house = House::new()
            .await
            .security_alone()
            .policy(&[("break-glass", "{ roles: [engineering-manager] }")])
            .checks("  - { id: drill, manual: { question: Was it restored? } }\n");
        house.gonogo.run(["answer", "drill", "--reason", "on Monday", "--key", &house.key("lead")]);
        house.verify(&[]);
        house.gonogo.run(["answer", "drill", "--reason", "on Monday", "--key", &house.key("lead")]).exits(0);
        house.verify(&[]).exits(0);
        house.sign("security", "sec", &[]).exits(0);
        house
    };
    let house = signed().await;
    hidden(&house, "go").await;
    house.sign("security", "sec", &["--withdraw", "--comment", "x"]).exits(0);
    hidden(&house, "withdrawn").await;
    let house = signed().await;
    house.sign("security", "sec", &["--no-go", "--comment", "x"]).exits(0);
    hidden(&house, "no").await;
    let house = signed().await;
    house.service.first(500);
    house.verify(&[]).exits(1);
    hidden(&house, "red").await;
    let house = signed().await;
    house.gonogo.run(["answer", "drill", "--reason", "on Tuesday", "--key", &house.key("lead")]).exits(0);
    hidden(&house, "answered").await;
    let house = signed().await;
    let review_by = now() - jiff::SignedDuration::from_hours(1);
    let (role, ticket) = ("engineering-manager".into(), "INC-7".into());
    let release = crate::signoff::house::version("1.4.1");
    let emergency = gonogo::model::Emergency { release, role, reason: "down".into(), ticket, review_by };
    house.put(Some("boss"), Vec::new(), Act::Emergency(emergency), now()).await;
    hidden(&house, "overdue").await;
    let house = signed().await;
    let killed = "kill -KILL $PPID; sleep 1";
    house.gonogo.command(["deploy", "--release", "1.4.2", "--", "sh", "-c", killed]).output().expect("it runs");
    hidden(&house, "begun").await;
}
