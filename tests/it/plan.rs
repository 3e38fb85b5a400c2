//! Plans: every case of `fixtures/plan` says exactly what its `problems.txt` says, or nothing.
//!
//! A case is a folder: `gonogo.yaml` and what it includes; `process.env` is the process environment, `environment`
//! names the environment to load; `problems.txt` is what loading says, `lint.txt` what linting says.

mod beside;
mod for_each;

use std::{
    fs,
    path::{Path, PathBuf},
};

use gonogo::{
    model::{ProcessEnv, Severity},
    plan::{self, Plan, Problem, Request, Standing},
};

use crate::golden;

/// Every case, by name.
pub(crate) fn cases() -> Vec<PathBuf> {
    // Relative, as problems quote the path; cargo runs tests in the package's folder.
    let mut cases: Vec<_> = fs::read_dir("fixtures/plan").expect("fixtures/plan").map(|entry| entry.expect("an entry").path()).collect();
    cases.sort();
    cases
}

fn request(case: &Path) -> Request {
    let variables = fs::read_to_string(case.join("process.env")).unwrap_or_default();
    let variables = variables.lines().map(|line| line.split_once('=').expect("NAME=value"));
    Request {
        config: case.join("gonogo.yaml"),
        environment: fs::read_to_string(case.join("environment")).ok().map(|name| name.trim().to_owned()),
        env: variables.map(|(name, value)| (name.to_owned(), value.to_owned())).collect::<ProcessEnv>(),
        ..Request::default()
    }
}

fn told(problems: &[Problem]) -> String {
    problems.iter().map(|problem| format!("{problem}\n\n")).collect()
}

/// What loading the case says; a good plan says nothing.
fn loaded(case: &Path) -> Option<String> {
    match plan::load(&request(case)) {
        Ok(_) => None,
        Err(problems) => Some(told(&problems)),
    }
}

/// What linting the case says.
fn linted(case: &Path) -> String {
    let lint = plan::lint(&request(case), "2026-11-20T12:00:00Z".parse().expect("an instant"));
    let untried: String = lint.untried.iter().map(|(id, why)| format!("not tried: {id}: {why}\n")).collect();
    told(&lint.problems) + &untried + &lint.told.iter().map(|line| format!("{line}\n")).collect::<String>()
}

/// As it reads for somebody who stands in the case's folder.
fn within(case: &Path, said: &str) -> String {
    format!("{}\n", said.trim_end().replace(&format!("{}/", case.display()), ""))
}

