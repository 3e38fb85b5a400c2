//! Marks in a line that look like YAML or like a variable and are neither.

/// What to do about the first of them; `None` where there is none.
pub(super) fn advice(line: &str) -> Option<&'static str> {
    let line = line.trim_start_matches('\u{feff}');
    if line.contains(|c: char| c.is_whitespace() && !matches!(c, ' ' | '\t') || matches!(c, '\u{200b}' | '\u{2060}' | '\u{feff}')) {
        return Some("a space in this line is none to YAML (a no-break or zero-width one, as word processors write it): type it anew");
    }
    if line.contains(['“', '”', '„', '‘', '’', '«', '»']) {
        return Some("“ ” are no quotes to YAML: write \" or '");
    }
    if ["<<<<<<<", "=======", ">>>>>>>"].iter().any(|mark| line.starts_with(mark)) {
        return Some("a merge conflict is not resolved yet");
    }
    if line.contains("${{") {
        return Some(
            "`${{ … }}` belongs to the pipeline: give it to the step as a variable, `env: { NAME: ${{ … }} }`, and write `${NAME}` here",
        );
    }
    if line.contains("{{") {
        return Some("`{{ … }}` belongs to a template (Helm, Jinja): render it first, or write a variable, `${NAME}`");
    }
    let of_name = |c: char| c.is_ascii_uppercase() || c == '_';
    let of_shell = line.split('$').skip(1).any(|rest| rest.starts_with(of_name));
    // Two characters are one that is encoded: `%C3%BC`.
    let of_windows = line.split('%').skip(1).any(|part| part.len() > 2 && part.chars().all(of_name)) && line.matches('%').count() > 1;
    (of_shell || of_windows).then_some("a variable is written `${NAME}`")
}

#[cfg(test)]
mod tests {
    use super::advice;

    #[test]
    fn each_mark_is_told_and_plain_lines_are_not() {
        for (line, said) in [
            ("  - id:\u{a0}a", "type it anew"),
            ("  title: “Is it up”", "no quotes"),
            ("<<<<<<< HEAD", "merge conflict"),
            ("  url: ${{ vars.URL }}", "pipeline"),
            ("  url: {{ .Values.url }}", "template"),
            ("  url: $URL", "${NAME}"),
            ("  url: %URL%", "${NAME}"),
        ] {
            assert!(advice(line).is_some_and(|advice| advice.contains(said)), "{line}");
        }
        for line in [
            "  url: https://example.com/",
            "  url: ${URL}",
            "  text: 50 % of it, $5",
            "  url: https://example.com/%C3%BCber",
            "\u{feff}project: x",
            "  $.a: 1",
        ] {
            assert_eq!(advice(line), None, "{line}");
        }
    }
}
