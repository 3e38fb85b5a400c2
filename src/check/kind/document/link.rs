//! The header `Link` (RFC 8288): the one target whose relation is `next`.

use std::sync::LazyLock;

use regex::Regex;

use crate::{
    model::regex,
    net::http::{HeaderMap, header},
};

/// A link with its parameters, and one of these: a comma or semicolon within an address or quotes parts nothing.
static LINK: LazyLock<Regex> = LazyLock::new(|| regex(r#"<(?P<to>[^>]*)>(?P<parameters>(?:[^",]|"[^"]*")*)"#));
static PARAMETER: LazyLock<Regex> = LazyLock::new(|| regex(r#";\s*(?P<name>[^\s=;,"]+)\s*=\s*(?P<value>"[^"]*"|[^\s";,]*)"#));

/// Where it leads; `None` without such a link.
pub(super) fn next(headers: &HeaderMap) -> Result<Option<String>, String> {
    let mut found: Vec<String> = Vec::new();
    for value in headers.get_all(header::LINK) {
        let value = value.to_str().map_err(|_| "has a `Link` header that is no text".to_owned())?;
        let mut links = LINK.captures_iter(value).peekable();
        if links.peek().is_none() && !value.trim().is_empty() {
            return Err("has a `Link` header that is no link".into());
        }
        found.extend(links.filter(|link| is_next(&link["parameters"])).map(|link| link["to"].trim().to_owned()));
    }
    found.dedup();
    match found.as_slice() {
        [] => Ok(None),
        [only] => Ok(Some(only.clone())),
        several => Err(format!("has {} `Link`s with the relation `next`", several.len())),
    }
}

/// Whether the first `rel` names that relation, alone or among others (RFC 8288, 3.3).
fn is_next(parameters: &str) -> bool {
    let relation = PARAMETER.captures_iter(parameters).find(|parameter| parameter["name"].eq_ignore_ascii_case("rel"));
    relation.is_some_and(|rel| rel["value"].trim_matches('"').split_whitespace().any(|one| one.eq_ignore_ascii_case("next")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::http::HeaderValue;

    #[test]
    fn the_one_next_link_is_found() {
        for (value, found) in [
            (r#"<https://a/?page=2>; rel="next", <https://a/?page=9>; rel="last""#, Ok(Some("https://a/?page=2"))),
            (r#"<https://a/?p=1,2;3>; title="a, b; rel=x"; REL=Next"#, Ok(Some("https://a/?p=1,2;3"))),
            (r#"</x>; rel="prev next""#, Ok(Some("/x"))),
            (r#"</x>; rel="prev"; rel="next""#, Ok(None)),
            (r#"</x>; rel="nextish""#, Ok(None)),
            ("", Ok(None)),
            (r#"</x>; rel=next, </y>; rel=next"#, Err(())),
            (r#"</x; rel=next"#, Err(())),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::LINK, HeaderValue::from_str(value).expect("a header"));
            assert_eq!(next(&headers).map_err(|_| ()), found.map(|to| to.map(str::to_owned)), "{value}");
        }
    }
}
