//! Databases that break each demand.

use super::{
    PostgresSchema,
    seen::{Part, Relation, Seen, Sequence},
};

/// One that has nothing, and one that has the tables, what must be gone, and nothing in force.
pub(super) fn counterexamples(check: &PostgresSchema, _: jiff::Timestamp) -> Vec<Seen> {
    let schemas = check.schemas();
    let home = schemas.first().cloned().unwrap_or_default();
    let part = |what: &str| Part { schema: home.clone(), table: "orders".into(), name: "odd".into(), what: what.into(), sound: false };
    let relation = |name: &crate::check::sql_name::Qualified| Relation {
        schema: name.schema.as_ref().map_or_else(|| home.clone(), |schema| schema.as_str().to_owned()),
        name: name.name.as_str().to_owned(),
        ..Relation::default()
    };
    let broken = Seen {
        database: "app".into(),
        schemas: schemas.iter().map(|name| (name.clone(), 1)).collect(),
        relations: check.relations().map(relation).collect(),
        constraints: vec![part("check")],
        triggers: vec![part("trigger")],
        sequences: vec![Sequence { schema: home.clone(), name: "orders_id_seq".into(), used: Some(1.1) }],
        counts: (1, 1, 1),
        ..Seen::default()
    };
    vec![Seen { database: "app".into(), ..Seen::default() }, broken]
}
