//! Sends the request, then looks for it in the log until it is there.

use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::{
    Logging, level,
    seen::{Line, Seen},
    store::Found,
};
use crate::{
    check::{
        Context, Unseen,
        demand::json_text,
        http::{
            millis,
            site::{Site, trusting},
        },
    },
    model::{Digest, excerpt, plain, quote},
    net::http::{self, Bounds, HeaderValue, Method, Request},
};

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(500);

/// Lines with the id that are read.
const MOST: usize = 100;

/// The clock of the log may be so much behind ours.
const BEHIND: SignedDuration = SignedDuration::from_secs(60);

pub(super) async fn observe(check: &Logging, cx: &Context) -> Result<Seen, Unseen> {
    let store = &check.log;
    let id = id(cx);
    let since = cx.shared.reach.now().saturating_sub(BEHIND).unwrap_or(Timestamp::MIN);
    // Before anything is sent: a log that cannot be read needs no line.
    if !store.find(&id, since, cx).await?.is_empty() {
        return Err(Unseen::Unknown(format!(
            "the log has lines with {} that was never sent: every search finds something there",
            quote(&id)
        )));
    }
    let mut seen = Seen { id: id.clone(), status: send(check, &id, cx).await?, ..Seen::default() };
    let sent = Instant::now();
    let until = cx.until().min(sent + check.within().get());
    loop {
        let lines = store.find(&id, since, cx).await?;
        if lines.len() > MOST {
            return Err(Unseen::Unknown(format!("more than {MOST} lines have the id {}", quote(&id))));
        }
        if !lines.is_empty() {
            seen.after_ms = Some(millis(sent.elapsed()));
            seen.lines = lines.into_iter().map(read).collect();
            break;
        }
        if Instant::now() + PAUSE > until {
            if sent.elapsed() + PAUSE < check.within().get() {
                return Err(Unseen::Unknown(format!(
                    "there was no time to wait {} for it: give the check a longer `timeout`",
                    check.within()
                )));
            }
            break;
        }
        tokio::time::sleep(PAUSE).await;
    }
    if let Some(back) = check.reaches_back {
        let at = cx.shared.at.saturating_sub(back.signed()).unwrap_or(Timestamp::MIN);
        seen.reaches_back = Some(store.has_before(at, cx).await?);
    }
    Ok(seen)
}

/// An id that nobody else has, in the form of a UUID: some services take no other.
fn id(cx: &Context) -> String {
    let own = format!("{:?} {} {} {:?}", Instant::now(), std::process::id(), cx.id, cx.shared.at);
    let digest = Digest::of(own.as_bytes());
    let hex: String = digest.as_str().chars().filter(char::is_ascii_hexdigit).take(32).collect();
    let parts = [&hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..]];
    format!("{}-{}-4{}-8{}-{}", parts[0], parts[1], parts[2], parts[3], parts[4])
}

/// Sends the request; gives the status of its answer.
async fn send(check: &Logging, id: &str, cx: &Context) -> Result<u16, Unseen> {
    let site = Site::new(&check.url, &check.headers, trusting(check.ca_file.as_ref()), cx);
    let mut headers = site.headers.clone();
    headers.insert(check.id_header().0, HeaderValue::try_from(id).map_err(|_| Unseen::Unknown("the id fits in no header".into()))?);
    let request = Request {
        method: Method::GET,
        address: site.url,
        headers,
        body: None,
        files: &site.files,
        follow: 0,
        jar: None,
        fresh: false,
        bounds: Bounds { keep: 0, limit: 64 << 10, deadline: cx.until() },
        led: &|_| {},
    };
    // What may have been sent is not sent again.
    let reply = http::send(&cx.shared.reach, request).await.map_err(|trouble| Unseen::Unknown(trouble.to_string()))?;
    Ok(reply.status)
}

/// What a line is.
fn read(line: Found) -> Line {
    let document = match line {
        Ok(object) => Ok(object),
        Err(text) => json_text::parse(text.trim().as_bytes()).map_err(|why| format!("{}: {}", excerpt(&plain(&why), 100), quote(&text))),
    };
    let document = match document {
        Ok(object @ Value::Object(_)) => object,
        Ok(other) => return Line { not_json: Some(format!("no object: {}", quote(&other.to_string()))), ..Line::default() },
        Err(why) => return Line { not_json: Some(why), ..Line::default() },
    };
    let (level, odd_level) = match level::of(&document) {
        Ok(level) => (level, None),
        Err(why) => (None, Some(why)),
    };
    Line { not_json: None, level, odd_level }
}
