//! Ready-made checklists that a plan includes by name. They are part of the program.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use serde::Deserialize;

use super::{
    fault::Fault,
    fields::Fields,
    node::{Node, Value},
    place::Place,
    template::Template,
    typed, yaml,
};
use crate::model::Json;

/// A pack's name and text, one line each.
const SOURCES: [(&str, &str); 43] = [
    ("change-jira", include_str!("../../checks/packs/change-jira.yaml")),
    ("change-servicenow", include_str!("../../checks/packs/change-servicenow.yaml")),
    ("cloud-aws", include_str!("../../checks/packs/cloud-aws.yaml")),
    ("cloud-azure", include_str!("../../checks/packs/cloud-azure.yaml")),
    ("cloud-gcp", include_str!("../../checks/packs/cloud-gcp.yaml")),
    ("code-review-github", include_str!("../../checks/packs/code-review-github.yaml")),
    ("code-review-gitlab", include_str!("../../checks/packs/code-review-gitlab.yaml")),
    ("deployed-github", include_str!("../../checks/packs/deployed-github.yaml")),
    ("deployed-gitlab", include_str!("../../checks/packs/deployed-gitlab.yaml")),
    ("deployed-kubernetes", include_str!("../../checks/packs/deployed-kubernetes.yaml")),
    ("django", include_str!("../../checks/packs/django.yaml")),
    ("domain", include_str!("../../checks/packs/domain.yaml")),
    ("error-tracking-sentry", include_str!("../../checks/packs/error-tracking-sentry.yaml")),
    ("gonogo-desk", include_str!("../../checks/packs/gonogo-desk.yaml")),
    ("grafana", include_str!("../../checks/packs/grafana.yaml")),
    ("heartbeat", include_str!("../../checks/packs/heartbeat.yaml")),
    ("host-baseline", include_str!("../../checks/packs/host-baseline.yaml")),
    ("kubernetes-baseline", include_str!("../../checks/packs/kubernetes-baseline.yaml")),
    ("kubernetes-cluster", include_str!("../../checks/packs/kubernetes-cluster.yaml")),
    ("mail", include_str!("../../checks/packs/mail.yaml")),
    ("mysql", include_str!("../../checks/packs/mysql.yaml")),
    ("object-storage", include_str!("../../checks/packs/object-storage.yaml")),
    ("on-call-opsgenie", include_str!("../../checks/packs/on-call-opsgenie.yaml")),
    ("on-call-pagerduty", include_str!("../../checks/packs/on-call-pagerduty.yaml")),
    ("postgres", include_str!("../../checks/packs/postgres.yaml")),
    ("postgres-access", include_str!("../../checks/packs/postgres-access.yaml")),
    ("postgres-archiving", include_str!("../../checks/packs/postgres-archiving.yaml")),
    ("postgres-capacity", include_str!("../../checks/packs/postgres-capacity.yaml")),
    ("postgres-replication", include_str!("../../checks/packs/postgres-replication.yaml")),
    ("postgres-settings", include_str!("../../checks/packs/postgres-settings.yaml")),
    ("queue-kafka", include_str!("../../checks/packs/queue-kafka.yaml")),
    ("queue-nats", include_str!("../../checks/packs/queue-nats.yaml")),
    ("queue-rabbitmq", include_str!("../../checks/packs/queue-rabbitmq.yaml")),
    ("rails", include_str!("../../checks/packs/rails.yaml")),
    ("redis", include_str!("../../checks/packs/redis.yaml")),
    ("redis-access", include_str!("../../checks/packs/redis-access.yaml")),
    ("redis-cluster", include_str!("../../checks/packs/redis-cluster.yaml")),
    ("redis-replication", include_str!("../../checks/packs/redis-replication.yaml")),
    ("redis-sentinel", include_str!("../../checks/packs/redis-sentinel.yaml")),
    ("secrets", include_str!("../../checks/packs/secrets.yaml")),
    ("spring-boot", include_str!("../../checks/packs/spring-boot.yaml")),
    ("status-page", include_str!("../../checks/packs/status-page.yaml")),
    ("web-api", include_str!("../../checks/packs/web-api.yaml")),
];

static PACKS: LazyLock<Vec<Pack>> = LazyLock::new(|| SOURCES.iter().map(|(name, source)| Pack::read(name, source)).collect());

/// Every pack.
pub fn packs() -> &'static [Pack] {
    &PACKS
}

