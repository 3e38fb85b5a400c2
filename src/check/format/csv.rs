//! CSV with a header (RFC 4180): a list of rows, each an object of texts by the name of the column.

use std::collections::HashSet;

use csv::{ErrorKind, ReaderBuilder, StringRecord};
use serde_json::{Map, Value};

use super::limits::Left;
use crate::model::quote;

/// What stands in the only column's name where the separator is another one, or where the text is no CSV but a sentence or a page.
const ODD: [char; 8] = [';', '\t', '|', ',', ' ', ':', '=', '<'];

pub(super) fn read(text: &str, separator: u8, mut left: Left) -> Result<Value, String> {
    if text.matches('"').count() % 2 == 1 {
        // Every quote of a whole file has its other half, an escaped one too.
        return Err("is no CSV: a quote has no end".into());
    }
    let mut reader = ReaderBuilder::new().delimiter(separator).from_reader(text.as_bytes());
    let header = reader.headers().map_err(|error| refused(&error))?.clone();
    columns(&header)?;
    left.take_many(1)?;
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| refused(&error))?;
        left.take_many(1 + record.len())?;
        let fields = header.iter().zip(&record).map(|(name, field)| (name.to_owned(), field.into()));
        rows.push(Value::Object(fields.collect::<Map<_, _>>()));
    }
    Ok(Value::Array(rows))
}

/// That every column has a name of its own, and that they are apart.
fn columns(header: &StringRecord) -> Result<(), String> {
    let mut names = HashSet::new();
    if let Some(name) = header.iter().find(|name| !names.insert(*name)) {
        return Err(format!("has two columns {}", quote(name)));
    }
    match (header.len(), header.get(0)) {
        (1, Some(name)) if name.contains(ODD) => Err(format!("has one column, {}: is it CSV, and is `separator` right?", quote(name))),
        _ => Ok(()),
    }
}

fn refused(error: &csv::Error) -> String {
    match error.kind() {
        ErrorKind::UnequalLengths { pos, expected_len, len } => {
            let line = pos.as_ref().map_or(0, csv::Position::line);
            format!("has {len} fields in line {line}, and {expected_len} in its header")
        }
        _ => format!("is no CSV: {error}"),
    }
}
