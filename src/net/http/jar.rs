//! Cookies of one conversation, in memory only (RFC 6265): each goes back to the very origin that set it, and nowhere else.

use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::{Timestamp, fmt::rfc2822::DateTimeParser};
use reqwest::header::{self, HeaderMap, HeaderValue};
use url::Origin;

use super::address::Address;

/// The most cookies that are kept.
const MOST: usize = 50;

/// Bytes of one cookie, name and value; a larger one is not kept, as in browsers.
const LARGEST: usize = 4 << 10;

/// The cookies of a conversation. `Domain` is not looked at: a cookie goes back to the scheme, host and port that set it.
#[derive(Default)]
pub struct Jar(Mutex<Vec<Cookie>>);

struct Cookie {
    origin: Origin,
    path: String,
    name: String,
    value: String,
}

impl Jar {
    /// Every cookie's name and value: whoever knows them may be who they stand for.
    pub fn secrets(&self) -> Vec<(String, String)> {
        self.cookies().iter().map(|cookie| (cookie.name.clone(), cookie.value.clone())).collect()
    }

    /// What to send to `address`, those of longer paths first (RFC 6265, 5.4).
    pub(super) fn header(&self, address: &Address) -> Option<HeaderValue> {
        let (origin, path) = (address.url().origin(), address.url().path());
        let cookies = self.cookies();
        let mut meant: Vec<&Cookie> = cookies.iter().filter(|cookie| cookie.origin == origin && covers(&cookie.path, path)).collect();
        meant.sort_by_key(|cookie| std::cmp::Reverse(cookie.path.len()));
        let pairs: Vec<String> = meant.iter().map(|cookie| format!("{}={}", cookie.name, cookie.value)).collect();
        let mut value = HeaderValue::try_from(pairs.join("; ")).ok().filter(|_| !pairs.is_empty())?;
        value.set_sensitive(true);
        Some(value)
    }

    /// Takes in what `address` set with these headers; `now` is our clock, for an answer that names no time.
    pub(super) fn take(&self, address: &Address, headers: &HeaderMap, now: Timestamp) {
        let now = headers.get(header::DATE).and_then(|date| instant(date.to_str().ok()?)).unwrap_or(now);
        let mut cookies = self.cookies();
        for (cookie, ends) in headers.get_all(header::SET_COOKIE).iter().filter_map(|value| read(value.to_str().ok()?, address, now)) {
            cookies.retain(|have| (&have.origin, &have.path, &have.name) != (&cookie.origin, &cookie.path, &cookie.name));
            if !ends && cookies.len() < MOST {
                cookies.push(cookie);
            }
        }
    }

    fn cookies(&self) -> MutexGuard<'_, Vec<Cookie>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A cookie, and whether it ends one of its name (RFC 6265, 5.2 and 5.3).
fn read(text: &str, address: &Address, now: Timestamp) -> Option<(Cookie, bool)> {
    let mut parts = text.split(';').map(str::trim);
    let (name, value) = parts.next()?.split_once('=')?;
    let (name, value) = (name.trim(), value.trim());
    if name.is_empty() || name.len() + value.len() > LARGEST {
        return None;
    }
    let (mut path, mut max_age, mut expires) = (None, None, None);
    for part in parts {
        let (key, value) = part.split_once('=').unwrap_or((part, ""));
        match key.trim().to_ascii_lowercase().as_str() {
            "path" => path = Some(value.trim()).filter(|path| path.starts_with('/')),
            "max-age" => max_age = value.trim().parse::<i64>().ok().or(max_age),
            "expires" => expires = instant(value.trim()).or(expires),
            "secure" if !address.is_https() => return None,
            _ => {}
        }
    }
    let path = path.map_or_else(|| default_path(address.url().path()), str::to_owned);
    let ends = max_age.map_or_else(|| expires.is_some_and(|at| at <= now), |age| age <= 0);
    Some((Cookie { origin: address.url().origin(), path, name: name.to_owned(), value: value.to_owned() }, ends))
}

/// A date as HTTP writes it, also with the dashes of old servers.
fn instant(text: &str) -> Option<Timestamp> {
    DateTimeParser::new().parse_timestamp(text.replace('-', " ")).ok()
}

/// Up to the last `/` of the path asked for (RFC 6265, 5.1.4).
fn default_path(path: &str) -> String {
    path.rfind('/').filter(|last| *last > 0).map_or("/", |last| &path[..last]).to_owned()
}

fn covers(path: &str, asked: &str) -> bool {
    asked.strip_prefix(path).is_some_and(|rest| rest.is_empty() || path.ends_with('/') || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(set: &[(&str, &str)], to: &str) -> Option<String> {
        let jar = Jar::default();
        for (from, cookie) in set {
            let headers = [(header::SET_COOKIE, HeaderValue::try_from(*cookie).expect(cookie))].into_iter().collect();
            jar.take(&from.parse().expect(from), &headers, "2026-11-20T12:00:00Z".parse().expect("an instant"));
        }
        jar.header(&to.parse().expect(to)).map(|value| value.to_str().expect("text").to_owned())
    }

    #[test]
    fn a_cookie_goes_where_it_came_from() {
        let login = "https://a.example/auth/login";
        for (cookie, to, wanted) in [
            ("sid=1; HttpOnly; Secure", "https://a.example/auth/x", Some("sid=1")),
            ("sid=1", "https://a.example/authority", None),
            ("sid=1; Path=/; Domain=example", "https://a.example/other", Some("sid=1")),
            ("sid=1; Path=/", "https://b.example/", None),
            ("sid=1; Path=/", "http://a.example/", None),
            ("sid=1; Path=/", "https://a.example:8443/", None),
            ("sid=1; Path=/x", "https://a.example/x/y", Some("sid=1")),
            ("sid=1; Path=/; Max-Age=0", "https://a.example/", None),
            ("sid=1; Path=/; Max-Age=9; Expires=Thu, 01 Jan 1970 00:00:00 GMT", "https://a.example/", Some("sid=1")),
            ("=1; Path=/", "https://a.example/", None),
            ("odd", "https://a.example/auth/", None),
        ] {
            assert_eq!(sent(&[(login, cookie)], to).as_deref(), wanted, "{cookie} to {to}");
        }
        assert_eq!(sent(&[("http://a.example/", "sid=1; Secure")], "http://a.example/"), None);
    }

    #[test]
    fn the_last_one_counts_and_a_past_one_ends_it() {
        let at = "https://a.example/";
        assert_eq!(sent(&[(at, "a=1"), (at, "b=2; Path=/b"), (at, "a=3")], "https://a.example/b").as_deref(), Some("b=2; a=3"));
        for past in ["Thu, 01 Jan 1970 00:00:00 GMT", "Thu, 01-Jan-1970 00:00:00 GMT", "Fri, 20 Nov 2026 11:00:00 GMT"] {
            assert_eq!(sent(&[(at, "a=1"), (at, &format!("a=; Expires={past}"))], at), None, "{past}");
        }
        let many: Vec<String> = (0..80).map(|n| format!("c{n}=1")).collect();
        let set: Vec<(&str, &str)> = many.iter().map(|cookie| (at, cookie.as_str())).collect();
        assert_eq!(sent(&set, at).expect("cookies").split("; ").count(), MOST);
        assert_eq!(sent(&[(at, &format!("a={}", "x".repeat(LARGEST)))], at), None);
    }
}
