//! Brings the document and finds in it what the demands name.

use std::sync::Arc;

use jiff::Timestamp;

use super::{Document, brought::Brought, pages, seen::Seen};
use crate::{
    check::{Argv, Context, Unseen, blocking, format::Limits, hidden, program::Finished},
    net::regular_file,
};

pub(super) async fn observe(check: &Document, cx: &Context) -> Result<Seen, Unseen> {
    let Brought { mut seen, document } = match (&check.file, &check.command, &check.url) {
        (Some(_), ..) => from_file(check, cx).await?,
        (_, Some(argv), _) => from_command(check, argv, cx).await?,
        (.., Some(url)) => pages::fetch(check, url, cx).await?,
        (None, None, None) => return Err(Unseen::Unknown("the plan names no place".into())),
    };
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

async fn from_file(check: &Document, cx: &Context) -> Result<Brought, Unseen> {
    let file = check.file.clone().unwrap_or_default();
    let (path, limit) = (cx.path(&file), Limits::default().size);
    let read = blocking(move || regular_file::read_dated(&path, limit)).await?;
    let (bytes, modified) = read.map_err(|error| Unseen::Unknown(format!("the file `{}` {error}", file.display())))?;
    let mut brought = Brought::of(bytes, check, Err("has a name that does not say its format: write `format`".into())).await?;
    brought.seen.modified = modified.and_then(|time| Timestamp::try_from(time).ok());
    Ok(brought)
}

async fn from_command(check: &Document, argv: &Argv, cx: &Context) -> Result<Brought, Unseen> {
    let finished = check.program(argv).run(cx).await?;
    if finished.code != 0 {
        return Err(Unseen::Unknown(format!("`{}` {}", argv[0], finished.ended.how(&finished.ended.complaint))));
    }
    Brought::of(Printed(finished), check, Err("is a command's output: write `format`".into())).await
}

/// What a program printed, shared with the checks that ask the same.
struct Printed(Arc<Finished>);

impl AsRef<[u8]> for Printed {
    fn as_ref(&self) -> &[u8] {
        &self.0.ended.stdout
    }
}
