//! One HTML file that needs nothing else: to read on a screen, light or dark, and to print.

use minijinja::HtmlEscape;

use super::{Page, inert, template, terminal, view::view};

/// The whole page.
pub(super) fn render(page: &Page<'_>) -> String {
    whole(&template::render("report.html", view(page), || quote(&terminal::render(page, terminal::PLAIN))))
}

/// What came of a template, ending in one newline.
pub(super) fn whole(made: &str) -> String {
    format!("{}\n", made.trim())
}

/// `text` escaped for HTML, with what stands between backticks as code; a single backtick stays one.
pub(super) fn spans(text: &str) -> String {
    let escaped = HtmlEscape(&inert::text(text)).to_string();
    let parts = inert::spans(&escaped).into_iter();
    parts.map(|(is_code, part)| if is_code { format!("<code>{part}</code>") } else { part.to_owned() }).collect()
}

/// `text` escaped for HTML, in which no line ends after a word's hyphen, unless the word is longer than a phone's line.
pub(super) fn unbroken(text: &str) -> String {
    let whole = |word: &str| word.contains('-') && word.chars().count() <= 24;
    let words = text.split(' ').map(|word| (whole(word), HtmlEscape(&inert::text(word)).to_string()));
    words.map(|(whole, word)| if whole { format!("<span class=\"w\">{word}</span>") } else { word }).collect::<Vec<_>>().join(" ")
}

/// `text` as what a CSS string holds, also within a `<style>`: every character that could mean something by its number.
pub(super) fn css(text: &str) -> String {
    let number = |c: char| if c.is_ascii_alphanumeric() { c.into() } else { format!("\\{:x} ", u32::from(c)) };
    inert::line(&inert::cut(text, 60)).chars().map(number).collect()
}

/// A page of plain text.
pub(super) fn quote(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    format!("<!doctype html>\n<meta charset=\"utf-8\">\n<title>gonogo</title>\n<pre>{text}</pre>\n")
}

#[cfg(test)]
mod tests {
    #[test]
    fn code_is_escaped_first() {
        for (text, html) in [
            ("`JWT_KEY`: got `<b>`", "<code>JWT_KEY</code>: got <code>&lt;b&gt;</code>"),
            ("a ` b", "a ` b"),
            ("`a` ` b", "<code>a</code> ` b"),
            ("`` x", "`` x"),
            ("`</code><script>`", "<code>&lt;&#x2f;code&gt;&lt;script&gt;</code>"),
            ("`\u{202e}`", "<code>\\u{202e}</code>"),
        ] {
            assert_eq!(super::spans(text), html);
        }
    }

    #[test]
    fn words_stay_whole_and_text_in_css_stays_text() {
        assert_eq!(super::unbroken("NO-GO by <b>"), "<span class=\"w\">NO-GO</span> by &lt;b&gt;");
        assert_eq!(super::css("a\n\"</style>"), "a\\5c n\\22 \\3c \\2f style\\3e ");
    }

    #[test]
    fn quoted_text_stays_text() {
        assert!(super::quote("<b>&amp;").contains("<pre>&lt;b>&amp;amp;</pre>"));
    }
}
