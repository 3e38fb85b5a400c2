//! What demanded expressions and conditions mean: the server reads them beside the stored ones. It plans questions about a
//! row that exists nowhere and runs none of them, so no right on any table is needed and nothing is locked.

mod row;

use std::collections::{BTreeMap, BTreeSet};

use tokio_postgres::types::Type;

use self::row::{COLUMNS, ColumnRow, Row};
use super::{
    catalogue::{Catalogue, IndexRow, TEXT, TableRow},
    demand::Demand,
    name::quoted,
    query,
    seen::Reading,
};
use crate::{
    check::{Context, Unseen, database::rows},
    net::postgres::{Target, Trouble},
};

/// How many different stored spellings of one table are read.
const SPELLINGS: usize = 200;

/// How the server reads what is demanded of each table, by the table and the written text.
pub(super) type Readings = BTreeMap<i64, BTreeMap<String, Reading>>;

/// What is demanded of one table, and what is stored about it.
#[derive(Default)]
struct Texts<'t> {
    keys: BTreeSet<&'t str>,
    conditions: BTreeSet<&'t str>,
    stored_keys: BTreeSet<&'t str>,
    stored_conditions: BTreeSet<&'t str>,
    /// Why some of what is stored is not read.
    left_out: Option<&'static str>,
}

/// Asks the server about every expression and condition that `demands` hold. Without one it is not asked at all.
pub(super) async fn readings(cx: &Context, target: &Target, demands: &[Demand], catalogue: &Catalogue) -> Result<Readings, Unseen> {
    let mut asked: BTreeMap<i64, (&TableRow, Texts<'_>)> = BTreeMap::new();
    for serving in demands.iter().filter_map(Demand::serving).filter(|serving| serving.texts().next().is_some()) {
        for table in catalogue.tables.iter().filter(|table| serving.table.fits(&table.schema, &table.name)) {
            let texts = &mut asked.entry(table.oid).or_insert_with(|| (table, stored(catalogue, table.oid))).1;
            texts.keys.extend(serving.expressions());
            texts.conditions.extend(serving.condition.as_deref());
        }
    }
    if asked.is_empty() {
        return Ok(Readings::new());
    }
    let mut loan = cx.shared.reach.postgres(target, cx.until()).await?;
    let reading = loan.begin(cx.until()).await?;
    let mut path: Vec<String> = target.schemas().iter().map(|name| quoted(name)).collect();
    if path.is_empty() {
        let rows = reading.rows("SELECT nullif(current_setting('search_path'), '')", &[]).await?;
        path.extend(rows.first().and_then(|row| row.try_get::<_, Option<String>>(0).ok()?));
    }
    reading.run(query::PATH).await?;
    let oids: Vec<i64> = asked.keys().copied().collect();
    let columns: Vec<ColumnRow> = rows(&reading, COLUMNS, &[(&oids, Type::INT8_ARRAY)]).await?;
    let mut readings = Readings::new();
    for (oid, (table, texts)) in &asked {
        // What stands beside the table is found too, as by a program that puts the schema on its path.
        let path = [path.as_slice(), &[quoted(&table.schema)]].concat().join(", ");
        let settings = "SELECT set_config('constraint_exclusion', 'on', true), set_config('search_path', $1, true)";
        reading.rows(settings, &[(&path, Type::TEXT)]).await?;
        let columns = columns.iter().filter(|column| column.table_oid == *oid);
        let row = Row::new(&reading, &table.name, columns, &catalogue.server.user);
        readings.insert(*oid, read(&row, texts).await?);
    }
    reading.end().await?;
    Ok(readings)
}

/// The spellings that the catalogues have for a table.
fn stored(catalogue: &Catalogue, table: i64) -> Texts<'_> {
    let mut texts = Texts::default();
    for IndexRow { index, lent_code, .. } in catalogue.indexes.iter().filter(|row| row.table_oid == table) {
        let keys: Vec<&str> = index.keys.iter().filter(|key| key.expression).map(|key| key.text.as_str()).collect();
        let mut all = keys.iter().copied().chain(index.predicate.as_deref());
        if *lent_code && catalogue.server.superuser {
            // A constant handed to a function is worked out when the question is planned.
            texts.left_out = Some("they may run code of others with the rights of this superuser: look with another login");
        } else if all.any(|text| text.len() > TEXT) || texts.stored_keys.len() + texts.stored_conditions.len() > SPELLINGS {
            texts.left_out = Some("they are too long or too many");
        } else {
            texts.stored_keys.extend(keys);
            texts.stored_conditions.extend(index.predicate.as_deref());
        }
    }
    texts
}

async fn read(row: &Row<'_>, texts: &Texts<'_>) -> Result<BTreeMap<String, Reading>, Trouble> {
    let all = [&texts.keys, &texts.conditions, &texts.stored_keys, &texts.stored_conditions];
    let forms = row.forms(all.into_iter().flatten().copied().collect()).await?;
    let mut readings = BTreeMap::new();
    for (written, condition) in texts.keys.iter().map(|text| (*text, false)).chain(texts.conditions.iter().map(|text| (*text, true))) {
        let among = if condition { &texts.stored_conditions } else { &texts.stored_keys };
        let reading: &mut Reading = readings.entry(written.to_owned()).or_default();
        reading.unknown = texts.left_out.map(|why| format!("stored expressions were not read, since {why}"));
        for stored in among {
            let alike = match (&forms[written], &forms[*stored]) {
                (Ok(one), Ok(other)) => {
                    one == other || condition && row.implies(written, stored).await? && row.implies(stored, written).await?
                }
                // What names something closed to the login is not what names only open things.
                (Ok(_), Err(refusal)) => {
                    if !refusal.denied || row.has_closed_types() {
                        reading.unknown = Some(row.unread(stored, refusal));
                    }
                    false
                }
                (Err(_), _) => written == *stored,
            };
            if alike {
                reading.same.push((*stored).to_owned());
            }
        }
        match &forms[written] {
            Err(refusal) if refusal.denied || row.has_closed_types() => reading.unknown = Some(row.unread(written, refusal)),
            Err(refusal) => reading.refused = Some(refusal.said.clone()),
            Ok(_) => {}
        }
    }
    Ok(readings)
}