/// A ready-made checklist.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Pack {
    /// What a plan includes it by.
    #[serde(skip)]
    pub name: Cow<'static, str>,
    /// What it checks, in a sentence or two.
    pub about: String,
    /// What a plan's `include` may list to have it: its uses from the plainest on.
    #[serde(default)]
    pub example: String,
    /// What it wants to know, by name.
    #[serde(default)]
    pub vars: BTreeMap<String, PackVar>,
    /// Programs that its checks run: where each is had, and how one logs in.
    #[serde(default)]
    pub needs_command: BTreeMap<String, String>,
    /// Its YAML.
    #[serde(skip)]
    pub source: Cow<'static, str>,
}

/// A variable of a pack.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct PackVar {
    /// What it means.
    pub about: String,
    /// What it is where the plan does not say; without it the plan must.
    #[serde(default)]
    pub default: Option<String>,
    /// The variable whose address this is over plain HTTP where the plan does not say: the same host, on port 80.
    #[serde(default)]
    pub http_of: Option<String>,
    /// Whether the plan may leave it out, and with it the checks that use it: reports show them as skipped, with the reason.
    #[serde(default)]
    pub optional: bool,
}

impl PackVar {
    /// Whether the plan has to say what it is.
    pub(super) fn is_open(&self) -> bool {
        self.default.is_none() && self.http_of.is_none() && !self.optional
    }
}

impl Pack {
    /// The first sentence of what it is about.
    pub fn summary(&self) -> &str {
        self.about.find(". ").map_or(self.about.as_str(), |stop| &self.about[..=stop])
    }

    /// What it says of the program that a check with these settings runs.
    pub(super) fn needs_command(&self, settings: &Json) -> Option<String> {
        let settings = settings.value();
        let program = settings.get("command").or_else(|| settings.get("argv"))?;
        let said = self.needs_command.get(program.get(0).unwrap_or(program).as_str()?)?;
        Some(said.trim().to_owned())
    }

    pub(super) fn named(name: &str) -> Option<&'static Self> {
        packs().iter().find(|pack| pack.name == name)
    }

    /// The name of its file among the plan's.
    pub(super) fn file(&self) -> String {
        format!("pack:{}", self.name)
    }

    /// Its variables that the scalars of `node` use; with `file` only scalars that stand in that file count.
    pub(super) fn variables(&self, node: &Node, file: Option<u32>) -> BTreeSet<&str> {
        let mut used = BTreeSet::new();
        node.each_text(&mut |text, place| {
            if let Ok(Some(template)) = Template::parse(text)
                && file.is_none_or(|file| place.file == file)
            {
                used.extend(template.names().into_iter().filter_map(|name| Some(self.vars.get_key_value(name)?.0.as_str())));
            }
        });
        used
    }

    /// A test holds that every pack can be read; one that cannot would have no variables and no checks.
    fn read(name: &'static str, source: &'static str) -> Self {
        let mut node = yaml::parse(0, source, &mut Vec::new());
        if let Some(Node { value: Value::Map(entries), .. }) = &mut node {
            entries.retain(|(key, _)| matches!(key.text.as_str(), "about" | "example" | "vars" | "needs-command"));
        }
        let read = node.and_then(|node| typed::value(&node, Place::top(0), Default::default(), &mut Vec::new()));
        let pack: Self = read.unwrap_or_default();
        Self { name: name.into(), about: pack.about.trim().to_owned(), source: source.into(), ..pack }
    }

    /// A pack of the plan's own or of others, from its file; what is wrong with it is told at its place.
    pub(super) fn of_file(name: &str, file: u32, source: String, faults: &mut Vec<Fault>) -> Option<Self> {
        const KEYS: [&str; 6] = ["about", "example", "vars", "needs-command", "section", "checks"];
        let mut node = yaml::parse(file, &source, faults)?;
        let fields = Fields::open(&node, Place::top(file), &KEYS, faults)?;
        if fields.get("checks").is_none() {
            faults.push(Fault::new(Place::top(file), "the key `checks` is missing: a pack is a list of checks"));
            return None;
        }
        if let Value::Map(entries) = &mut node.value {
            entries.retain(|(key, _)| matches!(key.text.as_str(), "about" | "example" | "vars" | "needs-command"));
        }
        let pack: Self = typed::value(&node, Place::top(file), Default::default(), faults)?;
        Some(Self { name: name.to_owned().into(), about: pack.about.trim().to_owned(), source: source.into(), ..pack })
    }
}
