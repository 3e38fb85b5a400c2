//! What the reports hold.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{ctrf, junit, tap};
use crate::{
    check::evidence::{Content, Evidence, Facts, Format, Said},
    model::{Percent, excerpt, from_forms, one_line, schema},
};

/// Names of tests are kept up to this many of each sort.
const MOST_NAMES: usize = 20;

/// What the reports hold.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Seen {
    /// The files.
    pub evidence: Evidence,
    /// Their tests, taken together.
    pub tests: Tests,
}

/// The tests of one report.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Tests {
    /// Tests that passed, flaky ones among them.
    pub passed: u64,
    /// Tests that failed.
    pub failed: u64,
    /// Tests that did not run.
    pub skipped: u64,
    /// Tests that passed only after a retry.
    pub flaky: u64,
    /// The first that failed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failing: Vec<String>,
    /// The first flaky ones.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unsteady: Vec<String>,
    /// The names that the plan asks for and that have passed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub found: Vec<String>,
    /// What is not understood, or contradicts itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub odd: Vec<String>,
}

/// What came of a test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Came {
    Passed,
    Flaky,
    Failed,
    Skipped,
}

impl Tests {
    /// Counts a test that goes by any of `names`, the first of which is shown.
    pub(super) fn count(&mut self, came: Came, names: &[&str], asked: &[String]) {
        let shown = || excerpt(&one_line(names.first().unwrap_or(&"")), 200);
        match came {
            Came::Passed | Came::Flaky => self.passed += 1,
            Came::Failed => self.failed += 1,
            Came::Skipped => self.skipped += 1,
        }
        if came == Came::Failed && self.failing.len() < MOST_NAMES {
            self.failing.push(shown());
        }
        if came == Came::Flaky {
            self.flaky += 1;
            if self.unsteady.len() < MOST_NAMES {
                self.unsteady.push(shown());
            }
        }
        if matches!(came, Came::Passed | Came::Flaky) {
            for name in asked.iter().filter(|asked| names.contains(&asked.as_str())) {
                if !self.found.contains(name) {
                    self.found.push(name.clone());
                }
            }
        }
    }

    /// Notes what is not understood.
    pub(super) fn odd(&mut self, what: String) {
        if self.odd.len() < MOST_NAMES {
            self.odd.push(excerpt(&one_line(&what), 300));
        }
    }

    /// Adds those of another report.
    pub(super) fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
        self.flaky += other.flaky;
        for (all, more) in [
            (&mut self.failing, other.failing),
            (&mut self.unsteady, other.unsteady),
            (&mut self.odd, other.odd),
            (&mut self.found, other.found),
        ] {
            for one in more {
                if !all.contains(&one) {
                    all.push(one);
                }
            }
        }
        for shown in [&mut self.failing, &mut self.unsteady, &mut self.odd] {
            shown.truncate(MOST_NAMES);
        }
    }

    pub(super) fn all(&self) -> u64 {
        self.passed + self.failed + self.skipped
    }
}

impl Facts for Tests {
    const NOUN: &'static str = "a test report";
    const FORMATS: &'static [Format] = &[Format::Junit, Format::Ctrf, Format::Tap];
    const KEYS: &'static str = "reportFormat results timestamp summary* environment commit healthy tests name status suite flaky";

    fn read(_: Format, content: Content<'_, '_>, names: &[String], said: &mut Said) -> Result<Self, String> {
        match content {
            Content::Xml(root, events) => junit::read(root, events, names, said),
            Content::Json(values) => ctrf::read(values, names, said),
            Content::Lines(lines) => tap::read(lines, names),
        }
    }
}

/// How many there may be: a number, or a share of all.
#[derive(Debug, Clone, Copy)]
pub enum Most {
    /// So many.
    Count(u64),
    /// Such a share.
    Share(Percent),
}

impl Most {
    pub(super) fn takes(self, count: u64, all: u64) -> bool {
        match self {
            Self::Count(most) => count <= most,
            Self::Share(share) => count as f64 <= share.fraction() * all as f64,
        }
    }
}

impl fmt::Display for Most {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count(0) => f.write_str("none"),
            Self::Count(most) => write!(f, "at most {most}"),
            Self::Share(share) => write!(f, "at most {share}"),
        }
    }
}

from_forms!(
    Most,
    "a whole number, or a share like `5%`",
    whole |number| Ok(Most::Count(number)),
    text |text: &str| match text.parse::<u64>() {
        Ok(number) => Ok(Most::Count(number)),
        Err(_) => text.parse().map(Most::Share),
    },
);

schema!(inline Most, |_| schemars::json_schema!({ "anyOf": [{ "type": "integer", "minimum": 0 }, { "type": "string", "pattern": "^[0-9.]+ *%?$" }] }));
