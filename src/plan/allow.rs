//! What a plan must allow before it may be used: `allow: [command]` lets checks run programs that the plan names.
//!
//! Only the main file can say so: a file that it includes may be others', and a pack is part of the program.

use super::{
    draft::Draft,
    fault::Fault,
    fields::{Fields, word},
    pack_use::PackUse,
    place::Place,
};

/// What can be allowed.
pub(super) const WORDS: [&str; 1] = ["command"];

/// The kinds that run a program of the plan's, with the key that makes them, where it is not the kind itself.
const RUNS: [(&str, Option<&str>); 2] = [("command", None), ("document", Some("command"))];

/// Whether the main file allows commands.
pub(super) fn command(fields: Fields<'_>, faults: &mut Vec<Fault>) -> bool {
    let Some((label, items)) = fields.list("allow", faults) else { return false };
    if items.is_empty() {
        faults.push(Fault::new(label, "the list is empty, so nothing is allowed").hint("leave the key out"));
    }
    let words: Vec<_> = items.iter().filter_map(|item| word(item, item.place, faults)).collect();
    for word in words.iter().filter(|word| !WORDS.contains(&word.text.as_str())) {
        faults.push(Fault::new(word.place, format!("`{}` is nothing that can be allowed", word.text)).hint("write `allow: [command]`"));
    }
    words.iter().any(|word| word.text == WORDS[0])
}

/// That each check runs no program, where the plan does not allow it.
pub(super) fn unallowed(drafts: &[Draft], packs: &[PackUse]) -> Vec<Fault> {
    let run = drafts.iter().filter_map(|draft| Some((draft, runs(draft)?)));
    // What stands in the pack itself is the program's own.
    let ours = run.filter(|(draft, place)| draft.pack.is_none_or(|index| packs[index].file != place.file));
    ours.map(|(draft, place)| {
        let what = if draft.kind.name == "command" { "it" } else { "its document comes from a command, which" };
        Fault::new(place, format!("`{}` is not allowed to run: {what} runs a program that the plan names", draft.id))
            .hint("where that is meant, write `allow: [command]` at the top of the plan's main file, beside `project`")
    })
    .collect()
}

/// Where the check says that it runs a program.
fn runs(draft: &Draft) -> Option<Place> {
    let (_, key) = RUNS.iter().find(|(kind, _)| *kind == draft.kind.name)?;
    match key {
        None => Some(draft.kind_key),
        Some(key) => draft.settings.entry(key).map(|(key, _)| key.place),
    }
}
