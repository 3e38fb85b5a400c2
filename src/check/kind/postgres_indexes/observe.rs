//! Reads the catalogues, and of them what the demands are about.

use super::{PostgresIndexes, catalogue::Catalogue, meaning, seen::Seen, view::view};
use crate::check::{Context, Unseen, database};

/// What the database holds.
pub(super) async fn observe(check: &PostgresIndexes, cx: &Context) -> Result<Seen, Unseen> {
    let target = database::target(cx, check.database.as_ref())?;
    let catalogue = Catalogue::of(cx, &target, &check.schemas()).await?;
    let readings = meaning::readings(cx, &target, check.demands(), &catalogue).await?;
    Ok(view(check, &catalogue, &readings))
}
