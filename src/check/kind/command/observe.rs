//! Runs the program and finds in its output what the demands name.

use super::{Command, judge, seen::Seen};
use crate::{
    check::{Context, Unseen, demand::json_text, hidden, http::EXCERPT, program::Finished},
    model::excerpt,
    net::command::without_credentials,
};

pub(super) async fn observe(check: &Command, cx: &Context) -> Result<Seen, Unseen> {
    let finished = check.program().run(cx).await?;
    let mut seen = find(check, &finished);
    if let Some(demands) = &check.json {
        match json_text::parse(&finished.ended.stdout) {
            Ok(document) => {
                seen.json = demands.look(&document);
                hidden::hide(&document, &seen.json, cx);
            }
            Err(why) => seen.not_json = Some(excerpt(&why, 200)),
        }
    }
    if judge::judge(check, &seen, cx.shared.at).iter().all(|expectation| expectation.met == Some(true)) {
        seen.excerpt = None;
    }
    Ok(seen)
}

/// What the demands on its text name.
fn find(check: &Command, finished: &Finished) -> Seen {
    let stdout = &finished.ended.stdout;
    let text = String::from_utf8_lossy(stdout);
    let (texts, patterns) = check.texts().find(&text);
    let excerpt = (!text.is_empty()).then(|| excerpt(&without_credentials(&text), EXCERPT));
    Seen {
        code: finished.code,
        ms: finished.ms,
        size: stdout.len() as u64,
        utf8: std::str::from_utf8(stdout).is_ok(),
        complaint: finished.ended.complaint.clone(),
        texts,
        patterns,
        excerpt,
        ..Seen::default()
    }
}
