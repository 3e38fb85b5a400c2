//! Markdown to paste into a pull request, a ticket or a wiki (GitHub Flavored Markdown), readable as plain text too.

use super::{Page, inert, template, terminal, view::view};

/// The whole page.
pub(super) fn render(page: &Page<'_>) -> String {
    squeezed(&template::render("report.md", view(page), || quote(&terminal::render(page, terminal::PLAIN))))
}

/// What came of a template, without more than one blank line at a time.
pub(super) fn squeezed(made: &str) -> String {
    let mut out = String::new();
    let mut blank = false;
    for line in made.lines().map(str::trim_end) {
        // Blocks that a report does not need leave their blank lines behind.
        if !(blank && line.is_empty()) {
            out.push_str(line);
            out.push('\n');
        }
        blank = line.is_empty();
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

/// An indented code block.
pub(super) fn quote(text: &str) -> String {
    text.lines().map(|line| format!("    {line}\n")).collect()
}

/// Beyond this many characters of one outside text, the JSON report holds the rest.
const LONGEST: usize = 600;

/// `text` as running text on one line: no markup of its own but code between backticks, no HTML, no table cell's end, and
/// nobody is notified by it.
pub(super) fn text(text: &str) -> String {
    let line = inert::line(&inert::cut(text, LONGEST));
    inert::spans(&line).into_iter().map(|(is_code, part)| if is_code { code(part) } else { plain(part) }).collect()
}

fn plain(text: &str) -> String {
    let text: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len() + 8);
    for (place, c) in text.iter().copied().enumerate() {
        let before = place.checked_sub(1).map(|place| text[place]);
        let after = text.get(place + 1).copied();
        let word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        let escaped = match c {
            '\\' | '`' | '*' | '[' | ']' | '<' | '|' | '~' | '#' | '$' => true,
            '&' => after.is_some_and(|c| c == '#' || c.is_ascii_alphanumeric()),
            // Between two letters it is never emphasis (CommonMark 0.31, section 6.2).
            '_' => !(word(before) && word(after)),
            '-' | '+' | '=' | '>' => before.is_none(),
            // Printed into a CI log, `::name::` at the start of a line would be a command.
            ':' => before.is_none() && after == Some(':'),
            '.' | ')' => place > 0 && matches!(after, None | Some(' ')) && text[..place].iter().all(char::is_ascii_digit),
            _ => false,
        };
        if escaped {
            out.push('\\');
        }
        out.push(c);
        if calls(c, before, after) {
            out.push('\u{200b}');
        }
    }
    out
}

/// `said` as running text that keeps its lines.
pub(super) fn lines(said: &str) -> String {
    let lines: Vec<String> = said.lines().filter(|line| !line.trim().is_empty()).map(text).collect();
    lines.join("<br>")
}

/// What a program printed, as a code block that it cannot leave. Behind the gutter no line can be a fence or a CI command.
pub(super) fn log(printed: &str) -> String {
    let fence = "`".repeat(3.max(printed.split(|c| c != '`').map(str::len).max().unwrap_or(0) + 1));
    let lines: String = printed.lines().map(|line| format!("│ {}\n", inert::log_line(&inert::cut(line, LONGEST)))).collect();
    format!("{fence}text\n{lines}{fence}")
}

/// Whether this character would begin a mention, a reference or a link by itself: `@name`, `#12`, `GH-12`, `://`, `www.`.
///
/// GitHub looks for these after Markdown is rendered, where no backslash helps; only a break within them does.
fn calls(c: char, before: Option<char>, after: Option<char>) -> bool {
    let word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    match c {
        '@' | '#' => word(after),
        '-' => before.is_some_and(|c| matches!(c, 'H' | 'h')) && after.is_some_and(|c| c.is_ascii_digit()),
        ':' => after == Some('/'),
        '.' => before.is_some_and(|c| matches!(c, 'w' | 'W')) && word(after),
        _ => false,
    }
}

/// `text` as a code span that it cannot leave (CommonMark 0.31, section 6.1), also within a table.
pub(super) fn code(text: &str) -> String {
    let text = inert::line(&inert::cut(text, LONGEST));
    if text.is_empty() {
        return String::new();
    }
    if text.contains('|') {
        // The one way to write it that is read the same within a table and outside.
        let entity = |c: char| match c {
            // What looks like an address would become a link there.
            '@' => "&#64;\u{200b}".into(),
            c if c.is_ascii_punctuation() => format!("&#{};", u32::from(c)),
            c => c.into(),
        };
        return format!("<code>{}</code>", text.chars().map(entity).collect::<String>());
    }
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// `text` as a link if it is a web address, else as a code span.
pub(super) fn link(text: &str) -> String {
    match inert::link(text) {
        Some(url) => format!("<{}>", url.replace('|', "%7C")),
        None => code(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_reads_well_is_left_alone() {
        for said in ["JWT_SECRET_KEY: got a value of 1.4.2, wanted (none) - R & D = 100%!", "remaining lifetime: 3 d", "naïve 漢字"] {
            assert_eq!(text(said), said);
        }
    }

    #[test]
    fn what_acts_is_escaped() {
        for (said, safe) in [
            ("# a", "\\# a"),
            ("1. a", "1\\. a"),
            ("_a_ b_c", "\\_a\\_ b_c"),
            ("<b>|`x`", "\\<b>\\|`x`"),
            ("a ` b `` c", "a \\` b \\`\\` c"),
            ("`x` - `*y*`#1", "`x` - `*y*`\\#\u{200b}1"),
            ("@me #1", "@\u{200b}me \\#\u{200b}1"),
            ("a\n\nb", "a\\\\n\\\\nb"),
            ("&lt;", "\\&lt;"),
        ] {
            assert_eq!(text(said), safe);
        }
    }

    #[test]
    fn advice_keeps_its_lines() {
        assert_eq!(lines("first\n\n# second\n"), "first<br>\\# second");
    }

    #[test]
    fn a_code_span_cannot_be_left() {
        assert_eq!(code("a`b``c"), "```a`b``c```");
        assert_eq!(code("`"), "`` ` ``");
        assert_eq!(code("a|<b>"), "<code>a&#124;&#60;b&#62;</code>");
        assert_eq!(link("javascript:x"), "`javascript:x`");
    }

    #[test]
    fn a_log_stays_in_its_block() {
        assert_eq!(log("ok\n```\n::error::x ##[y]"), "````text\n│ ok\n│ ```\n│ \\::error::x # #[y]\n````");
    }

    #[test]
    fn quoted_text_is_a_code_block() {
        assert_eq!(quote("a\n# b\n"), "    a\n    # b\n");
    }
}
