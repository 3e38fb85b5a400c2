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
use crate::{
    model::{CLOCK_TOLERANCE, Size, utc},
    net::http::header,
};

/// Bytes of an answer.
const LARGEST: Size = Size(8 << 20);

/// What Alertmanager says at a path of its API, version 2, with what its clock says.
pub(crate) async fn ask(site: &Site<'_>, path: &str, cx: &Context) -> Result<Value, Unseen> {
    let reply = site.below(&format!("/api/v2/{path}"), LARGEST, cx).await?;
    let date = reply.headers.get(header::DATE).and_then(|value| jiff::fmt::rfc2822::parse(value.to_str().ok()?).ok());
    let (who, ours) = (site.url.target(), cx.shared.reach.now());
    match date.map(|date| date.timestamp()) {
        None => Err(Unseen::Unknown(format!("{who} does not say what time it is (`Date`)"))),
        Some(theirs) if theirs.duration_since(ours).abs() > CLOCK_TOLERANCE.signed() => {
            Err(Unseen::Unknown(format!("the clock of {who} says {}, ours {}: set the one that is wrong", utc(theirs), utc(ours))))
        }
        Some(_) => site::json(&reply),
    }
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
