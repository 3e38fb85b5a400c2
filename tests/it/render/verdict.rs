//! The verdict that is shown: every combination of what checks and record can say, and that every format shows the same.

use std::collections::BTreeSet;

use gonogo::{
    model::{Exit, GateAnswer, NobodySigns, Outcome, Phase, Record, Report, Severity, ShownVerdict, Verdict},
    render::{FORMATS, Page, summary},
};
use serde_json::Value;

use super::sample::{after_the_deployment, finding, record, report, stored};

/// One combination.
#[derive(Debug, Clone, Copy)]
struct Said {
    checks: Verdict,
    phase: Phase,
    gate: Option<GateAnswer>,
    refusing: bool,
    begun: bool,
    overdue: bool,
    /// All have signed; and whether that does.
    signed: Option<bool>,
}

fn every_combination() -> Vec<Said> {
    let gates = [(0, false), (1, false), (2, false), (3, false), (4, true), (4, false), (5, false), (6, false), (77, false), (1, true)];
    let mut all = Vec::new();
    for checks in [Verdict::Go, Verdict::Hold, Verdict::NoGo] {
        for phase in [Phase::PreDeploy, Phase::PostDeploy] {
            for gate in gates.map(|(exit, waiting)| Some(GateAnswer { exit, waiting })).into_iter().chain([None]) {
                for bits in 0..8 {
                    for signed in [None, Some(true), Some(false)] {
                        let (refusing, begun, overdue) = (bits & 1 > 0, bits & 2 > 0, bits & 4 > 0);
                        all.push(Said { checks, phase, gate, refusing, begun, overdue, signed });
                    }
                }
            }
        }
    }
    all
}

impl Said {
    fn report(self) -> Report {
        let outcome = match self.checks {
            Verdict::Go => Outcome::Pass,
            Verdict::Hold => Outcome::Pending,
            Verdict::NoGo => Outcome::Fail,
        };
        Report {
            phase: self.phase,
            ..report(vec![finding("a", outcome, Severity::Blocker), finding("b", Outcome::Pass, Severity::Blocker)])
        }
    }

    fn record(self) -> Record {
        let mut record = record("signed");
        let (held, refused) = (super::sample::record("held"), super::sample::record("refused"));
        record.standing.gate = self.gate;
        record.standing.signed = self.signed == Some(true);
        record.standing.remarks = vec!["what the gate says first".into()];
        match self.signed {
            _ if self.refusing => record.roles = refused.roles,
            Some(_) => {}
            None => record.roles[2].sign_offs.clear(),
        }
        if self.begun {
            record.begun = held.begun;
        }
        if self.overdue {
            record.emergencies = refused.emergencies;
        }
        record
    }

    /// By the table of the type, written a second time.
    fn wanted(self) -> (Verdict, u8) {
        let own = match self.checks {
            Verdict::Go => 0,
            Verdict::Hold => 4,
            Verdict::NoGo => 1,
        };
        let before = self.phase == Phase::PreDeploy;
        let (gate, waiting) = self.gate.map_or((None, false), |gate| (Some(gate.exit), gate.waiting));
        let no = match gate {
            Some(5 | 77) => Some(5),
            _ if !before => None,
            _ if self.refusing => Some(1),
            Some(code @ (1 | 2 | 3 | 6)) => Some(code),
            _ => None,
        };
        let held = self.begun || self.overdue || (gate == Some(4) && !waiting) || (self.signed == Some(false) && !self.refusing);
        match (no, own) {
            (Some(5), _) => (Verdict::NoGo, 5),
            (Some(2), _) => (Verdict::NoGo, 2),
            (Some(_), 1) => (Verdict::NoGo, 1),
            (Some(6), 4) => (Verdict::NoGo, 6),
            (Some(code), _) => (Verdict::NoGo, code),
            (None, 1) => (Verdict::NoGo, 1),
            (None, _) if before && held => (Verdict::Hold, 4),
            (None, code) => (self.checks, code),
        }
    }
}

#[test]
fn every_combination_is_what_the_table_says() {
    for said in every_combination() {
        let shown = ShownVerdict::of(&said.report(), Some(&said.record()));
        assert_eq!((shown.verdict, shown.exit.code()), said.wanted(), "{said:?}");
        let word = shown.headline.split([' ', '(']).next().expect("a word");
        assert_eq!(word.to_lowercase(), shown.verdict.word(), "{said:?}: {}", shown.headline);
        // Whatever makes it worse than the checks is named: in the headline or beside it.
        let worse = shown.verdict != said.checks;
        assert_eq!(worse, shown.headline.ends_with(&format!(" (checks: {})", said.report().headline())) && worse, "{said:?}");
        assert!(!worse || shown.because.is_some() || shown.headline.contains(" by "), "{said:?}");
    }
}

