//! The deployments of an environment.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    http::header,
    response::IntoResponse,
};
use serde_json::json;

use super::{
    Web,
    access::Reader,
    form::place,
    page::{Fault, Frame},
    release::nothing,
};
use crate::{
    model::{DeploymentRow, counted, utc},
    render::log,
};

/// As a page.
pub(super) async fn page(
    State(web): State<Arc<Web>>,
    Reader(session): Reader,
    Path((project, environment)): Path<(String, String)>,
) -> Result<impl IntoResponse, Fault> {
    let at = (project.as_str(), environment.as_str());
    let shown = web.desk.log(at).await?.ok_or_else(|| nothing(at))?;
    let rows: Vec<_> = shown.rows.iter().map(|(row, _)| line(row)).collect();
    let view = json!({
        "at": place(&project, &environment), "project": project, "environment": environment, "rows": rows,
        "open": shown.open, "own_roles": shown.own_roles,
    });
    let title = format!("Deployments of {project} to {environment}");
    Ok(Frame::of(&web, Some(&session), "log", title).await.page("log", &view))
}

/// As `gonogo log --format csv` has it.
pub(super) async fn csv(
    State(web): State<Arc<Web>>,
    Reader(_): Reader,
    Path((project, environment)): Path<(String, String)>,
) -> Result<impl IntoResponse, Fault> {
    let at = (project.as_str(), environment.as_str());
    let shown = web.desk.log(at).await?.ok_or_else(|| nothing(at))?;
    let headers =
        [(header::CONTENT_TYPE, "text/csv; charset=utf-8"), (header::CONTENT_DISPOSITION, "attachment; filename=\"deployments.csv\"")];
    Ok((headers, log::csv(&shown.rows)))
}

fn line(row: &DeploymentRow) -> serde_json::Value {
    let notes: Vec<&String> = row.notes.iter().chain(&row.unverified).collect();
    json!({
        "at": utc(row.at),
        "release": row.release.name(),
        "deployer": row.deployer.name,
        "known_by": log::source(row.deployer.source),
        "status": if row.unverified.is_some() { "rolled out, not verified" } else { log::status(row.status) },
        "failed": row.unverified.is_some() || log::status(row.status) != "succeeded",
        "approvers": row.approvers,
        "exceptions": (row.exceptions > 0).then(|| counted(row.exceptions, "exception")),
        "emergency": row.emergency,
        "notes": notes,
        "signed": row.signed,
    })
}
