//! The deployment log for an auditor's table, and for programs.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::model::{DeployerSource, DeploymentRow, DeploymentStatus, one_line};

/// What a program reads of a deployment.
const COLUMNS: [&str; 14] = [
    "release",
    "commit",
    "artifact",
    "deployer",
    "deployer-known-by",
    "approvers",
    "verdict",
    "exceptions",
    "emergency",
    "status",
    "started",
    "finished",
    "entry",
    "signed",
];

/// The deployments, each with when it began, as comma-separated values (RFC 4180): the population an auditor draws a sample from.
pub fn csv(all: &[(DeploymentRow, Option<Timestamp>)]) -> String {
    let mut text = COLUMNS.join(",") + "\r\n";
    for row in all {
        text.push_str(&cells(row).map(|cell| cell_of(&written(&cell))).join(","));
        text.push_str("\r\n");
    }
    text
}

/// The same as a list of objects.
pub fn json(all: &[(DeploymentRow, Option<Timestamp>)]) -> String {
    let object = |row| COLUMNS.iter().map(|column| (*column).to_owned()).zip(cells(row)).collect();
    format!("{:#}\n", Value::Array(all.iter().map(object).map(Value::Object).collect()))
}

/// A deployment by [`COLUMNS`]; `null` is what nobody knows.
fn cells((row, started): &(DeploymentRow, Option<Timestamp>)) -> [Value; 14] {
    [
        json!(row.release.version),
        json!(row.release.commit),
        json!(row.release.artifact),
        json!(row.deployer.name),
        json!(source(row.deployer.source)),
        json!(row.approvers),
        json!(row.verdict.map(|verdict| verdict.word().to_owned())),
        json!(row.exceptions),
        json!(row.emergency),
        json!(if row.unverified.is_some() { "unverified" } else { status(row.status) }),
        json!(started.map(|started| started.to_string())),
        json!(row.at.to_string()),
        json!(row.entry),
        json!(row.signed),
    ]
}

/// A value as a table has it.
fn written(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(all) => all.iter().map(written).collect::<Vec<_>>().join("; "),
        other => other.to_string(),
    }
}

/// How it is known who deployed.
pub fn source(source: DeployerSource) -> &'static str {
    match source {
        DeployerSource::Key => "key",
        DeployerSource::Ci => "CI",
        DeployerSource::Declared => "declared",
    }
}

/// How a deployment went.
pub fn status(status: DeploymentStatus) -> &'static str {
    match status {
        DeploymentStatus::Succeeded => "succeeded",
        DeploymentStatus::Failed => "failed",
        DeploymentStatus::RolledBack => "rolled back",
    }
}

/// A cell, quoted; one that a spreadsheet would take for a formula is made text.
fn cell_of(cell: &str) -> String {
    let harmless = one_line(cell);
    let formula = harmless.starts_with(['=', '+', '-', '@']);
    format!("\"{}{}\"", if formula { "'" } else { "" }, harmless.replace('"', "\"\""))
}
