//! Reads the reports.

use super::{
    TestReport,
    seen::{Seen, Tests},
};
use crate::check::{Context, Unseen, evidence::bring};

pub(super) async fn observe(check: &TestReport, cx: &Context) -> Result<Seen, Unseen> {
    let (evidence, reports) = bring::<Tests>(&check.keys(), check.names(), cx).await?;
    let mut tests = Tests::default();
    reports.into_iter().for_each(|report| tests.add(report));
    Ok(Seen { evidence, tests })
}
