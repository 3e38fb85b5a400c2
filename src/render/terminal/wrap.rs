//! Lines of a width, measured in terminal columns: wide characters take two.

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// The columns `text` takes.
pub(in crate::render) fn columns(text: &str) -> usize {
    text.width()
}

/// `text` broken at spaces into lines of at most `width` columns; a longer word is broken where it must be.
/// Always at least one line.
pub fn lines(text: &str, width: usize) -> Vec<String> {
    let width = width.max(8);
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let space = usize::from(used > 0);
        if used > 0 && used + space + columns(word) > width {
            lines.push(String::new());
            used = 0;
        } else if space == 1 {
            add(&mut lines, ' ');
            used += 1;
        }
        for c in word.chars() {
            let wide = c.width().unwrap_or(0);
            if used + wide > width {
                lines.push(String::new());
                used = 0;
            }
            add(&mut lines, c);
            used += wide;
        }
    }
    lines
}

/// `text` if it fits into `width` columns, else its beginning and `…`.
pub(in crate::render) fn fit(text: &str, width: usize) -> String {
    if columns(text) <= width {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut used = 1;
    for c in text.chars() {
        used += c.width().unwrap_or(0);
        if used > width {
            break;
        }
        out.push(c);
    }
    out.push('…');
    out
}

fn add(lines: &mut [String], c: char) {
    if let Some(last) = lines.last_mut() {
        last.push(c);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn breaks_at_spaces_and_within_long_words() {
        assert_eq!(lines("one two three", 8), ["one two", "three"]);
        assert_eq!(lines("abcdefghijkl mn", 8), ["abcdefgh", "ijkl mn"]);
        assert_eq!(lines("", 8), [""]);
    }

    #[test]
    fn counts_columns_not_characters() {
        assert_eq!(lines("漢字漢字漢字", 8), ["漢字漢字", "漢字"]);
        assert_eq!(fit("漢字漢字", 5), "漢字…");
        assert_eq!(fit("abc", 3), "abc");
    }
}
