//! Sends the requests and counts who answers.

use super::{ReleaseShare, seen::Seen};
use crate::check::{
    Context, Unseen,
    http::site::{Site, trusting},
    volley::{AT_ONCE, Tally, Volley},
};

pub(super) async fn observe(check: &ReleaseShare, cx: &Context) -> Result<Seen, Unseen> {
    let site = Site::new(&check.url, &check.headers, trusting(check.ca_file.as_ref()), cx);
    let answers = Tally::of(&Volley::new(&site, check.requests(), AT_ONCE), &check.version, cx, |_| {}).await?;
    Ok(Seen { release: cx.shared.release.version.clone(), answers })
}
