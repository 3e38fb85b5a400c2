//! Outside text made harmless, before a format escapes it for its own syntax.

use url::Url;

use crate::model::{one_line, plain};

/// `text` with what would act or mislead shown as `\u{…}`. Lines stay lines.
///
/// Beyond [`plain`]: U+FFFE and U+FFFF, which no XML document may hold (XML 1.0, section 2.2).
pub(super) fn text(text: &str) -> String {
    for_xml(&plain(text))
}

fn for_xml(text: &str) -> String {
    text.replace('\u{fffe}', "\\u{fffe}").replace('\u{ffff}', "\\u{ffff}")
}

/// `text` on one line, see [`one_line`].
pub(super) fn line(text: &str) -> String {
    for_xml(&one_line(text))
}

/// `text` on one line that no CI runner takes for a command.
///
/// GitHub's runner obeys `::name::` at the start of a line, after white space too, and `##[name]` anywhere in one;
/// Azure Pipelines obeys `##vso[…]`, TeamCity `##teamcity[…]`.
pub(super) fn log_line(text: &str) -> String {
    let text = line(text).replace("##", "# #");
    if text.starts_with("::") { format!("\\{text}") } else { text }
}

/// The first `limit` characters of `text`, with the cut said.
pub(super) fn cut(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}

/// `text` in parts, and whether each stood between two backticks. A single one is text, and so are two with nothing between.
pub(super) fn spans(text: &str) -> Vec<(bool, &str)> {
    let is_alone = |at: &usize| !text[..*at].ends_with('`') && !text[at + 1..].starts_with('`');
    let alone: Vec<usize> = text.match_indices('`').map(|(at, _)| at).filter(is_alone).collect();
    let (mut parts, mut from) = (Vec::new(), 0);
    for pair in alone.chunks_exact(2) {
        parts.extend([(false, &text[from..pair[0]]), (true, &text[pair[0] + 1..pair[1]])]);
        from = pair[1] + 1;
    }
    parts.push((false, &text[from..]));
    parts
}

/// `text` as the address of a link, if it is one over HTTP; anything else stays text.
pub(super) fn link(text: &str) -> Option<String> {
    let url = Url::parse(text.trim()).ok()?;
    matches!(url.scheme(), "http" | "https").then(|| String::from(url))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_that_commands_nobody() {
        assert_eq!(log_line("\n ::error::x"), "\\::error::x");
        assert_eq!(log_line("a\n##[stop-commands]x\u{0}"), "a\\n# #[stop-commands]x\\u{0}");
        assert_eq!(log_line("####[x]"), "# ## #[x]");
        assert_eq!(line("a\r\n\tb\u{fffe}"), "a\\u{d}\\n\\tb\\u{fffe}");
    }

    #[test]
    fn only_web_addresses_become_links() {
        for text in ["javascript:alert(1)", "data:text/html,x", " java\tscript:x", "//example.com", "runbook", "file:///etc/passwd"] {
            assert_eq!(link(text), None, "{text}");
        }
        assert_eq!(link("https://a.example/<b>\"`x"), Some("https://a.example/%3Cb%3E%22%60x".into()));
    }
}
