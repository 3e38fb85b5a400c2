//! Reads the bills.

use super::{
    Sbom,
    seen::{Bill, Seen},
};
use crate::check::{Context, Unseen, evidence::bring};

pub(super) async fn observe(check: &Sbom, cx: &Context) -> Result<Seen, Unseen> {
    let (evidence, bills) = bring::<Bill>(&check.keys(), Vec::new(), cx).await?;
    let mut bill = bills.into_iter().reduce(Bill::merge).unwrap_or_default();
    // More kinds of licences than this are not told apart by people either.
    if check.licences.is_none() || bill.licences.len() > 2_000 {
        if check.licences.is_some() {
            bill.odd.push("over 2,000 different licences".into());
        }
        bill.licences.clear();
    }
    Ok(Seen { evidence, bill })
}
