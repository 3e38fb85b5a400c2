//! A report with a grave finding, of another account, with an old database, in which nothing ran that was asked for.

use jiff::Timestamp;

use super::{
    ScanReport,
    seen::{Finding, Scan, Seen, Severity, State},
};
use crate::{check::evidence::Evidence, model::Period};

pub(super) fn counterexamples(check: &ScanReport, at: Timestamp) -> Vec<Seen> {
    let finding = Finding {
        id: "CVE-0000-0000".into(),
        at: "package".into(),
        severity: Some(Severity::Critical),
        without_fix: false,
        state: State::Open,
    };
    let too_old = check.max_database_age.map(|limit| limit.signed().saturating_add(Period::seconds(1).signed()));
    let scan = Scan {
        count: 1,
        findings: vec![finding],
        targets: vec!["another".into()],
        database: too_old.and_then(|before| at.saturating_sub(before).ok()),
        ..Scan::default()
    };
    vec![Seen { evidence: Evidence::of_another(&check.bound(), at), scan }]
}
