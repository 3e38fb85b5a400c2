//! Names of hosts and paths of URLs, as far as a plan may take them from a file without asking.

/// A host that can be asked from outside: a full name, no pattern, no address of this machine.
pub(super) fn is_public_host(name: &str) -> bool {
    let labels: Vec<&str> = name.split('.').collect();
    let label = |label: &&str| {
        !label.is_empty() && label.len() <= 63 && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') && !label.starts_with('-')
    };
    let local = ["localhost", "local", "localdomain", "internal", "svc", "lan", "test", "invalid"];
    let placeholder = ["example.com", "example.org", "example.net", "domain.com", "yourdomain.com", "your-domain.com", "mydomain.com"];
    labels.len() >= 2
        && !placeholder.contains(&name)
        && name.len() <= 253
        && labels.iter().all(label)
        && labels.last().is_some_and(|last| last.starts_with(|c: char| c.is_ascii_alphabetic()) && !local.contains(last))
}

/// An origin that a browser may come from over HTTPS: `https://app.example.com`, with a port or without.
pub(super) fn is_origin(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("https://") else { return false };
    let (host, port) = rest.split_once(':').map_or((rest, None), |(host, port)| (host, Some(port)));
    is_public_host(host) && port.is_none_or(|port| port.parse::<u16>().is_ok())
}

/// A path with nothing in it that would need quoting.
pub(super) fn is_path(text: &str) -> bool {
    text.starts_with('/') && text.len() > 1 && text.len() <= 100 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"/._-".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_surely_a_name_is_taken() {
        for (name, is) in [
            ("api.example.com", true),
            ("_", false),
            ("localhost", false),
            ("*.example.com", false),
            ("~^api", false),
            ("127.0.0.1", false),
            ("a.b\"", false),
            ("${host}.example.com", false),
            ("app.localhost", false),
            ("example.com", false),
        ] {
            assert_eq!(is_public_host(name), is, "{name}");
        }
        assert!(is_origin("https://app.example.com:8443") && !is_origin("http://app.example.com") && !is_origin("https://a.example.com/x"));
        assert!(is_path("/api/v1/health") && !is_path("/") && !is_path("/a?b") && !is_path("/${x}"));
    }
}
