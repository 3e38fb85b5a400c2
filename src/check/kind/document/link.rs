//! The header `Link` (RFC 8288): the one target whose relation is `next`.

use crate::net::http::{HeaderMap, header};

/// Where it leads; `None` without such a link.
pub(super) fn next(headers: &HeaderMap) -> Result<Option<String>, String> {
    let mut found: Vec<String> = Vec::new();
    for value in headers.get_all(header::LINK) {
        let value = std::str::from_utf8(value.as_bytes()).map_err(|_| "has a `Link` header that is no text".to_owned())?;
        let mut rest = value;
        while let Some((_, link)) = rest.split_once('<') {
            let (target, after) = link.split_once('>').ok_or("has a `Link` header whose address does not end")?;
            let end = unquoted(after, ',').unwrap_or(after.len());
            if is_next(&after[..end]) {
                found.push(target.trim().to_owned());
            }
            rest = &after[end..];
        }
    }
    found.dedup();
    match found.as_slice() {
        [] => Ok(None),
        [only] => Ok(Some(only.clone())),
        several => Err(format!("has {} `Link`s with the relation `next`", several.len())),
    }
}

/// Whether the parameters of a link name that relation, alone or among others (RFC 8288, 3.3).
fn is_next(parameters: &str) -> bool {
    let mut rest = parameters;
    while let Some(at) = unquoted(rest, ';') {
        rest = &rest[at + 1..];
        let parameter = &rest[..unquoted(rest, ';').unwrap_or(rest.len())];
        let Some((name, value)) = parameter.split_once('=') else { continue };
        if name.trim().eq_ignore_ascii_case("rel") {
            return value.trim().trim_matches('"').split_whitespace().any(|one| one.eq_ignore_ascii_case("next"));
        }
    }
    false
}

/// Where `mark` stands first outside of quotes.
fn unquoted(text: &str, mark: char) -> Option<usize> {
    let mut quoted = false;
    text.char_indices()
        .find(|(_, c)| {
            quoted ^= *c == '"';
            *c == mark && !quoted
        })
        .map(|(at, _)| at)
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
