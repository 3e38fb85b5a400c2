//! Kind `kubernetes`: manifests in files, and what programs print.

use std::{fs, path::Path};

use gonogo::model::Outcome;
use serde_json::{Value, json};

use crate::look::Look;

/// What the default rules want, whole.
pub(crate) const GOOD: &str = include_str!("kubernetes/good.yaml");

/// What a manifest comes to.
pub(crate) async fn looked(text: &str, settings: Value) -> (Outcome, String) {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("it.yaml"), text).expect("a file");
    let mut all = json!({ "files": "it.yaml" });
    all.as_object_mut().expect("an object").extend(settings.as_object().expect("an object").clone());
    Look::new("kubernetes", all).root(folder.path()).outcome().await
}

/// What a command's output comes to.
async fn printed(text: &str, settings: Value) -> (Outcome, String) {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("printed"), text).expect("a file");
    let mut all = json!({ "command": ["cat", "printed"], "live": true });
    all.as_object_mut().expect("an object").extend(settings.as_object().expect("an object").clone());
    Look::new("kubernetes", all).root(folder.path()).env(&[("PATH", "/usr/bin:/bin")]).outcome().await
}

fn merge(into: &mut Value, patch: &Value) {
    match (into, patch) {
        (Value::Object(have), Value::Object(patch)) => {
            for (key, value) in patch {
                merge(have.entry(key).or_insert(Value::Null), value);
            }
        }
        (have, patch) => *have = patch.clone(),
    }
}

/// The objects of a case.
fn objects(case: &Value) -> Vec<Value> {
    let mut pod = json!({ "metadata": { "name": "it", "labels": { "app": "it" } }, "spec": { "containers": [{ "name": "it", "image": "shop/it:1" }] } });
    if let Some(patch) = case.get("c") {
        merge(&mut pod["spec"]["containers"][0], patch);
    }
    if let Some(patch) = case.get("p") {
        merge(&mut pod["spec"], patch);
    }
    let mut all = match (case.get("o"), case.get("w")) {
        (Some(all), _) => all.as_array().expect("a list").clone(),
        (None, Some(patch)) => {
            let mut spec = json!({ "template": pod });
            merge(&mut spec, patch);
            vec![json!({ "apiVersion": "apps/v1", "kind": "Deployment", "metadata": { "name": "it" }, "spec": spec })]
        }
        (None, None) => {
            merge(&mut pod, &json!({ "apiVersion": "v1", "kind": "Pod" }));
            vec![pod]
        }
    };
    all.extend(case.get("and").and_then(Value::as_array).into_iter().flatten().cloned());
    all
}

#[tokio::test]
async fn every_rule_says_what_is_known_of_it() {
    let text = fs::read_to_string("tests/it/kubernetes/cases.yaml").expect("cases");
    let rules: Value = serde_yaml::from_str(&text).expect("YAML");
    let mut count = 0;
    for (rule, cases) in rules.as_object().expect("rules") {
        for case in cases.as_array().expect("a list") {
            let all = json!({ "apiVersion": "v1", "kind": "List", "items": objects(case) });
            let (outcome, reason) = looked(&all.to_string(), json!({ "rules": [rule] })).await;
            let wanted = match case["is"].as_str() {
                Some("+") => Outcome::Pass,
                Some("-") => Outcome::Fail,
                _ => Outcome::Unknown,
            };
            assert_eq!(outcome, wanted, "{rule} {case}: {reason}");
            assert!(!reason.contains("s3cr3tvalue"), "{reason}");
            count += 1;
        }
    }
    assert!(count > 110, "{count}");
}

#[tokio::test]
async fn pods_are_found_wherever_they_are_nested() {
    let pod = json!({ "spec": { "containers": [{ "name": "a", "image": "a:latest" }] } });
    let job = json!({ "template": pod });
    for (kind, version, spec) in [
        ("Deployment", "apps/v1", job.clone()),
        ("StatefulSet", "apps/v1", job.clone()),
        ("DaemonSet", "apps/v1", job.clone()),
        ("ReplicaSet", "apps/v1", job.clone()),
        ("Job", "batch/v1", job.clone()),
        ("CronJob", "batch/v1", json!({ "jobTemplate": { "spec": job } })),
        ("Rollout", "argoproj.io/v1alpha1", job.clone()),
    ] {
        let object = json!({ "apiVersion": version, "kind": kind, "metadata": { "name": "it" }, "spec": spec });
        let list = json!({ "apiVersion": "v1", "kind": "List", "items": [{ "apiVersion": "v1", "kind": "List", "items": [object] }] });
        for text in [object.to_string(), format!("---\n{object}\n---\n"), list.to_string(), format!("# as YAML\n{object}\n")] {
            let (outcome, reason) = looked(&text, json!({ "rules": ["image-pinned"] })).await;
            assert!(outcome == Outcome::Fail && reason.contains(&format!("{kind}/it container `a`")), "{kind}: {reason}");
        }
    }
}