#[test]
fn every_case_says_what_it_should() {
    let mut wrong = Vec::new();
    for case in cases() {
        match loaded(&case) {
            Some(said) => wrong.extend(golden::difference(&case.join("problems.txt"), &within(&case, &said))),
            None => assert!(!case.join("problems.txt").exists(), "{}: the plan is good", case.display()),
        }
        if case.join("lint.txt").exists() {
            wrong.extend(golden::difference(&case.join("lint.txt"), &within(&case, &linted(&case))));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// The plan of a case that is good.
pub(crate) fn good(name: &str) -> Plan {
    plan::load(&request(&Path::new("fixtures/plan").join(name))).unwrap_or_else(|problems| panic!("{}", told(&problems)))
}

fn item<'a>(plan: &'a Plan, id: &str) -> &'a plan::Item {
    plan.items.iter().find(|item| item.id == id).unwrap_or_else(|| panic!("no {id}"))
}

#[test]
fn a_full_plan_is_read_as_it_is_written() {
    let plan = good("good-full");
    // Of each pack its first check; the others follow it.
    let ids = plan.items.iter().map(|item| item.id.as_str()).filter(|id| !id.contains('/') || id.ends_with("/answers"));
    assert_eq!(ids.collect::<Vec<_>>(), ["is-prod", "tls-api", "dns-api", "007", "web/answers", "web-api/answers"]);
    assert_eq!((plan.project.as_str(), plan.environment.as_str()), ("userprofile-api", "prod"));
    assert_eq!(plan.environments, ["prod", "staging", "dev"]);

    let tls = item(&plan, "tls-api");
    assert_eq!(tls.title, "API certificate is valid, $5 or $6, on postgres://app:***@db/app");
    assert_eq!((tls.section.as_str(), tls.owner.as_deref(), tls.from.as_deref()), ("Edge", Some("security"), Some("inside")));
    assert_eq!(
        (tls.needs.as_slice(), tls.tags.as_slice()),
        (&["dns-api".to_owned(), "web/answers".into()][..], &["edge".to_owned(), "2024".into()][..])
    );
    assert_eq!((tls.retry.attempts, tls.timeout.as_millis(), tls.guard), (3, 10_000, false));
    // The process environment comes before the env-file.
    assert_eq!(tls.settings.value(), serde_json::json!({ "url": "https://outer.example.com:8443/health" }));
    assert_eq!((tls.location.file.as_str(), tls.location.line), ("fixtures/plan/good-full/checks/network.yaml", 4));

    assert!(item(&plan, "is-prod").guard);
    assert_eq!(item(&plan, "dns-api").section, "Network & security");
    let staged = item(&plan, "007");
    assert!(matches!(&staged.standing, Standing::Excluded(why) if why == "meant for staging only"));
    assert_eq!((staged.title.as_str(), staged.severity), ("1.50", Severity::Info));
    assert!(matches!(&item(&plan, "web-api/answers").standing, Standing::Excluded(why) if why == "nobody looks there"));
    let changed = item(&plan, "web/answers");
    assert_eq!((changed.severity, changed.settings.value()["url"].as_str()), (Severity::Warning, Some("https://api.example.com/changed")));
    assert_eq!((changed.location.file.as_str(), changed.location.line), ("fixtures/plan/good-full/gonogo.yaml", 21));

    assert_eq!(plan.release.version.as_deref(), Some("1.4.2"));
    assert_eq!(plan.release.commit.as_deref(), Some("0123456789abcdef0123456789abcdef01234567"));
    assert!(plan.release_elsewhere && !good("good-signoff").release_elsewhere);
    let required = plan.signoff.as_ref().map(|signoff| signoff.require.iter().map(|required| required.role.as_str()).collect());
    assert_eq!(required, Some(vec!["security", "owner"]));
    assert_eq!(plan.people["bob@example.com"].name, "Bob Brown");
    assert_eq!(plan.ledger.as_deref(), Some("record/ledger.jsonl"));
    assert_eq!(plan.pins.get("API.example.com").map(|pin| pin.to_string()).as_deref(), Some("10.0.0.7:443"));
    let files: Vec<_> = plan.files.keys().map(String::as_str).collect();
    assert_eq!(files, ["checks/network.yaml", "deploy/allowed_signers", "gonogo.yaml", "pack:web-api"]);
    assert!(plan.warnings.is_empty(), "{:?}", plan.warnings);
}

#[test]
fn a_plan_knows_its_secrets_and_its_words() {
    let plan = good("good-full");
    let knows = |name: &str, value: &str| plan.secrets.contains(&(name.to_owned(), value.to_owned()));
    // Of the process environment, of the env-file, and the password in a URL.
    assert!(knows("JWT_SECRET_KEY", "0123456789abcdef") && knows("API_TOKEN", "tok-en-value"), "{:?}", plan.secrets);
    assert!(plan.secrets.iter().any(|(_, value)| value == "s3cr3t-w0rd"));
    let word = |word: &str| plan.words.iter().any(|known| known == word);
    assert!(word("userprofile-api") && word("edge") && word("security") && word("https://api.example.com"), "{:?}", plan.words);
    assert!(!word("outer.example.com") && !word("tok-en-value"));
}

/// A plan of one file, with a process environment.
fn written(text: &str, variables: &[(&str, &str)]) -> Result<Plan, Vec<Problem>> {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("gonogo.yaml"), text).expect("written");
    let env = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    plan::load(&Request { config: folder.path().join("gonogo.yaml"), env, ..Request::default() })
}

