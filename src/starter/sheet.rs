//! A sheet of YAML on which every line is explained, and on which outside text is quoted.

use crate::model::plain;

/// YAML in the making.
#[derive(Default)]
pub(super) struct Sheet(String);

/// Comments stand in this column where the line leaves room.
const COLUMN: usize = 46;
/// Characters of one comment.
const LONGEST: usize = 140;

impl Sheet {
    /// A line of YAML with what it means.
    pub(super) fn line(&mut self, indent: usize, yaml: &str, comment: &str) {
        let start = format!("{:indent$}{yaml}", "");
        let gap = COLUMN.saturating_sub(start.chars().count()).max(1);
        self.0.push_str(&format!("{start}{:gap$}# {}\n", "", one_line(comment)));
    }

    /// A line of explanation, indented within the comment.
    pub(super) fn say(&mut self, indent: usize, comment: &str) {
        self.0.push_str(format!("# {:indent$}{}", "", one_line(comment)).trim_end());
        self.0.push('\n');
    }

    /// Some air.
    pub(super) fn gap(&mut self) {
        self.0.push('\n');
    }

    pub(super) fn text(self) -> String {
        self.0
    }
}

/// Outside text as a value of the plan: quoted, and no variable in it is filled in.
pub(super) fn quoted(text: &str) -> String {
    // A JSON string is a double-quoted YAML scalar (YAML 1.2.2, section 1.2); serialising one cannot fail.
    serde_json::to_string(&text.replace('$', "$$")).unwrap_or_default()
}

/// Whether a name can be shown and quoted at all: nothing in it acts on a reader or a parser.
pub(super) fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.len() <= 400 && !text.contains(['\n', '\t']) && plain(text) == text
}

fn one_line(comment: &str) -> String {
    let line: Vec<&str> = comment.split_whitespace().collect();
    plain(&line.join(" ")).chars().take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outside_text_stays_one_value() {
        assert_eq!(quoted("a\": b # ${c} \\"), r#""a\": b # $${c} \\""#);
    }

    #[test]
    fn a_comment_stays_a_comment() {
        let mut sheet = Sheet::default();
        sheet.line(2, "a: 1", "one\nb: 2\u{202e}");
        assert_eq!(sheet.text().lines().count(), 1);
    }
}
