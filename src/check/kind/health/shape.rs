//! Texts that are plainly no status: times, numbers, addresses, fingerprints.

use jiff::{Timestamp, civil};

/// Whether a text says what it is by its form alone.
pub(super) fn is_plain(text: &str) -> bool {
    let text = text.trim();
    is_time(text) || is_number(text) || is_address(text) || is_fingerprint(text) || is_version(text)
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

/// A number, with a unit or without: `42`, `36%`, `12.5ms`, `3h20m`, `1.2 GB`.
fn is_number(text: &str) -> bool {
    let unit = |part: &str| part.len() <= 12 && part.bytes().all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'%' | b'/'));
    let text = text.strip_prefix(['-', '+']).unwrap_or(text);
    let parts = text.split_whitespace().flat_map(|part| {
        let ends = part.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | ','))).unwrap_or(part.len());
        [&part[..ends], &part[ends..]]
    });
    let mut parts = parts.filter(|part| !part.is_empty());
    let digits = |part: &str| part.starts_with(|c: char| c.is_ascii_digit());
    text.starts_with(|c: char| c.is_ascii_digit())
        && parts.clone().count() <= 8
        && parts.all(|part| digits(part) || unit(part) || compound(part))
}

/// The rest of `3h20m15s` after its first number.
fn compound(part: &str) -> bool {
    part.len() <= 16 && part.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_lowercase() || byte == b'.')
}

/// A URL, an address of the network or of a file.
fn is_address(text: &str) -> bool {
    let host_and_port = |text: &str| {
        text.rsplit_once(':').is_some_and(|(host, port)| {
            port.parse::<u16>().is_ok()
                && !host.is_empty()
                && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-[]:".contains(&byte))
        })
    };
    !text.contains(char::is_whitespace)
        && (text.contains("://") || text.starts_with('/') || text.parse::<std::net::IpAddr>().is_ok() || host_and_port(text))
}

/// A digest, a commit, a UUID: only hexadecimal digits and hyphens, and some digits among them.
fn is_fingerprint(text: &str) -> bool {
    let hex = text.strip_prefix("sha256:").unwrap_or(text);
    hex.len() >= 7 && hex.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-') && hex.bytes().any(|byte| byte.is_ascii_digit())
}

/// `1.4.2`, `v1.4.2-rc.1`, `go1.21.4`: a dotted number after at most a short name.
fn is_version(text: &str) -> bool {
    let start = text.find(|c: char| c.is_ascii_digit()).unwrap_or(text.len());
    let (name, number) = text.split_at(start);
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-+_~".contains(&byte);
    name.len() <= 12
        && name.bytes().all(|byte| byte.is_ascii_alphabetic() || b"-_/ ".contains(&byte))
        && number.contains('.')
        && number.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use super::is_plain;

    #[test]
    fn a_status_is_never_plain() {
        for text in ["ok", "down", "degraded", "connection refused", "EROR", "", "slow", "deadbeef", "no such host", "error: 5", "full"] {
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
            "redis:6379",
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