#[tokio::test]
async fn what_was_not_read_or_understood_is_never_green() {
    let well = json!({ "rules": ["image-pinned"] });
    let pod = "{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{name: a, image: 'a:1'}]}}";
    assert_eq!(looked(pod, well.clone()).await.0, Outcome::Pass);
    for (text, words) in [
        ("", "is empty"),
        ("# nothing\n", "there is nothing that it is about"),
        ("kind: Pod\nkind: Pod\n", "the key `kind` twice"),
        ("{\"kind\":\"Pod\"", "the file `it.yaml`"),
        ("a: 1\n", "no `kind`"),
        ("{{ if .Values.on }}\nkind: Pod\n{{ end }}\n", "it is a template"),
        ("apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n", "`kustomize build`"),
        ("{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {}}", "it describes no pod"),
        ("{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: {a: 1}}}", "no list of containers"),
        ("{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: []}}", "no containers"),
        (
            "{apiVersion: x.io/v1, kind: App, metadata: {name: a}, spec: {parts: [{containers: [{image: a}]}]}}",
            "in a place that is not known here",
        ),
        ("{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}", "there is nothing that it is about"),
    ] {
        for text in [text.to_owned(), format!("{text}\n---\n{pod}\n")]
            .into_iter()
            .take(if text.is_empty() || words.contains("nothing that") || text.starts_with("{\"") { 1 } else { 2 })
        {
            let (outcome, reason) = looked(&text, well.clone()).await;
            assert!(outcome == Outcome::Unknown && reason.contains(words), "{text}: {reason}");
        }
    }
    let (outcome, reason) = looked(&format!("{pod}\n---\n{pod}\n"), well.clone()).await;
    assert!(outcome == Outcome::Unknown && reason.contains("Pod/a stands there twice"), "{reason}");
    let (outcome, reason) = looked("{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}", json!({})).await;
    assert!(outcome == Outcome::Unknown && reason.contains("there is no pod to look at: 1 ConfigMap"), "{reason}");
    let missing = Look::new("kubernetes", json!({ "files": "nowhere/*.yaml" })).outcome().await;
    assert!(missing.0 == Outcome::Unknown && missing.1.contains("leads to no file"), "{missing:?}");
    let huge = tempfile::tempdir().expect("a folder");
    fs::write(huge.path().join("a.yaml"), vec![b'#'; (64 << 20) + 1]).expect("a file");
    fs::write(huge.path().join("b.yaml"), pod).expect("a file");
    let (outcome, reason) = Look::new("kubernetes", json!({ "files": ".", "rules": ["image-pinned"] })).root(huge.path()).outcome().await;
    assert!(outcome == Outcome::Unknown && reason.contains("a.yaml"), "{reason}");
    let deep = format!("{{apiVersion: v1, kind: Pod, a: {}{}}}", "[".repeat(200), "]".repeat(200));
    assert_eq!(looked(&deep, well).await.0, Outcome::Unknown);
}

#[tokio::test]
async fn what_a_cluster_answers_instead_is_told() {
    let status = |code: u16, reason: &str, message: &str| {
        json!({ "kind": "Status", "apiVersion": "v1", "status": "Failure", "message": message, "reason": reason, "code": code }).to_string()
    };
    let item = json!({ "metadata": { "name": "a" }, "spec": { "containers": [{ "name": "a", "image": "a:1" }] }, "status": { "phase": "Running", "conditions": [{ "type": "Ready", "status": "True" }] } });
    let list = |metadata: Value| json!({ "kind": "PodList", "apiVersion": "v1", "metadata": metadata, "items": [item] }).to_string();
    let well = json!({ "rules": ["image-pinned", "ready"] });
    assert_eq!(printed(&list(json!({ "resourceVersion": "1" })), well.clone()).await.0, Outcome::Pass);
    for (text, words) in [
        (status(403, "Forbidden", "pods is forbidden: User \"ci\" cannot list resource \"pods\""), "`Forbidden` (403): `pods is forbidden"),
        (status(410, "Expired", "The provided continue parameter is too old"), "`Expired` (410)"),
        (list(json!({ "continue": "eyJ2", "remainingItemCount": 7 })), "one page of a list that goes on"),
        ("<html>login</html>".into(), "what `cat` prints"),
    ] {
        let (outcome, reason) = printed(&text, well.clone()).await;
        assert!(outcome == Outcome::Unknown && reason.contains(words), "{reason}");
    }
    // kubectl prints what it may see and ends with 1 where one verb is forbidden.
    let partly = Look::new("kubernetes", json!({ "command": ["sh", "-c", "echo '{}'; echo forbidden >&2; exit 1"], "live": true }))
        .env(&[("PATH", "/usr/bin:/bin")])
        .outcome()
        .await;
    assert!(partly.0 == Outcome::Unknown && partly.1.contains("forbidden"), "{partly:?}");
}