#[test]
fn nothing_in_a_record_makes_a_verdict_better() {
    let gravity = |verdict| [Verdict::Go, Verdict::Hold, Verdict::NoGo].iter().position(|one| *one == verdict);
    for said in every_combination() {
        let alone = ShownVerdict::of(&said.report(), None);
        assert_eq!((alone.verdict, alone.because, alone.exit.code()), (said.checks, None, said.report().exit));
        let shown = ShownVerdict::of(&said.report(), Some(&said.record()));
        assert!(gravity(shown.verdict) >= gravity(said.checks) && (alone.exit == Exit::Go || shown.exit != Exit::Go), "{said:?}");
    }
}

#[test]
fn every_format_shows_the_same_verdict() {
    let mut seen = BTreeSet::new();
    for said in every_combination() {
        let (report, record) = (said.report(), said.record());
        let page = Page::new(&report).with_record(&record);
        let shown = page.shown();
        if seen.insert((shown.headline.clone(), shown.because.clone(), shown.exit.code())) {
            assert_shown(&page);
        }
    }
    assert!(seen.len() > 12, "{seen:?}");
}

fn assert_shown(page: &Page<'_>) {
    let shown = page.shown();
    let text = |name: &str| (FORMATS.iter().find(|f| f.name == name).expect("a format").render)(page).into_owned();
    let (sign, level, class) = match shown.verdict {
        Verdict::Go => ("✓", "::notice ", "go"),
        Verdict::Hold => ("…", "::warning ", "hold"),
        Verdict::NoGo => ("✗", "::error ", "no-go"),
    };
    let headline = format!("{sign} {}", shown.headline);
    assert!(text("terminal").lines().last().is_some_and(|last| last.starts_with(&headline)), "{headline}");
    assert!(text("markdown").starts_with(&format!("# {headline}: ")), "{headline}");
    assert!(summary(page, 1024).starts_with(&format!("**{headline}**")), "{headline}");
    let html = text("html");
    let (_, rest) = html.split_once("<h1>").expect("a heading");
    let heading: String =
        rest.split("</h1>").next().unwrap_or_default().split('<').map(|part| part.rsplit('>').next().unwrap_or(part)).collect();
    assert!(html.contains(&format!("class=\"verdict {class}\"")) && heading == shown.headline, "{headline}: {heading}");
    let github = text("github");
    assert!(github.starts_with(level) && github.lines().last().is_some_and(|last| last.starts_with(&headline)), "{github}");
    let junit = text("junit");
    let case = junit.split("<testcase name=\"verdict\"").nth(1).and_then(|rest| rest.split("<testsuite ").next()).expect("a test case");
    assert_eq!(case.contains("<failure message=\"NO-GO"), shown.verdict == Verdict::NoGo, "{case}");
    assert_eq!(case.contains("<skipped message=\"HOLD"), shown.verdict == Verdict::Hold, "{case}");
    let sarif: Value = serde_json::from_str(&text("sarif")).expect("JSON");
    let (run, invocation) = (&sarif["runs"][0], &sarif["runs"][0]["invocations"][0]);
    assert_eq!(
        (&run["properties"]["verdict"], &run["properties"]["headline"]),
        (&shown.verdict.word().into(), &shown.headline.as_str().into())
    );
    assert_eq!((&invocation["exitCode"], &invocation["exitCodeDescription"]), (&shown.exit.code().into(), &shown.headline.as_str().into()));
    let worse = shown.verdict != page.report.verdict;
    assert_eq!(invocation["executionSuccessful"], !worse, "{invocation}");
    assert_eq!(text("json").as_bytes(), page.report.to_json(), "the bytes that people sign say nothing of people");
    if let Some(because) = &shown.because {
        for format in FORMATS.iter().filter(|format| format.name != "json") {
            let text = text(format.name).replace("\n│ ", " ").replace('\n', " ").to_lowercase();
            assert!(text.contains(&because.to_lowercase()), "{} does not say why: {because}", format.name);
        }
    }
}

#[test]
fn every_format_says_what_began_and_has_no_end() {
    let report = stored("go");
    let record = record("held");
    let page = Page::new(&report).with_record(&record);
    for format in FORMATS.iter().filter(|format| format.name != "json") {
        let text = (format.render)(&page).replace("\n│ ", " ").replace("&#x2f;", "/").replace(['\u{200b}', '\\'], "");
        for needed in
            ["1.4.1", "no end", "deploy-2.example.com, process 48213", "deploy settle 43", "No recorder has signed this run", "Entry 17"]
        {
            assert!(text.contains(needed), "{} lacks {needed:?}:\n{text}", format.name);
        }
        let fact = format.name == "github" || text.contains("refs/remotes/origin/main, commit 3f2a91c0d4e5");
        assert!(fact, "{} does not say whose policy it is", format.name);
    }
    for format in ["markdown", "html"] {
        let text = (FORMATS.iter().find(|f| f.name == format).expect("a format").render)(&page).into_owned();
        for needed in ["Rolled out, not verified:", "not verified", "could not reach", "began, no end", "policy of refs"] {
            assert!(text.contains(needed), "{format} lacks {needed:?}");
        }
    }
}

