//! What others can reach or learn: secrets, tokens, rights, the network.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use super::{
    object::{Container, Object, Pod, at, items},
    rule::{
        All,
        Said::{self, Broken, Holds, Nothing, Open},
    },
    selector::selects,
};
use crate::model::{looks_secret, quote, regex};

/// Names of the API's own roles and bindings.
const CALICO: &str = "gce:podsecuritypolicy:calico-sa";

/// A private key, or a login in an address.
static SECRET_VALUE: LazyLock<Regex> =
    LazyLock::new(|| regex(r"(?i)-BEGIN\s+.*PRIVATE KEY-|\b[a-z][a-z0-9+.-]*://[^\s/:@$]*:[^\s/@$]{3,}@"));

/// Names that say secret, beside those that are known everywhere.
static SECRET_NAME: LazyLock<Regex> =
    LazyLock::new(|| regex(r"(?i)password|token|bearer|secret|^AZURE_.+KEY$|^OCI_CLI_KEY_CONTENT$|^GOOGLE_APPLICATION_CREDENTIALS$"));

/// What a name and its value give away. A value that stands elsewhere is none, nor is a switch or a number of seconds.
fn gives_away(name: &str, value: &str) -> bool {
    let harmless = value.is_empty() || value.starts_with("$(") || value.parse::<f64>().is_ok() || matches!(value, "true" | "false");
    SECRET_VALUE.is_match(value) || !harmless && (SECRET_NAME.is_match(name) || looks_secret(name))
}

pub(super) fn plain_secrets(object: &Object, all: &All<'_>) -> Said {
    let written = |pointer: &str| object.at(pointer).and_then(Value::as_object).is_some_and(|entries| !entries.is_empty());
    if object.is("Secret") {
        let own = object.group().is_empty() && !all.live;
        return Said::holds(!own || !written("/data") && !written("/stringData"), "a Secret that is written out: base64 hides nothing");
    }
    if object.is("ConfigMap") {
        let entries = ["/data", "/binaryData"].iter().filter_map(|pointer| object.at(pointer)?.as_object()).flatten();
        let mut found = entries.filter(|(key, value)| gives_away(key, value.as_str().unwrap_or("?")));
        return found.next().map_or(Holds, |(key, _)| Broken(format!("{} in a ConfigMap", quote(key))));
    }
    let Some(pod) = object.pod() else { return Nothing };
    let found = pod
        .containers()
        .find_map(|container| in_container(&container).map(|what| format!("{what} of container {}", quote(container.name()))));
    found.map_or(Holds, Broken)
}

fn in_container(container: &Container<'_>) -> Option<String> {
    let text = |value: &Value, pointer: &str| at(value, pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
    let env = items(container.at("/env")).iter().map(|one| (text(one, "/name"), text(one, "/value")));
    let found = env.into_iter().find(|(name, value)| gives_away(name, value)).map(|(name, _)| format!("the variable {}", quote(&name)));
    let words = || ["/command", "/args"].iter().flat_map(|pointer| items(container.at(pointer))).filter_map(Value::as_str);
    let mounts = || items(container.at("/volumeMounts")).iter().map(|mount| text(mount, "/mountPath"));
    // The path of a file that is mounted says where the secret stands, not what it is.
    let mounted = |value: &str| mounts().any(|mount| value.strip_prefix(&*mount).is_some_and(|file| file.starts_with('/')));
    let argument = |word: &&str| {
        let given = word.split_once('=').filter(|(name, value)| name.starts_with('-') && !mounted(value));
        given.is_some_and(|(name, value)| gives_away(name.trim_start_matches('-'), value))
    };
    let spoken = |word: &&str| SECRET_VALUE.is_match(word);
    found.or_else(|| {
        words()
            .find(|word| argument(word) || spoken(word))
            .map(|word| format!("the argument {}", quote(word.split(['=', ':']).next().unwrap_or_default())))
    })
}

/// A token of the service account: mounted unless the pod says no, or the account does and the pod says nothing.
pub(super) fn token(pod: &Pod<'_>, all: &All<'_>) -> Said {
    let automount = |value: Option<&Value>| value.and_then(|value| at(value, "/automountServiceAccountToken")).cloned();
    match automount(Some(pod.spec)) {
        Some(Value::Bool(false)) => return Holds,
        None => {}
        Some(Value::Bool(true)) => return Broken("it asks for the token".into()),
        Some(_) => return Open("`automountServiceAccountToken` is neither true nor false".into()),
    }
    let name = at(pod.spec, "/serviceAccountName").and_then(Value::as_str).unwrap_or("default");
    let account = all.of("ServiceAccount").find(|account| account.name() == name && account.namespace() == pod.owner.namespace());
    let says_no = automount(account.map(|account| &account.value)) == Some(Value::Bool(false));
    Said::holds(says_no, format!("the token of {} is mounted, as it is by default", quote(name)))
}

pub(super) fn network_policy(pod: &Pod<'_>, all: &All<'_>) -> Said {
    let policies: Vec<&Object> = all.of("NetworkPolicy").filter(|policy| selects(policy, "/spec/podSelector", pod)).collect();
    let about = |way: &str, key: &str| {
        policies.iter().any(|policy| match policy.at("/spec/policyTypes") {
            Some(types) => items(Some(types)).iter().any(|kind| kind == way),
            None => way == "Ingress" || policy.at(key).is_some(),
        })
    };
    match (about("Ingress", "/spec/ingress"), about("Egress", "/spec/egress")) {
        (true, true) => Holds,
        (false, true) => Broken("no NetworkPolicy for what comes in".into()),
        (true, false) => Broken("no NetworkPolicy for what goes out".into()),
        (false, false) => Broken("no NetworkPolicy selects it".into()),
    }
}

pub(super) fn tls(ingress: &Object, _: &All<'_>) -> Said {
    if !ingress.is("Ingress") || !matches!(ingress.group(), "networking.k8s.io" | "extensions") {
        return Nothing;
    }
    let covered: Vec<&Value> = ingress.list("/spec/tls").iter().flat_map(|tls| items(tls.get("hosts"))).collect();
    let bare = ingress.list("/spec/rules").iter().filter_map(|rule| rule.get("host")).find(|host| {
        let parent = host.as_str().and_then(|host| host.split_once('.')).map(|(_, parent)| format!("*.{parent}"));
        !covered.iter().any(|have| have == host || have.as_str() == parent.as_deref())
    });
    match bare {
        _ if ingress.list("/spec/tls").is_empty() => Broken("no `tls`".into()),
        // Without hosts one certificate is for all.
        Some(host) if !covered.is_empty() => Broken(format!("no `tls` for {}", quote(host.as_str().unwrap_or_default()))),
        _ => Holds,
    }
}

fn is_built_in(object: &Object, names: &[&str]) -> bool {
    object.name().starts_with("system:") || object.name() == CALICO || names.contains(&object.name())
}

/// The rules of the role that a binding is to; why they are not known.
fn bound<'a>(binding: &Object, all: &All<'a>) -> Result<&'a Object, Said> {
    let (kind, name) = (binding.text("/roleRef/kind"), binding.text("/roleRef/name"));
    let kind = match kind {
        "Role" => "Role",
        "ClusterRole" => "ClusterRole",
        other => return Err(Open(format!("it is to a {}", quote(other)))),
    };
    let found = all.of(kind).find(|role| role.name() == name && (kind == "ClusterRole" || role.namespace() == binding.namespace()));
    found.ok_or_else(|| Open(format!("{kind}/{name}, which it is to, is not among the objects")))
}

