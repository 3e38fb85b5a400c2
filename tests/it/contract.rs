//! What every kind owes: its file listed, its keys documented, an example that parses and has teeth, fixtures that
//! judge to the exact reason. A new kind is held to it by standing in the list.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use gonogo::{
    check::{self, KINDS, Kind, reference},
    model::{Finding, Outcome},
    plan,
};
use serde::Deserialize;
use serde_json::Value;

use crate::{golden, gonogo::Gonogo, scripted::instant};

/// A stored observation with what it must come to.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fixture {
    #[expect(dead_code, reason = "says to people what the case is about")]
    about: String,
    at: jiff::Timestamp,
    check: Value,
    observation: Value,
    outcome: Outcome,
    reason: String,
}

#[test]
fn every_file_of_a_kind_stands_in_the_list() {
    let files: BTreeSet<String> = fs::read_dir("src/check/kind")
        .expect("the kinds")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .map(|path| path.file_stem().expect("a name").to_string_lossy().into_owned())
        .filter(|name| name != "mod")
        .collect();
    let listed: BTreeSet<String> = KINDS.iter().map(|kind| kind.name.replace('-', "_")).collect();
    assert_eq!(files, listed);
}

#[test]
fn every_example_is_listed() {
    let examples: BTreeSet<PathBuf> = yaml_files(Path::new("checks"));
    let expected: BTreeSet<PathBuf> = KINDS.iter().map(|kind| Path::new("checks").join(kind.name).with_extension("yaml")).collect();
    assert_eq!(examples, expected);
}

#[test]
fn the_reference_is_the_source() {
    let book = reference::book() + &gonogo::rollout::reference::page();
    assert_eq!(golden::difference(Path::new("checks/README.md"), &book), None);
}

#[test]
fn every_key_is_documented() {
    for kind in KINDS {
        assert!(!reference::summary(kind).is_empty(), "`{}` has no doc comment", kind.name);
        for line in reference::page(kind).lines().filter(|line| line.starts_with("- **")) {
            assert!(line.contains("): ") && !line.trim_end().ends_with(':'), "`{}`: a key without a doc comment: {line}", kind.name);
        }
    }
}

/// The plan around an example, with those whom questions are asked of.
const EXAMPLE: &str = "project: example
allow: [command]
environments:
  prod: { guard: [is-prod] }
