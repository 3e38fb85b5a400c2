//! Fetches the document, and the pages that it goes on with.

use std::io::Write as _;

use serde_json::Value;

use super::{
    Document,
    brought::Brought,
    link,
    seen::Seen,
    settings::{Items, Next},
};
use crate::{
    check::{
        Context, Unseen,
        format::{self, Format, Limits},
        http::{
            essence,
            site::{self, Site},
        },
        place::place_of,
    },
    model::{RunningDigest, Size, quote},
    net::http::{self, Address, Reply, header},
};

/// The most pages of one document.
pub(super) const MOST: usize = 100;

pub(super) async fn fetch(check: &Document, url: &Address, cx: &Context) -> Result<Brought, Unseen> {
    let place = place_of!(check);
    match (&check.next, &check.items) {
        (Some(next), Some(items)) => all(check, &place.site(url, cx), (next, items), cx).await,
        _ => {
            let reply = place.answered(url, cx).await?;
            let (format, date) = (format_of(&reply), site::date(&reply));
            Brought::of(reply.body.bytes, check, format).await.map(|brought| Brought { date, ..brought })
        }
    }
}

/// All pages as one document: the first one, with the items of all.
async fn all(check: &Document, site: &Site<'_>, (next, items): (&Next, &Items), cx: &Context) -> Result<Brought, Unseen> {
    let limit = Limits::default().size;
    let (mut asked, mut whole) = (vec![site.url.clone()], Whole::default());
    let (mut digest, mut size) = (RunningDigest::default(), 0);
    loop {
        let address = &asked[asked.len() - 1];
        let unknown = |why: String| Unseen::Unknown(format!("{address}, page {}: it {why}", asked.len()));
        let reply = site.page(address, limit, Size(size), cx).await?;
        // A digest takes whatever it is given.
        let _ = digest.write_all(&reply.body.bytes);
        size += reply.body.size;
        let (format, linked, date) = (format_of(&reply), link::next(&reply.headers), site::date(&reply));
        let brought = Brought::of(reply.body.bytes, check, format).await?;
        let document = brought.document.map_err(unknown)?;
        let to = match next {
            Next::Link => linked,
            Next::Path(path) => told(path, &document),
        };
        let to = to.and_then(|to| to.map(|to| onward(address, &to, &asked)).transpose());
        whole.add(document, items).map_err(unknown)?;
        match to.map_err(unknown)? {
            None => {
                let seen = Seen { size, sha256: digest.finish(), pages: Some(asked.len()), ..brought.seen };
                return Ok(Brought { seen, document: Ok(whole.document), date });
            }
            Some(to) => asked.push(to),
        }
    }
}

/// The format by the content type.
fn format_of(reply: &Reply) -> Result<Format, String> {
    let Some(value) = reply.headers.get(header::CONTENT_TYPE) else {
        return Err("has no content type that says its format: write `format`".into());
    };
    let essence = essence(&String::from_utf8_lossy(value.as_bytes()));
    Format::of_media_type(&essence).ok_or_else(|| format!("has the content type {}, which says no format: write `format`", quote(&essence)))
}

/// The address of the next page that a page tells; nothing, `null` or an empty text at the last.
fn told(path: &Items, page: &Value) -> Result<Option<String>, String> {
    match path.pointer(page)?.and_then(|pointer| page.pointer(&pointer)) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(to)) => Ok(Some(to.clone()).filter(|to| !to.is_empty())),
        Some(other) => Err(format!("has no address at `{}`: {}", path.written(), quote(&other.to_string()))),
    }
}

/// Where a page leads, within bounds.
fn onward(from: &Address, to: &str, asked: &[Address]) -> Result<Address, String> {
    let to = from.join(to).map_err(|why| format!("leads on to {}: {why}", quote(&http::shown_location(to))))?;
    if !from.same_origin(&to) {
        return Err(format!("leads on to another origin, {to}, which is not followed"));
    }
    if asked.iter().any(|known| known.url() == to.url()) {
        return Err(format!("leads on to {to}, a page that was before"));
    }
    if asked.len() >= MOST {
        return Err(format!("goes on after {MOST} pages: ask for larger pages, or for fewer items"));
    }
    Ok(to)
}

/// The pages so far as one document.
#[derive(Default)]
struct Whole {
    document: Value,
    /// Where its items are.
    pointer: Option<String>,
    values: usize,
}

impl Whole {
    fn add(&mut self, mut page: Value, items: &Items) -> Result<(), String> {
        self.values += format::count(&page);
        if self.values > Limits::default().values {
            return Err(format!("brings the values of all pages to more than {}", Limits::default().values));
        }
        let pointer = items.pointer(&page)?.ok_or_else(|| format!("has nothing at `{}`", items.written()))?;
        let Some(Value::Array(list)) = page.pointer_mut(&pointer) else { return Err(format!("has no list at `{}`", items.written())) };
        match &self.pointer {
            None => (self.document, self.pointer) = (page, Some(pointer)),
            Some(first) => {
                if let Some(Value::Array(all)) = self.document.pointer_mut(first) {
                    all.append(list);
                }
            }
        }
        Ok(())
    }
}
