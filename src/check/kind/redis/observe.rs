//! Asks the server, or every node of its group, once a run for all checks that ask the same.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{Redis, nodes, seen::Seen};
use crate::{
    check::{Context, Unseen},
    net::redis::{Command, Row, Session, Target},
};

/// What was answered, by the nodes that did.
struct Answered {
    nodes: Vec<String>,
    rows: Value,
}

pub(super) async fn observe(check: &Redis, cx: &Context) -> Result<Seen, Unseen> {
    let target = check.target(&cx.path("")).map_err(|error| {
        let written = check.url.written();
        Unseen::Unknown(format!("`url` ({written}) cannot be used: {error}"))
    })?;
    if let Some(password) = target.password() {
        cx.hide_of(Some(&check.url), "url", password);
    }
    let key = format!("redis {} {} {}", target.fingerprint(), check.ask, check.all);
    let answered: Arc<Answered> = cx.shared.memo.once(key, Box::pin(ask(check, cx, &target))).await?;
    Ok(Seen {
        nodes: answered.nodes.clone(),
        rows: answered.rows.as_array().map_or(0, Vec::len) as u64,
        fields: check.fields.as_ref().map(|fields| fields.look(&answered.rows)).unwrap_or_default(),
    })
}

async fn ask(check: &Redis, cx: &Context, target: &Target) -> Result<Answered, Unseen> {
    if !check.all {
        let rows = rows(&mut open(target, cx).await?, &check.ask).await?;
        return Ok(Answered { nodes: Vec::new(), rows: json!(rows) });
    }
    let (mut nodes, mut all) = (Vec::new(), Vec::new());
    for (name, mut session) in nodes::all(target, cx).await? {
        for mut row in rows(&mut session, &check.ask).await? {
            row.insert("node".into(), json!(name));
            all.push(row);
        }
        nodes.push(name);
    }
    Ok(Answered { nodes, rows: json!(all) })
}

/// A session; a login that is refused is unknown.
pub(super) async fn open(target: &Target, cx: &Context) -> Result<Session, Unseen> {
    let user = target.user().unwrap_or_default();
    let refused = |words| Unseen::Unknown(format!("{} refuses the login of `{user}`: {words}", target.shown()));
    Session::open(target, &cx.shared.reach, cx.until()).await?.map_err(refused)
}

/// What a node answers; a command that it refuses is unknown, with the right that is missing.
pub(super) async fn rows(session: &mut Session, command: &Command) -> Result<Vec<Row>, Unseen> {
    let answer = session.rows(command).await?;
    answer.map_err(|words| Unseen::Unknown(format!("{} refuses {command} ({words}): grant {}", session.who(), command.right())))
}
