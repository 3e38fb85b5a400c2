//! Text that came from outside, made harmless to read: no control characters, no unbounded length.

use std::{borrow::Cow, fmt::Display};

/// `text` without what could act on a terminal or mislead a reader: C0 and C1 controls (but for newline and tab),
/// DEL, bidirectional overrides, and whatever shows nothing or only a gap, each shown as `\u{…}`. Lines stay lines.
pub fn plain(text: &str) -> Cow<'_, str> {
    escaped(text, |c| c != '\n' && c != '\t' && (acts(c) || shows_nothing(c)))
}

/// The same on one line, for a value that stands within a line of ours: what comes after its line ends is no line of its
/// own. White space at the ends is left out; a newline within reads `\n`.
pub fn one_line(text: &str) -> Cow<'_, str> {
    escaped(text.trim_matches([' ', '\t', '\r', '\n']), |c| acts(c) || shows_nothing(c) || (c.is_whitespace() && c != ' '))
}

fn escaped(text: &str, hides: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.chars().any(&hides) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            // As French typography has them: they read as the spaces they are.
            '\u{a0}' | '\u{202f}' => out.push(if hides(c) { ' ' } else { c }),
            '\n' | '\t' if hides(c) => out.extend(c.escape_default()),
            c if hides(c) => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// What a library calls an error, as words: `Other(OtherError(CaUsedAsEndEntity))` is "ca used as end entity". What it
/// carries beside its name is left out.
pub fn spelled(error: &dyn std::fmt::Debug) -> String {
    let text = format!("{error:?}");
    let named = text.split(|c: char| !c.is_alphanumeric()).take_while(|part| part.is_empty() || part.starts_with(char::is_uppercase));
    let name = named.filter(|part| !part.is_empty()).last().unwrap_or("unknown");
    let mut words = String::new();
    let mut before = ' ';
    for c in name.chars() {
        if c.is_uppercase() && before.is_lowercase() {
            words.push(' ');
        }
        words.extend(c.to_lowercase());
        before = c;
    }
    words
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
    let begun = beginning(text, limit);
    format!("{begun}{CUT}{} bytes more)", total.max(text.len()) - begun.len())
}

/// As many characters of `text` as fit into `limit` bytes.
pub fn beginning(text: &str, limit: usize) -> &str {
    let mut end = limit.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// Controls, separators of lines, and what turns the direction of writing.
fn acts(c: char) -> bool {
    c.is_control() || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// What is drawn as nothing or as a gap: Unicode's `Default_Ignorable_Code_Point` (DerivedCoreProperties.txt), and the
/// blanks that are no white space.
fn shows_nothing(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
        | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d159}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// "1 redirect", "2 redirects", "3 entries".
pub fn counted(number: impl PartialEq + From<u8> + Display, noun: &str) -> String {
    match noun {
        _ if number == From::from(1) => format!("{number} {noun}"),
        "entry" => format!("{number} entries"),
        "index" => format!("{number} indexes"),
        _ => format!("{number} {noun}s"),
    }
}

/// The first `most` of `parts`, and how many of `all` are left: "a, b and 3 more", "a; b; and 3 more".
pub fn first_of(parts: &[impl Display], most: usize, all: usize, between: &str) -> String {
    let named: Vec<String> = parts.iter().take(most).map(ToString::to_string).collect();
    match (all.saturating_sub(named.len()), between) {
        (0, _) => named.join(between),
        (more, "; ") => format!("{}; and {more} more", named.join(between)),
        (more, _) => format!("{} and {more} more", named.join(between)),
    }
}

/// Text from the target or the plan for a sentence: short, harmless, in backticks.
pub fn quote(text: &str) -> String {
    let one_line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    format!("`{}`", excerpt(&plain(&one_line), 120))
}

/// `text` as one word for a POSIX shell (IEEE Std 1003.1, 2.2.2), where a reader can see what it is.
pub fn shell_word(text: &str) -> Option<String> {
    let shown = !text.is_empty() && text.len() <= 200 && text.chars().all(|c| c == ' ' || c.is_ascii_graphic() || c.is_alphanumeric());
    shown.then(|| format!("'{}'", text.replace('\'', "'\\''")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_library_s_name_for_an_error_is_words() {
        #[derive(Debug)]
        #[expect(dead_code, reason = "printed only")]
        enum Error {
            Other(Inner),
            NotValidYetContext { time: u8 },
        }
        #[derive(Debug)]
        enum Inner {
            CaUsedAsEndEntity,
        }
        assert_eq!(spelled(&Error::Other(Inner::CaUsedAsEndEntity)), "ca used as end entity");
        assert_eq!(spelled(&Error::NotValidYetContext { time: 3 }), "not valid yet context");
    }

    #[test]
    fn escapes_what_acts_and_keeps_what_reads() {
        assert_eq!(plain("ok ✓ naïve\n\tline"), "ok ✓ naïve\n\tline");
        assert_eq!(plain("\x1b[2J\u{9b}31m\r"), "\\u{1b}[2J\\u{9b}31m\\u{d}");
        assert_eq!(plain("a\u{202e}b"), "a\\u{202e}b");
    }

    #[test]
    fn a_value_is_one_line_and_nothing_in_it_is_hidden() {
        assert_eq!(one_line("  Ann\u{a0}Lee\n"), "Ann Lee");
        assert_eq!(one_line("ok\n✓ signed by Bob\r\tx"), "ok\\n✓ signed by Bob\\u{d}\\tx");
        let hidden = "\u{ad}\u{34f}\u{61c}\u{115f}\u{1160}\u{180e}\u{200b}\u{2028}\u{202e}\u{2060}\u{206a}\u{2800}\u{3164}\u{fe0f}\u{feff}\u{ffa0}\u{e0041}\u{e01ef}";
        for c in hidden.chars() {
            assert_eq!(plain(&format!("1.0{c}")), format!("1.0{}", c.escape_unicode()), "plain");
            assert_eq!(one_line(&format!("1.0{c}")), format!("1.0{}", c.escape_unicode()), "one line");
        }
        assert_eq!(one_line("wide\u{3000}and\u{2003}thin"), "wide\\u{3000}and\\u{2003}thin");
    }

    #[test]
    fn cuts_at_a_character() {
        assert_eq!(excerpt("aé", 2), "a… (2 bytes more)");
        assert_eq!(excerpt("abc", 3), "abc");
        assert_eq!(excerpt_of("abc", 3, 10), "abc… (7 bytes more)");
    }

    #[test]
    fn what_is_pasted_into_a_shell_is_one_word() {
        assert_eq!(shell_word("bob@example.com").as_deref(), Some("'bob@example.com'"));
        assert_eq!(shell_word("x'; rm -rf ~ #").as_deref(), Some("'x'\\''; rm -rf ~ #'"));
        for hidden in ["", "a\nrm -rf ~", "a\u{202e}b", "\u{1b}[2J"] {
            assert_eq!(shell_word(hidden), None);
        }
    }
}
