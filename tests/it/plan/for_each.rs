//! Lists: one check of the file for every row.

use std::fmt::Write as _;

use super::good;
use crate::gonogo::Gonogo;

#[test]
fn one_check_for_every_row() {
    let plan = good("good-for-each");
    let ids: Vec<&str> = plan.items.iter().map(|item| item.id.as_str()).collect();
    assert_eq!(
        ids,
        [
            "right-place[a]",
            "right-place[b%20c%2Fd]",
            "smoke[users,eu]",
            "smoke[users,us]",
            "smoke[billing,eu]",
            "smoke[billing,us]",
            "rows[a.example.com,443]",
            "rows[b.example.com,8443]",
            "hosts[a.example.com,443]",
            "hosts[b.example.com,8443]",
            "names[a.example.com]",
            "names[b.example.com]",
            "listed[c.example.com]",
            "listed[d.example.com]",
            "api[getUser,GET,%2Fusers%2F7]",
            "api[head%20%2Ftenants%2F%7Btenant%7D,HEAD,%2Ftenants%2Facme]",
            "after",
        ]
    );
    let item = |id: &str| plan.items.iter().find(|item| item.id == id).unwrap_or_else(|| panic!("no {id}"));
    let smoke = item("smoke[billing,us]");
    assert_eq!(smoke.title, "The billing service answers in us");
    assert_eq!(smoke.settings.value()["url"], "https://billing.us.example.com/health");
    assert_eq!(smoke.needs, ["right-place[a]", "right-place[b%20c%2Fd]"]);
    assert_eq!((smoke.location.line, item("smoke[users,eu]").location.line), (9, 9));
    assert!(item("right-place[b%20c%2Fd]").guard && !smoke.guard);
    assert_eq!(item("after").needs.len(), 5);
    assert_eq!(item("api[getUser,GET,%2Fusers%2F7]").settings.value()["url"], "https://api.example.com/users/7");
    let files: Vec<&str> = plan.files.keys().map(String::as_str).collect();
    assert_eq!(files, ["api.yml", "gonogo.yaml", "hosts.csv", "names.json", "names.txt"]);
}

#[test]
fn a_list_or_one_of_it_is_selected() {
    let plan = "project: p\nenvironments: { prod: {} }\nchecks:\n  - id: smoke\n    for-each: { port: [1, 2], path: [a, b] }\n    \
                http: { url: \"http://127.0.0.1:${port}/${path}\" }\n  - id: other\n    http: { url: http://127.0.0.1:1 }\n";
    let gonogo = Gonogo::new().plan(plan);
    for (only, count) in [("smoke", 4), ("smoke[1,b]", 1), ("smo*", 4), ("http", 5)] {
        gonogo.run(["verify", "--only", only, "--format", "json=report.json"]).exits(3);
        let report: serde_json::Value = serde_json::from_str(&gonogo.read("report.json")).expect("a report");
        let tried = report["findings"].as_array().expect("a list").iter().filter(|finding| finding["outcome"] != "skipped").count();
        assert_eq!(tried, count, "{only}");
    }
    gonogo.run(["verify", "--only", "smoke[3,a]"]).exits(2);
}

#[test]
fn ten_thousand_members_load() {
    let mut names = String::new();
    (0..10_000).for_each(|number| writeln!(names, "host-{number}.example.com").expect("a text"));
    let plan = "project: p\nenvironments: { prod: {} }\nchecks:\n  - id: many\n    for-each: { file: names.txt, as: host }\n    \
                http: { url: \"https://${host}/\" }\n";
    let out = Gonogo::new().plan(plan).file("names.txt", &names).run(["lint"]).exits(0).stdout;
    assert!(out.contains("10,000 checks") || out.contains("10000 checks"), "{out}");
}
