//! The rules: what each is about, and what holds it.

use std::fmt;

use serde_json::{Value, json};

use super::{
    exposure, image,
    object::{Container, Object, Pod},
    pod, ready, reliability,
};
use crate::model::schema;

/// What a rule says of one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Said {
    /// It is not about that.
    Nothing,
    Holds,
    Broken(String),
    /// It cannot be said, and why.
    Open(String),
}

impl Said {
    pub(super) fn holds(is_so: bool, otherwise: impl Into<String>) -> Self {
        if is_so { Self::Holds } else { Self::Broken(otherwise.into()) }
    }
}

/// Everything there is.
pub(super) struct All<'a> {
    pub(super) objects: &'a [Object],
    pub(super) fewest: u64,
    pub(super) live: bool,
}

impl<'a> All<'a> {
    pub(super) fn of(&self, kind: &'static str) -> impl Iterator<Item = &'a Object> + use<'a> {
        self.objects.iter().filter(move |object| object.is(kind))
    }
}

/// What a rule is about.
pub(super) enum About {
    Containers(fn(&Container<'_>) -> Said),
    Pods(fn(&Pod<'_>, &All<'_>) -> Said),
    Objects(fn(&Object, &All<'_>) -> Said),
}

/// One rule.
pub(super) struct Rule {
    pub(super) name: &'static str,
    pub(super) is_default: bool,
    pub(super) about: About,
    /// What is wanted, and how it is written.
    pub(super) wanted: &'static str,
}

const fn rule(name: &'static str, about: About, wanted: &'static str) -> Rule {
    Rule { name, is_default: true, about, wanted }
}

const fn more(name: &'static str, about: About, wanted: &'static str) -> Rule {
    Rule { name, is_default: false, about, wanted }
}

use About::{Containers, Objects, Pods};

/// Every rule.
pub(super) const RULES: &[Rule] = &[
    rule("image-pinned", Containers(image::pinned), "a digest, or a tag that is not `latest`: `registry/app:1.4.2@sha256:…`"),
    more("image-digest", Containers(image::digest), "a digest: `registry/app:1.4.2@sha256:…`"),
    more("pull-always", Containers(image::pulled), "`imagePullPolicy: Always`"),
    rule("cpu-request", Containers(|c| pod::quantity(c, "requests", "cpu")), "`resources.requests.cpu`"),
    rule("memory-request", Containers(|c| pod::quantity(c, "requests", "memory")), "`resources.requests.memory`"),
    rule("cpu-limit", Containers(|c| pod::quantity(c, "limits", "cpu")), "`resources.limits.cpu`"),
    rule("memory-limit", Containers(|c| pod::quantity(c, "limits", "memory")), "`resources.limits.memory`"),
    rule("liveness-probe", Containers(|c| pod::probe(c, "livenessProbe")), "a `livenessProbe` that asks something"),
    rule("readiness-probe", Containers(|c| pod::probe(c, "readinessProbe")), "a `readinessProbe` that asks something"),
    rule("no-privilege", Containers(pod::privileged), "not `privileged: true`"),
    rule("no-privilege-escalation", Containers(pod::escalating), "`allowPrivilegeEscalation: false`"),
    rule("non-root", Containers(pod::non_root), "`runAsNonRoot: true`, or a `runAsUser` that is not 0"),
    more("read-only-root", Containers(pod::read_only), "`readOnlyRootFilesystem: true`"),
    rule("no-dangerous-capabilities", Containers(pod::dangerous), "neither ALL nor SYS_ADMIN nor NET_ADMIN is added"),
    more("drop-capabilities", Containers(pod::dropped), "`capabilities: { drop: [ALL] }`"),
    more("hardened", Containers(pod::hardened), "a seccomp profile, AppArmor, SELinux, or dropped capabilities"),
    rule("no-host-port", Containers(pod::host_port), "no `hostPort`"),
    rule("no-odd-proc", Containers(pod::proc_mount), "`procMount: Default`"),
    rule("no-plain-secrets", Objects(exposure::plain_secrets), "`valueFrom.secretKeyRef`, or a secret that is sealed or fetched"),
    rule("no-host-namespaces", Pods(pod::host_namespaces), "neither `hostNetwork` nor `hostPID` nor `hostIPC`"),
    rule("no-host-path", Pods(pod::host_path), "no volume `hostPath`"),
    rule("no-host-process", Pods(pod::host_process), "not `hostProcess: true`"),
    rule("no-token", Pods(exposure::token), "`automountServiceAccountToken: false`, in the pod or in its service account"),
    more("priority-class", Pods(pod::priority_class), "a `priorityClassName`"),
    more("topology-spread", Pods(pod::spread), "`topologySpreadConstraints`"),
    more("network-policy", Pods(exposure::network_policy), "a NetworkPolicy for what comes in and one for what goes out"),
    rule("replicas", Objects(reliability::replicas), "enough replicas, or an autoscaler"),
    rule("rolling-update", Objects(reliability::rolling_update), "`RollingUpdate`, with something left running"),
    rule("disruption-budget", Objects(reliability::disruption_budget), "a PodDisruptionBudget that selects its pods"),
    rule("budget-lets-drain", Objects(reliability::lets_drain), "a budget that lets at least one pod go"),
    rule("autoscaler", Objects(reliability::autoscaler), "`minReplicas` of enough, and more as `maxReplicas`"),
    rule("tls", Objects(exposure::tls), "`tls` with every host of the rules"),
    rule("no-cluster-admin", Objects(exposure::cluster_admin), "a role with what is needed only"),
    rule("no-pod-exec", Objects(exposure::pod_exec), "no right to `pods/exec` or `pods/attach`"),
    rule("ready", Objects(ready::ready), "every replica ready, and of the newest revision"),
];

/// A rule, as the plan names it.
#[derive(Clone, Copy)]
pub(super) struct Demanded(pub(super) &'static Rule);

impl fmt::Debug for Demanded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.name)
    }
}

impl fmt::Display for Demanded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.name)
    }
}

impl<'de> serde::Deserialize<'de> for Demanded {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::model::read_text(deserializer, |text| {
            let found = RULES.iter().find(|rule| rule.name == text).map(Demanded);
            found.ok_or_else(|| format!("there is no rule `{text}`: `gonogo explain kubernetes` lists them"))
        })
    }
}

schema!(inline Demanded, |_| {
    let names: Vec<Value> = RULES.iter().map(|rule| json!(rule.name)).collect();
    schemars::json_schema!({ "type": "string", "enum": names })
});
