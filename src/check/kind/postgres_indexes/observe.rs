//! Reads the catalogues, and of them what the demands are about.

use super::{
    PostgresIndexes,
    catalogue::Catalogue,
    meaning,
    seen::Seen,
    view::{Wanted, view},
};
use crate::check::{Context, Unseen, database};

/// What the database holds.
pub(super) async fn observe(check: &PostgresIndexes, cx: &Context) -> Result<Seen, Unseen> {
    let target = database::target(cx, check.database.as_ref())?;
    let schemas = check.schemas();
    let catalogue = Catalogue::of(cx, &target, &schemas).await?;
    let wanted = Wanted { schemas: &schemas, demands: check.demands(), foreign_keys: check.foreign_keys, duplicates: check.no_duplicates };
    let readings = meaning::readings(cx, &target, check.demands(), &catalogue).await?;
    Ok(view(&catalogue, &readings, &wanted))
}
