//! Backups that break each demand.

use jiff::{SignedDuration, Timestamp};

use super::{
    Backup,
    seen::{Copy, Drill, Gap, Seen},
};
use crate::model::Period;

const DAY: SignedDuration = SignedDuration::from_hours(24);

pub(super) fn counterexamples(check: &Backup, at: Timestamp) -> Vec<Seen> {
    let fine = fine(check, at);
    let mut all = vec![fine.clone()];
    if let Some(backups) = &fine.backups {
        let with = |backups: Vec<Copy>| Seen { backups: Some(backups), ..fine.clone() };
        let changed = |change: &dyn Fn(&mut Copy)| {
            let mut backups = backups.clone();
            backups.iter_mut().for_each(change);
            with(backups)
        };
        all.push(with(Vec::new()));
        all.push(changed(&|copy| copy.flaw = Some("is truncated".into())));
        let later = |longest: Period| longest.signed().saturating_add(DAY);
        for longest in [check.max_age, check.max_full_age].into_iter().flatten() {
            all.push(changed(&|copy| copy.at = Some(before(copy.at.unwrap_or(at), later(longest)))));
        }
        if let Some(least) = check.min_size {
            all.push(changed(&|copy| copy.size = Some(least.0.saturating_sub(1))));
        }
        if check.max_shrink.is_some() {
            let mut shrunken = backups.clone();
            shrunken.iter_mut().take(1).for_each(|copy| copy.size = Some(0));
            all.push(with(shrunken));
        }
        // One fresh copy is too few, and reaches back too short.
        all.push(with(backups.iter().take(1).cloned().collect()));
        all.push(Seen { repository: fine.repository.as_ref().map(|_| vec!["status 2: no valid backups".into()]), ..fine.clone() });
        if let (Some(longest), Some(gap)) = (check.max_gap, &fine.gap) {
            let from = before(gap.until, longest.signed().saturating_add(DAY));
            all.push(Seen { gap: Some(Gap { from, ..gap.clone() }), ..fine.clone() });
        }
        all.push(Seen { missing_tables: check.tables.as_deref().map(<[String]>::to_vec), ..fine.clone() });
    }
    if let Some(drill) = &fine.drill {
        let with = |drill: Drill| Seen { drill: Some(drill), ..fine.clone() };
        all.push(with(Drill { ok: false, ..drill.clone() }));
        all.push(with(Drill { restored: None, flaw: Some("does not exist".into()), ..Drill::default() }));
    }
    all
}

/// As many good backups as are demanded, the oldest as old as demanded.
fn fine(check: &Backup, at: Timestamp) -> Seen {
    let copies = check.min_copies.unwrap_or(1).clamp(2, 200);
    let reach = check.retention.map_or(DAY, Period::signed);
    let size = check.min_size.map_or(1 << 20, |size| size.0.max(1));
    let backup = |i: u64| Copy {
        name: format!("backup {}", copies - i),
        at: Some(if i + 1 == copies { before(at, reach) } else { at }),
        size: Some(size),
        ..Copy::default()
    };
    let tool = check.pgbackrest.is_some() || check.barman.is_some();
    Seen {
        backups: check.source().map(|_| (0..copies).map(backup).collect()),
        left_out: check.min_copies.unwrap_or(1).saturating_sub(200),
        repository: tool.then(Vec::new),
        gap: check.max_gap.map(|_| Gap { from: at, until: at, unseen: None }),
        missing_tables: check.tables.as_ref().map(|_| Vec::new()),
        drill: check.restore_drill.as_ref().map(|_| Drill { restored: Some(at), ok: true, ..Drill::default() }),
    }
}

fn before(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_sub(by).unwrap_or(Timestamp::MIN)
}