#[test]
fn what_only_a_run_can_say_is_awaited_and_is_no_part_of_the_fingerprint() {
    let folder = Path::new("fixtures/plan/good-rollout");
    let awaited = |plan: &Plan| -> Vec<(String, Vec<String>)> {
        plan.items.iter().map(|item| (item.id.clone(), item.awaits.iter().cloned().collect())).collect()
    };
    let (alone, names) = (good("good-rollout"), ["release.version", "stage.name", "rollout.old"]);
    let expected = [("smoke", Some(names[0])), ("old-answers", Some(names[1])), ("old-image", Some(names[2])), ("tidy", None)];
    let expected: Vec<_> = expected.map(|(id, name)| (id.to_owned(), name.map(str::to_owned).into_iter().collect::<Vec<_>>())).into();
    assert_eq!(awaited(&alone), expected);
    assert_eq!(item(&alone, "smoke").stages, ["full", "p10"], "it names one, and one names it");
    assert_eq!((item(&alone, "old-image").stages.clone(), item(&alone, "old-image").phases.len()), (vec!["ready".to_owned()], 2));

    let given = names.map(|name| (name.to_owned(), format!("of-{name}"))).into();
    let told = plan::load(&Request { given, ..request(folder) }).unwrap_or_else(|problems| panic!("{}", told(&problems)));
    assert!(told.items.iter().all(|item| item.awaits.is_empty()));
    assert_eq!(item(&told, "old-image").settings.value()["url"], "http://127.0.0.1:1/of-rollout.old/latest");
    assert_eq!(told.digest, alone.digest);
    let back = &told.rollout.as_ref().expect("a rollout").ways_back()[0].command;
    assert_eq!(back.to_vec(), ["./flag", "off", "of-rollout.old"]);
}

fn with_url(url: &str) -> String {
    format!("project: shop\nenvironments: {{ prod: {{}} }}\nchecks:\n  - id: a\n    http: {{ url: \"{url}\" }}\n")
}

#[test]
fn settings_show_variables_but_no_secret() {
    for (url, variables, shown) in [
        ("https://${HOST}/x", [("HOST", "h.example.com")], "https://h.example.com/x"),
        ("https://h.example.com/${API_TOKEN}", [("API_TOKEN", "hunter2hunter2")], "https://h.example.com/${API_TOKEN}"),
        ("${BASE}/x", [("BASE", "https://u:hunter2hunter2@h.example.com")], "https://u:***@h.example.com/x"),
        ("https://h.example.com/${API_TOKEN:-hunter2hunter2}", [("A", "b")], "https://h.example.com/${API_TOKEN}"),
        ("https://h.example.com/${A}", [("A", "${API_TOKEN}$$")], "https://h.example.com/${API_TOKEN}$$"),
    ] {
        let plan = written(&with_url(url), &variables).unwrap_or_else(|problems| panic!("{}", told(&problems)));
        assert_eq!(plan.items[0].settings.value()["url"], shown);
        assert_eq!(
            plan.secrets.iter().any(|(_, value)| value == "hunter2hunter2"),
            url.contains("TOKEN:-") || variables[0].1.contains("hunter2"),
            "{:?}",
            plan.secrets
        );
    }
}

#[test]
fn no_problem_shows_the_value_of_a_variable() {
    const CANARY: &str = "canary-7f3a9";
    let canaries: Vec<(&str, &str)> = ["A", "B_TOKEN", "C"].into_iter().map(|name| (name, CANARY)).collect();
    for key in ["severity", "timeout", "retry", "phase", "tags", "needs", "environments", "from", "http"] {
        for value in [
            "${A}",
            "\"${B_TOKEN}\"",
            "[\"${A}\", {x: \"${C}\"}]",
            "{ attempts: \"${A}\", url: [\"${B_TOKEN}\"], \"${A}\": 1 }",
            "\"x${A:-y}${B_TOKEN}\"",
        ] {
            let text = format!(
                "project: shop\nenvironments: {{ prod: {{ resolve: {{ h: \"${{A}}\" }}, env-file: \"${{C}}\" }} }}\nchecks:\n  - id: a\n    {key}: {value}\n    http: {{ url: [\"${{A}}\"] }}\n"
            );
            let problems = written(&text, &canaries).err().expect("problems");
            assert!(!told(&problems).contains(CANARY), "{}", told(&problems));
        }
    }
}

