//! A finished report as text, in each format. Pure functions of the report; nothing here decides anything.
//!
//! Every format shows every finding, whatever its outcome. Outside text is made harmless twice: `inert` shows what
//! would act or mislead, then each format escapes for its own syntax.

mod comment;
pub mod desk;
mod difference;
mod github;
mod head;
mod html;
mod inert;
mod junit;
pub mod log;
mod markdown;
mod people;
mod proof;
pub mod rollout;
mod sarif;
mod story;
mod summary;
mod template;
pub mod terminal;
mod view;

use std::borrow::Cow;

use crate::model::{Digest, Record, Report, ShownVerdict};

pub use difference::{DIFFERENCE_FORMATS, DifferenceFormat, difference};
pub use summary::summary;

/// What a format shows.
#[derive(Debug, Clone, Copy)]
pub struct Page<'a> {
    /// The report.
    pub report: &'a Report,
    /// What the ledger says beside it, verified; `None` where no ledger was asked.
    pub record: Option<&'a Record>,
    stored: Option<&'a [u8]>,
}

impl<'a> Page<'a> {
    /// A report as this run made it.
    pub fn new(report: &'a Report) -> Self {
        Self { report, record: None, stored: None }
    }

    /// A report read from a file of exactly these bytes. They are what people sign: the fingerprint is theirs, and the
    /// `json` format gives them back, with fields that this version does not know.
    pub fn stored(report: &'a Report, bytes: &'a [u8]) -> Self {
        Self { report, record: None, stored: Some(bytes) }
    }

    /// With what the ledger says beside the report.
    #[must_use]
    pub fn with_record(self, record: &'a Record) -> Self {
        Self { record: Some(record), ..self }
    }

    /// The verdict that the formats show.
    pub fn shown(&self) -> ShownVerdict {
        ShownVerdict::of(self.report, self.record)
    }

    /// The fingerprint of the report's JSON file.
    pub fn fingerprint(&self) -> Digest {
        self.stored.map_or_else(|| Digest::of(&self.report.to_json()), Digest::of)
    }
}

/// The pages of a report that people keep: of the same report and the same record they have the same bytes, whenever and
/// wherever they are made by this version. Whoever holds all three sees by making them again whether a page was edited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pages {
    /// The HTML page.
    pub html: String,
    /// The Markdown page.
    pub markdown: String,
}

/// The pages of the report whose file has exactly these bytes, with what the ledger says beside it.
pub fn pages(report: &Report, bytes: &[u8], record: Option<&Record>) -> Pages {
    let page = Page { report, record, stored: Some(bytes) };
    Pages { html: html::render(&page), markdown: markdown::render(&page) }
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
    Format { name: "markdown", about: "for a ticket or a wiki, as long as it is", render: |page| markdown::render(page).into() },
    Format {
        name: "comment",
        about: "the same for a pull request, of at most 65,536 characters",
        render: |page| comment::render(page).into(),
    },
    Format { name: "html", about: "one self-contained file to read, print and sign", render: |page| html::render(page).into() },
    Format { name: "json", about: "the report itself: the bytes that people sign", render: json },
    Format { name: "junit", about: "JUnit XML for a CI server's test view", render: |page| junit::render(page).into() },
    Format { name: "sarif", about: "SARIF 2.1.0 for code-scanning dashboards", render: |page| sarif::render(page).into() },
    Format { name: "codescanning", about: "SARIF of what is red or unseen, for GitHub", render: |page| sarif::problems(page).into() },
    Format { name: "github", about: "GitHub Actions annotations at the plan's file and line", render: |page| github::render(page).into() },
];

fn json<'p>(page: &Page<'p>) -> Cow<'p, str> {
    match page.stored {
        Some(bytes) => String::from_utf8_lossy(bytes),
        None => String::from_utf8_lossy(&page.report.to_json()).into_owned().into(),
    }
}
