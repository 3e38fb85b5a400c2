//! Whether an index serves what is demanded, and if not, in which ways.

use std::collections::BTreeMap;

use super::{
    column::{Column, Key},
    demand::{Serving, listed},
    index::{Element, Index},
    name::shown,
    seen::Reading,
};

/// Why an index does not serve, each readable after "which"; empty when it does. `weight` ranks the nearest candidates.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Lacks {
    pub(super) reasons: Vec<String>,
    pub(super) weight: u32,
}

impl Lacks {
    fn add(&mut self, weight: u32, reason: impl Into<String>) {
        self.weight += weight;
        self.reasons.push(reason.into());
    }
}

/// The weight from which an index has nothing to do with the demand.
pub(super) const STRANGER: u32 = 1_000;

/// How the server reads the texts of a demand on one table.
type Readings = BTreeMap<String, Reading>;

/// Whether the server reads `stored` as what is written.
fn same(readings: &Readings, written: &str, stored: &str) -> bool {
    readings.get(written).is_some_and(|reading| reading.same.iter().any(|text| text == stored))
}

/// What `index` lacks for `serving`.
pub(super) fn lacks(serving: &Serving, readings: &Readings, index: &Index) -> Lacks {
    let mut lacks = Lacks::default();
    columns(serving, readings, index, &mut lacks);
    if index.method != serving.method {
        lacks.add(20, format!("is a {} index, not {}", index.method, serving.method));
    }
    if (serving.unique || serving.nulls_not_distinct) && !index.unique {
        lacks.add(10, "is not unique");
    } else if (serving.unique || serving.nulls_not_distinct) && index.keys.len() != serving.columns.len() {
        lacks.add(10, "is unique only over all its columns together");
    }
    if serving.nulls_not_distinct && !index.nulls_not_distinct {
        lacks.add(5, "lets nulls repeat");
    }
    match (&serving.condition, &index.predicate) {
        (None, None) => {}
        (None, Some(_)) => lacks.add(10, "covers only such rows"),
        (Some(_), None) => lacks.add(10, "covers all rows"),
        (Some(wanted), Some(predicate)) if same(readings, wanted, predicate) => {}
        (Some(_), Some(_)) => lacks.add(10, "covers other rows"),
    }
    for name in serving.include.iter().flat_map(|include| include.iter()) {
        if !index.include.iter().any(|have| have == name.as_str())
            && !index.keys.iter().any(|key| !key.expression && key.text == name.as_str())
        {
            lacks.add(3, format!("does not include {name}"));
        }
    }
    if let Some(name) = &serving.name
        && name.as_str() != index.name
    {
        lacks.add(2, format!("is named {}", shown(&index.name)));
    }
    if let Some(ails) = index.ails() {
        lacks.add(1, ails);
    }
    lacks
}

fn columns(serving: &Serving, readings: &Readings, index: &Index, lacks: &mut Lacks) {
    let is = |column: &Column, key: &Element| match &column.key {
        Key::Column(name) => !key.expression && key.text == *name,
        Key::Expression(text) => key.expression && same(readings, text, &key.text),
    };
    let leading = serving.columns.iter().zip(&index.keys).all(|(column, key)| is(column, key));
    if leading && index.keys.len() >= serving.columns.len() {
        return details(serving, index, lacks);
    }
    let missing: Vec<&Column> = serving.columns.iter().filter(|column| !index.keys.iter().any(|key| is(column, key))).collect();
    let shared = serving.columns.len() - missing.len();
    if shared == 0 {
        // An expression nearly right is nearer than another column.
        lacks.add(STRANGER + u32::from(!index.keys.iter().any(|key| key.expression)), "has none of the columns");
    } else if missing.is_empty() && index.keys.len() == serving.columns.len() {
        lacks.add(50, "has the columns in another order");
    } else if missing.is_empty() {
        lacks.add(60, "does not begin with the columns in this order");
    } else {
        lacks.add(100, format!("lacks {} as a key column", listed(missing)));
    }
}

fn details(serving: &Serving, index: &Index, lacks: &mut Lacks) {
    for (column, key) in serving.columns.iter().zip(&index.keys) {
        let text = if key.expression { key.text.clone() } else { shown(&key.text) };
        let class = key.opclass.as_deref().filter(|_| !key.default_opclass).unwrap_or("the default operator class");
        match &column.opclass {
            Some(wanted) if Some(wanted) != key.opclass.as_ref() => lacks.add(8, format!("has {text} with {class}")),
            None if !key.unserved.is_empty() => lacks.add(
                8,
                format!(
                    "has {text} with {class}, which does not serve {} (write `{text} {class}` if queries need no more)",
                    listed(&key.unserved)
                ),
            ),
            _ => {}
        }
        let have = key.collation.as_deref().unwrap_or("none");
        match column.collation.as_ref().or(serving.collate.as_ref().filter(|_| key.collation.is_some())) {
            Some(wanted) if wanted != have => lacks.add(8, format!("has {text} under the collation {have}, not {wanted}")),
            None if key.other_collation => lacks.add(
                8,
                format!("has {text} under the collation {have}, not its own: only a query that says COLLATE can use that (then demand `collate: {have}`)"),
            ),
            _ => {}
        }
    }
    // Read backwards, an index serves the opposite order of all its columns.
    let ordered = |backwards: bool| {
        serving.columns.iter().zip(&index.keys).all(|(column, key)| {
            let have = super::column::Order { descending: key.descending, nulls_first: key.nulls_first };
            column.order.is_none_or(|order| order == if backwards { have.reversed() } else { have })
        })
    };
    if index.method == "btree" && !ordered(false) && !ordered(true) {
        lacks.add(8, "is ordered otherwise");
    }
}
