//! `gonogo explain`: the documentation of a kind, a pack or rollouts, from its own source.

use std::fmt::Write as _;

use anyhow::anyhow;

use super::{Failure, arguments::ExplainOptions, edge};
use crate::{
    check::{KINDS, Kind, reference},
    model::Exit,
    plan, rollout,
};

/// The name of what rollouts are explained under.
const ROLLOUT: &str = "rollout";

/// Runs the command.
pub(super) fn explain(options: &ExplainOptions) -> Result<Exit, Failure> {
    let text = match options.name.as_deref() {
        None => list(),
        Some(ROLLOUT) => rollout::reference::page(),
        Some(name) => match name.strip_prefix("pack:") {
            Some(pack) => explain_pack(pack).ok_or_else(|| unknown(name))?,
            None => reference::page(Kind::named(name).ok_or_else(|| unknown(name))?),
        },
    };
    edge::printed(&text)
}

fn list() -> String {
    let mut text = String::from("Kinds of check:\n");
    // The longest name of a pack, with its prefix.
    const WIDTH: usize = 26;
    for kind in KINDS {
        let _ = writeln!(text, "  {:<WIDTH$} {}", kind.name, reference::summary(kind));
    }
    text.push_str("\nPacks:\n");
    for pack in plan::packs() {
        let _ = writeln!(text, "  {:<WIDTH$} {}", format!("pack:{}", pack.name), pack.summary());
    }
    let _ =
        writeln!(text, "\nA part of the plan:\n  {ROLLOUT:<WIDTH$} A release that goes out in stages, each of which must earn the next");
    text.push_str("\n`gonogo explain NAME` tells all about one.\n");
    text
}

fn explain_pack(name: &str) -> Option<String> {
    plan::packs().iter().find(|pack| pack.name == name).map(plan::pack_page)
}

fn unknown(name: &str) -> Failure {
    let packs = plan::packs().iter().map(|pack| format!("pack:{}", pack.name));
    let names = KINDS.iter().map(|kind| kind.name.to_owned()).chain(packs).chain([ROLLOUT.to_owned()]);
    let near = names
        .map(|known| (strsim::jaro_winkler(name, &known), known))
        .filter(|(likeness, _)| *likeness > 0.75)
        .max_by(|a, b| a.0.total_cmp(&b.0));
    Failure::usage(match near {
        Some((_, near)) => anyhow!("there is no kind or pack `{name}`: did you mean `{near}`?"),
        None => anyhow!("there is no kind or pack `{name}`: `gonogo explain` lists them"),
    })
}
