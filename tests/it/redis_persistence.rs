//! `redis-persistence` on real servers, and on what only pretends to be one.

mod access;
pub(crate) mod hostile;
mod persistence;

use gonogo::model::Outcome;
use serde_json::{Value, json};

use crate::{
    look::Look,
    servers::redis::{PASSWORD, Redis},
};

/// What the check says of a server, judged as of the server's own time.
async fn outcome(redis: &Redis, mut settings: Value) -> (Outcome, String) {
    if settings.get("url").is_none() {
        settings["url"] = json!(redis.url());
    }
    let (outcome, reason) = Look::new("redis-persistence", settings).at(redis.now().await).outcome().await;
    assert!(!reason.contains(PASSWORD), "{reason}");
    (outcome, reason)
}
