//! Where secrets stand in web addresses.

use std::sync::LazyLock;

use percent_encoding::percent_decode_str;
use regex::Regex;

/// What stands behind the host of a web address.
pub(super) static WEB_PATH: LazyLock<Regex> = LazyLock::new(|| regex(r"^(?:http|ws)s?://[^\s/?#]+(?P<path>[/?][^\s#]+)"));

/// Scheme, hosts and ports at the start of a target.
pub(super) static PLACE: LazyLock<Regex> = LazyLock::new(|| regex(r"^[a-z][a-z0-9+.-]*://[^\s/]*"));

/// `scheme://user:password@` in any text; the password ends at the last `@` before a slash or space.
pub(crate) static CREDENTIAL: LazyLock<Regex> =
    LazyLock::new(|| regex(r#"(?P<before>[A-Za-z][A-Za-z0-9+.-]*://[^\s/:@"'<>]*:)(?P<password>[^\s/"'<>]+)@"#));

/// A pattern that stands in this program.
pub(crate) fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).unwrap_or_else(|error| unreachable!("{error}"))
}

/// Without percent-encoding; what is none stays as it is.
pub(crate) fn percent_decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}
