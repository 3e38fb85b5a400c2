//! Packs: every file is listed and explained, and works with nothing but the variables it demands.

mod foreign;
mod saved;
mod servers;

use std::{collections::BTreeSet, fs, path::Path};

use gonogo::{
    model::Outcome,
    plan::{self, Lint, Pack, Plan, Request, Standing, packs},
};

use crate::{gonogo::Gonogo, scripted::instant};

/// A plan whose `include` lists this.
fn including(uses: &str) -> Gonogo {
    let uses: String = uses.lines().map(|line| format!("  {line}\n")).collect();
    Gonogo::new().plan(&format!("project: shop\nenvironments: {{ prod: {{}} }}\ninclude:\n{uses}"))
}

/// With every variable that the pack demands, and no other.
fn plain(pack: &Pack) -> String {
    including_with(pack, false)
}

/// With every variable that a plan may give and that has no default: no check is left out.
fn full(pack: &Pack) -> String {
    including_with(pack, true)
}

fn including_with(pack: &Pack, all: bool) -> String {
    let given = pack.vars.iter().filter(|(_, var)| var.default.is_none() && var.http_of.is_none() && (all || !var.optional));
    let vars: Vec<String> = given.map(|(name, _)| format!("{name}: \"{}\"", value(&pack.name, name))).collect();
    format!("- {{ pack: {}, as: p, vars: {{ {} }} }}", pack.name, vars.join(", "))
}

fn value(pack: &str, variable: &str) -> &'static str {
    match (pack, variable) {
        ("cloud-aws" | "cloud-azure" | "cloud-gcp", "database") => "shop",
        (_, "database") => "postgres://app@db.example.com/app",
        ("redis" | "redis-access" | "redis-cluster" | "redis-replication" | "redis-sentinel", "url") => "rediss://redis.example.com",
        ("postgres-capacity", "instances" | "pool-size") | ("queue-kafka", "brokers") => "4",
        (_, "url" | "website" | "prometheus") => "https://x.example.com",
        (_, "domain") => "example.com",
        ("host-baseline", "data") => "/var",
        (_, "token" | "login") => "${TOKEN}",
        (_, "env-file") => "prod.env",
        _ => "shop",
    }
}

fn request(gonogo: &Gonogo) -> Request {
    let named = [
        ("api", "https://api.example.com"),
        ("admin-api", "https://admin.example.com:8443"),
        ("DATABASE_URL", "postgres://app@db.example.com/app"),
        ("EVENTS_DATABASE_URL", "postgres://app@db.example.com/events"),
        ("REDIS_URL", "rediss://redis.example.com"),
        ("CACHE_URL", "redis://cache.example.com"),
        ("QUEUE_URL", "rediss://queue.example.com"),
        ("TOKEN", "s3cr3t-t0ken-of-the-team"),
        ("GRAFANA_TOKEN", "s3cr3t-t0ken-of-the-team"),
        ("RABBIT_LOGIN", "s3cr3t-t0ken-of-the-team"),
        ("PAGERDUTY_TOKEN", "s3cr3t-t0ken-of-the-team"),
        ("OPSGENIE_KEY", "s3cr3t-t0ken-of-the-team"),
        ("SENTRY_TOKEN", "s3cr3t-t0ken-of-the-team"),
        ("GITHUB_TOKEN", "s3cr3t-t0ken-of-the-team"),
        ("GITLAB_TOKEN", "s3cr3t-t0ken-of-the-team"),
        ("KUBERNETES_TOKEN", "s3cr3t-t0ken-of-the-team"),
        ("JIRA_LOGIN", "s3cr3t-t0ken-of-the-team"),
        ("SERVICENOW_LOGIN", "s3cr3t-t0ken-of-the-team"),
        ("SENTINEL_URL", "redis://sentinel.example.com:26379"),
    ];
    Request {
        config: gonogo.path("gonogo.yaml"),
        env: named.map(|(name, value)| (name.into(), value.into())).into_iter().collect(),
        ..Request::default()
    }
}

#[track_caller]
fn load(uses: &str) -> Plan {
    plan::load(&request(&including(uses))).unwrap_or_else(|problems| panic!("{uses}:\n{}", told(problems.iter())))
}

#[track_caller]
fn refused(uses: &str) -> String {
    told(plan::load(&request(&including(uses))).err().expect("problems").iter())
}

fn told<'a>(problems: impl Iterator<Item = &'a plan::Problem>) -> String {
    problems.map(|problem| format!("{problem}\n")).collect()
}

/// Lints a plan in which every check can be tried.
#[track_caller]
fn clean(uses: &str) -> Lint {
    let lint = plan::lint(&request(&including(uses)), instant());
    assert!(lint.is_clean() && lint.untried.is_empty(), "{uses}:\n{}{:?}", told(lint.problems.iter()), lint.untried);
    lint
}

