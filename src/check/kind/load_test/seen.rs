//! The figures of a load test, all in milliseconds, seconds and requests.

use serde::{Deserialize, Serialize};

use super::{jtl, k6, text, vegeta};
use crate::check::evidence::{Content, Evidence, Facts, Format, Said};

/// The file, what it tells, and what an earlier one told.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Seen {
    /// The file.
    pub evidence: Evidence,
    /// Its figures.
    pub load: Load,
    /// Those of the earlier test.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub earlier: Option<Load>,
    /// Why that could not be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unread: Option<String>,
}

/// The figures of one test; nothing where it is not told.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Load {
    /// Percentiles of the response time, rising: the percentile, milliseconds.
    #[serde(default)]
    pub percentiles: Vec<(f64, f64)>,
    /// Requests.
    #[serde(default)]
    pub requests: Option<f64>,
    /// The share of them that failed, from 0 to 1.
    #[serde(default)]
    pub errors: Option<f64>,
    /// Requests a second.
    #[serde(default)]
    pub throughput: Option<f64>,
    /// Its length in seconds.
    #[serde(default)]
    pub seconds: Option<f64>,
    /// Users or connections at once, at most.
    #[serde(default)]
    pub users: Option<f64>,
    /// How many thresholds of its own it has.
    #[serde(default)]
    pub thresholds: u64,
    /// Those that failed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub broken: Vec<String>,
    /// What is not understood, or contradicts itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub odd: Vec<String>,
}

impl Load {
    /// Sorts the percentiles, and notes figures that cannot be.
    pub(super) fn checked(mut self) -> Self {
        self.percentiles.sort_by(|one, other| one.0.total_cmp(&other.0));
        self.percentiles.dedup();
        if self.percentiles.windows(2).any(|pair| pair[0].0 == pair[1].0) {
            self.odd.push("it tells a percentile twice".into());
        }
        let falls = self.percentiles.windows(2).any(|pair| pair[0].1 > pair[1].1 * 1.001);
        let negative = self.percentiles.iter().any(|(_, value)| *value < 0.0);
        if falls || negative {
            self.odd.push("its percentiles do not rise".into());
        }
        if self.errors.is_some_and(|share| !(0.0..=1.0).contains(&share)) {
            self.odd.push("its share of errors is not between 0 and 1".into());
        }
        let figures = [self.requests, self.throughput, self.seconds, self.users];
        if figures.into_iter().flatten().any(|figure| !figure.is_finite() || figure < 0.0) {
            self.odd.push("a figure is negative or no number".into());
        }
        self
    }
}

impl Facts for Load {
    const NOUN: &'static str = "the report of a load test";
    const FORMATS: &'static [Format] =
        &[Format::K6Export, Format::K6Summary, Format::K6Report, Format::Vegeta, Format::Wrk, Format::Hey, Format::Jtl];
    const KEYS: &'static str = "metrics* root_group state* config* generatedAt results latencies* status_codes* requests throughput success duration \
        end rate";

    fn read(format: Format, content: Content<'_, '_>, _: &[String], said: &mut Said) -> Result<Self, String> {
        let load = match content {
            Content::Json([value]) if format == Format::Vegeta => vegeta::read(value, said),
            Content::Json([value]) => k6::read(format, value, said),
            Content::Json(_) => Err("holds several documents".into()),
            Content::Lines(lines) if format == Format::Jtl => jtl::read(lines, said),
            Content::Lines(lines) => text::read(format, lines),
            Content::Xml(..) => Err("is XML".into()),
        };
        load.map(Self::checked)
    }
}
