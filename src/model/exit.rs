//! The exit codes: one contract, for every command.

use super::{Finding, Outcome, Verdict};

/// What the process exits with. Where several apply: 5, 1, 3, 6, 4.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Exit {
    /// Go, or the command did its work.
    Go = 0,
    /// No-go: at least one blocker is red.
    Red = 1,
    /// Usage or plan error; nothing was touched.
    Usage = 2,
    /// No-go because blockers could not be checked; none is red.
    Unchecked = 3,
    /// Hold: nothing is red, but people have not answered or signed.
    Hold = 4,
    /// The ledger or a signature cannot be trusted.
    Untrusted = 5,
    /// Output could not be written, or the run could not be recorded.
    Output = 6,
}

impl Exit {
    /// Every code with its meaning, as the README and `--help` print it.
    pub const TABLE: [(Self, &'static str); 7] = [
        (Self::Go, "go"),
        (Self::Red, "no-go: at least one blocker is red"),
        (Self::Usage, "usage or plan error; nothing was touched"),
        (Self::Unchecked, "no-go because blockers could not be checked, none is red"),
        (Self::Hold, "hold: nothing is red, but people have not answered or signed"),
        (Self::Untrusted, "the ledger or a signature cannot be trusted"),
        (Self::Output, "output could not be written, or the run could not be recorded"),
    ];

    /// The code of a verdict over these findings.
    pub fn of(verdict: Verdict, findings: &[Finding], strict: bool) -> Self {
        let red = |f: &Finding| f.severity.blocks(strict) && f.outcome == Outcome::Fail && !f.is_waived();
        match verdict {
            Verdict::Go => Self::Go,
            Verdict::Hold => Self::Hold,
            Verdict::NoGo if findings.iter().any(red) => Self::Red,
            Verdict::NoGo => Self::Unchecked,
        }
    }

    /// The code with this number.
    pub fn of_code(code: u8) -> Option<Self> {
        Self::TABLE.into_iter().map(|(exit, _)| exit).find(|exit| exit.code() == code)
    }

    /// The number.
    pub fn code(self) -> u8 {
        self as u8
    }

    /// The one to exit with when both apply.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        const ORDER: [Exit; 7] = [Exit::Usage, Exit::Untrusted, Exit::Red, Exit::Unchecked, Exit::Output, Exit::Hold, Exit::Go];
        ORDER.into_iter().find(|e| *e == self || *e == other).unwrap_or(self)
    }
}

#[cfg(test)]
mod tests {
    use super::Exit;

    #[test]
    fn the_graver_code_wins() {
        for (a, b, both) in [
            (Exit::Go, Exit::Output, Exit::Output),
            (Exit::Red, Exit::Output, Exit::Red),
            (Exit::Untrusted, Exit::Red, Exit::Untrusted),
            (Exit::Hold, Exit::Output, Exit::Output),
            (Exit::Unchecked, Exit::Red, Exit::Red),
        ] {
            assert_eq!((a.and(b), b.and(a)), (both, both));
        }
    }
}
