//! What pods and containers may do, and what they are given.

use serde_json::Value;

use super::{
    object::{Container, Pod, Role, at, items},
    rule::{
        All,
        Said::{self, Broken, Holds, Nothing, Open},
    },
};
use crate::model::quote;

/// What containers have unless it is taken away, by runtimes' default.
const USUAL: [&str; 15] = [
    "NET_ADMIN",
    "CHOWN",
    "DAC_OVERRIDE",
    "FSETID",
    "FOWNER",
    "MKNOD",
    "NET_RAW",
    "SETGID",
    "SETUID",
    "SETFCAP",
    "SETPCAP",
    "NET_BIND_SERVICE",
    "SYS_CHROOT",
    "KILL",
    "AUDIT_WRITE",
];

/// A switch; `Err` where it is none.
fn switch(value: Option<&Value>) -> Result<Option<bool>, Said> {
    match value {
        None => Ok(None),
        Some(Value::Bool(is_on)) => Ok(Some(*is_on)),
        Some(other) => Err(Open(format!("{} is neither true nor false", quote(&other.to_string())))),
    }
}

/// That a switch is as wanted; `or_else` where it is not there.
fn wanted(value: Option<&Value>, wanted: bool, absent: Said, otherwise: &str) -> Said {
    match switch(value) {
        Ok(None) => absent,
        Ok(Some(is_on)) => Said::holds(is_on == wanted, otherwise),
        Err(said) => said,
    }
}

pub(super) fn quantity(container: &Container<'_>, list: &str, resource: &str) -> Said {
    if container.role == Role::Ephemeral || container.role == Role::Init && container.at("/restartPolicy").is_none() {
        return Nothing;
    }
    match container.at(&format!("/resources/{list}/{resource}")) {
        None => Broken(format!("no `{resource}` in `resources.{list}`")),
        Some(Value::Number(_)) => Holds,
        Some(Value::String(text)) if text.starts_with(|c: char| c.is_ascii_digit() || c == '.' || c == '+') => Holds,
        Some(other) => Open(format!("{} is no quantity", quote(&other.to_string()))),
    }
}

pub(super) fn probe(container: &Container<'_>, key: &str) -> Said {
    if container.role != Role::Main || container.pod.is_batch() {
        return Nothing;
    }
    let asks = |probe: &Value| ["exec", "httpGet", "tcpSocket", "grpc"].iter().any(|how| probe.get(how).is_some_and(|how| !how.is_null()));
    match container.at(&format!("/{key}")) {
        None => Broken(format!("no `{key}`")),
        Some(probe) => Said::holds(asks(probe), format!("`{key}` asks nothing")),
    }
}

pub(super) fn privileged(container: &Container<'_>) -> Said {
    wanted(container.security("privileged"), false, Holds, "`privileged: true`")
}

pub(super) fn escalating(container: &Container<'_>) -> Said {
    // The pod's context has no such key.
    wanted(
        container.own_security("allowPrivilegeEscalation"),
        false,
        Broken("`allowPrivilegeEscalation` is not false".into()),
        "`allowPrivilegeEscalation: true`",
    )
}

pub(super) fn read_only(container: &Container<'_>) -> Said {
    wanted(container.own_security("readOnlyRootFilesystem"), true, Broken("its root can be written".into()), "its root can be written")
}

pub(super) fn non_root(container: &Container<'_>) -> Said {
    match container.security("runAsUser").map(Value::as_u64) {
        Some(Some(0)) => return Broken("`runAsUser: 0`".into()),
        Some(None) => return Open("`runAsUser` is no number".into()),
        Some(Some(_)) if container.security("runAsNonRoot") != Some(&Value::Bool(false)) => return Holds,
        _ => {}
    }
    wanted(container.security("runAsNonRoot"), true, Broken("may run as root: the image decides".into()), "`runAsNonRoot: false`")
}

