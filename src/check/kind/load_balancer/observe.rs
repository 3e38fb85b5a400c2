//! Sends the requests and counts which instances answer.

use super::{CONVERSATION, LoadBalancer, seen::Seen};
use crate::{
    check::{
        Context, Unseen,
        http::site::{Site, trusting},
        volley::{AT_ONCE, Tally, Volley},
    },
    net::http::{Jar, header},
};

pub(super) async fn observe(check: &LoadBalancer, cx: &Context) -> Result<Seen, Unseen> {
    let site = Site::new(&check.url, &check.headers, trusting(check.ca_file.as_ref()), cx);
    let (strangers, mut cookies) = (Volley::new(&site, check.requests(), AT_ONCE), false);
    let answers = Tally::of(&strangers, &check.instance, cx, |reply| cookies |= reply.headers.contains_key(header::SET_COOKIE)).await?;
    let mut seen = Seen { answers, cookies, visitor: None };
    if cookies && !check.sticky {
        let jar = Jar::default();
        let visitor = Volley { jar: Some(&jar), ..Volley::new(&site, CONVERSATION, 1) };
        seen.visitor = Some(Tally::of(&visitor, &check.instance, cx, |_| {}).await?);
        jar.secrets().iter().for_each(|(name, value)| cx.hide(name, value));
    }
    Ok(seen)
}
