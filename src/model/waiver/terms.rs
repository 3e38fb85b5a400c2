//! Whether a waiver counts: decided in this one place.

use std::fmt;

use jiff::Timestamp;

use super::Waiver;
use crate::model::{Period, Severity, Unsigned};

/// What decides beside the waiver itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WaiverTerms {
    /// The instant it is judged at.
    pub at: Timestamp,
    /// Of its check.
    pub severity: Severity,
    /// The run takes warnings for blockers.
    pub strict: bool,
    /// Its check guards the environment.
    pub guard: bool,
    /// Its approver has signed it.
    pub signed: bool,
    /// Whether it counts on what blocks without that.
    pub unsigned: Unsigned,
    /// How long it may last.
    pub longest: Period,
}

/// Why a waiver does not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WaiverVoid {
    /// Its check guards the environment.
    Guard,
    /// Its time is over, since then.
    Expired(Timestamp),
    /// It is granted only from then on.
    Early(Timestamp),
    /// It lasts longer than it may.
    TooLong {
        /// When it begins to count: its grant, else the instant it is judged at.
        from: Timestamp,
        /// When it ends.
        until: Timestamp,
        /// How long it may last.
        longest: Period,
        /// The severity of its check.
        severity: Severity,
    },
    /// This approver has not signed it, and what it covers blocks.
    Unsigned(String),
}

impl Waiver {
    /// Whether it counts on a failure of its check under these terms.
    /// The error says why it does not.
    pub fn counts(&self, terms: &WaiverTerms) -> Result<(), WaiverVoid> {
        let WaiverTerms { at, severity, strict, guard, signed, unsigned, longest } = *terms;
        if guard {
            return Err(WaiverVoid::Guard);
        }
        if self.expires <= at {
            return Err(WaiverVoid::Expired(self.expires));
        }
        // Else a later beginning would make a long waiver look short.
        if let Some(granted) = self.granted.filter(|granted| *granted > at) {
            return Err(WaiverVoid::Early(granted));
        }
        let (from, until) = (self.granted.unwrap_or(at), self.expires);
        if Period::between(from, until) > longest {
            return Err(WaiverVoid::TooLong { from, until, longest, severity });
        }
        if severity.blocks(strict) && !signed && unsigned == Unsigned::Refused {
            return Err(WaiverVoid::Unsigned(self.approver.clone()));
        }
        Ok(())
    }
}

/// A clause that reads well after "does not count: ".
impl fmt::Display for WaiverVoid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Guard => f.write_str("a check that guards the environment cannot be waived"),
            Self::Expired(since) => write!(f, "it expired at {since}"),
            Self::Early(from) => write!(f, "it is granted from {from} on"),
            Self::TooLong { from, until, longest, severity } => {
                write!(f, "from {from} to {until} is more than {longest}, the longest on a check of severity `{severity}`")
            }
            Self::Unsigned(approver) => write!(f, "`{approver}` has not signed it, as the approver must where a check blocks"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("an instant")
    }

    fn waiver(granted: Option<&str>, expires: &str) -> Waiver {
        Waiver {
            check: "tls".into(),
            environment: "prod".into(),
            reason: "r".into(),
            ticket: "T-1".into(),
            owner: "eve".into(),
            approver: "bob".into(),
            granted: granted.map(at),
            expires: at(expires),
        }
    }

    /// A signed one on a blocker, judged on 20 November.
    fn terms() -> WaiverTerms {
        WaiverTerms {
            at: at("2026-11-20T12:00:00Z"),
            severity: Severity::Blocker,
            strict: false,
            guard: false,
            signed: true,
            unsigned: Unsigned::Refused,
            longest: Period::days(30),
        }
    }

    #[test]
    fn counts_only_where_it_may_and_when_it_is_signed() {
        let waiver = waiver(None, "2026-12-01T00:00:00Z");
        let unsigned = WaiverTerms { signed: false, ..terms() };
        let warning = WaiverTerms { severity: Severity::Warning, ..unsigned };
        let void = || Err(WaiverVoid::Unsigned("bob".into()));
        for (about, terms, counts) in [
            ("signed", terms(), Ok(())),
            ("a guard", WaiverTerms { guard: true, ..terms() }, Err(WaiverVoid::Guard)),
            ("unsigned on a blocker", unsigned, void()),
            ("unsigned, and policy allows it", WaiverTerms { unsigned: Unsigned::Allowed, ..unsigned }, Ok(())),
            ("unsigned on a warning", warning, Ok(())),
            ("unsigned on a warning that blocks", WaiverTerms { strict: true, ..warning }, void()),
            ("unsigned on info", WaiverTerms { severity: Severity::Info, strict: true, ..warning }, Ok(())),
        ] {
            assert_eq!(waiver.counts(&terms), counts, "{about}");
        }
    }

    #[test]
    fn counts_only_in_its_time_and_no_longer_than_allowed() {
        let too_long = |from: &str, until: &str| {
            Err(WaiverVoid::TooLong { from: at(from), until: at(until), longest: Period::days(30), severity: Severity::Blocker })
        };
        for (about, granted, expires, counts) in [
            ("after its last instant", None, "2026-11-20T12:00:00Z", Err(WaiverVoid::Expired(at("2026-11-20T12:00:00Z")))),
            ("at its last instant", None, "2026-11-20T12:00:00.001Z", Ok(())),
            ("as long as allowed", None, "2026-12-20T12:00:00Z", Ok(())),
            ("longer, from now", None, "2026-12-20T12:00:01Z", too_long("2026-11-20T12:00:00Z", "2026-12-20T12:00:01Z")),
            (
                "longer, from its grant",
                Some("2026-11-01T00:00:00Z"),
                "2026-12-11T00:00:00Z",
                too_long("2026-11-01T00:00:00Z", "2026-12-11T00:00:00Z"),
            ),
            ("as long, from its grant", Some("2026-11-10T00:00:00Z"), "2026-12-10T00:00:00Z", Ok(())),
            ("granted now", Some("2026-11-20T12:00:00Z"), "2026-12-10T00:00:00Z", Ok(())),
            (
                "granted later, to look short",
                Some("2026-12-01T00:00:00Z"),
                "2026-12-10T00:00:00Z",
                Err(WaiverVoid::Early(at("2026-12-01T00:00:00Z"))),
            ),
        ] {
            assert_eq!(waiver(granted, expires).counts(&terms()), counts, "{about}");
        }
        let expired = WaiverTerms { severity: Severity::Info, unsigned: Unsigned::Allowed, ..terms() };
        assert!(waiver(None, "2026-11-20T11:59:59Z").counts(&expired).is_err(), "whatever the severity");
    }

    /// What is allowed on a blocker is allowed on all else.
    #[test]
    fn a_blocker_is_never_easier_to_waive() {
        let waiver = waiver(None, "2026-12-01T00:00:00Z");
        for signed in [false, true] {
            for unsigned in [Unsigned::Refused, Unsigned::Allowed] {
                let on = |severity| waiver.counts(&WaiverTerms { signed, unsigned, severity, ..terms() }).is_ok();
                assert!(!on(Severity::Blocker) || on(Severity::Warning) && on(Severity::Info));
            }
        }
    }
}
