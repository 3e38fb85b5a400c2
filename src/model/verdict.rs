//! May we go? Derived from the findings in this one place, whatever the output format.

use serde::{Deserialize, Serialize};

use super::{Finding, Outcome, words};

/// The verdict of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Every blocker was looked at and none stands in the way.
    Go,
    /// A blocker is red or could not be checked, or there is nothing to rely on.
    NoGo,
    /// Nothing is red, but a person's answer is missing.
    Hold,
}

impl Verdict {
    /// The verdict over `findings`. `unknown` cannot be waived; with `strict`, warnings block too.
    pub fn of(findings: &[Finding], strict: bool) -> Self {
        let mut relied_on = false;
        let mut pending = false;
        for finding in findings.iter().filter(|f| f.severity.blocks(strict)) {
            match finding.outcome {
                Outcome::Unknown => return Self::NoGo,
                Outcome::Fail if !finding.is_waived() => return Self::NoGo,
                Outcome::Fail | Outcome::Skipped => {}
                Outcome::Pending => pending = true,
                Outcome::Pass => {}
            }
        }
        for finding in findings.iter().filter(|f| f.severity.blocks(false)) {
            relied_on |= matches!(finding.outcome, Outcome::Pass | Outcome::Pending);
        }
        match (relied_on, pending) {
            (false, _) => Self::NoGo,
            (true, true) => Self::Hold,
            (true, false) => Self::Go,
        }
    }

    /// The headline people read; a go that rests on waivers says so.
    pub fn headline(self, waived_blockers: usize) -> String {
        match (self, waived_blockers) {
            (Self::Go, 0) => "GO".into(),
            (Self::Go, 1) => "GO with 1 exception".into(),
            (Self::Go, n) => format!("GO with {n} exceptions"),
            (Self::NoGo, _) => "NO-GO".into(),
            (Self::Hold, _) => "HOLD".into(),
        }
    }
}

words!(Verdict { Go = "go", NoGo = "no-go", Hold = "hold" });
