//! What people read of rollouts: `checks/rollout.md`, with the tables that the code knows.

use std::fmt::Write as _;

use schemars::JsonSchema as _;

use super::{Rollout, statistics::needed};
use crate::check::reference;

/// The text that is written by hand, with a place for each table.
const TEXT: &str = include_str!("../../checks/rollout.md");

/// All about rollouts, as Markdown.
pub fn page() -> String {
    // They are many, and most are said in one line.
    let keys = reference::keys(Rollout::json_schema).replace("\n\n- **", "\n- **").replace("## Keys\n", "## Keys\n\n");
    TEXT.replace("<!-- needed -->\n", &needed_requests()).replace("<!-- keys -->\n", keys.trim_start())
}

/// How many requests it takes to show a share, by how many of them were bad.
fn needed_requests() -> String {
    let mut table = String::from("| less than | without a bad one | with 1 | with 2 | with 3 |\n| --- | --- | --- | --- | --- |\n");
    for (said, limit) in [("5 %", 0.05), ("2 %", 0.02), ("1 %", 0.01), ("0.5 %", 0.005), ("0.1 %", 0.001)] {
        let cells = [0, 1, 2, 3].map(|bad| needed(bad, limit, 0.95).to_string());
        let _ = writeln!(table, "| {said} | {} |", cells.join(" | "));
    }
    table
}
