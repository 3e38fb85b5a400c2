//! What installs a released gonogo: each way takes the archive that was pinned, and refuses any other.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

use serde_json::Value;
use tempfile::TempDir;

use super::{Made, bare, files, made, name, tool};
use crate::{
    gonogo::{Gonogo, Ran},
    hostile::Hostile,
};

/// The ways: by hand, on GitHub, on GitLab.
const WAYS: [&str; 3] = ["script", "github", "gitlab"];

/// A project with a file of pins beside the digests of what was made.
fn project(made: &Made) -> TempDir {
    let project = tempfile::tempdir().expect("a folder");
    fs::copy(made.path("out/SHA256SUMS"), project.path().join("gonogo.sha256")).expect("a copy");
    project
}

fn digest(made: &Made) -> String {
    let line = tool("sha256sum", &[&made.archive().display().to_string()], Path::new("."));
    line[..64].to_owned()
}

fn yaml(file: &str) -> Value {
    let text = fs::read_to_string(file).expect("a file");
    // GitLab's template comes after a document with its inputs.
    let own = text.rsplit("\n---\n").next().expect("a document");
    serde_yaml::from_str(own).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// What a way runs, as its pipeline runs it.
fn commands(way: &str) -> String {
    match way {
        "script" => format!("'{}'", fs::canonicalize(".ci/setup/install").expect("a script").display()),
        "github" => yaml(".ci/setup/action.yml")["runs"]["steps"][0]["run"].as_str().expect("a script").into(),
        _ => {
            let lines = yaml(".ci/setup/gitlab.yml")[".gonogo"]["before_script"].clone();
            let lines: Vec<String> = serde_json::from_value(lines).expect("commands");
            format!("{}\ngonogo --version", lines.join("\n"))
        }
    }
}

fn installs(way: &str, project: &Path, archive: &str, sha256: &str) -> Ran {
    let mut command = bare("sh", project);
    command.args(["-ec", &commands(way)]);
    command.env("GITHUB_ACTION_PATH", fs::canonicalize(".ci/setup").expect("a folder")).env("GITHUB_PATH", project.join("path"));
    command.envs([("GONOGO_ARCHIVE", archive), ("GONOGO_SHA256", sha256)]).env("GONOGO_FOLDER", project.join("installed"));
    Ran::of(&mut command)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pinned_archive_is_installed() {
    let made = made();
    let here = made.archive().display().to_string();
    for way in WAYS {
        for (archive, sha256) in [(&here, digest(&made)), (&here, "gonogo.sha256".into())] {
            let project = project(&made);
            installs(way, project.path(), archive, &sha256).exits(0).says(concat!("gonogo ", env!("CARGO_PKG_VERSION")));
            tool("installed/gonogo", &["--version"], project.path());
            let told = fs::read_to_string(project.path().join("path")).unwrap_or_default();
            assert_eq!(told.trim(), if way == "github" { project.path().join("installed").display().to_string() } else { String::new() });
        }
    }
}

#[test]
fn any_other_is_refused_and_nothing_is_installed() {
    let made = made();
    let here = made.archive().display().to_string();
    let other = digest(&made).chars().rev().collect::<String>();
    let cases = [
        (here.as_str(), other.as_str(), "is not what was pinned"),
        (&here, "", "names no digest"),
        (&here, "v0.1.0", "the digest is no SHA-256"),
        (&here, &other[1..], "the digest is no SHA-256"),
        (&here, "missing.sha256", "no file either"),
        ("gonogo-9.9.9-x86_64-linux.tar.gz", "gonogo.sha256", "has no digest of gonogo-9.9.9-x86_64-linux.tar.gz"),
        ("", &other, "names no archive"),
    ];
    for way in WAYS {
        for (archive, sha256, why) in cases {
            let project = project(&made);
            let ran = installs(way, project.path(), archive, sha256);
            assert_ne!(ran.code, 0, "{way}: {archive} {sha256}: {}", ran.stdout);
            ran.says(why);
            assert_eq!(files(project.path()), ["gonogo.sha256"], "{way}: {archive} {sha256}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_server_sends_is_held_against_the_pin() {
    let made = made();
    let project = project(&made);
    let server = Hostile::answering(200, &[], "not an archive").await;
    let address = server.url(&format!("/{}.tar.gz", name()));
    installs("script", project.path(), &address, "gonogo.sha256").exits(1).says("is not what was pinned");
    let server = Hostile::answering(404, &[], "").await;
    installs("script", project.path(), &server.url("/none"), &digest(&made)).exits(22);
    assert_eq!(files(project.path()), ["gonogo.sha256"]);
}

#[test]
fn the_template_for_gitlab_has_the_lines_of_the_script() {
    let script = fs::read_to_string(".ci/setup/install").expect("a script");
    let (_, body) = script.split_once('\n').expect("lines");
    let wanted = format!("sh -s <<'INSTALL'\n{body}INSTALL\n");
    assert_eq!(yaml(".ci/setup/gitlab.yml")[".gonogo"]["before_script"][0], wanted);
}

#[test]
fn actions_are_called_by_a_commit_and_images_by_a_digest() {
    let mut seen = 0;
    for file in [".github/workflows/release.yml", ".ci/github-actions.yml", ".ci/kubernetes-job.yaml", ".ci/setup/action.yml"] {
        for line in fs::read_to_string(file).expect("a file").lines().filter(|line| !line.trim_start().starts_with('#')) {
            let Some((_, named)) = line.split_once("uses: ").or_else(|| line.split_once("image: ")) else { continue };
            let pin = named.split(['@', ' ']).nth(1).unwrap_or_default();
            let pin = pin.strip_prefix("sha256:").unwrap_or(pin);
            assert!(matches!(pin.len(), 40 | 64) && pin.bytes().all(|byte| byte.is_ascii_hexdigit()), "{file}: {line}");
            seen += 1;
        }
    }
    assert!(seen > 10, "only {seen} were seen");
}

#[test]
fn the_hook_before_a_commit_is_a_command_that_lints() {
    let hooks = yaml(".pre-commit-hooks.yaml");
    let entry = hooks[0]["entry"].as_str().and_then(|entry| entry.strip_prefix("gonogo ")).expect("a command").to_owned();
    let plan = "project: p\nenvironments: { prod: {} }\nchecks:\n  - { id: up, tcp: { address: 'db.example.com:5432' } }\n";
    Gonogo::new().plan(plan).run(entry.split(' ')).exits(0);
    Gonogo::new().plan(&plan.replace("tcp", "tpc")).run(entry.split(' ')).exits(2).says("unknown");
}

#[test]
fn what_the_readme_names_is_there() {
    let readme = fs::read_to_string("README.md").expect("the README");
    let named = readme.split(['(', ')', ' ', '`', '\n', '"']).filter(|word| word.starts_with(".ci/") || word.starts_with(".github/"));
    let named: Vec<&str> = named.collect();
    assert!(named.contains(&".ci/release/pack") && named.contains(&".ci/setup/gitlab.yml"), "{named:?}");
    for file in named {
        assert!(Path::new(file).is_file(), "{file}");
    }
}

#[test]
fn every_script_can_be_run() {
    for script in ["release/build", "release/notices", "release/pack", "release/prove", "release/seal", "setup/install"] {
        let mode = fs::metadata(Path::new(".ci").join(script)).expect("a script").permissions().mode();
        assert_eq!(mode & 0o111, 0o111, "{script}");
        let listed = fs::read_to_string("tests/run").expect("a script").contains(&format!(".ci/{script}"));
        assert_eq!(listed, script != "release/notices", "{script} in the list of shellcheck");
    }
}
