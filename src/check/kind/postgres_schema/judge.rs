//! The demands on what the catalogues hold.

use super::{
    PostgresSchema,
    column::{self, Column, Function},
    seen::{ColumnSeen, Part, Relation, Seen},
};
use crate::{
    check::sql_name::{Name, Qualified, shown},
    model::{Expectation, counted, excerpt, first_of, plain, quote},
};

pub(super) fn judge(check: &PostgresSchema, seen: &Seen, _: jiff::Timestamp) -> Vec<Expectation> {
    let mut all: Vec<Expectation> = check.schemas().iter().map(|name| schema(name, seen)).collect();
    for (name, columns) in &check.tables {
        all.push(there(name, false, seen));
        all.extend(columns.iter().map(|(column, wanted)| of_column(name, column, wanted, seen)));
    }
    all.extend(check.views.iter().flat_map(|names| names.iter()).map(|name| there(name, true, seen)));
    all.extend(check.absent.iter().flat_map(|names| names.iter()).map(|name| gone(name, seen)));
    all.extend(check.functions.iter().flat_map(|names| names.iter()).map(|name| function(name, seen)));
    all.extend(check.extensions.iter().map(|(name, wanted)| {
        let demand = Expectation::new(format!("extension:{name}"), format!("Extension {}", shown(name))).wanted(wanted.to_string());
        match seen.extensions.iter().find(|(have, _)| have == name) {
            None => demand.got("not installed in this database").met(false),
            Some((_, version)) => match wanted.takes(version) {
                Some(met) => demand.got(plain(version)).met(met),
                None => demand.undetermined(format!("its version {} is none that can be compared: write `any`", quote(version))),
            },
        }
    }));
    for (key, names, parts, sound) in
        [("constraint", &check.constraints, &seen.constraints, "validated"), ("trigger", &check.triggers, &seen.triggers, "enabled")]
    {
        all.extend(names.iter().flat_map(|names| names.iter()).map(|name| part(key, name, parts, sound)));
    }
    if check.validated {
        all.push(in_force("validated", "Constraints that are not validated", &seen.constraints, seen.counts.0, seen));
    }
    if check.enabled {
        all.push(in_force("enabled", "Triggers that are not enabled", &seen.triggers, seen.counts.1, seen));
    }
    all.extend(check.sequences.map(|most| {
        let demand = Expectation::new("sequences", "The fullest sequence").wanted(format!("at most {most} used"));
        let hidden: Vec<String> = seen
            .sequences
            .iter()
            .filter(|one| one.used.is_none())
            .map(|one| format!("{}.{}", shown(&one.schema), shown(&one.name)))
            .collect();
        let fullest = seen.sequences.iter().find_map(|one| Some((one, one.used?)));
        let said = fullest
            .map_or_else(String::new, |(one, used)| format!("{}.{}, {:.1} % used", shown(&one.schema), shown(&one.name), used * 100.0));
        match fullest {
            Some((_, used)) if used > most.fraction() => demand.got(said).met(false),
            _ if !hidden.is_empty() => demand.undetermined(format!(
                "the login may not read {}: GRANT SELECT ON ALL SEQUENCES IN SCHEMA … to it",
                first_of(&hidden, 3, hidden.len(), ", ")
            )),
            None => demand.undetermined("there is no sequence in these schemas: `sequences` has nothing to prove"),
            Some(_) => demand.got(said).met(true),
        }
    }));
    all
}

fn schema(name: &str, seen: &Seen) -> Expectation {
    let demand = Expectation::new(format!("schema:{name}"), format!("Schema {}", shown(name))).wanted("at least one table");
    let tables = seen.schemas.iter().find(|(have, _)| have == name).map(|(_, tables)| *tables);
    let place = format!("in database {}", shown(&seen.database));
    match tables {
        None => demand.got(format!("no schema of this name {place}")).met(false),
        Some(tables) => demand.got(format!("{} {place}", counted(tables, "table"))).met(tables > 0),
    }
}

fn fitting<'s>(name: &'s Qualified, seen: &'s Seen) -> impl Iterator<Item = &'s Relation> {
    seen.relations.iter().filter(|relation| name.fits(&relation.schema, &relation.name))
}

fn called(relation: &Relation) -> String {
    format!("{}.{}", shown(&relation.schema), shown(&relation.name))
}

fn there(name: &Qualified, view: bool, seen: &Seen) -> Expectation {
    let (key, what) = if view { ("view", "View") } else { ("table", "Table") };
    let demand = Expectation::new(format!("{key}:{name}"), format!("{what} {name}")).wanted(if view { "a view" } else { "a table" });
    let found: Vec<String> = fitting(name, seen).filter(|relation| relation.view == view).map(called).collect();
    let other = fitting(name, seen).next().map_or("none", |other| if other.view { "a view" } else { "a table" });
    if found.is_empty() { demand.got(other).met(false) } else { demand.got(found.join(", ")).met(true) }
}

