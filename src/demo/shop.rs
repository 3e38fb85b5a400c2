//! The shop: a small HTTP service on loopback. What is wrong with it stands in its settings, read at every request.

use std::{
    convert::Infallible,
    path::{Path, PathBuf},
    time::Duration,
};

use hyper::{
    HeaderMap, Method, Request, Response, StatusCode,
    body::Incoming,
    header::{self, HeaderValue},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use serde_json::json;
use tokio::net::{TcpListener, TcpStream};

use crate::net::env_file::EnvFile;

/// The most that is read of a request's line and headers; a body is not read.
const LARGEST_HEAD: usize = 8 << 10;
/// A connection, from its beginning to its end.
const LONGEST: Duration = Duration::from_secs(10);

const ORDERS: &str = "<!doctype html>\n<html lang=\"en\">\n<title>Orders</title>\n<h1>Orders</h1>\n\
    <ol>\n<li>Two cups, one pot of tea\n<li>A blanket\n</ol>\n</html>\n";

/// Serves by the settings in this file, for as long as somebody waits for it.
pub async fn serve(listener: TcpListener, settings: PathBuf) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => drop(tokio::spawn(connection(stream, settings.clone()))),
            // Too many files are open: it passes when some of them close.
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}

/// Answers one request.
async fn connection(stream: TcpStream, settings: PathBuf) {
    let service = service_fn(|request: Request<Incoming>| {
        let answer = answer(request.method(), request.uri().path(), request.headers(), &settings);
        async { Ok::<_, Infallible>(answer) }
    });
    let mut server = http1::Builder::new();
    let served = server.max_buf_size(LARGEST_HEAD).keep_alive(false).serve_connection(TokioIo::new(stream), service);
    // Who goes away, or sends what is no request, gets no more than that.
    let _ = tokio::time::timeout(LONGEST, served).await;
}

fn answer(method: &Method, path: &str, asked: &HeaderMap, settings: &Path) -> Response<String> {
    let Ok(settings) = EnvFile::read(settings) else {
        return page(StatusCode::INTERNAL_SERVER_ERROR, "application/json", json!({ "error": "no settings" }).to_string());
    };
    let setting = |key: &str| settings.entries.iter().rfind(|entry| entry.key == key).map_or("", |entry| entry.value.as_str());
    let json = |status, body: serde_json::Value| page(status, "application/json", body.to_string());
    let mut answer = match (method, path) {
        (&Method::OPTIONS, _) => page(StatusCode::NO_CONTENT, "text/plain", String::new()),
        (&Method::GET, "/") => {
            json(StatusCode::OK, json!({ "name": "shop", "version": setting("SHOP_VERSION"), "environment": setting("SHOP_ENVIRONMENT") }))
        }
        (&Method::GET, "/health") => {
            let works = setting("ORDER_WORKERS").parse().is_ok_and(|workers: u32| workers > 0);
            let (status, workers) = if works { ("ok", "ok") } else { ("degraded", "down") };
            json(StatusCode::OK, json!({ "status": status, "components": { "storefront": "ok", "order-workers": workers } }))
        }
        (&Method::GET, "/orders") => page(StatusCode::OK, "text/html; charset=utf-8", ORDERS.to_owned()),
        (&Method::GET, _) => json(StatusCode::NOT_FOUND, json!({ "error": "there is no such page" })),
        _ => json(StatusCode::METHOD_NOT_ALLOWED, json!({ "error": "this shop only shows" })),
    };
    let origin = asked.get(header::ORIGIN).filter(|origin| setting("CORS_ORIGINS").split(',').any(|known| **origin == known.trim()));
    if let Some(origin) = origin {
        let headers = answer.headers_mut();
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET"));
    }
    answer
}

/// An answer with what every one says to browsers.
fn page(status: StatusCode, kind: &'static str, body: String) -> Response<String> {
    let mut page = Response::new(body);
    *page.status_mut() = status;
    for (name, value) in [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, "no-store"),
        (header::VARY, "Origin"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
    ] {
        page.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    page
}
