//! Text that came from outside, made harmless to read: no control characters, no unbounded length.

use std::borrow::Cow;

/// `text` without what could act on a terminal or mislead a reader: C0 and C1 controls (but for newline and tab),
/// DEL, bidirectional overrides and zero-width characters, each shown as `\u{…}`.
pub fn plain(text: &str) -> Cow<'_, str> {
    if !text.chars().any(acts) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if acts(c) { out.extend(c.escape_unicode()) } else { out.push(c) }
    }
    Cow::Owned(out)
}

/// Stands in an [`excerpt`] where the text was cut off.
pub(super) const CUT: &str = "… (";

/// The first `limit` bytes of `text` at most, cut at a character, with the cut said.
pub fn excerpt(text: &str, limit: usize) -> String {
    excerpt_of(text, limit, text.len())
}

/// The same of a text of `total` bytes, of which only `text`, its beginning, is at hand.
pub fn excerpt_of(text: &str, limit: usize, total: usize) -> String {
    if total <= text.len() && text.len() <= limit {
        return text.to_owned();
    }
    let mut end = limit.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}{CUT}{} bytes more)", &text[..end], total.max(text.len()) - end)
}

fn acts(c: char) -> bool {
    (c.is_control() && c != '\n' && c != '\t')
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_what_acts_and_keeps_what_reads() {
        assert_eq!(plain("ok ✓ naïve\n\tline"), "ok ✓ naïve\n\tline");
        assert_eq!(plain("\x1b[2J\u{9b}31m\r"), "\\u{1b}[2J\\u{9b}31m\\u{d}");
        assert_eq!(plain("a\u{202e}b"), "a\\u{202e}b");
    }

    #[test]
    fn cuts_at_a_character() {
        assert_eq!(excerpt("aé", 2), "a… (2 bytes more)");
        assert_eq!(excerpt("abc", 3), "abc");
        assert_eq!(excerpt_of("abc", 3, 10), "abc… (7 bytes more)");
    }
}
