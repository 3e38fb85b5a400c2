//! What kinds that ask Alertmanager share: its answers, its routes, its matchers.

mod config;
mod matcher;

use jiff::Timestamp;
use serde_json::Value;

pub(crate) use self::{config::Config, matcher::LabelMatcher};
use super::{
    Context, Unseen,
    http::site::{self, Site},
};
use crate::model::Size;

/// Bytes of an answer.
const LARGEST: Size = Size(8 << 20);

/// What Alertmanager says at a path of its API, version 2, with what its clock says.
pub(crate) async fn ask(site: &Site<'_>, path: &str, cx: &Context) -> Result<Value, Unseen> {
    let reply = site.below(&format!("/api/v2/{path}"), LARGEST, cx).await?;
    site::same_clock(site.url, site::date(&reply), cx)?;
    site::json(&reply)
}

/// The status of Alertmanager, and the settings that it runs with.
pub(crate) async fn status(site: &Site<'_>, cx: &Context) -> Result<(Value, Config), Unseen> {
    let status = ask(site, "status", cx).await?;
    let original = status.pointer("/config/original").and_then(Value::as_str).ok_or_else(|| odd(site, "says nothing of its settings"))?;
    let config = Config::read(original).map_err(|why| odd(site, &format!("has settings that are not understood: {why}")))?;
    Ok((status, config))
}

/// What is wrong with an answer.
pub(crate) fn odd(site: &Site<'_>, why: &str) -> Unseen {
    Unseen::Unknown(format!("{} {why}", site.url.target()))
}

/// An instant of an answer.
pub(crate) fn instant(value: &Value, key: &str) -> Option<Timestamp> {
    value.get(key)?.as_str()?.parse().ok()
}
