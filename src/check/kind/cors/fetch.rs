//! What browsers make of an answer: the CORS check and the CORS-preflight fetch of the Fetch standard
//! (fetch.spec.whatwg.org).

use super::{
    ask::is_safelisted,
    seen::{Said, items},
};
use crate::{check::http::Method, model::quote};

/// Browsers never take `*` for it (Fetch standard, CORS non-wildcard request-header name).
const NEVER_BY_WILDCARD: &str = "authorization";

/// How an answer lets an origin in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Leak {
    /// It is allowed by name.
    Echo,
    /// Everybody is.
    Wildcard,
    /// It is one of several values. Browsers refuse that, until a proxy or the next release tidies it up.
    Listed,
}

/// Whether an answer lets `origin` in.
pub(super) fn leak(said: &Said, origin: &str) -> Option<Leak> {
    let holds = |wanted: &str| items(&said.allow_origin).any(|value| value == wanted);
    match said.allow_origin.as_slice() {
        [one] if one == origin => Some(Leak::Echo),
        _ if holds(origin) => Some(Leak::Listed),
        _ if holds("*") => Some(Leak::Wildcard),
        _ => None,
    }
}

/// Whether credentials are allowed: exactly `true`, once.
pub(super) fn allows_credentials(said: &Said) -> bool {
    matches!(said.allow_credentials.as_slice(), [only] if only == "true")
}

/// What keeps `origin` (`*` where every origin is wanted) from being allowed by this answer; `credentials` says whether
/// they must be allowed or must not be.
pub(super) fn origin_fault(said: &Said, origin: &str, credentials: Option<bool>) -> Option<String> {
    let name = "`Access-Control-Allow-Origin`";
    match said.allow_origin.as_slice() {
        [] => return Some(format!("no {name}")),
        [only] if only == origin => {}
        [only] if only.contains(',') => return Some(format!("the list {} as {name}, which browsers refuse", quote(only))),
        [only] => return Some(format!("{} as {name}", quote(only))),
        many => return Some(format!("{} {name} headers ({}), which browsers refuse", many.len(), quoted(many))),
    }
    let name = "`Access-Control-Allow-Credentials`";
    match (credentials, allows_credentials(said), said.allow_credentials.as_slice()) {
        (Some(true), false, []) => Some(format!("no {name}")),
        (Some(true), false, values) => Some(format!("{} as {name}, where browsers take only `true`", quoted(values))),
        (Some(false), true, _) => Some("credentials allowed".to_owned()),
        _ => None,
    }
}

/// What keeps a preflight for `method` and `headers` from being granted, the origin aside.
pub(super) fn preflight_fault(said: &Said, method: Method, headers: &[&str], credentials: bool) -> Option<String> {
    match list("Access-Control-Allow-Methods", &said.allow_methods) {
        Err(broken) => return Some(broken),
        // Methods are compared byte by byte: `put` is not PUT.
        Ok(methods) if is_safelisted(method) || methods.contains(&method.to_string().as_str()) => {}
        Ok(methods) if methods.contains(&"*") && !credentials => {}
        Ok(_) => {
            return Some(format!("{method} not allowed by {}", said_by("Access-Control-Allow-Methods", &said.allow_methods, credentials)));
        }
    }
    names_fault("Access-Control-Allow-Headers", &said.allow_headers, headers, credentials, "allowed", NEVER_BY_WILDCARD)
}

/// What keeps scripts from reading `headers`.
pub(super) fn exposure_fault(said: &Said, headers: &[&str], credentials: bool) -> Option<String> {
    names_fault("Access-Control-Expose-Headers", &said.expose_headers, headers, credentials, "exposed", "")
}

/// Which of the `wanted` names the list header `name` lacks; `*` never stands for `never`, and for nothing with credentials.
fn names_fault(name: &str, values: &[String], wanted: &[&str], credentials: bool, done: &str, never: &str) -> Option<String> {
    let names = match list(name, values) {
        Err(broken) => return Some(broken),
        Ok(names) => names,
    };
    let wildcard = names.contains(&"*") && !credentials;
    let is_there = |wanted: &str| names.iter().any(|name| name.eq_ignore_ascii_case(wanted)) || wildcard && wanted != never;
    let missing: Vec<&str> = wanted.iter().copied().filter(|wanted| !is_there(wanted)).collect();
    (!missing.is_empty()).then(|| format!("{} not {done} by {}", quoted(&missing), said_by(name, values, credentials)))
}

/// The items of a list header; one that is no token breaks the whole list.
fn list<'v>(name: &str, values: &'v [String]) -> Result<Vec<&'v str>, String> {
    let item = |item: &'v str| if is_token(item) { Ok(item) } else { Err(format!("a broken `{name}` at {}", quote(item))) };
    items(values).map(item).collect()
}

/// RFC 9110, 5.6.2.
fn is_token(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
}

fn said_by(name: &str, values: &[String], credentials: bool) -> String {
    let wildcard = if credentials && items(values).any(|item| item == "*") { " (`*` does not count with credentials)" } else { "" };
    match values {
        [] => format!("`{name}`, which is missing"),
        values => format!("{}{wildcard}", quoted(values)),
    }
}

