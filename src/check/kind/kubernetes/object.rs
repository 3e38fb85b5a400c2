//! Objects, the pods in them, and the containers in those.

use serde_json::Value;

/// One object of the API.
pub(super) struct Object {
    pub(super) value: Value,
}

impl Object {
    pub(super) fn kind(&self) -> &str {
        self.text("/kind")
    }

    pub(super) fn name(&self) -> &str {
        self.text("/metadata/name")
    }

    /// Where none is said, it is the one that it is applied to: the same for all that say none.
    pub(super) fn namespace(&self) -> &str {
        self.text("/metadata/namespace")
    }

    /// The group of its API, without the version; empty for the core's.
    pub(super) fn group(&self) -> &str {
        self.text("/apiVersion").split_once('/').map_or("", |(group, _)| group)
    }

    pub(super) fn text(&self, pointer: &str) -> &str {
        self.at(pointer).and_then(Value::as_str).unwrap_or_default()
    }

    /// What stands there; `null` is nothing.
    pub(super) fn at(&self, pointer: &str) -> Option<&Value> {
        at(&self.value, pointer)
    }

    pub(super) fn list(&self, pointer: &str) -> &[Value] {
        self.at(pointer).and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }

    pub(super) fn is(&self, kind: &str) -> bool {
        self.kind() == kind
    }

    /// As people call it.
    pub(super) fn shown(&self) -> String {
        match self.namespace() {
            "" => format!("{}/{}", self.kind(), self.name()),
            namespace => format!("{}/{namespace}/{}", self.kind(), self.name()),
        }
    }

    /// Whether the plan means it by `Kind/name` or `Kind/namespace/name`.
    pub(super) fn is_named(&self, named: &str) -> bool {
        match named.split('/').collect::<Vec<_>>().as_slice() {
            [kind, name] => self.is(kind) && self.name() == *name,
            [kind, namespace, name] => self.is(kind) && self.namespace() == *namespace && self.name() == *name,
            _ => false,
        }
    }

    /// The pod that it describes: where the API's own kinds have it, and where custom ones that follow them do.
    pub(super) fn pod(&self) -> Option<Pod<'_>> {
        let template = match self.kind() {
            "Pod" => Some(&self.value),
            "PodTemplate" => self.at("/template"),
            "CronJob" => self.at("/spec/jobTemplate/spec/template"),
            _ => self.at("/spec/template").or_else(|| self.at("/spec/jobTemplate/spec/template")),
        }?;
        let spec = at(template, "/spec").filter(|spec| spec.get("containers").is_some())?;
        Some(Pod { owner: self, spec, template })
    }
}

/// A pod, or what pods are made of.
#[derive(Clone, Copy)]
pub(super) struct Pod<'a> {
    pub(super) owner: &'a Object,
    pub(super) spec: &'a Value,
    pub(super) template: &'a Value,
}

impl<'a> Pod<'a> {
    /// Whether it runs to an end.
    pub(super) fn is_batch(&self) -> bool {
        matches!(self.owner.kind(), "Job" | "CronJob")
            || self.owner.list("/metadata/ownerReferences").iter().any(|owner| owner["kind"] == "Job")
    }

    pub(super) fn labels(&self) -> Option<&'a Value> {
        at(self.template, "/metadata/labels")
    }

    /// Every container; what is no list of objects is told by what reads the object.
    pub(super) fn containers(self) -> impl Iterator<Item = Container<'a>> {
        let of = move |key: &str, role: Role| {
            let all = self.spec.get(key).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
            all.iter().map(move |value| Container { pod: self, value, role })
        };
        of("containers", Role::Main).chain(of("initContainers", Role::Init)).chain(of("ephemeralContainers", Role::Ephemeral))
    }
}

/// One container.
#[derive(Clone, Copy)]
pub(super) struct Container<'a> {
    pub(super) pod: Pod<'a>,
    pub(super) value: &'a Value,
    pub(super) role: Role,
}

/// When a container runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Main,
    Init,
    Ephemeral,
}

impl<'a> Container<'a> {
    pub(super) fn at(&self, pointer: &str) -> Option<&'a Value> {
        at(self.value, pointer)
    }

    /// A key of its security context, else of the pod's.
    pub(super) fn security(&self, key: &str) -> Option<&'a Value> {
        self.own_security(key).or_else(|| at(self.pod.spec, &format!("/securityContext/{key}")))
    }

    pub(super) fn own_security(&self, key: &str) -> Option<&'a Value> {
        self.at(&format!("/securityContext/{key}"))
    }

    pub(super) fn name(&self) -> &'a str {
        self.at("/name").and_then(Value::as_str).unwrap_or("without a name")
    }
}

/// What stands at a JSON pointer; `null` is nothing.
pub(super) fn at<'a>(value: &'a Value, pointer: &str) -> Option<&'a Value> {
    value.pointer(pointer).filter(|value| !value.is_null())
}

/// The items of a list; none where it is no list.
pub(super) fn items(value: Option<&Value>) -> &[Value] {
    value.and_then(Value::as_array).map_or(&[], Vec::as_slice)
}
