//! libpq's connection URIs. Source: libpq manual, "Connection URIs".

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use super::trouble::TargetError;

const ENCODE: &str = "in a password `@`, `:`, `/`, `?`, `#` and `%` must be percent-encoded";

/// What follows the scheme, if `text` is a URI at all. `postgresql+asyncpg://` and its like, which Python's drivers
/// write, are understood, and Java's `jdbc:postgresql://`.
pub(super) fn after_scheme(text: &str) -> Result<Option<&str>, TargetError> {
    let text = text.strip_prefix("jdbc:").unwrap_or(text);
    let Some((scheme, rest)) = text.split_once("://") else { return Ok(None) };
    if !scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+.-:".contains(&b)) {
        return Ok(None);
    }
    match scheme.split('+').next() {
        Some("postgres" | "postgresql") => Ok(Some(rest)),
        _ => Err(TargetError::new(format!("`{scheme}://` is not PostgreSQL: write `postgres://`"))),
    }
}

/// The settings of what follows the scheme, decoded; those of the query win, as in libpq.
pub(super) fn parse(rest: &str) -> Result<Vec<(String, String)>, TargetError> {
    let (main, query) = rest.split_once('?').map_or((rest, None), |(main, query)| (main, Some(query)));
    let (authority, database) = main.split_once('/').map_or((main, None), |(authority, path)| (authority, Some(path)));
    let (login, hosts) = authority.split_once('@').map_or((None, authority), |(login, hosts)| (Some(login), hosts));
    // What stands behind a second `@`, or before one in path or query, is a piece of a password.
    if hosts.contains('@') || [database, query].into_iter().flatten().any(|part| part.contains('@')) {
        return Err(TargetError::new(format!("the URL holds an `@` too many: {ENCODE}")));
    }
    let mut settings = Vec::new();
    let mut put = |name: &str, value: String| {
        if !value.is_empty() {
            settings.push((name.to_owned(), value));
        }
    };
    if let Some(login) = login {
        let (user, password) = login.split_once(':').map_or((login, None), |(user, password)| (user, Some(password)));
        put("user", decoded(user)?);
        put("password", decoded(password.unwrap_or_default())?);
    }
    let (names, ports) = split_hosts(hosts)?;
    put("host", names);
    put("port", ports);
    put("dbname", decoded(database.unwrap_or_default())?);
    for pair in query.unwrap_or_default().split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').ok_or_else(|| TargetError::new(format!("a URL option without `=`: {ENCODE}")))?;
        settings.push((decoded(name)?, decoded(value)?));
    }
    Ok(settings)
}

/// Hosts and ports as the comma-separated lists that the keywords `host` and `port` take.
fn split_hosts(hosts: &str) -> Result<(String, String), TargetError> {
    let (mut names, mut ports) = (Vec::new(), Vec::new());
    for host in hosts.split(',') {
        let (name, port) = match host.strip_prefix('[').map(|inner| inner.split_once(']')) {
            Some(Some((address, rest))) => (address, rest.strip_prefix(':').unwrap_or(rest)),
            Some(None) => return Err(TargetError::new("an IPv6 address of the URL lacks its `]`")),
            None => host.split_once(':').unwrap_or((host, "")),
        };
        if !port.bytes().all(|b| b.is_ascii_digit()) {
            return Err(TargetError::new(format!("a port of the URL is not a number: {ENCODE}")));
        }
        names.push(decoded(name)?);
        ports.push(port);
    }
    let given = |list: &[&str]| list.iter().any(|item| !item.is_empty());
    let names = if names.iter().all(String::is_empty) { String::new() } else { names.join(",") };
    Ok((names, if given(&ports) { ports.join(",") } else { String::new() }))
}

fn decoded(text: &str) -> Result<String, TargetError> {
    let is_code = |part: &str| part.get(..2).is_some_and(|code| code != "00" && code.bytes().all(|digit| digit.is_ascii_hexdigit()));
    if !text.split('%').skip(1).all(is_code) {
        return Err(TargetError::new(format!("a `%` of the URL does not begin a percent-encoded character: {ENCODE}")));
    }
    let decoded = percent_decode_str(text).decode_utf8();
    decoded.map(Cow::into_owned).map_err(|_| TargetError::new("a percent-encoded part of the URL is not UTF-8"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        let rest = after_scheme(text).expect("a scheme").expect("a URI");
        parse(rest).expect(text).iter().map(|(k, v)| format!("{k}={v}")).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn reads_what_libpq_reads() {
        for (text, settings) in [
            ("postgres://", ""),
            ("postgresql://db", "host=db"),
            ("postgresql://db:5433/app", "host=db port=5433 dbname=app"),
            ("postgresql+asyncpg://u@db/app", "user=u host=db dbname=app"),
            ("postgres://u:p%40s%3As@db/app?connect_timeout=10", "user=u password=p@s:s host=db dbname=app connect_timeout=10"),
            ("postgres://a:1,b,c:3/app", "host=a,b,c port=1,,3 dbname=app"),
            ("postgres://[2001:db8::1]:6/app", "host=2001:db8::1 port=6 dbname=app"),
            ("postgres://u@%2Fvar%2Frun/app", "user=u host=/var/run dbname=app"),
            ("postgres:///app?host=/tmp&user=x", "dbname=app host=/tmp user=x"),
        ] {
            assert_eq!(read(text), settings, "{text}");
        }
    }

    #[test]
    fn an_unencoded_password_is_an_error_that_does_not_quote_it() {
        for text in [
            "postgres://u:a@s3cret?x@db/app",
            "postgres://u:12/s3cret@db/app",
            "postgres://u:s3cret@x@db/app",
            "postgres://u:s3/cret@db",
            "postgres://u:1?s3cret@db",
            "postgres://u:s3cret%zz@db",
        ] {
            let rest = after_scheme(text).expect("a scheme").expect("a URI");
            let error = parse(rest).expect_err(text).to_string();
            assert!(!error.contains("s3") && !error.contains("cret"), "{error}");
        }
    }
}
