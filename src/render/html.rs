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
    let parts: Vec<&str> = escaped.split('`').collect();
    let mut out = String::with_capacity(escaped.len() + 16);
    for (index, part) in parts.iter().enumerate() {
        let closed = index + 1 < parts.len();
        match index % 2 {
            1 if closed && !part.is_empty() => out.extend(["<code>", part, "</code>"]),
            1 => out.extend(["`", part, if closed { "`" } else { "" }]),
            _ => out.push_str(part),
        }
    }
    out
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
    fn quoted_text_stays_text() {
        assert!(super::quote("<b>&amp;").contains("<pre>&lt;b>&amp;amp;</pre>"));
    }
}