fn has(list: &[Value], name: &str) -> bool {
    let is_it = |text: &str| {
        text.eq_ignore_ascii_case(name)
            || text.get(4..).is_some_and(|rest| text[..4].eq_ignore_ascii_case("CAP_") && rest.eq_ignore_ascii_case(name))
    };
    list.iter().filter_map(Value::as_str).any(is_it)
}

pub(super) fn dangerous(container: &Container<'_>) -> Said {
    let added = items(container.at("/securityContext/capabilities/add"));
    let found = ["ALL", "SYS_ADMIN", "NET_ADMIN"].into_iter().find(|name| has(added, name));
    found.map_or(Holds, |name| Broken(format!("{name} is added")))
}

pub(super) fn dropped(container: &Container<'_>) -> Said {
    let list = items(container.at("/securityContext/capabilities/drop"));
    Said::holds(has(list, "ALL") || USUAL.iter().all(|name| has(list, name)), "capabilities are not dropped")
}

pub(super) fn hardened(container: &Container<'_>) -> Said {
    let seccomp = container
        .security("seccompProfile")
        .and_then(|profile| at(profile, "/type"))
        .is_some_and(|kind| kind != "Unconfined" && kind != "");
    let selinux = container.security("seLinuxOptions").and_then(Value::as_object).is_some_and(|options| !options.is_empty());
    let annotation = format!("container.apparmor.security.beta.kubernetes.io/{}", container.name());
    let annotated = at(container.pod.template, "/metadata/annotations")
        .and_then(|all| all.get(&annotation))
        .is_some_and(|profile| profile != "unconfined");
    let apparmor = container.security("appArmorProfile").and_then(|profile| at(profile, "/type")).is_some_and(|kind| kind != "Unconfined");
    let dropped = !items(container.at("/securityContext/capabilities/drop")).is_empty()
        && !has(items(container.at("/securityContext/capabilities/add")), "ALL");
    Said::holds(seccomp || selinux || annotated || apparmor || dropped, "nothing restricts it")
}

pub(super) fn host_port(container: &Container<'_>) -> Said {
    let port = items(container.at("/ports")).iter().find_map(|port| at(port, "/hostPort").filter(|port| **port != 0));
    port.map_or(Holds, |port| Broken(format!("`hostPort: {port}`")))
}

pub(super) fn proc_mount(container: &Container<'_>) -> Said {
    Said::holds(container.own_security("procMount").is_none_or(|mount| mount == "Default"), "`procMount` is not `Default`")
}

pub(super) fn host_namespaces(pod: &Pod<'_>, _: &All<'_>) -> Said {
    let of = |key: &str| wanted(pod.spec.get(key).filter(|value| !value.is_null()), false, Holds, &format!("`{key}: true`"));
    ["hostNetwork", "hostPID", "hostIPC"].into_iter().map(of).find(|said| *said != Holds).unwrap_or(Holds)
}

pub(super) fn host_path(pod: &Pod<'_>, _: &All<'_>) -> Said {
    let path = items(pod.spec.get("volumes")).iter().find_map(|volume| at(volume, "/hostPath"));
    path.map_or(Holds, |path| Broken(format!("it reaches into the node at {}", quote(path["path"].as_str().unwrap_or_default()))))
}

pub(super) fn host_process(pod: &Pod<'_>, _: &All<'_>) -> Said {
    let of = |value: &Value| wanted(at(value, "/securityContext/windowsOptions/hostProcess"), false, Holds, "`hostProcess: true`");
    let all = std::iter::once(pod.spec).chain(pod.containers().map(|container| container.value));
    all.map(of).find(|said| *said != Holds).unwrap_or(Holds)
}

pub(super) fn priority_class(pod: &Pod<'_>, _: &All<'_>) -> Said {
    Said::holds(at(pod.spec, "/priorityClassName").is_some_and(|name| name != ""), "no `priorityClassName`")
}

pub(super) fn spread(pod: &Pod<'_>, _: &All<'_>) -> Said {
    if pod.is_batch() {
        return Nothing;
    }
    Said::holds(!items(pod.spec.get("topologySpreadConstraints")).is_empty(), "all may stand on one node")
}
