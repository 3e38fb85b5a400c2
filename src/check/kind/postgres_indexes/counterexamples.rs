//! Observations that turn each demand red.

use super::{
    PostgresIndexes,
    index::{Element, Index},
    seen::{ForeignKey, Found, Listed, Schema, Seen, Server},
};

/// First a database that lacks everything, then one in which everything that exists is wrong.
pub(super) fn counterexamples(check: &PostgresIndexes, _: jiff::Timestamp) -> Vec<Seen> {
    vec![empty(check), broken(check)]
}

fn empty(check: &PostgresIndexes) -> Seen {
    let schema = |name: &String| Schema { name: name.clone(), ..Schema::default() };
    Seen {
        server: server(),
        schemas: check.schemas().iter().map(schema).collect(),
        wanted: check.demands().iter().map(|demand| (demand.to_string(), Found::default())).collect(),
        unindexed_foreign_keys: check.foreign_keys.then(Listed::default),
        duplicates: check.no_duplicates.then(Listed::default),
        ..Seen::default()
    }
}

fn broken(check: &PostgresIndexes) -> Seen {
    let schemas = check.schemas();
    let home = schemas.first().cloned().unwrap_or_default();
    let index = |name: &str| Index {
        schema: home.clone(),
        table: "orders".into(),
        name: name.into(),
        method: "btree".into(),
        keys: vec![Element { text: "customer_id".into(), ..Element::default() }],
        ready: true,
        live: true,
        ..Index::default()
    };
    let sound = |name: &str| Index { valid: true, ..index(name) };
    let key = ForeignKey {
        schema: home.clone(),
        table: "orders".into(),
        name: "orders_product_id_fkey".into(),
        columns: vec!["product_id".into()],
        references: format!("{home}.products"),
    };
    let schema = |name: &String| Schema { name: name.clone(), exists: true, tables: 1, indexes: 3, foreign_keys: 1 };
    let found = Found { indexes: vec![index("orders_customer_id_idx")], ..Found::default() };
    Seen {
        schemas: schemas.iter().map(schema).collect(),
        wanted: check.demands().iter().map(|demand| (demand.to_string(), found.clone())).collect(),
        not_valid: Listed::of(vec![index("orders_customer_id_idx")], 1),
        unindexed_foreign_keys: check.foreign_keys.then(|| Listed::of(vec![key], 1)),
        duplicates: check.no_duplicates.then(|| Listed::of(vec![vec![sound("orders_a"), sound("orders_b")]], 1)),
        ..empty(check)
    }
}

fn server() -> Server {
    Server { database: "app".into(), user: "gonogo".into(), version: "17.0".into(), ..Server::default() }
}
