//! Databases that break each demand.

use super::{
    PostgresMigrations,
    seen::{Folder, Listed, Seen},
};

/// One without the table, and one in which everything is amiss.
pub(super) fn counterexamples(check: &PostgresMigrations, _: jiff::Timestamp) -> Vec<Seen> {
    let one = |text: &str| Listed::of([text.to_owned()]);
    let folder = Folder {
        count: 2,
        newest: vec!["20261101120000".into()],
        same: Some(false),
        pending: one("20261101120000"),
        strangers: one("20261111120000"),
        changed: Some(one("20261001120000")),
        compared: 1,
        ..Folder::default()
    };
    let amiss = Seen {
        database: "app".into(),
        tool: Some("goose".into()),
        table: Some("public.goose_db_version".into()),
        applied: 1,
        newest: vec!["20261001120000".into()],
        as_named: check.newest.as_ref().map(|_| false),
        failed: one("20261001120000: it is dirty"),
        beside: Some(Ok(one("held since yesterday"))),
        folder: check.folder.as_ref().map(|_| folder),
    };
    vec![Seen { database: "app".into(), ..Seen::default() }, amiss]
}
