//! A file of the plan, filled into its template: outside text is quoted, and every line is explained.

use minijinja::{AutoEscape, Environment, Error, Value, syntax::SyntaxConfig};

use crate::model::plain;

/// The templates of the files and of what their checks share. What a line means stands after [`MARK`].
const TEMPLATES: [(&str, &str); 11] = [
    ("check.yaml", include_str!("../../templates/plan/check.yaml")),
    ("gonogo.yaml", include_str!("../../templates/plan/gonogo.yaml")),
    ("section.yaml", include_str!("../../templates/plan/section.yaml")),
    ("checks/secrets.yaml", include_str!("../../templates/plan/secrets.yaml")),
    ("checks/database.yaml", include_str!("../../templates/plan/database.yaml")),
    ("checks/stores.yaml", include_str!("../../templates/plan/stores.yaml")),
    ("checks/backups.yaml", include_str!("../../templates/plan/backups.yaml")),
    ("checks/network.yaml", include_str!("../../templates/plan/network.yaml")),
    ("checks/delivery.yaml", include_str!("../../templates/plan/delivery.yaml")),
    ("checks/alerts.yaml", include_str!("../../templates/plan/alerts.yaml")),
    ("checks/health.yaml", include_str!("../../templates/plan/health.yaml")),
];

/// Before what a line means; a tab when filled in, which no outside text holds then.
const MARK: &str = " ## ";
/// Comments stand in this column where the line leaves room.
const COLUMN: usize = 46;
/// Characters of one comment.
const LONGEST: usize = 140;

/// The text of the file `name`.
pub(super) fn filled(name: &str, context: &Value) -> Result<String, Error> {
    let mut env = Environment::new();
    env.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true).build()?);
    env.set_auto_escape_callback(|_| AutoEscape::None);
    env.add_filter("quoted", quoted);
    env.add_filter("one_line", one_line);
    for (name, source) in TEMPLATES {
        env.add_template_owned(name, source.replace(MARK, "\t"))?;
    }
    Ok(env.get_template(name)?.render(context)?.lines().map(explained).collect())
}

/// The line with what it means in its column.
fn explained(line: &str) -> String {
    let Some((yaml, comment)) = line.split_once('\t') else { return format!("{}\n", line.trim_end()) };
    let gap = COLUMN.saturating_sub(yaml.chars().count()).max(1);
    format!("{yaml}{:gap$}# {}\n", "", one_line(comment))
}

/// Outside text as a value of the plan: quoted, and no variable in it is filled in.
fn quoted(text: &str) -> String {
    // A JSON string is a double-quoted YAML scalar (YAML 1.2.2, section 1.2); serialising one cannot fail.
    serde_json::to_string(&text.replace('$', "$$")).unwrap_or_default()
}

/// Whether a name can be shown and quoted at all: nothing in it acts on a reader or a parser.
pub(super) fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.len() <= 400 && !text.contains(['\n', '\t']) && plain(text) == text
}

/// Outside text in one line, as a comment may have it.
pub(super) fn one_line(comment: &str) -> String {
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
        assert_eq!(explained("  a: 1\tone\nb: 2\u{202e}").lines().count(), 1);
    }
}
