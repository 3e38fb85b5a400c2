//! Kubernetes objects, in manifests or in a cluster, are as the rules want them.

mod counterexamples;
mod exposure;
mod image;
mod judge;
mod object;
mod observe;
mod pod;
mod read;
mod ready;
mod reliability;
mod rule;
mod seen;
mod selector;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use self::rule::{Demanded, Rule};
use crate::{
    check::{
        Argv, Check, OneOrMore, Touch,
        file_glob::Glob,
        program::{EnvNames, Program},
    },
    model::{ProcessEnv, Size, without_contradiction},
};

/// Kubernetes objects, in manifests or in a cluster, are as the rules want them: the same rules for both, those of Polaris among them.
///
/// `files` are manifests as they are applied, YAML or JSON, several documents and `List`s included; `command` prints them:
/// `[kustomize, build, deploy/prod]`, `[helm, template, …]`, or, with `live`, `[kubectl, get, deployments,…, -o, json]`. Every pod is found wherever
/// it is nested (CronJob, a custom resource with a pod's template), and every container in it, `init` and `ephemeral` ones included.
///
/// By default:
///
/// - containers: `image-pinned` (a digest, or a tag that is not `latest`), `cpu-request`, `memory-request`, `cpu-limit`, `memory-limit`,
///   `liveness-probe`, `readiness-probe` (no jobs, no init containers), `no-privilege`, `no-privilege-escalation`, `non-root`,
///   `no-dangerous-capabilities`, `no-host-port`, `no-odd-proc`, `no-plain-secrets` (a secret's name or form with a value instead of a `secretKeyRef`; in a
///   ConfigMap too; in manifests also a Secret that is written out);
/// - pods: `no-host-namespaces`, `no-host-path`, `no-host-process`, `no-token` (no service account token is mounted);
/// - workloads: `replicas` (Deployments have two or more, or an autoscaler), `rolling-update`, `disruption-budget`, `budget-lets-drain`,
///   `autoscaler` (from two on, to more), `tls` (of an Ingress), `no-cluster-admin`, `no-pod-exec` (roles and bindings);
/// - with `live`: `ready` (every replica is there and of the newest revision, no job has failed).
///
/// Only where `rules` name them: `image-digest`, `pull-always`, `read-only-root`, `drop-capabilities`, `hardened`, `priority-class`, `topology-spread`,
/// `network-policy`.
///
/// **What admission or defaults would add to a manifest is not guessed**: what it does not say itself is not there, so that a rule is stricter on a
/// manifest than on what `kubectl` prints of it. Unknown is what was not read whole or not understood: a template that is not rendered, a key
/// twice, a `Status` (403, 410), a list that goes on (`continue`), a pod where none is known, an object that stands there twice, a role that is bound and not there; and a set
/// without any pod. Over 64 MiB or 1,000 files are not read.
///
/// Other than by Polaris, an autoscaler without `minReplicas` is red (the API makes 1 of it), and so is a budget that names no number or as many
/// pods as there may be: neither lets a node drain. A role that gives a shell is red whoever it is bound to. A NetworkPolicy that has no rule for
/// a way lets nothing through there, so it holds. Whether labels repeat a name is not asked, and `customChecks` of Polaris are not read.
///
/// Not seen: objects that were not asked for, how much a NetworkPolicy lets through, what an operator makes of its own resources, images by
/// themselves (kind `image`), values of secrets.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(remote = "Self", rename_all = "kebab-case", deny_unknown_fields)]
pub struct Kubernetes {
    /// Manifests, or folders of them (`.yaml`, `.yml`, `.json`, however deep), as a glob or a list of them.
    pub files: Option<OneOrMore<Glob>>,
    /// A program and its arguments, run without a shell as of kind `command`, that prints the objects. Off unless the plan's main file says
    /// `allow: [command]`.
    pub command: Option<Argv>,
    /// Variables of the process environment that `command` is given, by name: `[HOME, "KUBECONFIG?"]`. Default: none.
    pub env: Option<EnvNames>,
    /// What is printed comes from a cluster: `ready` holds too, and a Secret's data is where it belongs. Default: false.
    #[serde(default)]
    pub live: bool,
    /// The rules that must hold. Default: those above. A rule that is named here and finds nothing it is about is unknown.
    rules: Option<OneOrMore<Demanded>>,
    /// Rules that need not hold, of the default ones.
    without: Option<OneOrMore<Demanded>>,
    /// Objects of which some rules need not hold, each told in the result: `{ "DaemonSet/node-agent": [no-host-path, no-host-namespaces] }`.
    #[serde(default)]
    except: BTreeMap<String, OneOrMore<Demanded>>,
    /// Objects that must be among them: `[Deployment/api, Service/api]`, or with the namespace, `Deployment/shop/api`.
    pub objects: Option<OneOrMore<String>>,
    /// The fewest replicas, from 1 on. Default: 2.
    #[schemars(range(min = 1))]
    pub replicas: Option<u32>,
}

without_contradiction!(Kubernetes);

impl Kubernetes {
    fn contradiction(&self) -> Option<String> {
        let named = |name: &str| self.rules.as_ref().is_some_and(|rules| rules.iter().any(|rule| rule.0.name == name));
        let why = match (&self.files, &self.command) {
            (None, None) => "say where the objects are: `files` or `command`",
            (Some(_), Some(_)) => "`files` and `command` are two places: name one, or write two checks",
            (Some(_), None) if self.env.is_some() => "`env` is what a `command` is given",
            (Some(_), None) if self.live => "`live` is of what a `command` prints, like `kubectl get deployments -o json`",
            _ if named("ready") && !self.live => "`ready` is of objects in a cluster: write `live: true`",
            _ if self.rules.is_some() && self.without.is_some() => {
                "`without` takes from the default rules, and `rules` names them: write one"
            }
            _ if self.replicas == Some(0) => "`replicas: 0` demands nothing: at least 1",
            _ if self.rules().is_empty() => "`without` leaves no rule",
            _ => {
                let odd = self
                    .objects
                    .iter()
                    .flat_map(|all| all.iter())
                    .chain(self.except.keys())
                    .find(|name| !matches!(name.split('/').count(), 2 | 3));
                return odd.map(|name| format!("`{name}` is no object: write kind and name, like `Deployment/api`"));
            }
        };
        Some(why.into())
    }

    /// The rules that must hold.
    fn rules(&self) -> Vec<&'static Rule> {
        let without = |rule: &Rule| self.without.as_ref().is_some_and(|all| all.iter().any(|one| one.0.name == rule.name));
        match &self.rules {
            Some(rules) => rules.iter().map(|one| one.0).collect(),
            None => rule::RULES.iter().filter(|rule| rule.is_default && (self.live || rule.name != "ready") && !without(rule)).collect(),
        }
    }

    fn fewest(&self) -> u64 {
        self.replicas.unwrap_or(2).into()
    }

    fn program<'a>(&'a self, argv: &'a Argv) -> Program<'a> {
        Program { argv, env: self.env.as_deref().unwrap_or_default(), limit: Size(64 << 20) }
    }
}

impl Check for Kubernetes {
    rooms!();

    fn touches(&self, _: &ProcessEnv) -> Vec<Touch> {
        let files = self.files.iter().flat_map(|all| all.iter()).map(|file| Touch::new(format!("file {file}"), "reads it"));
        files.chain(self.command.iter().map(|argv| self.program(argv).touch())).collect()
    }
}