pub(super) fn quoted<T: AsRef<str>>(values: &[T]) -> String {
    values.iter().map(|value| quote(value.as_ref())).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(headers: &[(&str, &str)]) -> Said {
        let values = |name: &str| headers.iter().filter(|(have, _)| *have == name).map(|(_, value)| (*value).to_owned()).collect();
        Said {
            status: 204,
            allow_origin: values("origin"),
            allow_credentials: values("credentials"),
            allow_methods: values("methods"),
            allow_headers: values("headers"),
            expose_headers: values("expose"),
            ..Said::default()
        }
    }

    #[test]
    fn the_origin_is_compared_byte_by_byte_and_comes_once() {
        let faults = |headers: &[(&str, &str)]| origin_fault(&said(headers), "https://a.example", None).unwrap_or_default();
        assert_eq!(faults(&[("origin", "https://a.example")]), "");
        for (headers, fault) in [
            (&[][..], "no `Access-Control-Allow-Origin`"),
            (&[("origin", "https://A.example")], "`https://A.example` as"),
            (&[("origin", "https://a.example/")], "`https://a.example/` as"),
            (&[("origin", "https://a.example:443")], "`https://a.example:443` as"),
            (&[("origin", "*")], "`*` as"),
            (&[("origin", "null")], "`null` as"),
            (&[("origin", "")], "`` as"),
            (&[("origin", "https://a.example, https://b.example")], "the list"),
            (&[("origin", "https://a.example,https://a.example")], "the list"),
            (&[("origin", "https://a.example"), ("origin", "https://a.example")], "2 `Access-Control-Allow-Origin` headers"),
        ] {
            assert!(faults(headers).starts_with(fault), "{headers:?}: {}", faults(headers));
        }
    }

    #[test]
    fn credentials_are_true_in_lower_case_and_once() {
        let faults = |headers: &[(&str, &str)], wanted| {
            origin_fault(&said(&[&[("origin", "o")], headers].concat()), "o", wanted).unwrap_or_default()
        };
        assert_eq!(faults(&[("credentials", "true")], Some(true)), "");
        for values in
            [&[][..], &[("credentials", "True")], &[("credentials", "true, true")], &[("credentials", "true"), ("credentials", "true")]]
        {
            assert!(faults(values, Some(true)).contains("Access-Control-Allow-Credentials"), "{values:?}");
        }
        assert_eq!(faults(&[("credentials", "true")], Some(false)), "credentials allowed");
        assert_eq!(faults(&[("credentials", "True")], Some(false)), "");
        assert_eq!(faults(&[("credentials", "true")], None), "");
    }

    #[test]
    fn methods_have_their_case_headers_do_not() {
        let faults = |headers: &[(&str, &str)], method, credentials| {
            preflight_fault(&said(headers), method, &["authorization", "content-type"], credentials).unwrap_or_default()
        };
        let both = ("headers", "AUTHORIZATION,content-type");
        assert_eq!(faults(&[("methods", "GET, PUT"), both], Method::Put, true), "");
        assert_eq!(
            faults(&[("methods", "GET"), ("methods", "PUT"), ("headers", "Authorization"), ("headers", "Content-Type")], Method::Put, true),
            ""
        );
        assert_eq!(faults(&[both], Method::Post, true), "");
        assert_eq!(faults(&[("methods", "put"), both], Method::Put, true), "PUT not allowed by `put`");
        assert_eq!(faults(&[both], Method::Delete, true), "DELETE not allowed by `Access-Control-Allow-Methods`, which is missing");
        assert_eq!(faults(&[("methods", "*"), both], Method::Put, false), "");
        assert_eq!(faults(&[("methods", "*"), both], Method::Put, true), "PUT not allowed by `*` (`*` does not count with credentials)");
        assert_eq!(faults(&[("methods", "PUT"), ("headers", "*")], Method::Put, false), "`authorization` not allowed by `*`");
        assert_eq!(
            faults(&[("methods", "PUT"), ("headers", "*")], Method::Put, true),
            "`authorization`, `content-type` not allowed by `*` (`*` does not count with credentials)"
        );
        assert_eq!(faults(&[("methods", "PUT"), ("headers", "*, Authorization")], Method::Put, false), "");
        assert_eq!(faults(&[("methods", "GET PUT"), both], Method::Put, true), "a broken `Access-Control-Allow-Methods` at `GET PUT`");
        assert_eq!(
            faults(&[("methods", "PUT"), ("headers", "a b")], Method::Put, true),
            "a broken `Access-Control-Allow-Headers` at `a b`"
        );
        assert_eq!(faults(&[("methods", ",PUT,,"), ("headers", ", Authorization,Content-Type,")], Method::Put, true), "");
    }

    #[test]
    fn headers_are_exposed_by_name_or_to_all_without_credentials() {
        let faults = |value: &str, credentials| exposure_fault(&said(&[("expose", value)]), &["x-total", "etag"], credentials);
        assert_eq!(faults("ETag, X-Total", true), None);
        assert_eq!(faults("*", false), None);
        assert_eq!(faults("ETag", false), Some("`x-total` not exposed by `ETag`".into()));
        assert!(faults("*", true).is_some());
        assert!(exposure_fault(&said(&[]), &["etag"], false).is_some());
    }

    #[test]
    fn every_way_in_is_a_leak() {
        let evil = "https://evil.example";
        for (values, found) in [
            (&[evil][..], Some(Leak::Echo)),
            (&["*"], Some(Leak::Wildcard)),
            (&["https://a.example, https://evil.example"], Some(Leak::Listed)),
            (&["https://a.example", evil], Some(Leak::Listed)),
            (&["https://a.example", "*"], Some(Leak::Wildcard)),
            (&["https://a.example"], None),
            (&["https://evil.example.org"], None),
            (&["null"], None),
            (&[], None),
        ] {
            let headers: Vec<(&str, &str)> = values.iter().map(|value| ("origin", *value)).collect();
            assert_eq!(leak(&said(&headers), evil), found, "{values:?}");
        }
        assert_eq!(leak(&said(&[("origin", "null")]), "null"), Some(Leak::Echo));
    }
}
