//! One HTML file that needs nothing else: to read on a screen, light or dark, and to print.

use super::{Page, template};

/// The whole page.
pub(super) fn render(page: &Page<'_>) -> String {
    format!("{}\n", template::render("report.html", page, quote).trim())
}

fn quote(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    format!("<!doctype html>\n<meta charset=\"utf-8\">\n<title>gonogo</title>\n<pre>{text}</pre>\n")
}

#[cfg(test)]
mod tests {
    #[test]
    fn quoted_text_stays_text() {
        assert!(super::quote("<b>&amp;").contains("<pre>&lt;b>&amp;amp;</pre>"));
    }
}
