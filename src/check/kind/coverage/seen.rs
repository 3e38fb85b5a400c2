//! How much is covered.

use serde::{Deserialize, Serialize};

use super::{lcov, xml};
use crate::check::evidence::{Content, Evidence, Facts, Format, Said};

/// The files, and what they tell together.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Seen {
    /// The files.
    pub evidence: Evidence,
    /// What they tell.
    pub covered: Covered,
}

/// Covered, and all: nothing where it is not told.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Covered {
    /// Lines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lines: Option<(u64, u64)>,
    /// Branches.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branches: Option<(u64, u64)>,
    /// Functions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub functions: Option<(u64, u64)>,
    /// What contradicts itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub odd: Vec<String>,
}

impl Covered {
    /// Adds another file's; what one of them does not tell is not known of both.
    pub(super) fn add(self, other: Self) -> Self {
        let both = |one: Option<(u64, u64)>, other: Option<(u64, u64)>| Some((one?.0 + other?.0, one?.1 + other?.1));
        Self {
            lines: both(self.lines, other.lines),
            branches: both(self.branches, other.branches),
            functions: both(self.functions, other.functions),
            odd: self.odd.into_iter().chain(other.odd).take(20).collect(),
        }
    }
}

impl Facts for Covered {
    const NOUN: &'static str = "a coverage report";
    const FORMATS: &'static [Format] = &[Format::Lcov, Format::Cobertura, Format::Jacoco];
    const KEYS: &'static str = "";

    fn read(format: Format, content: Content<'_, '_>, _: &[String], said: &mut Said) -> Result<Self, String> {
        match (content, format) {
            (Content::Lines(lines), _) => lcov::read(lines),
            (Content::Xml(root, events), Format::Jacoco) => xml::jacoco(events, &root, said),
            (Content::Xml(root, events), _) => xml::cobertura(events, &root, said),
            (Content::Json(_), _) => Err("is JSON".into()),
        }
    }
}