/// Whether a rule of a role gives one of `verbs` on one of `resources` in one of `groups`; a wildcard gives it.
fn gives(role: &Object, groups: &[&str], resources: &[&str], verbs: &[&str]) -> bool {
    let has = |rule: &Value, key: &str, wanted: &[&str]| {
        items(rule.get(key)).iter().filter_map(Value::as_str).any(|have| have == "*" || wanted.contains(&have))
    };
    role.list("/rules").iter().any(|rule| has(rule, "apiGroups", groups) && has(rule, "resources", resources) && has(rule, "verbs", verbs))
}

/// Whether a rule of a role gives everything.
fn gives_all(role: &Object) -> bool {
    const VERBS: [&str; 7] = ["get", "list", "watch", "create", "update", "patch", "delete"];
    let any = |rule: &Value, key: &str| items(rule.get(key)).iter().any(|have| have == "*");
    let verbs = |rule: &Value| any(rule, "verbs") || VERBS.iter().all(|verb| items(rule.get("verbs")).iter().any(|have| have == verb));
    role.list("/rules").iter().any(|rule| any(rule, "apiGroups") && any(rule, "resources") && verbs(rule))
}

fn is_binding(object: &Object) -> bool {
    matches!(object.kind(), "ClusterRoleBinding" | "RoleBinding")
}

pub(super) fn cluster_admin(binding: &Object, all: &All<'_>) -> Said {
    if !is_binding(binding) {
        return Nothing;
    }
    let own: &[&str] = if binding.is("ClusterRoleBinding") { &["cluster-admin"] } else { &[] };
    if is_built_in(binding, own) {
        return Holds;
    }
    match binding.text("/roleRef/name") {
        "cluster-admin" if binding.text("/roleRef/kind") == "ClusterRole" => return Broken("it gives `cluster-admin`".into()),
        "view" | "edit" | "admin" if binding.text("/roleRef/kind") == "ClusterRole" => return Holds,
        _ => {}
    }
    match bound(binding, all) {
        Ok(role) => Said::holds(!gives_all(role), format!("{} lets it do everything", quote(role.name()))),
        Err(said) => said,
    }
}

pub(super) fn pod_exec(object: &Object, all: &All<'_>) -> Said {
    let gives = |role: &Object| gives(role, &[""], &["pods/exec", "pods/attach"], &["get", "create"]);
    match object.kind() {
        "ClusterRole" if is_built_in(object, &["admin", "cluster-admin", "edit"]) => Holds,
        "Role" if is_built_in(object, &[]) => Holds,
        "ClusterRole" | "Role" => Said::holds(!gives(object), "it gives a shell in pods"),
        _ if !is_binding(object) => Nothing,
        "ClusterRoleBinding" if is_built_in(object, &["cluster-admin"]) => Holds,
        "RoleBinding" if is_built_in(object, &[]) => Holds,
        _ => match (object.text("/roleRef/kind"), object.text("/roleRef/name"), bound(object, all)) {
            ("ClusterRole", "cluster-admin" | "admin" | "edit", _) => Broken("it gives a shell in pods".into()),
            ("ClusterRole", "view", _) => Holds,
            (.., Ok(role)) => Said::holds(!gives(role), format!("{} gives a shell in pods", quote(role.name()))),
            (.., Err(said)) => said,
        },
    }
}
