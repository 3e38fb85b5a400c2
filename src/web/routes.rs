//! Which address is which page.

use std::sync::Arc;

use axum::{
    Router,
    extract::{DefaultBodyLimit, State},
    http::{StatusCode, header},
    middleware::from_fn_with_state,
    response::{IntoResponse, Response},
    routing::{get, post},
};

use super::{Web, board, gate, guard, log, login, me, page::Fault, release, say};

/// All of them.
pub(super) fn of(web: Arc<Web>) -> Router {
    Router::new()
        .route("/", get(board::board))
        .route("/p/{project}/{environment}", get(release::newest))
        .route("/p/{project}/{environment}/r/{report}", get(release::named))
        .route("/p/{project}/{environment}/rollout", get(release::rollout))
        .route("/p/{project}/{environment}/log", get(log::page))
        .route("/p/{project}/{environment}/log.csv", get(log::csv))
        .route("/p/{project}/{environment}/r/{report}/sign", get(say::sign_form).post(say::sign))
        .route("/p/{project}/{environment}/r/{report}/answer/{check}", get(say::answer_form).post(say::answer))
        .route("/p/{project}/{environment}/r/{report}/waive/{check}", get(say::waive_form).post(say::waive))
        .route("/p/{project}/{environment}/rollout/{stage}", get(say::decide_form).post(say::decide))
        .route("/put", post(say::put))
        .route("/login", get(login::page).post(login::login))
        .route("/logout", post(login::logout))
        .route("/invite/{token}", get(login::invited).post(login::offered))
        .route("/me", get(me::page))
        .route("/me/revoke", post(me::revoke))
        .route("/gate/{project}/{environment}", get(gate::asked).post(gate::hooked))
        .route("/gate/{project}/{environment}/{stage}", get(gate::asked_of_stage).post(gate::hooked_of_stage))
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .route(guard::ICON, get(icon))
        .route(guard::SCRIPT, get(script))
        // The guard has looked at its size.
        .layer(DefaultBodyLimit::disable())
        .fallback(|| async { Fault::Missing("Nothing is at this address: the board leads to all that is.".into()) })
        .method_not_allowed_fallback(|| async {
            Fault::Wrong(StatusCode::METHOD_NOT_ALLOWED, "This address is not asked that way.".into())
        })
        .layer(from_fn_with_state(web.clone(), guard::guard))
        .with_state(web)
}

/// Whether this desk can tell anything.
async fn ready(State(web): State<Arc<Web>>) -> Response {
    match web.desk.board.shown().is_fresh(web.desk.now()) {
        true => "ok\n".into_response(),
        false => (StatusCode::SERVICE_UNAVAILABLE, "the ledger has not been read lately\n").into_response(),
    }
}

async fn icon() -> impl IntoResponse {
    let icon = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 32 32\"><circle cx=\"16\" cy=\"16\" r=\"16\" fill=\"#12703e\"/>\
        <path d=\"M8 17l5.5 5.5L24 11\" fill=\"none\" stroke=\"#fff\" stroke-width=\"4\" stroke-linecap=\"round\" stroke-linejoin=\"round\"/></svg>";
    ([(header::CONTENT_TYPE, "image/svg+xml")], icon)
}

async fn script() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], include_str!("desk.js"))
}
