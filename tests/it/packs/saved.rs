//! Packs on what services and programs answer, as data: `fixtures/packs/PACK/CASE.yaml` says what is answered and what each check
//! of the pack comes to.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use axum::{
    Router,
    http::{StatusCode, Uri, header::CONTENT_TYPE},
};
use gonogo::{model::Outcome, plan::packs};
use serde::Deserialize;

use super::including;

/// One case of a pack.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// What is special about it.
    about: String,
    /// What the plan gives the pack; `HERE` is where the answers are.
    #[serde(default)]
    vars: BTreeMap<String, String>,
    /// What else the include says, as `without: { … }`.
    #[serde(default)]
    more: String,
    /// What is answered, by path and query; everything else is answered 404.
    #[serde(default)]
    answers: BTreeMap<String, Answer>,
    /// Programs in the path, as shell scripts.
    #[serde(default)]
    programs: BTreeMap<String, String>,
    /// Files beside the plan.
    #[serde(default)]
    files: BTreeMap<String, String>,
    /// The outcome of each check, or the outcome and a part of the reason.
    outcomes: BTreeMap<String, Came>,
}

#[derive(Deserialize, Clone)]
#[serde(untagged)]
enum Answer {
    Text(String),
    Of { status: u16, body: String },
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Came {
    To(Outcome),
    Saying(Outcome, String),
}

fn cases(pack: &str) -> Vec<PathBuf> {
    let Ok(folder) = fs::read_dir(Path::new("fixtures/packs").join(pack)) else { return Vec::new() };
    folder.map(|entry| entry.expect("an entry").path()).collect()
}

async fn serve(answers: BTreeMap<String, Answer>) -> String {
    let answers = Arc::new(answers);
    let app = Router::new().fallback(async move |uri: Uri| {
        let (status, body) = match answers.get(uri.path_and_query().map_or("/", |path| path.as_str())) {
            Some(Answer::Text(body)) => (StatusCode::OK, body.clone()),
            Some(Answer::Of { status, body }) => (StatusCode::from_u16(*status).expect("a status"), body.clone()),
            None => (StatusCode::NOT_FOUND, format!("nothing at {uri}")),
        };
        let media = if body.starts_with(['{', '[']) { "application/json" } else { "text/plain" };
        (status, [(CONTENT_TYPE, media)], body)
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move { axum::serve(listener, app).await });
    url
}

/// Runs the case; what is not as it says.
async fn wrong(pack: &str, path: &Path) -> Vec<String> {
    let case: Case =
        serde_yaml::from_str(&fs::read_to_string(path).expect("a file")).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    assert!(!case.about.is_empty());
    let here = serve(case.answers).await;
    let vars: Vec<String> = case.vars.iter().map(|(name, value)| format!("{name}: \"{}\"", value.replace("HERE", &here))).collect();
    let mut gonogo = including(&format!(
        "- {{ pack: {pack}, as: p, vars: {{ {} }}{}{} }}",
        vars.join(", "),
        if case.more.is_empty() { "" } else { ", " },
        case.more
    ))
    .env("TOKEN", "s3cr3t-t0ken-of-the-team");
    for (name, text) in &case.files {
        gonogo = gonogo.file(name, text);
        // The file system has a clock of its own.
        let file = fs::File::options().write(true).open(gonogo.path(name)).expect("the file");
        file.set_modified(crate::gonogo::now().into()).expect("a time");
    }
    for (name, script) in &case.programs {
        gonogo = gonogo.file(&format!("bin/{name}"), &format!("#!/bin/sh\n{script}\n"));
        fs::set_permissions(gonogo.path(&format!("bin/{name}")), fs::Permissions::from_mode(0o755)).expect("a mode");
    }
    let path_of = format!("{}:/usr/bin:/bin", gonogo.path("bin").display());
    let gonogo = gonogo.env("PATH", &path_of).env("HOME", "/nonexistent");
    let (ran, report) = tokio::task::spawn_blocking(move || gonogo.verify(&[])).await.expect("it ran");
    assert!(!ran.stdout.contains("s3cr3t-t0ken"), "{}", ran.stdout);
    let mut wrong = Vec::new();
    let ids: BTreeSet<String> = report.findings.iter().map(|finding| finding.id.trim_start_matches("p/").to_owned()).collect();
    if ids != case.outcomes.keys().cloned().collect() {
        wrong.push(format!("{}: the checks are {ids:?}", path.display()));
    }
    for finding in &report.findings {
        let (outcome, said) = match case.outcomes.get(finding.id.trim_start_matches("p/")) {
            None => continue,
            Some(Came::To(outcome)) => (*outcome, ""),
            Some(Came::Saying(outcome, said)) => (*outcome, said.as_str()),
        };
        if finding.outcome != outcome || !finding.reason.contains(said) {
            wrong.push(format!("{}: {} is {:?}: {}", path.display(), finding.id, finding.outcome, finding.reason));
        }
    }
    wrong
}

#[tokio::test(flavor = "multi_thread")]
async fn each_case_comes_to_what_it_says() {
    let mut all = Vec::new();
    for pack in packs() {
        for path in cases(&pack.name) {
            all.extend(wrong(&pack.name, &path).await);
        }
    }
    assert!(all.is_empty(), "{}", all.join("\n"));
}

/// Packs that the other tests try on real servers.
const ON_SERVERS: [&str; 16] = [
    "gonogo-desk",
    "mail",
    "postgres",
    "postgres-access",
    "postgres-archiving",
    "postgres-capacity",
    "postgres-replication",
    "postgres-settings",
    "queue-kafka",
    "redis",
    "redis-access",
    "redis-cluster",
    "redis-replication",
    "redis-sentinel",
    "secrets",
    "web-api",
];

#[test]
fn every_pack_is_tried_well_and_badly() {
    for pack in packs().iter().filter(|pack| !ON_SERVERS.contains(&&*pack.name)) {
        let names: BTreeSet<String> =
            cases(&pack.name).iter().map(|path| path.file_stem().expect("a name").to_string_lossy().into_owned()).collect();
        assert!(names.contains("good") && names.len() > 1, "fixtures/packs/{} needs `good.yaml` and at least one bad case", pack.name);
    }
}
