//! A version in a document, and the range it must be in.

use std::fmt;

use semver::{Version, VersionReq};

use crate::model::from_text;

/// Versions: `>=1.4, <2`, as Cargo reads them: numbers that are not given are open, `<=2` takes 2.9 and `=1.4` takes 1.4.7.
#[derive(Debug, Clone)]
pub(super) struct Range {
    text: String,
    range: VersionReq,
}

impl Range {
    /// Whether `text` is a version in the range; `None` where it is no version. A pre-release is older than its release, and is
    /// taken only where the range names one.
    pub(super) fn takes(&self, text: &str) -> Option<bool> {
        read(text).map(|version| self.range.matches(&version))
    }
}

/// A version of one to three numbers, `v` before it or not; missing numbers are zero (<https://semver.org> otherwise).
fn read(text: &str) -> Option<Version> {
    let text = text.strip_prefix('v').unwrap_or(text);
    let (numbers, rest) = text.split_at(text.find(['-', '+']).unwrap_or(text.len()));
    let missing = 2_usize.checked_sub(numbers.matches('.').count())?;
    Version::parse(&format!("{numbers}{}{rest}", ".0".repeat(missing))).ok()
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a version {}", self.text)
    }
}

from_text!(Range, { "type": "string", "pattern": "^ *[<>=~^]" }, |text| {
    let wrong = |why: &str| format!("`{text}` is no range of versions{why}: write one like `>=1.4, <2` or `=16.2`");
    let range = VersionReq::parse(&text).map_err(|error| wrong(&format!(" ({error})")))?;
    // What a bare version means differs from tool to tool.
    if text.split(',').any(|part| !part.trim_start().starts_with(['<', '>', '=', '~', '^'])) {
        return Err(wrong(""));
    }
    Ok(Range { range, text })
});

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json};

    use super::*;

    #[test]
    fn a_version_is_in_its_range() {
        let range = |text: &str| from_value::<Range>(json!(text)).expect("a range");
        assert_eq!(range(">=1.4, <2").takes("1.4"), Some(true));
        assert_eq!(range(">=1.4, <2").takes("v1.10.3"), Some(true));
        assert_eq!(range(">=1.4, <2").takes("2"), Some(false));
        assert_eq!(range(">=1.4, <2").takes("2.0.0-rc.1"), Some(false));
        assert_eq!(range(">=1.4").takes("1.4.0-beta"), Some(false));
        for text in ["", "latest", "1.4.0.1", "16.2 (Debian)", "1.x", "01.2"] {
            assert_eq!(range(">=1").takes(text), None, "{text}");
        }
        for text in ["", "*", "1.4", "^1, 2", "new", ">=a"] {
            assert!(from_value::<Range>(json!(text)).is_err(), "{text}");
        }
    }
}
