//! Reads the reports; what is grave, excepted or unclear in them is kept.

use super::{
    ScanReport,
    seen::{Scan, Seen, State},
};
use crate::check::{Context, Unseen, evidence::bring};

/// The most findings that are kept.
const MOST: usize = 200;

pub(super) async fn observe(check: &ScanReport, cx: &Context) -> Result<Seen, Unseen> {
    let (evidence, scans) = bring::<Scan>(&check.bound(), check.names(), cx).await?;
    let mut scan = scans.into_iter().reduce(Scan::merge).unwrap_or_default();
    let grave = |severity: Option<super::Severity>| severity.is_none_or(|severity| severity >= check.severity());
    scan.findings.retain(|finding| grave(finding.severity));
    // The open ones first, then the gravest.
    scan.findings.sort_by_key(|finding| {
        (matches!(finding.state, State::Excepted(_)), finding.severity.is_none(), std::cmp::Reverse(finding.severity))
    });
    scan.findings.truncate(MOST);
    Ok(Seen { evidence, scan })
}
