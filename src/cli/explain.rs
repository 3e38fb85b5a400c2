//! `gonogo explain`: the documentation of a part of the plan, a kind or a pack, from its own source.

use std::fmt::Write as _;

use anyhow::anyhow;

use super::{Failure, arguments::ExplainOptions, edge};
use crate::{
    check::{KINDS, Kind, reference},
    model::Exit,
    plan,
};

/// Runs the command.
pub(super) fn explain(options: &ExplainOptions) -> Result<Exit, Failure> {
    let text = match options.name.as_deref() {
        None => {
            edge::print_lines(&list().lines().map(str::to_owned).collect::<Vec<_>>())?;
            return Ok(Exit::Go);
        }
        Some(name) => match name.strip_prefix("pack:") {
            Some(pack) => explain_pack(pack).ok_or_else(|| unknown(name))?,
            None => page(name).ok_or_else(|| unknown(name))?,
        },
    };
    edge::printed(&text)
}

fn page(name: &str) -> Option<String> {
    let topic = || plan::TOPICS.iter().find(|topic| topic.name == name).map(plan::Topic::page);
    Kind::named(name).map(reference::page).or_else(topic)
}

fn list() -> String {
    let mut text = String::from("The plan and what comes of it:\n");
    // The longest name of a pack, with its prefix.
    const WIDTH: usize = 26;
    for topic in plan::TOPICS {
        let _ = writeln!(text, "  {:<WIDTH$} {}", topic.name, topic.summary());
    }
    text.push_str("\nKinds of check:\n");
    for kind in KINDS {
        let _ = writeln!(text, "  {:<WIDTH$} {}", kind.name, reference::summary(kind));
    }
    text.push_str("\nPacks:\n");
    for pack in plan::packs() {
        let _ = writeln!(text, "  {:<WIDTH$} {}", format!("pack:{}", pack.name), pack.summary());
    }
    text.push_str("\n`gonogo explain NAME` tells all about one.\n");
    text
}

fn explain_pack(name: &str) -> Option<String> {
    plan::packs().iter().find(|pack| pack.name == name).map(plan::pack_page)
}

fn unknown(name: &str) -> Failure {
    let packs = plan::packs().iter().map(|pack| format!("pack:{}", pack.name));
    let names = KINDS.iter().map(|kind| kind.name).chain(plan::TOPICS.iter().map(|topic| topic.name)).map(str::to_owned).chain(packs);
    let near = names
        .map(|known| (strsim::jaro_winkler(name, &known), known))
        .filter(|(likeness, _)| *likeness > 0.75)
        .max_by(|a, b| a.0.total_cmp(&b.0));
    Failure::usage(match near {
        Some((_, near)) => anyhow!("nothing here is called `{name}`: did you mean `{near}`?"),
        None => anyhow!("nothing here is called `{name}`: `gonogo explain` lists them"),
    })
}
