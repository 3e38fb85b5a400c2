//! One plan over many machines: each looks at its part, and the parts make one report.

use std::fmt::Write as _;

use gonogo::model::{Outcome, Report};

use crate::{gonogo::Gonogo, hostile::Hostile};

/// A guard, twelve members of a list that need one other check, and one that is red where `red`.
async fn gonogo(red: bool) -> Gonogo {
    let server = Hostile::answering(200, &[], "ok").await;
    let url = server.url("/");
    // The server answers as long as the test runs.
    std::mem::forget(server);
    let mut plan = String::from("project: p\nenvironments: { prod: { guard: [here] } }\nchecks:\n");
    write!(plan, "  - id: here\n    http: {{ url: \"{url}\" }}\n  - id: first\n    http: {{ url: \"{url}\" }}\n").expect("a text");
    write!(plan, "  - id: many\n    for-each: {{ n: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12] }}\n    needs: [first]\n").expect("a text");
    writeln!(plan, "    http: {{ url: \"{url}?${{n}}\" }}").expect("a text");
    write!(plan, "  - id: last\n    http: {{ url: \"{url}\", expect: {{ status: {} }} }}\n", if red { 404 } else { 200 }).expect("a text");
    Gonogo::new().plan(&plan)
}

fn share(gonogo: &Gonogo, part: &str, set: &str, name: &str) -> Report {
    gonogo.run(["verify", "--shard", part, "--shard-set", set, "--format", &format!("json={name}")]);
    Report::from_json(gonogo.read(name).as_bytes()).expect("a report")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_parts_make_one_report() {
    for red in [false, true] {
        let gonogo = gonogo(red).await;
        let mut tried = 0;
        for number in 1..=3 {
            let part = share(&gonogo, &format!("{number}/3"), "run 7", &format!("{number}.json"));
            assert!(!part.is_full() && part.partial.as_ref().is_some_and(|partial| partial.from.is_some()), "{:?}", part.partial);
            let of = |id: &str| part.findings.iter().find(|finding| finding.id == id).expect("the check");
            assert_eq!(of("here").outcome, Outcome::Pass, "the guard runs everywhere");
            let own = part.findings.iter().filter(|finding| finding.id.starts_with("many[") && !finding.elsewhere).count();
            assert!(own == 0 || of("first").outcome == Outcome::Pass, "what is needed is looked at too");
            tried += own;
        }
        assert_eq!(tried, 12);
        let merged = gonogo.run(["merge", "1.json", "2.json", "3.json", "--format", "json=all.json"]).exits(i32::from(red));
        let all = Report::from_json(gonogo.read("all.json").as_bytes()).expect("a report");
        assert!(all.is_full() && all.findings.len() == 15 && all.merged.len() == 3, "{}", merged.stderr);
        assert!(all.merged.iter().all(|share| share.partial.as_ref().is_some_and(|partial| partial.shard.is_some())));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_part_ends_it() {
    let gonogo = gonogo(false).await;
    for (number, set) in [(1, "a"), (2, "a"), (3, "a"), (2, "b")] {
        share(&gonogo, &format!("{number}/3"), set, &format!("{number}{set}.json"));
    }
    gonogo.run(["merge", "1a.json", "3a.json"]).exits(3).says("of the set `a` 2/3 is missing");
    gonogo.run(["merge", "1a.json", "2b.json", "3a.json"]).exits(2).says("the set of shards");
    gonogo.run(["verify", "--skip", "last", "--format", "json=part.json"]);
    gonogo.run(["merge", "1a.json", "2a.json", "3a.json", "part.json"]).exits(2).says("the set of shards");
    // Twice the same part is no harm: the gravest counts.
    share(&gonogo, "3/3", "a", "again.json");
    gonogo.run(["merge", "1a.json", "2a.json", "3a.json", "again.json"]).exits(0);
    share(&gonogo, "1/1", "whole", "whole.json");
    gonogo.run(["merge", "whole.json"]).exits(2);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ledger_carries_the_parts() {
    let gonogo = gonogo(false).await;
    let ledger = ["--ledger", "shared.jsonl"];
    for number in [2, 1] {
        let part = format!("{number}/3");
        let arguments = [&["verify", "--shard", &part, "--shard-set", "ci 9", "--record-share"][..], &ledger].concat();
        gonogo.run(arguments).exits(0);
    }
    let merge = [&["merge", "--env", "prod", "--shard-set", "ci 9", "--format", "json=all.json"][..], &ledger].concat();
    gonogo.run(merge.clone()).exits(3).says("3/3 is missing");
    gonogo.run([&["verify", "--shard", "3/3", "--shard-set", "ci 9", "--record-share"][..], &ledger].concat()).exits(0);
    gonogo.run(merge).exits(0);
    let all = Report::from_json(gonogo.read("all.json").as_bytes()).expect("a report");
    assert!(all.is_full() && all.merged.len() == 3);
    gonogo.run([&["merge", "--env", "prod", "--shard-set", "ci 10"][..], &ledger].concat()).exits(2).says("no share of the set `ci 10`");
    // More machines than checks: some have nothing to do, and say so by a share of their own.
    for number in 1..=20 {
        share(&gonogo, &format!("{number}/20"), "many", &format!("m{number}.json"));
    }
    let names: Vec<String> = (1..=20).map(|number| format!("m{number}.json")).collect();
    gonogo.run(std::iter::once("merge").chain(names.iter().map(String::as_str))).exits(0);
}
