//! One server as the kinds ask it: where it is, what goes along, whom to trust.

use std::path::PathBuf;

use jiff::{Timestamp, fmt::rfc2822};
use serde_json::Value;

use super::SentHeaders;
use crate::{
    check::{
        Context, Unseen,
        format::{self, Format, Limits},
    },
    model::{CLOCK_TOLERANCE, Size, excerpt, plain, quote, utc},
    net::{
        http::{self, Address, Bounds, End, HeaderMap, Method, Reply, Request, header},
        tls::TlsFiles,
    },
};

/// A server.
pub(crate) struct Site<'a> {
    /// Where it is.
    pub(crate) url: &'a Address,
    /// What goes along with every request.
    pub(crate) headers: HeaderMap,
    /// Whom to trust, and who we are.
    pub(crate) files: TlsFiles,
}

/// Whom to trust, by the plan's `ca-file`.
pub(crate) fn trusting(ca: Option<&PathBuf>) -> TlsFiles {
    TlsFiles { ca: ca.cloned(), identity: None }
}

impl<'a> Site<'a> {
    /// The server at `url`; from now on nothing secret of it is shown.
    pub(crate) fn new(url: &'a Address, headers: &SentHeaders, files: TlsFiles, cx: &Context) -> Self {
        headers.hide(url, cx);
        Self { url, headers: headers.map(), files: files.under(&cx.path("")) }
    }

    /// What it answers to GET at a path below its own, whole and with 200.
    ///
    /// # Errors
    /// Where it does not.
    pub(crate) async fn below(&self, path: &str, limit: Size, cx: &Context) -> Result<Reply, Unseen> {
        let address = self.url.join(&format!("{}{path}", self.url.url().path().trim_end_matches('/'))).map_err(Unseen::Unknown)?;
        self.get(&address, limit, cx).await
    }

    /// What it answers to GET at `address`, whole and with 200.
    ///
    /// # Errors
    /// Where it does not.
    pub(crate) async fn get(&self, address: &Address, limit: Size, cx: &Context) -> Result<Reply, Unseen> {
        self.page(address, limit, Size(0), cx).await
    }

    /// The same of a page, where those before it were so large, and the limit is for all.
    ///
    /// # Errors
    /// Where it does not.
    pub(crate) async fn page(&self, address: &Address, limit: Size, before: Size, cx: &Context) -> Result<Reply, Unseen> {
        let left = limit.0.saturating_sub(before.0);
        let request = Request {
            method: Method::GET,
            address,
            headers: self.headers.clone(),
            body: None,
            files: &self.files,
            follow: 0,
            jar: None,
            fresh: false,
            bounds: Bounds { keep: usize::try_from(left).unwrap_or(usize::MAX), limit: left, deadline: cx.until() },
            led: &|_| {},
        };
        let reply = http::send(&cx.shared.reach, request).await?;
        let to = reply.leads_to().map(|to| format!(" to {to}, which is not followed: write that address")).unwrap_or_default();
        match (reply.status, &reply.body.end) {
            (200, End::Whole) => Ok(reply),
            (200, End::TooLarge) => Err(Unseen::Unknown(format!("what {address} answers is larger than {limit}"))),
            (200, End::Broken(why)) => Err(Unseen::Unreachable(format!("the answer of {address} did not come whole: {}", quote(why)))),
            (200, End::Coded(coding)) => {
                Err(Unseen::Unknown(format!("{address} answers in the content coding {}, which is not read", quote(coding))))
            }
            (status @ (408 | 429 | 500..), _) => {
                Err(Unseen::Unreachable(format!("{address} answered with the status {status}, not with 200")))
            }
            (status @ (401 | 403), _) => Err(Unseen::Unknown(format!(
                "{address} answered with the status {status}, not with 200: the login, a header or a right is missing"
            ))),
            (status, _) => Err(Unseen::Unknown(format!("{address} answered with the status {status}{to}, not with 200"))),
        }
    }
}

/// The JSON of an answer, or why it is none.
///
/// # Errors
/// A sentence that names the address.
pub(crate) fn json(reply: &Reply) -> Result<Value, Unseen> {
    let read = format::read(&reply.body.bytes, Format::Json.into(), Limits::default());
    read.map_err(|why| {
        let begun = String::from_utf8_lossy(&reply.body.bytes[..reply.body.bytes.len().min(200)]).into_owned();
        let page = if begun.trim_start().starts_with('<') { ": a page, not JSON; is it a login?" } else { "" };
        Unseen::Unknown(format!("the answer of {} {}{page}", reply.address, excerpt(&plain(&why), 200)))
    })
}

/// What the server's clock said when it answered (RFC 9110, 6.6.1).
pub(crate) fn date(reply: &Reply) -> Option<Timestamp> {
    let date = reply.headers.get(header::DATE)?.to_str().ok()?;
    rfc2822::parse(date).ok().map(|date| date.timestamp())
}

/// That this is what our clock says too, where times of an answer are to mean anything.
pub(crate) fn same_clock(url: &Address, date: Option<Timestamp>, cx: &Context) -> Result<(), Unseen> {
    let (who, ours) = (url.target(), cx.shared.reach.now());
    match date {
        None => Err(Unseen::Unknown(format!("{who} does not say what time it is (`Date`)"))),
        Some(theirs) if theirs.duration_since(ours).abs() > CLOCK_TOLERANCE.signed() => {
            Err(Unseen::Unknown(format!("the clock of {who} says {}, ours {}: set the one that is wrong", utc(theirs), utc(ours))))
        }
        Some(_) => Ok(()),
    }
}
