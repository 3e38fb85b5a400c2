//! The demands on what was seen.

use super::{
    PostgresMigrations,
    seen::{Folder, Listed, Seen},
};
use crate::{
    check::sql_name::shown,
    model::{Expectation, counted, quote},
};

pub(super) fn judge(check: &PostgresMigrations, seen: &Seen, _: jiff::Timestamp) -> Vec<Expectation> {
    let history = Expectation::new("history", "Migration table")
        .wanted(check.tool.map_or_else(|| "one of a known tool".into(), |tool| format!("that of {tool}")));
    let (Some(tool), Some(table)) = (&seen.tool, &seen.table) else {
        let place = format!("none in any schema of database {}", shown(&seen.database));
        return vec![
            history
                .got(match &check.table {
                    Some(table) => format!("{place}, by the name {table}"),
                    None => place,
                })
                .met(false),
        ];
    };
    let mut all = vec![history.got(format!("{table} of {tool}, with {} applied", counted(seen.applied, "migration"))).met(true)];
    all.push(none("failed", "Failed or half-done migrations", &seen.failed));
    match &seen.beside {
        Some(Ok(trouble)) => all.push(none("trouble", "What the tool notes beside it", trouble)),
        Some(Err(why)) => all.push(Expectation::new("trouble", "What the tool notes beside it").wanted("nothing amiss").undetermined(why)),
        None => {}
    }
    if let (Some(wanted), Some(as_named)) = (&check.newest, seen.as_named) {
        let newest = Expectation::new("newest", "Newest migration applied").wanted(quote(wanted.as_str()));
        all.push(newest.got(ends(&seen.newest)).met(as_named));
    }
    if let Some(folder) = &seen.folder {
        all.extend(of_folder(check, seen, folder));
    }
    all
}

fn of_folder(check: &PostgresMigrations, seen: &Seen, folder: &Folder) -> Vec<Expectation> {
    let mut all = Vec::new();
    if folder.odd.count > 0 {
        let files = Expectation::new("files", "The release's migrations").wanted("each file understood");
        all.push(files.undetermined(format!("not understood: {}", folder.odd.said())));
    }
    if let (Some(same), false) = (folder.same, check.pending) {
        let newest =
            Expectation::new("newest", "Newest migration applied").wanted(format!("the release's newest, {}", ends(&folder.newest)));
        all.push(newest.got(ends(&seen.newest)).met(same));
    }
    if !check.pending {
        let pending = none("pending", "Migrations that are not applied", &folder.pending);
        all.push(match (folder.pending.count, folder.perhaps.count) {
            (0, 1..) => pending.undetermined(format!("not applied, and perhaps not meant for this database: {}", folder.perhaps.said())),
            _ => pending,
        });
    }
    all.push(none("not-in-release", "Applied migrations that the release does not have", &folder.strangers));
    if let Some(changed) = &folder.changed {
        let demand = none("changed", "Files changed after they were applied", changed);
        let got = format!("none of {} compared", folder.compared);
        all.push(if changed.count == 0 { demand.got(got) } else { demand });
    }
    all
}

fn none(name: &str, what: &str, listed: &Listed) -> Expectation {
    let got = if listed.count == 0 { "none".to_owned() } else { format!("{}: {}", listed.count, listed.said()) };
    Expectation::new(name, what).wanted("none").got(got).met(listed.count == 0).bound("<=", 0_u64, Some(listed.count.into()), "count")
}

fn ends(newest: &[String]) -> String {
    match newest {
        [] => "none".into(),
        [one] => quote(one),
        several => format!("{} ends: {}", several.len(), several.iter().take(4).map(|one| quote(one)).collect::<Vec<_>>().join(", ")),
    }
}
