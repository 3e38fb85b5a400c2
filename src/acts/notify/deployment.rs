//! That a deployment has begun, or ended.

use super::{News, tell_of};
use crate::{
    acts::{Caller, Dialogue, EnvironmentRecord},
    model::{Begun, Deployment, DeploymentStatus},
    notify::Occasion,
};

/// Tells of a deployment that has begun.
pub(crate) async fn begun(caller: &Caller, dialogue: &dyn Dialogue, record: &EnvironmentRecord, begun: &Begun) {
    let past = if begun.emergency.is_some() { ", past the gate in an EMERGENCY" } else { "" };
    let text = format!("{} deploys{past}", begun.deployer.name);
    let news = News::of(record, (caller.clock)(), vec![Occasion::Begun], begun.release.clone(), text);
    tell_of(caller, dialogue, record, &news).await;
}

/// Tells of a deployment that has ended.
pub(crate) async fn ended(caller: &Caller, dialogue: &dyn Dialogue, record: &EnvironmentRecord, deployment: &Deployment) {
    let (how, back) = match deployment.status {
        DeploymentStatus::Succeeded => ("has succeeded", None),
        DeploymentStatus::Failed => ("has FAILED", None),
        DeploymentStatus::RolledBack => ("was rolled back", Some(Occasion::RolledBack)),
    };
    let text = format!("the deployment by {} {how}", deployment.deployer.name);
    let occasions = back.into_iter().chain([Occasion::Deployed]).collect();
    let news = News::of(record, (caller.clock)(), occasions, deployment.release.clone(), text);
    tell_of(caller, dialogue, record, &news).await;
}
