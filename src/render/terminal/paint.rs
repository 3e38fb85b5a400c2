//! Colour, where it is wanted. Everything reads the same without it.

use owo_colors::{OwoColorize as _, Style as Colours};

use crate::model::{Finding, Outcome};

use super::{Tone, sign};

/// How text for a terminal is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Whether to colour it, with ANSI sequences.
    pub colour: bool,
    /// The columns there are.
    pub width: usize,
    /// Whether to show what was met in the checks that passed.
    pub verbose: bool,
}

impl Style {
    /// The columns used: within what can be read.
    pub(in crate::render) fn columns(self) -> usize {
        self.width.clamp(40, 120)
    }

    pub(in crate::render) fn dim(self, text: &str) -> String {
        self.paint(text, Colours::new().dimmed())
    }

    pub(in crate::render) fn bold(self, text: &str) -> String {
        self.paint(text, Colours::new().bold())
    }

    pub(in crate::render) fn loud(self, text: &str) -> String {
        self.paint(text, Colours::new().yellow().bold())
    }

    /// The sign of a finding in the colour of its outcome.
    pub(super) fn sign(self, finding: &Finding) -> String {
        self.outcome(finding, &sign(finding).to_string())
    }

    /// `text` in the colour of a finding's outcome.
    pub(super) fn outcome(self, finding: &Finding, text: &str) -> String {
        let excepted = match finding.outcome {
            Outcome::Fail => finding.is_waived(),
            Outcome::Pass => finding.flaky,
            Outcome::Unknown | Outcome::Pending | Outcome::Skipped => false,
        };
        if excepted { self.paint(text, Colours::new().yellow()) } else { self.came(finding.outcome, text) }
    }

    /// `text` in the colour of an outcome where nothing is said beside.
    pub(in crate::render) fn came(self, outcome: Outcome, text: &str) -> String {
        let colours = Colours::new();
        self.paint(
            text,
            match outcome {
                Outcome::Fail => colours.red().bold(),
                Outcome::Unknown => colours.magenta().bold(),
                Outcome::Pending => colours.blue().bold(),
                Outcome::Pass => colours.green(),
                Outcome::Skipped => colours.dimmed(),
            },
        )
    }

    pub(in crate::render) fn verdict(self, tone: Tone, text: &str) -> String {
        let colours = Colours::new().bold();
        self.paint(
            text,
            match tone {
                Tone::Go => colours.green(),
                Tone::Caution => colours.yellow(),
                Tone::Hold => colours.blue(),
                Tone::NoGo => colours.red(),
            },
        )
    }

    fn paint(self, text: &str, colours: Colours) -> String {
        if self.colour && !text.is_empty() { text.style(colours).to_string() } else { text.to_owned() }
    }
}
