//! The program as people and pipelines call it: exit codes, outputs, signals.

use std::{
    io::Read as _,
    path::Path,
    process::Stdio,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use gonogo::model::{Digest, Exit, Outcome, Report, Verdict};

use crate::gonogo::{Gonogo, Ran, clock, now};

/// A server that answers `/ok` with 200, `/bad` with 500, `/slow` never, and counts its visitors.
async fn server() -> (String, Arc<AtomicUsize>) {
    use axum::{Router, http::StatusCode, routing::get};
    let visits: Arc<AtomicUsize> = Arc::default();
    let counted = visits.clone();
    let router = Router::new()
        .route("/ok", get(|| async { "fine" }))
        .route("/bad", get(|| async { (StatusCode::INTERNAL_SERVER_ERROR, "<b>broken</b>") }))
        .route("/slow", get(|| async { std::future::pending::<()>().await }))
        .layer(axum::middleware::from_fn(move |request, next: axum::middleware::Next| {
            counted.fetch_add(1, Ordering::SeqCst);
            next.run(request)
        }));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, router).await });
    (format!("http://{address}"), visits)
}

fn plan(checks: &str) -> String {
    format!("project: shop\nenvironments:\n  prod: {{ vars: {{ api: \"${{API}}\" }} }}\nchecks:\n{checks}")
}

