//! Brings the document and finds in it what the demands name.

use jiff::Timestamp;

use super::{Document, brought::Brought, pages, seen::Seen};
use crate::{
    check::{Context, Unseen, blocking, format::Limits, hidden, place::place_of},
    net::regular_file,
};

pub(super) async fn observe(check: &Document, cx: &Context) -> Result<Seen, Unseen> {
    let Brought { mut seen, document, .. } = bring(check, cx).await?;
    match (&check.expect, document) {
        (Some(demands), Ok(document)) => {
            seen.found = demands.look(&document);
            hidden::hide(&document, &seen.found, cx);
        }
        (Some(_), Err(why)) => seen.unread = Some(why),
        (None, _) => {}
    }
    Ok(seen)
}

/// The document, from wherever it is.
pub(super) async fn bring(check: &Document, cx: &Context) -> Result<Brought, Unseen> {
    match (&check.file, &check.command, &check.url) {
        (Some(_), ..) => from_file(check, cx).await,
        (_, Some(argv), _) => {
            let printed = place_of!(check).printed(argv, cx).await?;
            Brought::of(printed, check, Err("is a command's output: write `format`".into())).await
        }
        (.., Some(url)) => pages::fetch(check, url, cx).await,
        (None, None, None) => Err(Unseen::Unknown("the plan names no place".into())),
    }
}

async fn from_file(check: &Document, cx: &Context) -> Result<Brought, Unseen> {
    let file = check.file.clone().unwrap_or_default();
    let (path, limit) = (cx.path(&file), Limits::default().size);
    let read = blocking(move || regular_file::read_dated(&path, limit)).await?;
    let (bytes, modified) = read.map_err(|error| Unseen::Unknown(format!("the file `{}` {error}", file.display())))?;
    let mut brought = Brought::of(bytes, check, Err("has a name that does not say its format: write `format`".into())).await?;
    brought.seen.modified = modified.and_then(|time| Timestamp::try_from(time).ok());
    Ok(brought)
}
