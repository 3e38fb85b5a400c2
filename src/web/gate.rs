//! What controllers ask: an Argo Rollouts `web` metric, a Flagger webhook, a deployment-protection rule. Nobody's session.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{Path, RawQuery, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::json;

use super::{Web, form::Fields, page::Fault};
use crate::{
    acts::{
        ReleaseRequest,
        desk::{GateAsked, GateSaid},
    },
    model::Exit,
};

/// The body that Flagger sends.
#[derive(Default, Deserialize)]
struct Hook {
    #[serde(default)]
    metadata: Named,
}

/// The release that is meant.
#[derive(Default, Deserialize)]
struct Named {
    version: Option<String>,
    commit: Option<String>,
    artifact: Option<String>,
    deployer: Option<String>,
}

pub(super) async fn asked(
    State(web): State<Arc<Web>>,
    headers: HeaderMap,
    Path((project, environment)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Response {
    answer(&web, &headers, (project, environment, None), named(query), &[]).await
}

pub(super) async fn asked_of_stage(
    State(web): State<Arc<Web>>,
    headers: HeaderMap,
    Path((project, environment, stage)): Path<(String, String, String)>,
    RawQuery(query): RawQuery,
) -> Response {
    answer(&web, &headers, (project, environment, Some(stage)), named(query), &[]).await
}

pub(super) async fn hooked(
    State(web): State<Arc<Web>>,
    headers: HeaderMap,
    Path((project, environment)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    body: Bytes,
) -> Response {
    answer(&web, &headers, (project, environment, None), named(query), &body).await
}

pub(super) async fn hooked_of_stage(
    State(web): State<Arc<Web>>,
    headers: HeaderMap,
    Path((project, environment, stage)): Path<(String, String, String)>,
    RawQuery(query): RawQuery,
    body: Bytes,
) -> Response {
    answer(&web, &headers, (project, environment, Some(stage)), named(query), &body).await
}

fn named(query: Option<String>) -> Named {
    let fields = Fields::of(query.unwrap_or_default().as_bytes());
    let field = |name| fields.get(name).map(str::to_owned);
    Named { version: field("version"), commit: field("commit"), artifact: field("artifact"), deployer: field("deployer") }
}

async fn answer(
    web: &Web,
    headers: &HeaderMap,
    (project, environment, stage): (String, String, Option<String>),
    query: Named,
    body: &[u8],
) -> Response {
    if let Err(fault) = admit(web, headers) {
        return ([(header::WWW_AUTHENTICATE, "Bearer")], fault.json()).into_response();
    }
    let hook = if body.trim_ascii().is_empty() { Ok(Hook::default()) } else { serde_json::from_slice(body) };
    let Ok(Hook { metadata }) = hook else {
        return Fault::Wrong(
            StatusCode::BAD_REQUEST,
            "the body is no JSON of a webhook: wanted `{\"metadata\":{\"version\":\"…\"}}`".into(),
        )
        .json();
    };
    let asked = GateAsked {
        project,
        environment,
        stage,
        release: ReleaseRequest {
            version: query.version.or(metadata.version),
            commit: query.commit.or(metadata.commit),
            artifact: query.artifact.or(metadata.artifact),
        },
        deployer: query.deployer.or(metadata.deployer),
    };
    match web.desk.gate(&asked).await {
        Ok(said) => told(&asked, &said),
        Err(error) => Fault::from(error).json(),
    }
}

/// Whoever asks has a token.
fn admit(web: &Web, headers: &HeaderMap) -> Result<(), Fault> {
    if !web.door.answers_controllers() {
        return Err(Fault::Missing("this desk answers no controllers: it was started without `--gate-token-file`".into()));
    }
    let said = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let token = said.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")).map_or("", |(_, token)| token.trim());
    if web.door.knows(token) {
        return Ok(());
    }
    Err(Fault::Wrong(StatusCode::UNAUTHORIZED, "wanted `Authorization: Bearer TOKEN` with a token of this desk".into()))
}

/// 200 for a go and for nothing else.
fn told(asked: &GateAsked, said: &GateSaid) -> Response {
    let go = said.exit == Exit::Go;
    let verdict = match said.exit {
        Exit::Go => "go",
        Exit::Hold => "hold",
        Exit::Red => "no-go",
        Exit::Untrusted => "untrusted",
        _ => "unchecked",
    };
    let ReleaseRequest { version, commit, artifact } = &asked.release;
    let answer = json!({
        "go": go,
        "verdict": verdict,
        "exit": said.exit.code(),
        "project": asked.project,
        "environment": asked.environment,
        "stage": asked.stage,
        "release": { "version": version, "commit": commit, "artifact": artifact },
        "report": said.report.as_ref().map(|report| report.as_str()),
        "reasons": said.reasons,
        "remarks": said.remarks,
    });
    (if go { StatusCode::OK } else { StatusCode::CONFLICT }, axum::Json(answer)).into_response()
}
