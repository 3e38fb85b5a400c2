//! A finished report as text, in each format. Pure functions of the report; nothing here decides anything.

use crate::model::Report;

/// What a format shows.
#[derive(Debug, Clone, Copy)]
pub struct Page<'a> {
    /// The report.
    pub report: &'a Report,
}

/// An output format: its name on the command line and its function.
pub struct Format {
    /// `markdown`, `html`, ….
    pub name: &'static str,
    /// One sentence for `--help` and the README.
    pub about: &'static str,
    /// The whole text.
    pub render: fn(&Page<'_>) -> String,
}