#[test]
fn every_file_is_listed() {
    let files = fs::read_dir("checks/packs").expect("the packs").map(|entry| entry.expect("an entry").path());
    let files: BTreeSet<String> = files.filter_map(|path| Some(path.file_name()?.to_str()?.strip_suffix(".yaml")?.to_owned())).collect();
    let listed: BTreeSet<String> = packs().iter().map(|pack| pack.name.to_string()).collect();
    assert_eq!(files, listed);
    for pack in packs() {
        let file = Path::new("checks/packs").join(&*pack.name).with_extension("yaml");
        assert_eq!(fs::read_to_string(file).expect("the file"), pack.source, "{}", pack.name);
    }
}

#[test]
fn every_pack_has_teeth_with_nothing_but_what_it_demands() {
    for pack in packs() {
        let meant = |uses: &str| load(uses).items.iter().filter(|item| matches!(item.standing, Standing::Ready(_))).count();
        assert!(meant(&plain(pack)) > 0, "{} has no checks", pack.name);
        assert_eq!(clean(&plain(pack)).checks, meant(&plain(pack)), "{}", pack.name);
        assert_eq!(clean(&full(pack)).checks, load(&full(pack)).items.len(), "{}", pack.name);
    }
}

#[test]
fn every_check_says_what_why_and_how_to_mend_it() {
    for pack in packs() {
        assert!(!pack.about.is_empty() && pack.vars.values().all(|var| !var.about.is_empty()), "{}", pack.name);
        for item in load(&full(pack)).items {
            assert!(item.id.starts_with("p/") && item.title != item.id, "{}: {}", pack.name, item.id);
            assert!(!item.section.is_empty() && !item.tags.is_empty(), "{}: {}", pack.name, item.id);
            assert!(item.why.is_some() && item.fix.is_some(), "{}: {}", pack.name, item.id);
        }
    }
}

#[test]
fn every_example_is_a_plan() {
    for pack in packs() {
        let plan = load(&pack.example);
        clean(&pack.example);
        let changes = ["change:", "without:"].iter().any(|key| pack.example.contains(key));
        assert!(plan.items.len() > 1 && changes, "the example of {} shows too little", pack.name);
        let left_out = plan.items.iter().filter(|item| matches!(item.standing, Standing::Excluded(_))).count();
        assert_eq!(left_out > 0, pack.example.contains("without:"), "{}", pack.name);
    }
}

#[test]
fn explain_prints_a_page() {
    for pack in packs() {
        let ran = Gonogo::new().run(["explain", &format!("pack:{}", pack.name)]).exits(0);
        let parts =
            ["## Variables", "## Checks", "## Use", "## Source"].map(|part| ran.stdout.find(part).unwrap_or_else(|| panic!("no {part}")));
        assert!(parts.is_sorted(), "{parts:?}");
        assert!(ran.stdout.starts_with(&format!("# pack:{}\n\n{}\n", pack.name, pack.about)));
        assert!(ran.stdout.contains(&*pack.source), "{}", pack.name);
        for item in load(&plain(pack)).items {
            let id = item.id.trim_start_matches("p/");
            let line =
                format!("- **`{id}`** (`{}`, {}): {}\n  - Why: {}\n", item.kind.name, item.severity, item.title, item.why.expect("a why"));
            assert!(ran.stdout.contains(&line), "{line}\nis not in\n{}", ran.stdout);
        }
        for (name, var) in &pack.vars {
            assert!(ran.stdout.contains(&format!("- **`{name}`** (")) && ran.stdout.contains(&var.about), "{name}");
        }
    }
}

#[test]
fn plain_http_is_derived_unless_it_is_given() {
    let url = |uses: &str, id: &str| {
        let items = load(uses).items;
        items.iter().find(|item| item.id == id).expect(id).settings.value()["url"].as_str().expect("a url").to_owned()
    };
    let id = "web-api/redirects-to-https";
    assert_eq!(url("- { pack: web-api, vars: { url: \"${admin-api}\", path: /v1 } }", id), "http://admin.example.com/v1");
    assert_eq!(
        url("- { pack: web-api, vars: { url: \"${api}\", plain-url: \"http://old.example.com:81\" } }", id),
        "http://old.example.com:81/"
    );
    // What the address lacks, its copy lacks too.
    let said = refused("- { pack: web-api, vars: { url: \"${unset}\" } }");
    assert_eq!(said.matches("error: ").count(), 1, "{said}");
}

#[test]
fn what_no_check_uses_need_not_be_given() {
    let all = packs().iter().find(|pack| pack.name == "secrets").expect("the pack");
    assert!(refused("- { pack: secrets }").contains("the pack `secrets` needs the variable `env-file`"));
    load("- { pack: secrets, without: { made-for-production: the platform keeps them } }\n- { pack: web-api, vars: { url: \"${api}\" } }");
    // Nor what the plan says otherwise.
    load("- { pack: secrets, change: { made-for-production: { secrets: { source: { env-file: other.env } } } } }");
    assert!(all.vars["env-file"].default.is_none());
}

