//! What `gonogo explain` tells beside kinds and packs: the parts of a plan, from the structs that read them, and what a run ends with.

use std::fmt::Write as _;

use schemars::{JsonSchema, Schema, SchemaGenerator};

use super::{envelope::Envelope, notify, release::ReleaseSettings, schema::root, windows};
use crate::{
    check::reference,
    model::{Exit, Person, Report, Runbook, Signoff, Windows},
    notify::Notify,
    rollout,
};

/// Something that can be explained.
pub struct Topic {
    /// What it is called: the plan's key, where it is one.
    pub name: &'static str,
    text: Text,
}

enum Text {
    /// Made from what reads it.
    Read(fn(&mut SchemaGenerator) -> Schema),
    /// In one sentence, and whole.
    Told(&'static str, fn() -> String),
}

/// Every topic, in the order of a plan.
pub const TOPICS: [Topic; 12] = [
    Topic { name: "plan", text: Text::Read(root::outline) },
    Topic { name: "check", text: Text::Read(Envelope::json_schema) },
    Topic { name: "people", text: Text::Read(Person::json_schema) },
    Topic { name: "signoff", text: Text::Read(Signoff::json_schema) },
    Topic { name: "release", text: Text::Read(ReleaseSettings::json_schema) },
    Topic { name: windows::KEY, text: Text::Read(Windows::json_schema) },
    Topic { name: "runbook", text: Text::Read(Runbook::json_schema) },
    Topic { name: notify::KEY, text: Text::Read(Notify::json_schema) },
    Topic {
        name: "rollout",
        text: Text::Told("A release that goes out in stages, each of which must earn the next.", rollout::reference::page),
    },
    Topic { name: "ledger", text: Text::Told("Where the record is kept: runs, answers, signatures, deployments.", || LEDGER.to_owned()) },
    Topic { name: "report", text: Text::Read(Report::json_schema) },
    Topic { name: "exit-codes", text: Text::Told("What a command ends with.", exit_codes) },
];

impl Topic {
    /// In one sentence.
    pub fn summary(&self) -> String {
        match &self.text {
            Text::Read(schema) => reference::first_sentence(*schema),
            Text::Told(sentence, _) => (*sentence).to_owned(),
        }
    }

    /// All about it, as Markdown.
    pub fn page(&self) -> String {
        match &self.text {
            Text::Read(schema) => reference::about(self.name, *schema),
            Text::Told(_, page) => page(),
        }
    }
}

fn exit_codes() -> String {
    let mut page = String::from("# exit-codes\n\nWhat a command ends with. Where several apply, the gravest: 2, 5, 1, 3, 6, 4, 0.\n\n");
    for (exit, meaning) in Exit::TABLE {
        let _ = writeln!(page, "- **{}**: {meaning}", exit.code());
    }
    page
}

const LEDGER: &str = "\
# ledger

Where the record is kept: runs, answers, signatures, exceptions, deployments and rollouts, each in an entry that has the fingerprint of
the one before. Without the key it is `.gonogo/ledger.db` beside the plan.

## Places

- a path: a SQLite file, made when something is first put on record
- `postgres://…`: a database that a team shares; `gonogo log init` makes its tables and the rights of those who add to it

A password belongs in a variable: `ledger: ${GONOGO_LEDGER}`.

## Commands

- `gonogo log`: the deployments; with `--all` every entry
- `gonogo log verify`: whether the chain and every signature in it are whole
- `gonogo log export`, `import`, `checkpoint`, `repair`: what keeps it: each says more with `--help`
- `gonogo audit BUNDLE`: the same for what somebody else was given
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_told_in_a_sentence_and_on_a_page() {
        for topic in TOPICS {
            let (summary, page) = (topic.summary(), topic.page());
            assert!(summary.ends_with('.') && !summary.contains('\n') && summary.chars().count() < 110, "{}: {summary}", topic.name);
            assert!(page.starts_with("# ") && page.lines().count() > 5, "{}: {page}", topic.name);
        }
    }

    /// The order in which several codes apply is the one of the code.
    #[test]
    fn the_gravest_code_is_told() {
        let order = [2, 5, 1, 3, 6, 4, 0].map(|code| Exit::of_code(code).expect("a code"));
        assert!(order.windows(2).all(|two| two[0].and(two[1]) == two[0] && two[1].and(two[0]) == two[0]));
    }
}
