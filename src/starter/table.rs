//! Tables in files of text: a row a line, tabs between its fields, comments at the start of a line.

/// The rows of one.
pub(super) fn rows(text: &'static str) -> Vec<Vec<&'static str>> {
    text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(|line| line.split('\t').collect()).collect()
}
