//! Looking: at files, at what a tool lists, at the record of a restore.

use std::time::Instant;

use super::{Backup, barman, drill, files, gap, pgbackrest, restic, seen::Seen, source::Source, tool, wal_g};
use crate::check::{Context, Unseen, blocking};

pub(super) async fn observe(check: &Backup, cx: &Context) -> Result<Seen, Unseen> {
    let until = cx.until();
    let mut seen = match check.source() {
        None => Seen::default(),
        Some(Source::Files(globs)) => {
            let search = files::Search::new(check, globs, cx, until);
            blocking(move || search.run()).await??
        }
        Some(source) => listed(source, cx, until).await?,
    };
    if let Some(demand) = &check.restore_drill {
        let path = cx.path(&demand.file);
        seen.drill = Some(blocking(move || drill::read(&path)).await?);
    }
    seen.gap = gap::widest(check, &seen, cx.shared.at);
    Ok(seen.shortened())
}

async fn listed(source: Source<'_>, cx: &Context, until: Instant) -> Result<Seen, Unseen> {
    let printed = tool::printed(source, cx, until).await?;
    let said = |why: String| Unseen::Unknown(format!("{} {why}", printed.by));
    match source {
        Source::Pgbackrest(tool) => pgbackrest::read(&printed.json, tool).map_err(said),
        Source::Barman(tool) => barman::read(&printed.json, tool).map_err(said),
        Source::WalG(_) => wal_g::read(&printed.json).map_err(said),
        Source::Restic(tool) => restic::read(&printed.json, tool).map_err(said),
        Source::Files(_) => Err(said("is no listing".into())),
    }
}