fn gone(name: &Qualified, seen: &Seen) -> Expectation {
    let found: Vec<String> = fitting(name, seen).map(called).collect();
    let demand = Expectation::new(format!("absent:{name}"), format!("{name}")).wanted("none of this name");
    // Nothing is absent from where nothing is.
    match (found.is_empty(), name.schema.as_ref().is_none_or(|schema| seen.schemas.iter().any(|(have, _)| have == schema.as_str()))) {
        (false, _) => demand.got(found.join(", ")).met(false),
        (true, true) => demand.got("gone").met(true),
        (true, false) => demand.undetermined("there is no schema of this name"),
    }
}

fn of_column(table: &Qualified, name: &Name, wanted: &Column, seen: &Seen) -> Expectation {
    let demand = Expectation::new(format!("column:{table}.{name}"), format!("Column {table}.{name}")).wanted(wanted.to_string());
    let tables: Vec<&Relation> = fitting(table, seen).collect();
    let mut said = Vec::new();
    let mut met = !tables.is_empty();
    for relation in &tables {
        let found = relation.columns.iter().find(|column| column.name == name.as_str());
        met &= found.is_some_and(|column| is_as_wanted(wanted, column));
        let got = found.map_or_else(|| "none".to_owned(), |column| excerpt(&plain(&spoken(wanted, column)), 200));
        said.push(if tables.len() > 1 { format!("{got} in {}", called(relation)) } else { got });
    }
    demand.got(if said.is_empty() { "no such table".to_owned() } else { said.join("; ") }).met(met)
}

fn is_as_wanted(wanted: &Column, column: &ColumnSeen) -> bool {
    wanted.r#type.as_ref().is_none_or(|wanted| column::is_type(wanted, &column.r#type))
        && wanted.nullable.is_none_or(|nullable| nullable == column.nullable)
        && wanted.default.as_ref().is_none_or(|wanted| column::is_default(wanted, column.default.as_deref()))
}

/// The column in the words of the demand.
fn spoken(wanted: &Column, column: &ColumnSeen) -> String {
    let stored = Column {
        r#type: wanted.r#type.as_ref().map(|_| column.r#type.clone()),
        nullable: wanted.nullable.map(|_| column.nullable),
        default: wanted.default.as_ref().map(|_| column.default.clone().unwrap_or_else(|| "none".into())),
    };
    stored.to_string()
}

fn function(wanted: &Function, seen: &Seen) -> Expectation {
    let demand = Expectation::new(format!("function:{wanted}"), format!("Function {wanted}")).wanted("one");
    let named = seen.functions.iter().filter(|one| wanted.name.fits(&one.schema, &one.name));
    let takes = |arguments: &[String]| {
        wanted
            .arguments
            .as_ref()
            .is_none_or(|all| all.len() == arguments.len() && all.iter().zip(arguments).all(|(a, b)| column::is_type(a, b)))
    };
    let (fine, others): (Vec<_>, Vec<_>) = named.partition(|one| takes(&one.arguments));
    let said = |one: &&super::seen::FunctionSeen| {
        plain(&format!("{}.{}({})", shown(&one.schema), shown(&one.name), one.arguments.join(", "))).into_owned()
    };
    match (fine.first(), others.first()) {
        (Some(one), _) => demand.got(said(one)).met(true),
        (None, Some(one)) => demand.got(format!("only {}", said(one))).met(false),
        (None, None) => demand.got("none").met(false),
    }
}

fn part(key: &str, name: &Qualified, parts: &[Part], sound: &str) -> Expectation {
    let demand = Expectation::new(format!("{key}:{name}"), format!("The {key} {name}")).wanted(format!("one that is {sound}"));
    let found: Vec<&Part> =
        parts.iter().filter(|part| name.fits(&part.table, &part.name) && part.what != "what enforces the constraint").collect();
    let said = |part: &&Part| format!("{} on {}.{}", part.what, shown(&part.schema), shown(&part.table));
    match (found.first(), found.iter().find(|part| !part.sound)) {
        (None, _) => demand.got("none").met(false),
        (_, Some(part)) => demand.got(format!("{}, not {sound}", said(part))).met(false),
        (Some(part), None) => demand.got(format!("{}, {sound}", said(part))).met(true),
    }
}

fn in_force(key: &str, what: &str, parts: &[Part], of: u64, seen: &Seen) -> Expectation {
    let demand = Expectation::new(key, what).wanted("none");
    if seen.schemas.iter().all(|(_, tables)| *tables == 0) {
        return demand.undetermined("there is no table in these schemas");
    }
    let wrong: Vec<String> = parts
        .iter()
        .filter(|part| !part.sound)
        .map(|part| plain(&format!("{} ({}) on {}.{}", shown(&part.name), part.what, shown(&part.schema), shown(&part.table))).into_owned())
        .collect();
    let got = if wrong.is_empty() { format!("none of {of}") } else { first_of(&wrong, 4, wrong.len(), "; ") };
    demand.got(got).met(wrong.is_empty())
}