#[tokio::test]
async fn ready_is_what_the_status_says_of_the_newest_revision() {
    let (outcome, reason) = printed(GOOD, json!({})).await;
    assert_eq!(outcome, Outcome::Pass, "{reason}");
    for (from, to, words) in [
        ("readyReplicas: 3", "readyReplicas: 2", "`readyReplicas` is 2 of 3"),
        ("updatedReplicas: 3", "updatedReplicas: 1", "`updatedReplicas` is 1 of 3"),
        ("status: { observedGeneration: 3, replicas: 3", "status: { observedGeneration: 3, replicas: 4", "older revision"),
        ("observedGeneration: 3", "observedGeneration: 2", "has not been taken up"),
        ("  replicas: 3\n", "  replicas: 0\n", "scaled to 0"),
    ] {
        let (outcome, reason) = printed(&GOOD.replacen(from, to, 1), json!({ "rules": ["ready"] })).await;
        assert!(outcome == Outcome::Fail && reason.contains(words), "{to}: {reason}");
    }
    let job = |conditions: Value| {
        json!({ "apiVersion": "batch/v1", "kind": "Job", "metadata": { "name": "j" }, "spec": { "template": { "spec": { "containers": [{ "name": "a" }] } } }, "status": { "conditions": conditions } }).to_string()
    };
    for (conditions, wanted) in [
        (json!([{ "type": "Complete", "status": "True" }]), Outcome::Pass),
        (json!([{ "type": "Failed", "status": "True" }]), Outcome::Fail),
        (json!([]), Outcome::Unknown),
    ] {
        assert_eq!(printed(&job(conditions), json!({ "rules": ["ready"] })).await.0, wanted);
    }
    let (outcome, reason) = printed(GOOD.split("\nstatus:").next().expect("the spec"), json!({ "rules": ["ready"] })).await;
    assert!(outcome == Outcome::Unknown && reason.contains("is it a manifest?"), "{reason}");
}

#[tokio::test]
async fn objects_that_must_be_there_and_exceptions_are_told() {
    let (outcome, reason) = looked(GOOD, json!({ "objects": ["Deployment/api", "Deployment/shop/api"] })).await;
    assert_eq!(outcome, Outcome::Pass, "{reason}");
    let (outcome, reason) = looked(GOOD, json!({ "objects": ["Deployment/worker"] })).await;
    assert!(outcome == Outcome::Fail && reason.contains("object Deployment/worker: got not there"), "{reason}");
    let open = GOOD.replace("automountServiceAccountToken: false", "hostNetwork: true");
    let (outcome, reason) = looked(&open, json!({})).await;
    assert!(outcome == Outcome::Fail && reason.contains("no-token") && reason.contains("(as the manifest says it)"), "{reason}");
    let except = json!({ "except": { "Deployment/api": ["no-token", "no-host-namespaces"] } });
    assert_eq!(looked(&open, except.clone()).await.0, Outcome::Pass);
    let seen = told(&open, except).await;
    assert!(seen.contains("excepted by the plan: Deployment/shop/api: `hostNetwork: true`"), "{seen}");
}

/// Every sentence of the result.
async fn told(text: &str, mut settings: Value) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("it.yaml"), text).expect("a file");
    settings["files"] = json!("it.yaml");
    let seen = Look::new("kubernetes", settings).root(folder.path()).look().await.expect("it looked");
    seen.expectations.iter().map(|one| one.line() + "\n").collect()
}

#[tokio::test]
async fn a_folder_is_read_with_all_below_it() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir_all(folder.path().join("deploy/more")).expect("a folder");
    fs::write(folder.path().join("deploy/more/it.yml"), GOOD).expect("a file");
    fs::write(folder.path().join("deploy/README.md"), "not a manifest").expect("a file");
    let look = |files: &str, root: &Path| Look::new("kubernetes", json!({ "files": files })).root(root).outcome();
    for files in ["deploy", ".", "deploy/**/*.yml"] {
        let (outcome, reason) = look(files, folder.path()).await;
        assert_eq!(outcome, Outcome::Pass, "{files}: {reason}");
    }
}

#[test]
fn what_demands_nothing_is_refused() {
    for (settings, words) in [
        (json!({}), "`files` or `command`"),
        (json!({ "files": "a", "command": ["b"] }), "two places"),
        (json!({ "files": "a", "live": true }), "`live` is of what a `command` prints"),
        (json!({ "files": "a", "rules": ["ready"] }), "write `live: true`"),
        (json!({ "files": "a", "rules": ["odd"] }), "there is no rule `odd`"),
        (json!({ "files": "a", "rules": ["tls"], "without": ["tls"] }), "write one"),
        (json!({ "files": "a", "objects": ["api"] }), "like `Deployment/api`"),
        (json!({ "files": "a", "replicas": 0 }), "at least 1"),
    ] {
        let refused = gonogo::check::parse("kubernetes", &settings).expect("a kind").map(|_| ()).expect_err("refused").to_string();
        assert!(refused.contains(words), "{settings}: {refused}");
    }
}