/// What the pages for people say of the signatures.
fn signed(report: &Report, record: &Record) -> String {
    let text = (FORMATS[0].render)(&Page::new(report).with_record(record)).replace("\n│             ", " ");
    text.lines().find_map(|line| line.strip_prefix("Signed        ")).expect("a line").to_owned()
}

#[test]
fn after_the_deployment_the_pages_say_what_was_signed_before_it() {
    let report = after_the_deployment();
    let mut deployed = record("deployed");
    let names = "(Dana Lindqvist as deployment-lead; Omar Haddad as devops; Mei Tanaka as engineering-manager, entered by Dana Lindqvist)";
    let before = "Before the deployment, report dda5d71aafcc…";
    let said = signed(&report, &deployed);
    assert_eq!(said, format!("{before}: signed by 3 of 4 roles, 1 of them entered by somebody else {names}, not by security"));
    for format in FORMATS.iter().filter(|format| format.name != "json") {
        let text = (format.render)(&Page::new(&report).with_record(&deployed)).into_owned();
        let text = text.replace("\n│             ", " ");
        assert!(text.contains(&format!("{before}: signed by 3 of 4 roles")), "{} says nothing of it", format.name);
        for wrong in ["No role has to sign", "waits for security", "Signature", "no earlier signed-off run"] {
            assert!(!text.contains(wrong), "{} says {wrong:?}", format.name);
        }
    }
    deployed.roles = record("signed").roles;
    deployed.standing.signed = true;
    assert!(
        signed(&report, &deployed).starts_with(&format!("{before}: signed by 4 of 4 roles, 1 of them")),
        "{}",
        signed(&report, &deployed)
    );
    deployed.roles.iter_mut().for_each(|role| role.sign_offs.clear());
    deployed.standing.signed = false;
    let nobody = format!("{before}: not signed by deployment-lead, devops, security, engineering-manager");
    assert_eq!(signed(&report, &deployed), nobody);
    deployed.roles = record("refused").roles;
    assert!(signed(&report, &deployed).starts_with(&format!("{before}: NO-GO by Bob Brown as security; go by 0 of 4 roles (")));
    // What was said of the deployment is no verdict on what is live.
    assert_eq!(ShownVerdict::of(&report, Some(&deployed)).headline, "GO");
    deployed.roles.clear();
    deployed.standing.nobody_signs = Some(NobodySigns::Deployed(None));
    assert_eq!(signed(&report, &deployed), "Not signed before the deployment: no report made before it is on record");
}

#[test]
fn a_report_that_nobody_signs_says_why() {
    let mut record = record("signed");
    record.roles.clear();
    record.changes = None;
    for (why, said) in [
        (NobodySigns::NotAsked, "Nobody has to sign: the plan asks for no sign-off"),
        (NobodySigns::NotFull, "Nobody signs this: it is no full run of the plan"),
    ] {
        record.standing.nobody_signs = Some(why);
        record.standing.signed = false;
        record.standing.remarks.clear();
        assert_eq!(signed(&stored("go"), &record), said);
        for format in FORMATS.iter().filter(|format| format.name != "json") {
            let text = (format.render)(&Page::new(&stored("go")).with_record(&record)).into_owned();
            assert!(text.contains(said) && !text.contains("What people sign"), "{}", format.name);
        }
    }
}

#[test]
fn a_record_of_an_older_version_is_read() {
    let mut json: Value = serde_json::to_value(record("signed")).expect("JSON");
    for new in ["begun", "policy", "unsigned_evidence", "repaired"] {
        assert!(json.as_object_mut().expect("an object").remove(new).is_some(), "{new}");
    }
    for new in ["gate", "nobody_signs"] {
        assert!(json["standing"].as_object_mut().expect("an object").remove(new).is_some(), "{new}");
    }
    for row in json["deployments"].as_array_mut().expect("rows") {
        for new in ["unverified", "policy"] {
            assert!(row.as_object_mut().expect("an object").remove(new).is_some(), "{new}");
        }
    }
    assert_eq!(serde_json::from_value::<Record>(json).expect("a record"), record("signed"));
}
