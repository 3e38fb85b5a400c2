//! What a plan must allow before it may be used: `allow: [command]` lets checks run programs that the plan names.
//!
//! Only the main file can say so: a file that it includes may be others', and a pack is part of the program.

use super::{
    draft::Draft,
    fault::Fault,
    fields::{Fields, word},
    node::{Key, Node},
    pack_use::PackUse,
    place::Place,
};

/// What can be allowed.
pub(super) const WORDS: [&str; 1] = ["command"];

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
        let what = match draft.kind.name {
            "command" => "it",
            "document" => "its document comes from a command, which",
            _ => "what it looks at comes from a command, which",
        };
        Fault::new(place, format!("`{}` is not allowed to run: {what} runs a program that the plan names", draft.id))
            .hint("where that is meant, write `allow: [command]` at the top of the plan's main file, beside `project`")
    })
    .collect()
}

/// That no check of a pack that others may have written runs a program, where its include does not allow it. What the plan says
/// of itself does not count here: whose program it is makes the difference.
pub(super) fn of_foreign_packs(drafts: &[Draft], packs: &[PackUse]) -> Vec<Fault> {
    let foreign = drafts.iter().filter_map(|draft| Some((draft, &packs[draft.pack?]))).filter(|(_, pack)| pack.is_foreign && !pack.may_run);
    let run = foreign.filter(|(draft, pack)| draft.kind.name == "command" || has_command(&draft.settings, pack.file));
    run.map(|(draft, pack)| {
        let message = format!("`{}` runs a program that the pack names, and its include does not allow that", draft.id);
        Fault::new(pack.alias.place, message).hint("where that is meant, write `allow: [command]` beside `pack`")
    })
    .collect()
}

/// Whether a key `command` stands in what the pack's file says, at whatever depth: of `document`, of a source of values, of what
/// lists backups.
fn has_command(node: &Node, file: u32) -> bool {
    let within = |(key, node): &(Key, Node)| (key.text.ends_with("command") && key.place.file == file) || has_command(node, file);
    node.entries().is_some_and(|entries| entries.iter().any(within))
        || node.items().is_some_and(|items| items.iter().any(|item| has_command(item, file)))
}

/// Where the check says that it runs a program: by the name of its key, so that no kind has to be listed.
fn runs(draft: &Draft) -> Option<Place> {
    if draft.kind.name == "command" {
        return Some(draft.kind_key);
    }
    draft.settings.entries()?.iter().map(|(key, _)| key).find(|key| key.text.ends_with("command")).map(|key| key.place)
}

#[cfg(test)]
mod tests {
    use crate::check::KINDS;

    #[test]
    fn every_program_of_a_kind_is_known_by_its_key() {
        let mut programs = 0;
        for kind in KINDS.iter().filter(|kind| kind.name != "command") {
            let schema = schemars::generate::SchemaSettings::draft07().into_generator();
            let schema = (kind.schema)(&mut { schema }).to_value();
            for (key, property) in schema["properties"].as_object().into_iter().flatten() {
                // Only a program's arguments are a list of which two may be the same.
                if property.to_string().contains("\"uniqueItems\":false") {
                    programs += 1;
                    assert!(key.ends_with("command"), "{}: {key}", kind.name);
                }
            }
        }
        assert!(programs >= 8, "{programs}");
    }
}
