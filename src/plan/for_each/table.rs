//! Rows of a list of maps, of a list of words, of lines, and of CSV.

use super::Row;
use crate::plan::{fault::Fault, fields::word, node::Node, place::Place};

/// A row a map; all have the same keys.
pub(super) fn of_maps(items: &[Node], faults: &mut Vec<Fault>) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::with_capacity(items.len());
    for item in items {
        let Some(entries) = item.entries() else {
            faults.push(Fault::new(item.place, format!("a row is a map of values, found {}", item.noun())));
            continue;
        };
        let row: Row = entries.iter().filter_map(|(key, node)| Some((key.text.clone(), word(node, key.place, faults)?.text))).collect();
        if let Some(first) = rows.first()
            && !first.iter().map(|(name, _)| name).eq(row.iter().map(|(name, _)| name))
        {
            let names: Vec<&str> = first.iter().map(|(name, _)| name.as_str()).collect();
            faults.push(Fault::new(item.place, format!("every row has the keys of the first, in its order: {}", names.join(", "))));
            continue;
        }
        rows.push(row);
    }
    rows
}

/// A row a word, called `name`.
pub(super) fn of_words(items: &[Node], name: &str, faults: &mut Vec<Fault>) -> Vec<Row> {
    items.iter().filter_map(|item| word(item, item.place, faults)).map(|word| vec![(name.to_owned(), word.text)]).collect()
}

/// A row a line, called `name`; empty ones and those that begin with `#` are none.
pub(super) fn lines(file: u32, text: &str, name: &str, faults: &mut Vec<Fault>) -> Vec<Row> {
    let lines = text.trim_start_matches('\u{feff}').lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let rows: Vec<Row> = lines.map(|line| vec![(name.to_owned(), line.to_owned())]).collect();
    if rows.is_empty() {
        faults.push(Fault::new(Place::top(file), "the file has no lines"));
    }
    rows
}

/// RFC 4180, with a header that names the variables.
pub(super) fn csv(file: u32, text: &str, faults: &mut Vec<Fault>) -> Vec<Row> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let mut wrong = |why: String| faults.push(Fault::new(Place::top(file), format!("the file is no table: {why}")));
    let header = match reader.headers() {
        Ok(header) => header.clone(),
        Err(error) => {
            wrong(error.to_string());
            return Vec::new();
        }
    };
    if let Some(twice) = header.iter().enumerate().find_map(|(at, name)| header.iter().take(at).any(|other| other == name).then_some(name))
    {
        wrong(format!("the column `{twice}` stands there twice"));
        return Vec::new();
    }
    let mut rows = Vec::new();
    for record in reader.records() {
        match record {
            Ok(record) => rows.push(header.iter().zip(&record).map(|(name, value)| (name.to_owned(), value.to_owned())).collect()),
            Err(error) => {
                wrong(error.to_string());
                return Vec::new();
            }
        }
    }
    rows
}
