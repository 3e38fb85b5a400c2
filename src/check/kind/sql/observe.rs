//! Asks the query, once a run for all checks that ask the same.

use std::sync::Arc;

use serde_json::Value;

use super::{MOST_ROWS, Sql, seen::Seen};
use crate::{
    check::{Context, Unseen, database, demand::json_text},
    model::{Size, excerpt},
    net::postgres::Target,
};

/// All rows together.
const LARGEST: Size = Size(4 << 20);

/// The rows that are shown, and how much of each.
const FIRST: usize = 3;
const LONGEST: usize = 300;

pub(super) async fn observe(check: &Sql, cx: &Context) -> Result<Seen, Unseen> {
    let target = database::target(cx, check.database.as_ref())?;
    let key = format!("sql {} {}", target.fingerprint(), check.query.as_str());
    let rows: Arc<Value> = cx.shared.memo.once(key, Box::pin(ask(check, cx, &target))).await?;
    let all = rows.as_array().map(Vec::as_slice).unwrap_or_default();
    let shown = if check.rows.is_some() { FIRST } else { 0 };
    Ok(Seen {
        rows: all.len() as u64,
        first: all.iter().take(shown).map(|row| excerpt(&row.to_string(), LONGEST)).collect(),
        columns: check.columns.as_ref().map(|columns| columns.look(&rows)).unwrap_or_default(),
    })
}

/// The rows, as a list of objects.
async fn ask(check: &Sql, cx: &Context, target: &Target) -> Result<Value, Unseen> {
    let mut loan = cx.shared.reach.postgres(target, cx.until()).await?;
    let reading = loan.begin(cx.until()).await?;
    // The line end keeps a comment at the query's end from swallowing what follows.
    let query = check.query.as_str().trim().trim_end_matches(';');
    let wrapped = format!("SELECT pg_catalog.to_json(\"gonogo row\")::text FROM (\n{query}\n) AS \"gonogo row\" LIMIT {}", MOST_ROWS + 1);
    let rows = reading.rows(&wrapped, &[]).await?;
    reading.end().await?;
    let unread = |why: &dyn std::fmt::Display| Unseen::Unknown(format!("the answer of {} cannot be read: {why}", target.shown()));
    if rows.len() as u64 > MOST_ROWS {
        return Err(unread(&format_args!("it has more than {MOST_ROWS} rows; let the query choose the wrong ones, or count them")));
    }
    let texts = rows.iter().map(|row| row.try_get::<_, &str>(0)).collect::<Result<Vec<_>, _>>().map_err(|error| unread(&error))?;
    if texts.iter().map(|text| text.len() as u64).sum::<u64>() > LARGEST.0 {
        return Err(unread(&format_args!("it is larger than {LARGEST}; name the columns that matter")));
    }
    let read = |text: &&str| json_text::parse(text.as_bytes()).map_err(|why| unread(&format_args!("{why}; name columns apart with AS")));
    texts.iter().map(read).collect::<Result<_, _>>().map(Value::Array)
}