fn check(id: &str, path: &str, more: &str) -> String {
    format!("  - id: {id}\n{more}    http: {{ url: \"${{api}}{path}\" }}\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_exit_code_tells_the_verdict_and_stands_in_the_report() {
    let (api, _) = server().await;
    let refused = "http://127.0.0.1:1/";
    let unreachable = format!("  - id: gone\n    http: {{ url: {refused} }}\n");
    let cases: [(&str, String, &[&str], Exit, Verdict); 8] = [
        ("all well", check("a", "/ok", ""), &[], Exit::Go, Verdict::Go),
        ("red", check("a", "/bad", "") + &check("b", "/ok", ""), &[], Exit::Red, Verdict::NoGo),
        ("unreachable", unreachable.clone() + &check("b", "/ok", ""), &[], Exit::Unchecked, Verdict::NoGo),
        ("red and unreachable", unreachable + &check("a", "/bad", ""), &[], Exit::Red, Verdict::NoGo),
        ("a red warning", check("a", "/bad", "    severity: warning\n") + &check("b", "/ok", ""), &[], Exit::Go, Verdict::Go),
        (
            "a red warning, strict",
            check("a", "/bad", "    severity: warning\n") + &check("b", "/ok", ""),
            &["--strict"],
            Exit::Red,
            Verdict::NoGo,
        ),
        ("advisory", check("a", "/bad", ""), &["--advisory"], Exit::Go, Verdict::NoGo),
        ("too slow", check("a", "/slow", "    timeout: 200ms\n"), &[], Exit::Unchecked, Verdict::NoGo),
    ];
    for (about, checks, arguments, exit, verdict) in cases {
        let (ran, report) = Gonogo::new().plan(&plan(&checks)).env("API", &api).verify(arguments);
        assert_eq!(
            (ran.code, report.exit, report.verdict),
            (i32::from(exit.code()), exit.code(), verdict),
            "{about}:\n{}{}",
            ran.stdout,
            ran.stderr
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_exit_code_does_not_depend_on_the_format() {
    let (api, _) = server().await;
    let gonogo = Gonogo::new().plan(&plan(&(check("a", "/bad", "") + &check("b", "/ok", "")))).env("API", &api);
    for format in gonogo::render::FORMATS {
        gonogo.run(["verify", "--format", format.name]).exits(1);
    }
    gonogo.run(["verify", "-q"]).exits(1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_plan_exits_2_and_touches_nothing() {
    let (api, visits) = server().await;
    for (wrong, said) in [
        (check("a", "/ok", "    severety: blocker\n"), "did you mean `severity`?"),
        (check("a", "/ok", "") + &check("a", "/ok", ""), "a"),
        ("  - id: a\n    http: { url: \"${apii}/\" }\n".into(), "did you mean `api`?"),
        ("  - id: a\n    htpp: { url: \"${api}/\" }\n".into(), "did you mean `http`?"),
        ("  []\n".into(), "gonogo.yaml:"),
        // What is wrong between keys is said although the address is a variable's.
        ("  - id: a\n    http: { url: \"${api}/\", body: x }\n".into(), "`body` needs a `method`"),
        ("  - id: a\n    health: { url: \"${api}/\", interval: 1s }\n".into(), "`interval` needs `successes`"),
    ] {
        Gonogo::new()
            .plan(&plan(&wrong))
            .env("API", &api)
            .run(["verify"])
            .exits(2)
            .says(said)
            .says("nothing was touched")
            .says("gonogo.yaml:");
    }
    let fine = || Gonogo::new().plan(&plan(&check("a", "/ok", ""))).env("API", &api);
    fine().run(["verify", "--env", "prd"]).exits(2).says("did you mean `prod`?");
    fine().run(["verify", "--only", "b"]).exits(2).says("--only b");
    fine().run(["verify", "--format", "markdwn"]).exits(2).says("did you mean `markdown`?");
    fine().run(["verify", "--at", "2020-01-01T00:00:00Z"]).exits(2).says("is in the past");
    fine().run(["verify", "--format", "json", "--format", "sarif"]).exits(2).says("two formats for standard output");
    assert_eq!(visits.load(Ordering::SeqCst), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_output_that_cannot_be_written_stops_before_anything_is_touched() {
    let (api, visits) = server().await;
    let gonogo = Gonogo::new().plan(&plan(&check("a", "/ok", ""))).env("API", &api);
    gonogo.run(["verify", "--format", "json=no/such/folder.json"]).exits(6).says("no/such/folder.json");
    assert_eq!(visits.load(Ordering::SeqCst), 0);
    // Writing can also fail at the end; the graver code wins.
    gonogo.run(["verify", "--format", "json=/dev/full"]).exits(6);
    let red = Gonogo::new().plan(&plan(&check("a", "/bad", ""))).env("API", &api);
    red.run(["verify", "--format", "json=/dev/full"]).exits(1);
}

#[tokio::test(flavor = "multi_thread")]
async fn several_outputs_come_of_one_run_and_again_of_the_stored_report() {
    let (api, visits) = server().await;
    let gonogo = Gonogo::new().plan(&plan(&(check("a", "/bad", "") + &check("b", "/ok", "")))).env("API", &api);
    let formats: Vec<&str> = gonogo::render::FORMATS.iter().map(|format| format.name).collect();
    let to =
        |suffix: &str| formats.iter().flat_map(|name| ["--format".to_owned(), format!("{name}=out.{name}{suffix}")]).collect::<Vec<_>>();
    gonogo.run(["verify".to_owned()].into_iter().chain(to(""))).exits(1);
    assert_eq!(visits.load(Ordering::SeqCst), 2);
    gonogo.run(["report".to_owned(), "out.json".into()].into_iter().chain(to(".again"))).exits(0);
    for format in formats {
        assert_eq!(gonogo.read(&format!("out.{format}")), gonogo.read(&format!("out.{format}.again")), "{format}");
    }
    let digest = Digest::of(gonogo.read("out.json").as_bytes());
    assert!(gonogo.read("out.html").contains(digest.as_str()), "the page names the fingerprint of the stored bytes");
    assert!(gonogo.read("out.markdown").contains(digest.as_str()));
}

#[tokio::test(flavor = "multi_thread")]
async fn json_on_standard_output_is_the_report_and_nothing_else() {
    let (api, _) = server().await;
    let gonogo = Gonogo::new().plan(&plan(&check("a", "/ok", ""))).env("API", &api);
    let ran = gonogo.run(["verify", "--format", "json", "--release", "1.4.2", "--commit", "0a1b2c3d"]).exits(0);
    let report = Report::from_json(ran.stdout.as_bytes()).expect("a report");
    assert_eq!(
        (report.release.version.as_deref(), report.release.commit.as_deref(), report.release.source.as_str()),
        (Some("1.4.2"), Some("0a1b2c3d"), "flags")
    );
    assert!(ran.stderr.contains("GO"), "{}", ran.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edited_report_is_not_rendered() {
    let (api, _) = server().await;
    let gonogo = Gonogo::new().plan(&plan(&check("a", "/bad", ""))).env("API", &api);
    gonogo.run(["verify", "--format", "json=report.json"]).exits(1);
    let report = gonogo.read("report.json");
    for (from, to) in [("\"no-go\"", "\"go\""), ("\"outcome\":\"fail\"", "\"outcome\":\"pass\""), ("\"exit\": 1", "\"exit\": 0")] {
        assert!(report.contains(from), "{from}");
        let edited = Gonogo::new().file("report.json", &report.replace(from, to));
        edited.run(["report", "report.json"]).exits(5).says("contradicts itself");
    }
    Gonogo::new().file("report.json", "{}").run(["report", "report.json"]).exits(2).says("not a report");
    Gonogo::new().run(["report", "missing.json"]).exits(2).says("missing.json");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupt_leaves_a_report_of_what_is_known() {
    let (api, visits) = server().await;
    let gonogo = Gonogo::new().plan(&plan(&(check("a", "/ok", "") + &check("b", "/slow", "    timeout: 60s\n")))).env("API", &api);
    let mut child = gonogo
        .command(["verify", "--format", "json=report.json"])
        .stderr(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program runs");
    wait_until(|| visits.load(Ordering::SeqCst) == 2).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    signal(child.id(), "INT");
    let began = Instant::now();
    let status = child.wait().expect("it ends");
    assert!(began.elapsed() < Duration::from_secs(5));
    assert_eq!(status.code(), Some(3));
    let report = Report::from_json(gonogo.read("report.json").as_bytes()).expect("a report");
    let outcomes: Vec<Outcome> = report.findings.iter().map(|finding| finding.outcome).collect();
    assert_eq!(outcomes, [Outcome::Pass, Outcome::Unknown]);
    assert!(report.interrupted);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_pipe_is_no_error() {
    let (api, _) = server().await;
    let gonogo = Gonogo::new().plan(&plan(&check("a", "/ok", ""))).env("API", &api);
    let mut child = gonogo.command(["verify"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program runs");
    drop(child.stdout.take());
    let mut said = String::new();
    child.stderr.take().expect("stderr").read_to_string(&mut said).expect("text");
    assert_eq!(child.wait().expect("it ends").code(), Some(0), "{said}");
    assert!(!said.contains("ipe"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn github_gets_annotations_and_a_job_summary() {
    let (api, _) = server().await;
    let gonogo = Gonogo::new().plan(&plan(&check("a", "/bad", ""))).env("API", &api).env("GITHUB_STEP_SUMMARY", "summary.md");
    let ran = gonogo.run(["verify", "--format", "github"]).exits(1);
    assert!(ran.stdout.contains("::error file=gonogo.yaml,line=5"), "{}", ran.stdout);
    assert!(gonogo.read("summary.md").contains("NO-GO"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_is_named_as_ci_finds_it() {
    let (api, _) = server().await;
    let file = |id: &str| format!("checks:\n{}", check(id, "/bad", ""));
    let main = plan(&check("a", "/bad", "")) + "include: [more/*.yaml, ../shared/c.yaml]\n";
    let gonogo = Gonogo::new().file("deploy/gonogo.yaml", &main).file("deploy/more/b.yaml", &file("b")).file("shared/c.yaml", &file("c"));
    let gonogo = gonogo.env("API", &api);
    let whole = gonogo.path("deploy/gonogo.yaml").canonicalize().expect("the plan");
    for config in ["deploy/gonogo.yaml", "./deploy/gonogo.yaml", "deploy/../deploy/gonogo.yaml", whole.to_str().expect("a plain path")] {
        let ran =
            gonogo.run(["verify", "-c", config, "--format", "github", "--format", "sarif=out.sarif", "--format", "json=out.json"]).exits(1);
        let sarif = gonogo.read("out.sarif");
        for place in ["deploy/gonogo.yaml,line=5", "deploy/more/b.yaml,line=2", "shared/c.yaml,line=2"] {
            assert!(ran.stdout.contains(&format!("::error file={place},")), "{config}: {place} is not in\n{}", ran.stdout);
            let file = place.split(',').next().expect("a file");
            assert!(sarif.contains(&format!("\"uri\": \"{file}\"")), "{config}: {file} is not in\n{sarif}");
        }
        // The plan is the same from wherever it is run.
        let report = Report::from_json(gonogo.read("out.json").as_bytes()).expect("a report");
        assert_eq!(report.plan.files.keys().collect::<Vec<_>>(), ["../shared/c.yaml", "gonogo.yaml", "more/b.yaml"], "{config}");
    }
    gonogo
        .file("deploy/more/b.yaml", "checks: []\n")
        .run(["lint", "-c", "deploy/gonogo.yaml"])
        .exits(2)
        .says(" --> deploy/more/b.yaml:1:1");
}

#[test]
fn what_needs_no_plan_works_without_one() {
    let gonogo = Gonogo::new();
    for shell in ["bash", "zsh", "fish"] {
        gonogo.run(["completions", shell]).exits(0).says("gonogo");
    }
    gonogo.run(["man"]).exits(0).says(".TH gonogo");
    gonogo.run(["schema"]).exits(0).says("\"$schema\"");
    gonogo.run(["explain"]).exits(0).says("pack:web-api");
    for kind in gonogo::check::KINDS {
        gonogo.run(["explain", kind.name]).exits(0).says("## Example");
    }
    gonogo.run(["explain", "pack:web-api"]).exits(0);
    let rollout = gonogo.run(["explain", "rollout"]).exits(0).says("# Rollouts");
    assert!(rollout.stdout.contains("- **`stages`**") && !rollout.stdout.contains("<!-- keys"), "{}", rollout.stdout);
    gonogo.run(["explain"]).exits(0).says("  rollout  ");
    gonogo.run(["explain", "rolout"]).exits(2).says("did you mean `rollout`?");
    gonogo.run(["explain", "htpp"]).exits(2).says("did you mean `http`?");
    gonogo.run(["--help"]).exits(0).says("3  no-go because blockers could not be checked");
    gonogo.run(["--version"]).exits(0).says(env!("CARGO_PKG_VERSION"));
    gonogo.run(["verify"]).exits(2).says("gonogo.yaml");
    gonogo.run(["verfy"]).exits(2).says("verify");
}

fn signal(pid: u32, name: &str) {
    let status = std::process::Command::new("kill").args([format!("-{name}"), pid.to_string()]).status().expect("kill");
    assert!(status.success());
}

async fn wait_until(mut happened: impl FnMut() -> bool) {
    for _ in 0..500 {
        if happened() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("it did not happen within 10 s");
}

/// `tests/run` says in `NOT_BEFORE` to which instant it has moved the clock.
#[test]
#[expect(clippy::disallowed_methods, reason = "what moves the clock says how far")]
fn a_report_is_of_the_day_that_the_tests_run_on() {
    let not_before = std::env::var("NOT_BEFORE").ok().map(|text| text.parse().expect("an instant"));
    assert_eq!(not_before.is_some(), clock().any(|(name, _)| name == "FAKETIME"), "the clock is moved, and nobody says to when");
    let earliest = not_before.unwrap_or_else(|| now() - Duration::from_secs(1));
    let (_, report) = Gonogo::new().plan(&plan(&check("a", "/ok", ""))).env("API", "http://127.0.0.1:1").verify(&["--env", "prod"]);
    assert!((earliest..=now()).contains(&report.started), "{earliest}: {}", report.started);
}

/// B20: what is all but a name of the env-file is told where it stands, and a length of time has no comma.
#[test]
fn b20_lint_tells_a_lost_letter_and_a_comma() {
    let plan = |variable: &str, left: &str| {
        format!(
            "project: shop\nenvironments: {{ prod: {{ env-file: prod.env }} }}\nchecks:\n  - {{ id: web, title: It answers, http: {{ url: \"${{{variable}}}\" }} }}\n  \
             - {{ id: ends, title: It lasts, tls: {{ address: \"web.example:443\", min-remaining: \"{left}\" }} }}\n"
        )
    };
    let lint = |variable: &str, left: &str| {
        Gonogo::new().plan(&plan(variable, left)).file("prod.env", "WEBSITE_URL=http://web.example/\n").run(["lint"])
    };
    lint("WEBSITE_URL", "21d").exits(0);
    let lost = lint("WEBSTE_URL", "21d").exits(2).stderr;
    assert!(
        lost.contains("the variable `WEBSTE_URL` is not set")
            && lost.contains("did you mean `WEBSITE_URL`?")
            && lost.contains("gonogo.yaml:4"),
        "{lost}"
    );
    // What only the process may have is no mistake of the plan.
    lint("OTHER_URL", "21d").exits(0);
    let comma = lint("WEBSITE_URL", "1,000h").exits(2).stderr;
    assert!(comma.contains("write `1000h`") && comma.contains("gonogo.yaml:5"), "{comma}");
}

#[test]
fn lint_tells_warnings_and_fails_for_them_where_that_is_asked() {
    let plan = |from: &str| {
        let checks = [("a", "cluster"), ("b", "cluster"), ("c", from)]
            .map(|(id, from)| format!("  - {{ id: {id}, from: {from}, tcp: {{ address: \"host.example:1\" }} }}\n"))
            .concat();
        Gonogo::new().plan(&format!("project: shop\nenvironments: {{ prod: {{}} }}\nchecks:\n{checks}"))
    };
    let slip = plan("clutser");
    slip.run(["lint"]).exits(0).says("no other check is run from `clutser`").says("did you mean `cluster`?").says("1 warning; 3 checks");
    slip.run(["lint", "--strict"]).exits(2).says("1 warning");
    for other in ["cluster", "outside", "cluster-2"] {
        plan(other).run(["lint", "--strict"]).exits(0).says("nothing wrong");
    }
    // Addresses without a password hide nothing.
    let open = "project: shop\nenvironments: { prod: { vars: { REDIS_URL: \"redis://127.0.0.1:6379\", DATABASE_URL: \"postgres://user@host/db\" } } }\n\
                checks:\n  - { id: a, redis-persistence: { url: \"${REDIS_URL}\" } }\n  - { id: b, postgres-indexes: { database: \"${DATABASE_URL}\", schema: s, valid: true } }\n\
                \x20 - { id: c, redis-persistence: { url: \"redis://127.0.0.1:6379\" } }\n\
                \x20 - { id: d, postgres-indexes: { database: \"postgres://user@host/db\", schema: s, valid: true } }\n";
    Gonogo::new().plan(open).run(["lint", "--strict"]).exits(0).says("nothing wrong");
}

#[test]
fn whoever_names_the_plan_without_its_option_is_told_of_it() {
    let gonogo = Gonogo::new().plan(PLAN);
    for command in ["lint", "verify", "check", "plan"] {
        let tip = format!("the plan is named with `-c`: gonogo {command} -c gonogo.yaml");
        gonogo.run([command, "gonogo.yaml"]).exits(2).says(&tip);
    }
    let other = gonogo.run(["verify", "everything"]).exits(2).stderr;
    assert!(!other.contains("`-c`"), "{other}");
}

#[test]
fn places_are_told_from_the_root_of_the_repository() {
    let plan = "project: shop\nenvironments: { prod: {} }\nchecks:\n  - { id: a, tcp: { address: \"127.0.0.1:1\" } }\n";
    let gonogo = Gonogo::new().file("repository/ops/gonogo.yaml", plan).file("repository/ops/more/here.txt", "");
    std::fs::create_dir(gonogo.path("repository/.git")).expect("a repository");
    for folder in ["repository/ops", "repository/ops/more", "repository"] {
        let config = if folder == "repository" { "ops/gonogo.yaml" } else { "gonogo.yaml" };
        let arguments =
            ["verify", "-c", config, "--no-record", "--format", "github", "--format", "sarif=out.sarif", "--format", "json=out.json"];
        let ran = Ran::of(gonogo.command(arguments).current_dir(gonogo.path(folder)));
        assert!(ran.stdout.contains("::error file=ops/gonogo.yaml,line=4,"), "{folder}: {}", ran.stdout);
        let sarif = gonogo.read(&format!("{folder}/out.sarif"));
        assert!(sarif.contains("\"uri\": \"ops/gonogo.yaml\"") && sarif.contains("\"startColumn\": 7"), "{folder}: {sarif}");
        // Made again elsewhere it says the same.
        let stored = format!("{folder}/out.json");
        assert!(gonogo.run(["report", &stored, "--format", "github"]).stdout.contains("::error file=ops/gonogo.yaml,"), "{folder}");
    }
}

#[test]
fn a_shell_is_offered_what_the_plan_names() {
    let gonogo = Gonogo::new().plan(PLAN);
    let script = gonogo.run(["completions", "bash"]).exits(0).stdout;
    let offered = |line: &str| {
        let typed = format!(
            "{script}\nPATH={}:$PATH\nCOMP_WORDS=({line} ''); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); COMP_TYPE=9\n\
             _clap_complete_gonogo gonogo '' ''; echo \"${{COMPREPLY[*]}}\"\n",
            Path::new(env!("CARGO_BIN_EXE_gonogo")).parent().expect("a folder").display()
        );
        let mut bash = std::process::Command::new("bash");
        Ran::of(bash.args(["--norc", "-c", &typed]).current_dir(gonogo.path("."))).exits(0).stdout
    };
    assert_eq!(offered("gonogo verify --env").trim(), "prod");
    assert!(offered("gonogo verify --format").contains("codescanning"));
    assert!(offered("gonogo verify --phase").contains("post-deploy"));
    assert!(offered("gonogo explain").contains("redis-persistence"));
    // The variable by which the script asks keeps no run from being made.
    gonogo.run_with(&[("GONOGO_COMPLETE", "bash")], ["verify", "--env", "nowhere"]).exits(2).says("nowhere");
}

#[test]
fn the_recipe_for_kubernetes_names_every_code() {
    let recipe = include_str!("../../.ci/kubernetes-job.yaml");
    for (exit, meaning) in gonogo::model::Exit::TABLE {
        assert!(recipe.contains(&format!("#   {}  {meaning}\n", exit.code())), "{meaning}");
    }
}

#[test]
fn the_plan_of_the_repository_is_found_from_within_it_and_none_from_outside() {
    let gonogo = Gonogo::new().file("repository/gonogo.yaml", PLAN).file("repository/services/api/here.txt", "").file("gonogo.yaml", PLAN);
    let within = |folder: &str, command: &str| Ran::of(gonogo.command([command]).current_dir(gonogo.path(folder)));
    std::fs::create_dir(gonogo.path("repository/.git")).expect("a repository");
    within("repository/services/api", "lint").exits(0).says("../../gonogo.yaml: nothing wrong");
    within("repository/services", "verify").exits(0);
    // Only root can give a file away. What somebody else has put above names programs that would be run.
    if std::os::unix::fs::chown(gonogo.path("repository/gonogo.yaml"), Some(54_321), None).is_ok() {
        within("repository/services", "verify").exits(2).says("`gonogo.yaml` does not exist");
    }
    std::fs::remove_file(gonogo.path("repository/gonogo.yaml")).expect("removed");
    within("repository/services", "lint").exits(2).says("`gonogo.yaml` does not exist");
}

#[test]
fn other_words_for_it_verify() {
    for word in ["check", "run", "test", "validate"] {
        Gonogo::new().plan(PLAN).run([word]).exits(0).says("GO");
    }
}

const PLAN: &str = "project: x\nenvironments: { prod: {} }\nchecks: [{ id: there, file: { path: gonogo.yaml } }]\n";

#[tokio::test(flavor = "multi_thread")]
async fn quiet_is_the_verdict_alone_and_verbose_tells_each_demand() {
    let (api, _) = server().await;
    let gonogo = Gonogo::new().plan(&plan(&(check("a", "/bad", "") + &check("b", "/ok", "")))).env("API", &api);
    let quiet = gonogo.run(["verify", "-q"]).exits(1);
    assert_eq!((quiet.stdout.as_str(), quiet.stderr.as_str()), ("✗ NO-GO: 1 blocker failed.\n", ""));
    let json = gonogo.run(["verify", "-q", "--format", "json"]).exits(1);
    assert!(json.stdout.starts_with('{') && json.stderr.is_empty(), "{}", json.stderr);
    let plain = gonogo.run(["verify"]).exits(1);
    let verbose = gonogo.run(["verify", "-v"]).exits(1);
    for ran in [&plain, &verbose] {
        assert!(ran.stdout.ends_with("\n  ✗ a: HTTP status: got 500, wanted 2xx\n✗ NO-GO: 1 blocker failed.\n"), "{}", ran.stdout);
    }
    assert!(plain.stdout.contains("  │   HTTP status: 200"), "{}", plain.stdout);
    gonogo.run(["verify", "-q", "-v"]).exits(2);
}
