//! What is asked of certificates and of a cluster, as kinds `tls` and `kubernetes`.

use serde_json::{Value, json};

use super::{PLACE, options};
use crate::starter::import::{
    entry::{Check, Entry},
    words::period,
};

/// `openssl s_client`, and what of its certificate is looked at.
pub(super) fn served(entry: &mut Entry, words: &[String], pipe: &[&[String]], expected: Option<&str>) -> Option<()> {
    let valued = ["-connect", "-servername", "-verify_hostname", "-starttls", "-CAfile"];
    let (values, rest) = options(words, &valued, &["-showcerts", "-brief", "-quiet", "-verify_return_error"])?;
    let address = values.get("-connect")?.as_str().filter(|address| PLACE.is_match(address) && address.contains(':'))?;
    let name = values.get("-verify_hostname").or(values.get("-servername")).filter(|name| address.split(':').next() != name.as_str());
    let known = ["postgres", "mysql", "ldap", "smtp", "imap", "pop3", "ftp"];
    values.get("-starttls").is_none_or(|name| known.iter().any(|known| name == known)).then_some(())?;
    let body = json!({ "address": address, "server-name": name, "starttls": values.get("-starttls"), "ca-file": values.get("-CAfile") });
    match pipe {
        [] if rest.is_empty() && expected.is_none() => entry.say("tls", body),
        [words] if rest.is_empty() && words[0] == "openssl" => return certificate(entry, body, &words[1..], expected),
        _ => return None,
    }
    Some(())
}

/// `openssl x509` asked for dates: of `served`, or of a file.
pub(super) fn certificate(entry: &mut Entry, served: Value, words: &[String], expected: Option<&str>) -> Option<()> {
    let (values, rest) = options(words, &["-in", "-checkend"], &["-noout", "-dates", "-enddate", "-startdate"])?;
    let file = values.get("-in").and_then(Value::as_str);
    (rest == ["x509"] && expected.is_none() && file.is_some() != served["address"].is_string()).then_some(())?;
    let mut body = served;
    if let Some(file) = file {
        PLACE.is_match(file).then_some(())?;
        body["file"] = json!(file);
        entry.notes.push("kind `tls` asks for the chain and the keys too".into());
    }
    if let Some(seconds) = values.get("-checkend") {
        let seconds = seconds.as_str()?.parse::<u64>().ok().filter(|seconds| (1..=400_000_000).contains(seconds))?;
        body["min-remaining"] = json!(period(seconds * 1_000));
    }
    entry.say("tls", body);
    Some(())
}

/// That a deployment is rolled out, which only `kubectl` itself can be asked for.
pub(super) fn kubectl(entry: &mut Entry, words: &[String]) -> Option<()> {
    let (values, rest) = options(words, &["-n", "--namespace", "--context", "--timeout", "--for"], &["--watch=false"])?;
    let object = match (rest.as_slice(), values.get("--for").and_then(Value::as_str)) {
        (["rollout", "status", object], None) => (*object).to_owned(),
        (["rollout", "status", kind, name], None) => format!("{kind}/{name}"),
        (["wait", object], Some(condition)) if condition.eq_ignore_ascii_case("condition=available") => (*object).to_owned(),
        _ => return None,
    };
    let (kind, name) = object.split_once('/').filter(|(_, name)| PLACE.is_match(name) && !name.contains(['\u{e000}', '/']))?;
    let kinds =
        [("deploy", "Deployment"), ("sts", "StatefulSet"), ("statefulset", "StatefulSet"), ("ds", "DaemonSet"), ("daemonset", "DaemonSet")];
    let named = kinds.iter().find(|(short, _)| *short == kind).map(|(_, name)| *name);
    let named = named.or(["deployment", "deployment.apps", "deployments"].contains(&kind).then_some("Deployment"))?;
    let mut argv = vec!["kubectl".to_owned(), "get".into(), format!("{}/{name}", named.to_lowercase())];
    for option in ["-n", "--namespace", "--context"] {
        if let Some(value) = values.get(option).and_then(Value::as_str) {
            argv.extend([option.to_owned(), value.to_owned()]);
        }
    }
    argv.extend(["-o".to_owned(), "json".into()]);
    let env = ["HOME", "KUBECONFIG?"];
    let object = format!("{named}/{name}");
    entry
        .commands
        .push(Check::new("kubernetes", json!({ "command": argv, "env": env, "live": true, "rules": ["ready"], "objects": [object] })));
    Some(())
}