#[test]
fn a_check_left_out_holds_nothing_up() {
    let plan = load("- { pack: web-api, vars: { url: \"${api}\" }, without: { answers: a partner watches it } }");
    assert!(plan.items.iter().all(|item| item.needs.is_empty()));
    let whole = load("- { pack: web-api, as: web, vars: { url: \"${api}\" } }");
    assert!(whole.items.iter().any(|item| item.needs == ["web/answers"]));
}

/// An API that does everything right, or everything wrong; what answers in the place of port 80 stands beside it.
async fn api(right: bool) -> (String, String) {
    use axum::{Router, extract::Request, http::StatusCode, response::IntoResponse as _};
    let answer = move |request: Request| async move {
        let path = request.uri().path();
        let hsts = if right { "includeSubDomains; max-age=15552000" } else { "max-age=15551999" };
        let mut headers = vec![("strict-transport-security", hsts), ("x-content-type-options", if right { "nosniff" } else { "sniff" })];
        let known = path == "/" || path == "/health" || !right && (path == "/.env" || path == "/.git/HEAD");
        headers.extend((!right).then_some(("x-powered-by", "PHP/8.1.2")));
        // What proxies do: the headers are there on successes only.
        headers.retain(|_| right || known);
        let headers = axum::response::AppendHeaders(headers);
        let body = match (known, right) {
            (true, true) => r#"{"status":"ok"}"#,
            (true, false) => r#"{"status":"down"}"#,
            (false, true) => r#"{"detail":"Not Found"}"#,
            (false, false) => "Error: no\n    at Object.<anonymous> (/srv/app.js:3:9)",
        };
        (if known { StatusCode::OK } else { StatusCode::NOT_FOUND }, headers, body).into_response()
    };
    let redirect = move |request: Request| async move {
        let to = format!("https://127.0.0.1{}", request.uri().path());
        if right { axum::response::Redirect::permanent(&to).into_response() } else { "welcome".into_response() }
    };
    (serve(Router::new().fallback(answer)).await, serve(Router::new().fallback(redirect)).await)
}

async fn serve(router: axum::Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

#[tokio::test(flavor = "multi_thread")]
async fn web_api_tells_an_api_in_order_from_one_that_is_not() {
    for right in [true, false] {
        let (url, plain) = api(right).await;
        let uses = format!(
            "- {{ pack: web-api, as: web, vars: {{ url: \"{url}\", plain-url: \"{plain}\" }}, without: {{ tls: it speaks none }} }}"
        );
        let (_, report) = including(&uses).verify(&[]);
        let of = |wanted: Outcome| report.findings.iter().filter(move |found| found.outcome == wanted).map(|found| found.id.as_str());
        let (passed, failed): (Vec<_>, Vec<_>) = (of(Outcome::Pass).collect(), of(Outcome::Fail).collect());
        assert_eq!(of(Outcome::Skipped).collect::<Vec<_>>(), ["web/tls", "web/cors"]);
        // Even the worst API answers.
        let (well, ill) = if right { (report.findings.len() - 2, 0) } else { (1, report.findings.len() - 3) };
        assert_eq!((passed.len(), failed.len()), (well, ill), "right: {right}, passed: {passed:?}, failed: {failed:?}");
    }
}

#[test]
fn secrets_tells_made_secrets_from_development_values() {
    for (value, code) in [("Zk3vQ8xW2mN7rT5yB9cF4hJ6", 0), ("changeme", 1)] {
        let file = format!("LOG_LEVEL=info\nDB_PASSWORD={value}\n");
        let gonogo = including("- { pack: secrets, vars: { env-file: prod.env, untracked: false } }").file("prod.env", &file);
        gonogo.run(["verify"]).exits(code);
        // Outside a repository nobody can tell whether git knows the file.
        let strict = including("- { pack: secrets, vars: { env-file: prod.env } }").file("prod.env", &file);
        strict.run(["verify"]).exits(if code == 0 { 3 } else { 1 });
    }
}

#[test]
fn a_check_whose_optional_variable_is_not_given_is_left_out_and_says_so() {
    let standing = |uses: &str| {
        let items = load(uses).items;
        let cors = items.iter().find(|item| item.id == "web-api/cors").expect("the check");
        match &cors.standing {
            Standing::Excluded(why) => why.clone(),
            Standing::Ready(_) => "ready".into(),
        }
    };
    assert_eq!(standing("- { pack: web-api, vars: { url: \"${api}\" } }"), "the plan gives the pack no `website`");
    assert_eq!(standing("- { pack: web-api, vars: { url: \"${api}\" }, without: { cors: no browser clients } }"), "no browser clients");
    assert_eq!(standing("- { pack: web-api, vars: { url: \"${api}\", website: https://www.example.com } }"), "ready");
    // What the plan says in its place does not need it.
    let named = "- { pack: web-api, vars: { url: \"${api}\" }, change: { cors: { cors: { origins: [https://a.example.com] } } } }";
    assert_eq!(standing(named), "ready");
}
