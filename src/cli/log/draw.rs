//! `gonogo log --sample`: what an auditor draws of the deployments of a period.

use std::num::NonZeroUsize;

use anyhow::anyhow;
use serde_json::{Value, json};

use super::list::table;
use crate::{
    acts::{
        draw::{DrawRequest, Drawn, DrawnItem, draw},
        log::Span,
    },
    cli::{
        Failure,
        arguments::{LogFormat, LogListOptions},
        edge::{self, Edge},
        runtime,
    },
    ledger::Draw,
    model::{Exit, utc},
};

/// Runs the command.
pub(super) fn drawn(edge: &Edge, options: &LogListOptions, wanted: &NonZeroUsize, span: Span) -> Result<Exit, Failure> {
    if options.format == LogFormat::Csv {
        return Err(Failure::usage(anyhow!("a sample has no CSV: `--format json`, or without `--sample` the whole list")));
    }
    let request = DrawRequest {
        record: edge.of(&options.record)?,
        span,
        control: options.control.clone(),
        // The command line demands it with `--sample`.
        seed: options.seed.unwrap_or_default(),
        wanted: wanted.get(),
        bundle: options.bundle.clone(),
    };
    let drawn = runtime::block_on(async { Ok(draw(&edge.caller(), &request).await?) })?;
    match options.format {
        LogFormat::Json => edge::printed(&format!("{:#}\n", object(&drawn))),
        _ => {
            edge::print_lines(&head(&drawn.draw))?;
            edge::print_lines(&drawn.notes.iter().map(|note| format!("note        {note}")).collect::<Vec<_>>())?;
            let rows: Vec<[String; 5]> = drawn.items.iter().map(row).collect();
            edge::printed(&table(["Entry", "Date", "Version", "Status", "Deployer"], &rows))?;
            if let Some(file) = &options.bundle {
                edge::print_lines(&[format!("written: {}, for `gonogo audit`", file.display())])?;
            }
            Ok(Exit::Go)
        }
    }
}

/// What an auditor compares first: what was asked for, and of what.
pub(in crate::cli) fn head(draw: &Draw) -> Vec<String> {
    let Draw { project, environment, from, to, control, seed, method, population, entries, .. } = draw;
    let mut said = vec![
        format!("sample      {} of {population} deployments of {project} to {environment}", entries.len()),
        format!("seed        {seed}"),
        format!("period      {from} to {to}, both included; days are those of UTC"),
        "population  what ended in the period or came on record in it, failed and in an emergency too, and what began in it and has no end"
            .into(),
    ];
    said.extend(control.iter().map(|control| format!("control     {control}: only those whose report has a check with this tag")));
    said.push(format!("method      {method}"));
    said
}

fn row(item: &DrawnItem) -> [String; 5] {
    let mark = if item.emergency { "EMERGENCY " } else { "" };
    let version = item.release.name().unwrap_or_default();
    [item.entry.to_string(), utc(item.at), version, format!("{mark}{}", item.status), item.deployer.clone()]
}

fn object(drawn: &Drawn) -> Value {
    let item = |item: &DrawnItem| {
        let DrawnItem { entry, fingerprint, order, release, deployer, status, at, recorded, emergency } = item;
        json!({
            "entry": entry, "fingerprint": fingerprint, "order": order, "release": release.version, "commit": release.commit,
            "artifact": release.artifact, "deployer": deployer, "status": status, "at": at, "recorded": recorded, "emergency": emergency,
        })
    };
    let mut all = json!(drawn.draw);
    all["notes"] = json!(drawn.notes);
    all["items"] = drawn.items.iter().map(item).collect();
    all
}
