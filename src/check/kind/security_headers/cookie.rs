//! Cookies: how each was set.

use jiff::{Timestamp, fmt::rfc2822::DateTimeParser};

use super::{rule::Verdict, seen::Cookie};
use crate::model::{excerpt, first_of, quote};

/// Set by a load balancer that lets nobody change it.
const NOT_OURS: &str = "heroku-session-affinity";

/// A line of `Set-Cookie` (RFC 6265, 5.2), without the value; `None` where it sets none, or takes one away.
pub(super) fn read(line: &str, at: Timestamp) -> Option<Cookie> {
    let mut parts = line.split(';');
    let name = parts.next()?.split_once('=').map(|(name, _)| name.trim()).filter(|name| !name.is_empty())?;
    let mut cookie = Cookie { name: excerpt(name, 100), ..Cookie::default() };
    for part in parts {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        let value = value.trim();
        match name.trim().to_ascii_lowercase().as_str() {
            "secure" => cookie.secure = true,
            "httponly" => cookie.http_only = true,
            "samesite" => cookie.same_site = Some(excerpt(&value.to_ascii_lowercase(), 40)),
            "max-age" if value.parse::<i64>().is_ok_and(|age| age <= 0) => return None,
            "expires" if DateTimeParser::new().parse_timestamp(value).is_ok_and(|end| end < at) => return None,
            _ => {}
        }
    }
    Some(cookie)
}

/// What the cookies come to; `hsts` says whether browsers come over https anyway, which the Observatory counts for less harm and no less a fault.
pub(super) fn judge(cookies: &[Cookie], hsts: bool) -> Verdict {
    let cookies: Vec<&Cookie> = cookies.iter().filter(|cookie| cookie.name != NOT_OURS).collect();
    if cookies.is_empty() {
        return Verdict::best("cookies-not-found", "no cookie is set");
    }
    let worst = cookies.iter().filter_map(|cookie| flaw(cookie, hsts)).max_by_key(|(rank, ..)| *rank);
    if let Some((_, result, why)) = worst {
        let names: Vec<String> = cookies.iter().filter(|cookie| flaw(cookie, hsts).is_some()).map(|cookie| quote(&cookie.name)).collect();
        return Verdict::broken(result, format!("{why}; of the cookies {}", first_of(&names, 4, names.len(), ", ")));
    }
    if cookies.iter().all(|cookie| cookie.same_site.is_some()) {
        return Verdict::best("cookies-secure-with-httponly-sessions-and-samesite", "each is `Secure`, with `SameSite`");
    }
    Verdict::holds("cookies-secure-with-httponly-sessions", "each is `Secure`")
}

/// The worst that is wrong with it: its rank, its name, and why.
fn flaw(cookie: &Cookie, hsts: bool) -> Option<(u8, &'static str, String)> {
    let name = cookie.name.to_ascii_lowercase();
    let session = name.contains("sess") || name.contains("login");
    let invalid = cookie.same_site.as_deref().is_some_and(|word| !["lax", "strict", "none"].contains(&word));
    let open = !cookie.secure && cookie.same_site.as_deref() == Some("none");
    let shown = quote(&cookie.name);
    let all = [
        (session && !cookie.secure && !hsts, 7, "cookies-session-without-secure-flag", format!("session {shown} without `Secure`")),
        (session && !cookie.http_only, 6, "cookies-session-without-httponly-flag", format!("session {shown} without `HttpOnly`")),
        (
            name.contains("csrf") && (cookie.same_site.is_none() || invalid),
            5,
            "cookies-anticsrf-without-samesite-flag",
            format!("{shown} against forged requests without `SameSite`"),
        ),
        (invalid || open, 4, "cookies-samesite-flag-invalid", format!("{shown} with a `SameSite` that browsers do not take")),
        (
            session && !cookie.secure,
            3,
            "cookies-session-without-secure-flag-but-protected-by-hsts",
            format!("session {shown} without `Secure`"),
        ),
        (!cookie.secure && !hsts, 2, "cookies-without-secure-flag", format!("{shown} without `Secure`")),
        (!cookie.secure, 1, "cookies-without-secure-flag-but-protected-by-hsts", format!("{shown} without `Secure`")),
    ];
    all.into_iter().find(|(is_so, ..)| *is_so).map(|(_, rank, result, why)| (rank, result, why))
}
