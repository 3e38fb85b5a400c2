//! Reads the files.

use super::{
    Coverage,
    seen::{Covered, Seen},
};
use crate::check::{Context, Unseen, evidence::bring};

pub(super) async fn observe(check: &Coverage, cx: &Context) -> Result<Seen, Unseen> {
    let (evidence, files) = bring::<Covered>(&check.keys(), Vec::new(), cx).await?;
    let covered = files.into_iter().reduce(Covered::add).unwrap_or_default();
    Ok(Seen { evidence, covered })
}