include: [example.yaml]
checks:
  - id: is-prod
    http: { url: https://api.example.com/environment, expect: { contains: production } }
people: { eve@example.com: { name: Eve } }
signoff:
  allowed-signers: gonogo.yaml
  roles: { operations: [eve@example.com], privacy: [eve@example.com] }
  require: [operations]
";

#[test]
fn every_example_has_teeth() {
    for kind in KINDS {
        let variables: BTreeMap<String, String> = placeholders(kind.example);
        let gonogo = Gonogo::new().plan(EXAMPLE).file("example.yaml", kind.example);
        let env = variables.into_iter().collect();
        let request = plan::Request { config: gonogo.path("gonogo.yaml"), env, ..Default::default() };
        let lint = plan::lint(&request, instant());
        let said: Vec<&str> = lint.problems.iter().map(|problem| problem.shown.as_str()).collect();
        assert!(said.is_empty(), "checks/{}.yaml:\n{}", kind.name, said.join("\n"));
        assert!(lint.untried.is_empty(), "checks/{}.yaml: {:?}", kind.name, lint.untried);
        assert!(lint.checks > 0, "checks/{}.yaml holds no check", kind.name);
    }
}

#[test]
fn the_rollout_of_the_reference_is_in_order() {
    let page = fs::read_to_string("checks/rollout.md").expect("the page");
    let plan = page.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("a plan");
    let gonogo = Gonogo::new().plan(plan).file("signers", "");
    let lint = plan::lint(&plan::Request { config: gonogo.path("gonogo.yaml"), ..Default::default() }, instant());
    let said: Vec<&str> = lint.problems.iter().map(|problem| problem.shown.as_str()).collect();
    assert!(said.is_empty() && lint.untried.is_empty() && lint.checks == 3, "{said:?} {:?}", lint.untried);
}

#[test]
fn every_fixture_judges_to_its_exact_reason() {
    for kind in KINDS {
        let mut outcomes = BTreeSet::new();
        for path in yaml_files(&Path::new("fixtures").join(kind.name)) {
            let text = fs::read_to_string(&path).expect("a fixture");
            let fixture: Fixture = serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let (outcome, reason) = judged(kind, &fixture, &path);
            assert_eq!((outcome, reason.as_str()), (fixture.outcome, fixture.reason.as_str()), "{}", path.display());
            outcomes.insert(outcome);
        }
        for needed in [Outcome::Pass, Outcome::Fail] {
            assert!(outcomes.contains(&needed), "fixtures/{} has no case that comes to `{needed}`", kind.name);
        }
    }
}

fn judged(kind: &Kind, fixture: &Fixture, path: &Path) -> (Outcome, String) {
    let check = check::parse(kind.name, &fixture.check).expect("a kind").unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let expectations =
        check.judge_value(fixture.observation.clone(), fixture.at).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let names: BTreeSet<&str> = expectations.iter().map(|expectation| expectation.name.as_str()).collect();
    assert_eq!(names.len(), expectations.len(), "{}: two expectations share a name", path.display());
    for expectation in &expectations {
        let kebab = expectation.name.split(':').next().unwrap_or_default();
        assert!(
            !kebab.is_empty() && kebab.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'),
            "{}: `{}`",
            path.display(),
            expectation.name
        );
        assert!(!expectation.wanted.is_empty(), "{}: `{}` does not say what was wanted", path.display(), expectation.name);
    }
    let outcome = Outcome::of(&expectations);
    (outcome, Finding::reason_of(outcome, &expectations))
}

/// Values for the variables an example leaves open.
fn placeholders(example: &str) -> BTreeMap<String, String> {
    let names = example.match_indices("${").filter_map(|(at, _)| {
        let inside = example[at + 2..].split('}').next()?;
        (!inside.contains(':')).then(|| inside.to_owned())
    });
    names
        .map(|name| {
            (
                name.clone(),
                if name.ends_with("URL") || name.starts_with("database") {
                    "postgres://app:x8Kq2v9sLw@db.example.com:5432/app".into()
                } else {
                    format!("https://{}.example.com", name.to_lowercase().replace('_', "-"))
                },
            )
        })
        .collect()
}

fn yaml_files(folder: &Path) -> BTreeSet<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    entries
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .collect()
}

#[test]
fn every_example_and_fixture_fits_its_schema() {
    for kind in KINDS {
        let mut generator = schemars::SchemaGenerator::default();
        let mut schema = (kind.schema)(&mut generator);
        schema.insert("$defs".into(), Value::Object(generator.take_definitions(true)));
        let schema = jsonschema::validator_for(schema.as_value()).unwrap_or_else(|error| panic!("{}: {error}", kind.name));
        let fits = |settings: &Value, place: &str| {
            let errors: Vec<String> = schema.iter_errors(settings).map(|error| format!("{}: {error}", error.instance_path())).collect();
            assert!(errors.is_empty(), "{place}: {errors:?}");
        };
        let example: Value = serde_yaml::from_str(kind.example).expect("YAML");
        for item in example["checks"].as_array().expect("a list of checks") {
            fits(&item[kind.name], kind.name);
        }
        for path in yaml_files(&Path::new("fixtures").join(kind.name)) {
            let fixture: Fixture = serde_yaml::from_str(&fs::read_to_string(&path).expect("a fixture")).expect("a fixture");
            fits(&fixture.check, &path.display().to_string());
        }
        let mut unknown_key = example["checks"][0][kind.name].clone();
        unknown_key["no-such-key"] = Value::from(1);
        assert!(!schema.is_valid(&unknown_key), "{}", kind.name);
    }
}
