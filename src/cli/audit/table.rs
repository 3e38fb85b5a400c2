//! The table of an audit: what was tested of each deployment, with the problems below it.

use std::collections::BTreeSet;

use super::{concluded, of_ledger};
use crate::{
    acts::audit::{AuditedDraw, AuditedItem, Cell, Mark},
    cli::{
        Failure, edge,
        log::{draw::head, list::table},
    },
    model::{Exit, utc},
};

/// Says what was found of a sample: what an auditor compares first, a row for each deployment, and what is wrong with it.
pub(super) fn sample(audited: &AuditedDraw) -> Result<Exit, Failure> {
    let AuditedDraw { draw, items, faults, notes, signers_brought, policy_brought, ledger } = audited;
    let mut said = head(draw);
    said[1].push_str(": it must be the one that you gave, once the period was over");
    said.push(format!("drawn       {}", utc(draw.as_of)));
    said.extend(notes.iter().map(|note| format!("note        {note}")));
    edge::print_lines(&said)?;
    let heads = ["Entry", "Version", "report", "signed", "roles", "indep", "except", "deploy", "emerg"];
    let row = |item: &AuditedItem| {
        let mut row: [String; 9] = Default::default();
        row[0] = item.drawn.entry.to_string();
        row[1] = item.drawn.release.name().unwrap_or_default().chars().take(16).collect();
        item.tested.iter().zip(&mut row[2..]).for_each(|(cell, column)| *column = word(cell.mark).into());
        row
    };
    edge::printed(&table(heads, &items.iter().map(row).collect::<Vec<_>>()))?;
    let mut said = vec![LEGEND.to_owned()];
    for item in items {
        let problems: Vec<String> = item.tested.iter().flat_map(problems).collect();
        if !problems.is_empty() {
            let release = item.drawn.release.name().unwrap_or_default();
            let emergency = if item.drawn.emergency { ", EMERGENCY" } else { "" };
            said.push(format!("entry {} ({release}, {}, by {}{emergency}):", item.drawn.entry, utc(item.drawn.at), item.drawn.deployer));
            said.extend(problems);
        }
    }
    let runs = || items.iter().filter_map(|item| item.run.as_ref().map(|run| (item.drawn.entry, run)));
    let beside: BTreeSet<&str> = runs().flat_map(|(_, run)| run.lines.iter().map(String::as_str)).collect();
    said.extend(beside.into_iter().map(str::to_owned));
    let failing = items.iter().filter(|item| item.tested.iter().any(|cell| cell.mark == Mark::Not)).count();
    said.push(format!("{failing} of {} that were drawn have something that does not hold", items.len()));
    said.push(of_ledger(ledger));
    let of_runs = runs().flat_map(|(entry, run)| run.faults.iter().map(move |fault| format!("entry {entry}: {fault}")));
    let faults: Vec<String> = faults.iter().cloned().chain(of_runs).collect();
    let unseen = runs().any(|(_, run)| !run.unseen.is_empty());
    let gate = items.iter().fold(if unseen { Exit::Unchecked } else { Exit::Go }, |exit, item| exit.and(item.gate()));
    let exit = concluded(&mut said, &faults, (*signers_brought, *policy_brought), gate);
    edge::print_lines(&said)?;
    Ok(exit)
}

const LEGEND: &str = "ok: holds; NO: does not; ?: not seen, or by the bundle's own keys and roles alone; -: nothing of the kind";

/// The same of one run, an aspect a line.
pub(super) fn block(tested: &[Cell]) -> Vec<String> {
    let line = |cell: &Cell| format!("  {:<14}{}", cell.aspect.word(), word(cell.mark));
    let lines = tested.iter().flat_map(|cell| std::iter::once(line(cell)).chain(cell.problems.iter().map(|why| format!("    {why}"))));
    std::iter::once("tested:".to_owned()).chain(lines).collect()
}

fn problems(cell: &Cell) -> Vec<String> {
    cell.problems.iter().map(|why| format!("  {:<14}{why}", cell.aspect.word())).collect()
}

fn word(mark: Mark) -> &'static str {
    match mark {
        Mark::Holds => "ok",
        Mark::Not => "NO",
        Mark::Unseen => "?",
        Mark::Nothing => "-",
    }
}
