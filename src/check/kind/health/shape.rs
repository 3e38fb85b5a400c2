//! Texts that are plainly no status: times, numbers, addresses, fingerprints.

use jiff::{Timestamp, civil};

use super::words::listed;

/// Whether a text says what it is by its form alone.
pub(super) fn is_plain(text: &str) -> bool {
    let text = text.trim();
    is_time(text)
        || is_number(text)
        || is_address(text)
        || is_fingerprint(text)
        || is_version(text)
        || listed("products", &text.to_ascii_lowercase())
}

/// RFC 3339, ISO 8601, RFC 9110 dates, `12:30:05.1`.
fn is_time(text: &str) -> bool {
    let clock = |text: &str| text.contains(':') && text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b':' | b'.'));
    text.parse::<Timestamp>().is_ok()
        || text.parse::<civil::DateTime>().is_ok()
        || text.parse::<civil::Date>().is_ok()
        || jiff::fmt::rfc2822::parse(text).is_ok()
        || text.strip_prefix('P').is_some_and(|_| text.parse::<jiff::Span>().is_ok())
        || (text.starts_with(|c: char| c.is_ascii_digit()) && clock(text))
}

/// A number, with a unit or without: `42`, `36%`, `12.5ms`, `3h20m`, `1.2 GB`, `3 days, 4 hours`.
fn is_number(text: &str) -> bool {
    let mut rest = text.strip_prefix(['-', '+']).unwrap_or(text);
    if rest.is_empty() {
        return false;
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(rest.len());
        let after = rest[digits..].trim_start();
        let unit = after.find(|c: char| c.is_ascii_digit() || c == ',' || c == ' ').unwrap_or(after.len());
        let known = unit == 0 || listed("units", &after[..unit].to_ascii_lowercase());
        if !rest.starts_with(|c: char| c.is_ascii_digit()) || !known {
            return false;
        }
        rest = after[unit..].trim_start_matches([',', ' ']);
    }
    true
}

/// A URL, an address of the network or of a file.
fn is_address(text: &str) -> bool {
    let is_host = |host: &str| {
        let plain = host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte));
        host == "localhost" || host.parse::<std::net::IpAddr>().is_ok() || (plain && host.contains('.'))
    };
    let host_and_port = |(host, port): (&str, &str)| port.parse::<u16>().is_ok() && is_host(host.trim_matches(['[', ']']));
    let url = || url::Url::parse(text).is_ok_and(|url| text.contains("://") && url.has_host());
    !text.contains(char::is_whitespace)
        && (text.starts_with('/') || text.parse::<std::net::IpAddr>().is_ok() || text.rsplit_once(':').is_some_and(host_and_port) || url())
}

/// A digest, a commit, a UUID: only hexadecimal digits and hyphens, and some digits among them.
fn is_fingerprint(text: &str) -> bool {
    let hex = text.strip_prefix("sha256:").unwrap_or(text);
    hex.len() >= 7 && hex.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-') && hex.bytes().any(|byte| byte.is_ascii_digit())
}

/// `1.4.2`, `v1.4.2-rc.1`, `go1.21.4`: a dotted number, after the name of a language at most.
fn is_version(text: &str) -> bool {
    let start = text.find(|c: char| c.is_ascii_digit()).unwrap_or(text.len());
    let (name, number) = text.split_at(start);
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-+_~".contains(&byte);
    let named = ["", "v", "go", "java", "jdk", "node", "php", "python", "ruby", "rustc"];
    named.contains(&name.trim_end_matches(['-', '/', ' ']).to_ascii_lowercase().as_str())
        && number.contains('.')
        && number.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use super::is_plain;

    #[test]
    fn a_status_is_never_plain() {
        for text in [
            "ok",
            "down",
            "degraded",
            "connection refused",
            "EROR",
            "",
            "slow",
            "deadbeef",
            "no such host",
            "error: 5",
            "full",
            "5 failed",
            "3 errors",
            "error 5.7",
            "error:500",
            "5xx",
            "0 of 3 up",
            "exploded-1.2",
            "-",
        ] {
            assert!(!is_plain(text), "{text}");
        }
        for text in [
            "2026-11-20T12:00:00Z",
            "2026-11-20T12:00:00.123+01:00",
            "2026-11-20",
            "Fri, 20 Nov 2026 12:00:00 GMT",
            "00:00:00.0123456",
            "PT3H",
            "42",
            "-1.5",
            "36%",
            "12.5ms",
            "3h20m15.5s",
            "1.2 GB",
            "https://example.com/x",
            "/var/lib/app",
            "10.0.0.1",
            "redis.internal:6379",
            "3 days, 4 hours",
            "5cbf8d3a9b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5e",
            "f03e522f-1f44-4062-9b55-9587f91c9c41",
            "1.4.2",
            "v1.4.2-rc.1",
            "go1.21.4",
        ] {
            assert!(is_plain(text), "{text}");
        }
    }
}
