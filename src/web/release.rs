//! A release and its rollout: what people read before they decide.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    response::IntoResponse,
};
use serde::Serialize;

use super::{
    Web,
    access::Reader,
    form::place,
    page::{Fault, Frame, Html},
    session::Session,
};
use crate::{
    acts::desk::{OpenQuestion, ReleaseShown, SignAs},
    model::Digest,
    render::{self, Page},
};

/// What the template is given beside the report.
#[derive(Serialize)]
struct Beside {
    /// The address of the environment.
    at: String,
    /// The address of this report.
    report: String,
    newer: Option<String>,
    own_roles: bool,
    since: Vec<String>,
    /// A role and whether it has been signed in.
    roles: Vec<SignAs>,
    questions: Vec<Open>,
    waivers: Vec<Open>,
}

#[derive(Serialize)]
struct Open {
    check: String,
    text: String,
    wanted: Option<String>,
}

/// The newest release of an environment.
pub(super) async fn newest(
    State(web): State<Arc<Web>>,
    Reader(session): Reader,
    Path((project, environment)): Path<(String, String)>,
) -> Result<impl IntoResponse, Fault> {
    shown(&web, &session, (&project, &environment), None).await
}

/// The report with a fingerprint.
pub(super) async fn named(
    State(web): State<Arc<Web>>,
    Reader(session): Reader,
    Path((project, environment, report)): Path<(String, String, String)>,
) -> Result<impl IntoResponse, Fault> {
    let report = Digest::parse(&report).ok_or_else(|| Fault::Missing("A report is named by the 64 digits of its fingerprint.".into()))?;
    shown(&web, &session, (&project, &environment), Some(&report)).await
}

async fn shown(web: &Web, session: &Session, at: (&str, &str), report: Option<&Digest>) -> Result<Html, Fault> {
    let found = web.desk.release(at, report, &session.person).await?;
    let shown = found.ok_or_else(|| nothing(at))?;
    let frame = Frame::of(web, Some(session), "release", String::new()).await;
    let page = Page::stored(&shown.report, &shown.json).with_record(&shown.beside);
    Ok(frame.html(render::desk::release(&page, &frame, &beside(at, &shown))))
}

/// That nothing is there; in the same words whether the project is or not.
pub(super) fn nothing((project, environment): (&str, &str)) -> Fault {
    Fault::Missing(format!("No full run of `{project}` in `{environment}` is on record, or not that report."))
}

fn beside((project, environment): (&str, &str), shown: &ReleaseShown) -> Beside {
    let at = place(project, environment);
    let report = |digest: &Digest| format!("{at}/r/{digest}");
    let open = |all: &[OpenQuestion]| {
        all.iter().map(|it| Open { check: it.check.clone(), text: it.text.clone(), wanted: it.wanted.clone() }).collect()
    };
    Beside {
        report: report(&shown.digest),
        newer: shown.newer.as_ref().map(report),
        own_roles: shown.own_roles,
        since: shown.since.clone(),
        roles: shown.roles.clone(),
        questions: open(&shown.questions),
        waivers: open(&shown.waivers),
        at,
    }
}

/// The rollout of the release that was looked at last, or is under way.
pub(super) async fn rollout(
    State(web): State<Arc<Web>>,
    Reader(session): Reader,
    Path((project, environment)): Path<(String, String)>,
) -> Result<impl IntoResponse, Fault> {
    let at = (project.as_str(), environment.as_str());
    let account = web.desk.rollout(at).await?;
    let account = account.ok_or_else(|| Fault::Missing(format!("No rollout of `{project}` in `{environment}` is on record.")))?;
    let frame = Frame::of(&web, Some(&session), "rollout", String::new()).await;
    let law = web.desk.law.of(&web.desk.caller(), &environment).await?;
    let theirs = |roles: &[String]| roles.iter().any(|role| law.signoff.has_role(&session.person, role));
    let open = account.stages.iter().filter(|stage| stage.attempt > 0 && stage.ended.is_none() && theirs(&stage.roles));
    let decide: Vec<&String> = open.map(|stage| &stage.name).collect();
    let beside = serde_json::json!({ "at": place(&project, &environment), "decide": decide });
    Ok(frame.html(render::desk::rollout(&account, &frame, &beside)))
}