#[test]
fn the_fingerprint_follows_files_and_variables_but_no_secret_value() {
    let digest =
        |text: &str, variables: &[(&str, &str)]| written(text, variables).unwrap_or_else(|problems| panic!("{}", told(&problems))).digest;
    let text = with_url("https://${HOST}/${API_TOKEN}");
    let first = digest(&text, &[("HOST", "a.example.com"), ("API_TOKEN", "one"), ("UNUSED", "1")]);
    assert_eq!(first, digest(&text, &[("HOST", "a.example.com"), ("API_TOKEN", "two"), ("UNUSED", "2")]));
    assert_ne!(first, digest(&text, &[("HOST", "b.example.com"), ("API_TOKEN", "one")]));
    assert_ne!(first, digest(&format!("{text}# changed\n"), &[("HOST", "a.example.com"), ("API_TOKEN", "one")]));
}

#[test]
fn a_missing_plan_is_one_readable_problem() {
    let request = Request { config: "no/such.yaml".into(), ..Request::default() };
    let problems = plan::load(&request).err().expect("a problem");
    assert_eq!(
        told(&problems).trim_end(),
        "error: the plan `no/such.yaml` does not exist\n --> no/such.yaml\nhint: `-c FILE` names the plan's main file; `gonogo init` writes one"
    );
    let folder = Request { config: "fixtures/plan".into(), ..Request::default() };
    assert_eq!(plan::load(&folder).err().expect("a problem").len(), 1);
}

#[test]
fn ten_thousand_checks_are_read_at_once() {
    let checks: String = (0..10_000)
        .map(|i| {
            format!(
                "  - id: c{i}\n    title: Check {i}\n    needs: [{}]\n    http: {{ url: \"${{api}}/{i}\" }}\n",
                if i == 0 { String::new() } else { format!("c{}", i - 1) }
            )
        })
        .collect();
    let text = format!("project: shop\nenvironments: {{ prod: {{ vars: {{ api: https://a.example.com }} }} }}\nchecks:\n{checks}");
    let started = std::time::Instant::now();
    let plan = written(&text, &[]).unwrap_or_else(|problems| panic!("{}", told(&problems)));
    assert_eq!(plan.items.len(), 10_000);
    // A release build takes a tenth of this; nothing quadratic would fit.
    assert!(started.elapsed() < std::time::Duration::from_secs(20), "{:?}", started.elapsed());
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(200))]

    /// Whatever stands in a plan, reading it ends with a plan or with problems.
    #[test]
    fn arbitrary_text_never_panics(text in "\\PC{0,200}|[\\-:{}\\[\\]&*!|>'\"%@`#?, \n\ta-z$]{0,300}") {
        let _ = written(&text, &[]);
    }

    /// The same for a good plan with a piece replaced.
    #[test]
    fn a_damaged_plan_never_panics(at in 0.0..1.0_f64, length in 0_usize..40, piece in "[\\-:{}\\[\\]&*!|>'\"%@`#?, \n\ta-z$é]{0,12}", twice in proptest::bool::ANY) {
        let good = fs::read_to_string("fixtures/plan/good-full/gonogo.yaml").expect("the fixture")
            + &fs::read_to_string("fixtures/plan/good-full/checks/network.yaml").expect("the fixture").replace("section: Network & security\nchecks:\n", "");
        let characters: Vec<char> = good.chars().collect();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a place in a small text")]
        let start = (at * characters.len() as f64) as usize;
        let end = (start + length).min(characters.len());
        let mut damaged: String = characters[..start].iter().collect();
        damaged.push_str(&piece);
        if twice {
            damaged.extend(&characters[start..end]);
        }
        damaged.extend(&characters[end..]);
        let result = written(&damaged, &[("host", "h"), ("DATABASE_URL", "postgres://a:b@c/d")]);
        if let Err(problems) = result {
            proptest::prop_assert!(problems.iter().all(|problem| !problem.message.is_empty()));
        }
    }
}
