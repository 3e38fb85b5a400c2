//! What keeps a workload running while nodes and versions change.

use serde_json::Value;

use super::{
    object::Object,
    rule::{
        All,
        Said::{self, Broken, Holds, Nothing, Open},
    },
    selector::selects,
};
use crate::model::quote;

/// A number of pods, or a share of them.
enum Amount {
    Pods(u64),
    Percent(u64),
}

fn amount(value: &Value) -> Option<Amount> {
    match value {
        Value::Number(number) => number.as_u64().map(Amount::Pods),
        Value::String(text) => match text.strip_suffix('%') {
            Some(percent) => percent.parse().ok().map(Amount::Percent),
            None => text.parse().ok().map(Amount::Pods),
        },
        _ => None,
    }
}

/// The autoscaler of a workload.
fn scaler<'a>(object: &Object, all: &All<'a>) -> Option<&'a Object> {
    all.of("HorizontalPodAutoscaler").find(|scaler| {
        scaler.namespace() == object.namespace()
            && scaler.text("/spec/scaleTargetRef/kind") == object.kind()
            && scaler.text("/spec/scaleTargetRef/name") == object.name()
    })
}

/// How few of a workload's pods are wanted at times.
fn at_least(object: &Object, all: &All<'_>) -> u64 {
    let number = |object: &Object, pointer: &str| object.at(pointer).map_or(1, |value| value.as_u64().unwrap_or(0));
    match scaler(object, all) {
        Some(scaler) => number(scaler, "/spec/minReplicas"),
        None => number(object, "/spec/replicas"),
    }
}

pub(super) fn replicas(object: &Object, all: &All<'_>) -> Said {
    if !object.is("Deployment") {
        return Nothing;
    }
    if scaler(object, all).is_some() {
        // How few that may leave is a rule of its own.
        return Holds;
    }
    match object.at("/spec/replicas") {
        None => Broken("no `replicas`, which is 1, and no autoscaler".into()),
        Some(value) => match value.as_u64() {
            Some(number) => Said::holds(number >= all.fewest, format!("`replicas: {number}`")),
            None => Open(format!("{} is no number", quote(&value.to_string()))),
        },
    }
}

pub(super) fn rolling_update(object: &Object, all: &All<'_>) -> Said {
    let pointer = match object.kind() {
        "Deployment" => "/spec/strategy",
        "StatefulSet" | "DaemonSet" => "/spec/updateStrategy",
        _ => return Nothing,
    };
    let kind = object.text(&format!("{pointer}/type"));
    if !["", "RollingUpdate"].contains(&kind) {
        return Broken(format!("{} of {}", quote(kind), quote(pointer.trim_start_matches("/spec/"))));
    }
    if object.is("StatefulSet") {
        let partition = object.at("/spec/updateStrategy/rollingUpdate/partition").and_then(Value::as_u64).unwrap_or(0);
        return Said::holds(partition == 0, format!("`partition: {partition}` keeps pods of the old version"));
    }
    let Some(most) = object.at(&format!("{pointer}/rollingUpdate/maxUnavailable")) else { return Holds };
    match amount(most) {
        None => Open(format!("`maxUnavailable` is {}", quote(&most.to_string()))),
        Some(Amount::Percent(percent)) => Said::holds(percent < 100, "`maxUnavailable` lets all go at once"),
        Some(Amount::Pods(pods)) if object.is("Deployment") => {
            Said::holds(pods == 0 || pods < at_least(object, all), format!("`maxUnavailable: {pods}` may leave none"))
        }
        Some(Amount::Pods(_)) => Holds,
    }
}

pub(super) fn disruption_budget(object: &Object, all: &All<'_>) -> Said {
    match object.pod() {
        Some(pod) if object.is("Deployment") => {
            let found = all.of("PodDisruptionBudget").any(|budget| selects(budget, "/spec/selector", &pod));
            Said::holds(found, "no PodDisruptionBudget selects its pods")
        }
        _ => Nothing,
    }
}

pub(super) fn lets_drain(budget: &Object, all: &All<'_>) -> Said {
    if !budget.is("PodDisruptionBudget") {
        return Nothing;
    }
    let (least, most) = (budget.at("/spec/minAvailable"), budget.at("/spec/maxUnavailable"));
    let selected = all.objects.iter().filter(|object| matches!(object.kind(), "Deployment" | "StatefulSet"));
    let selected = selected.filter(|object| object.pod().is_some_and(|pod| selects(budget, "/spec/selector", &pod)));
    let pods: u64 = selected.map(|object| at_least(object, all)).fold(0, u64::saturating_add);
    match (least.map(amount), most.map(amount)) {
        (Some(None), _) | (_, Some(None)) => Open("its number of pods is none".into()),
        // The controller then counts no pods, and allows no disruption where it counts none.
        (None, None) => Broken("it says neither `minAvailable` nor `maxUnavailable`, which lets none go".into()),
        (Some(Some(Amount::Percent(100..))), _) => Broken("`minAvailable: 100%` lets none go".into()),
        (_, Some(Some(Amount::Pods(0) | Amount::Percent(0)))) => Broken("`maxUnavailable: 0` lets none go".into()),
        (Some(Some(least)), _) => {
            let needed = match least {
                Amount::Pods(least) => least,
                Amount::Percent(percent) => pods.saturating_mul(percent).div_ceil(100),
            };
            let stuck = pods > 0 && needed >= pods;
            Said::holds(!stuck, format!("`minAvailable` wants {needed} of the {pods} that there may be"))
        }
        (None, Some(Some(_))) => Holds,
    }
}

pub(super) fn autoscaler(scaler: &Object, all: &All<'_>) -> Said {
    if !scaler.is("HorizontalPodAutoscaler") {
        return Nothing;
    }
    let least = scaler.at("/spec/minReplicas").map_or(Some(1), Value::as_u64);
    let most = scaler.at("/spec/maxReplicas").map(Value::as_u64);
    match (least, most) {
        (None, _) | (_, Some(None)) => Open("its number of replicas is none".into()),
        (_, None) => Broken("no `maxReplicas`".into()),
        (Some(least), _) if least < all.fewest => Broken(format!("it may leave {least} (`minReplicas`, 1 where it is not said)")),
        (Some(least), Some(Some(most))) => {
            Said::holds(most > least, format!("`minReplicas: {least}` and `maxReplicas: {most}` leave nothing to scale"))
        }
    }
}
