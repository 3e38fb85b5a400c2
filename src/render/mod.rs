//! A finished report as text, in each format. Pure functions of the report; nothing here decides anything.
//!
//! Every format shows every finding, whatever its outcome. Outside text is made harmless twice: `inert` shows what
//! would act or mislead, then each format escapes for its own syntax.

mod difference;
mod github;
mod head;
mod html;
mod inert;
mod junit;
mod markdown;
mod sarif;
mod story;
mod summary;
mod template;
pub mod terminal;
mod view;

use std::borrow::Cow;

use crate::model::{Digest, Report};

pub use difference::{DIFFERENCE_FORMATS, DifferenceFormat, difference};
pub use summary::summary;

/// What a format shows.
#[derive(Debug, Clone, Copy)]
pub struct Page<'a> {
    /// The report.
    pub report: &'a Report,
    stored: Option<&'a [u8]>,
}

impl<'a> Page<'a> {
    /// A report as this run made it.
    pub fn new(report: &'a Report) -> Self {
        Self { report, stored: None }
    }

    /// A report read from a file of exactly these bytes. They are what people sign: the fingerprint is theirs, and the
    /// `json` format gives them back, with fields that this version does not know.
    pub fn stored(report: &'a Report, bytes: &'a [u8]) -> Self {
        Self { report, stored: Some(bytes) }
    }

    /// With what the ledger says beside it.
    #[must_use]
    pub fn with_record(self, _record: &'a crate::model::Record) -> Self {
        self
    }

    /// The fingerprint of the report's JSON file.
    pub fn fingerprint(&self) -> Digest {
        self.stored.map_or_else(|| Digest::of(&self.report.to_json()), Digest::of)
    }
}

/// An output format: its name on the command line and its function.
pub struct Format {
    /// `markdown`, `html`, ….
    pub name: &'static str,
    /// One sentence for `--help` and the README.
    pub about: &'static str,
    /// The whole text; a stored report's JSON is not copied.
    pub render: for<'p> fn(&Page<'p>) -> Cow<'p, str>,
}

/// Every output format.
pub const FORMATS: &[Format] = &[
    Format {
        name: "terminal",
        about: "plain text for people, the verdict last",
        render: |page| terminal::render(page, terminal::PLAIN).into(),
    },
    Format { name: "markdown", about: "for a pull request, a ticket or a wiki", render: |page| markdown::render(page).into() },
    Format { name: "html", about: "one self-contained file to read, print and sign", render: |page| html::render(page).into() },
    Format { name: "json", about: "the report itself: the bytes that people sign", render: json },
    Format { name: "junit", about: "JUnit XML for a CI server's test view", render: |page| junit::render(page).into() },
    Format { name: "sarif", about: "SARIF 2.1.0 for code-scanning dashboards", render: |page| sarif::render(page).into() },
    Format { name: "github", about: "GitHub Actions annotations at the plan's file and line", render: |page| github::render(page).into() },
];

fn json<'p>(page: &Page<'p>) -> Cow<'p, str> {
    match page.stored {
        Some(bytes) => String::from_utf8_lossy(bytes),
        None => String::from_utf8_lossy(&page.report.to_json()).into_owned().into(),
    }
}
