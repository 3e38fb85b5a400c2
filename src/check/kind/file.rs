//! Files are there as demanded, or are not there.

mod content;
mod counterexamples;
mod judge;
mod observe;
mod seen;
mod words;

use schemars::JsonSchema;
use serde::Deserialize;

use self::words::{Between, Count, Mode, Sha256, Type, Who};
use crate::{
    check::{
        Check, OneOrMore, Touch,
        demand::{Distance, Pattern, Text, as_they_stand},
        file_glob::{self, Glob},
    },
    model::{ProcessEnv, Size, without_contradiction},
};

/// Files of the machine it runs on are there as demanded, or are not there: kind, owner, permissions, size, age, content.
///
/// Every file that a pattern means must be so, and each path or pattern must lead to one, unless `absent` or `count` says
/// otherwise. What may not be looked at is unknown, never absent: a folder above without the right to search it, a link into
/// one. A folder above that does not exist leaves nothing to be there. A link counts as what it leads to; one that leads nowhere
/// or in a circle is red, and is not absent. At most 1,000 files are looked at.
///
/// Content is read up to 16 MiB a file, for `sha256` alone without a limit but the check's `timeout`. Unknown is that of a file
/// which is larger, changes meanwhile, may not be read, or is no regular file; and, for what must not be in it, of an empty one and
/// of one that is no text (UTF-8, or UTF-16 that says so). What is in a file is never shown, only where something was found.
///
/// Not seen: access lists (ACL), attributes and capabilities, accounts that only a directory service knows (they have a number
/// here), and whether whoever uses the file reads this one.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(remote = "Self", rename_all = "kebab-case", deny_unknown_fields)]
pub struct File {
    /// A path, a pattern like `/etc/app/*.env`, or a list of them; relative ones start at the plan's folder. `*` and `?` stand for
    /// anything within a name, `**` for any folders between; a name that begins with a dot is meant only by a pattern that does.
    pub path: OneOrMore<Glob>,
    /// `true`: nothing may be there. Default: something must.
    #[serde(default)]
    pub absent: bool,
    /// How many files the paths and patterns may lead to together: a number, or `{min: …, max: …}`. Default: each to at least one.
    pub count: Option<Count>,
    /// What it must be: `file`, `directory` or `link`. A link to a file is both.
    pub r#type: Option<Type>,
    /// Where a link must lead: as the link has it, or the whole path of what is at its end.
    pub target: Option<Text>,
    /// The exact permissions in octal, in quotes: `"0640"`. Those of what a link leads to.
    pub mode: Option<Mode>,
    /// The most that may be permitted: with `"0750"` nothing to others, and no right to write to the group.
    pub max_mode: Option<Mode>,
    /// Whose it must be: a name of `/etc/passwd`, or a number.
    pub owner: Option<Who>,
    /// Which group's it must be: a name of `/etc/group`, or a number.
    pub group: Option<Who>,
    /// How large it must be: `{min: 1kB, max: 10MiB}`.
    pub size: Option<Between<Size>>,
    /// How long ago it must have been written to: `{max: 26h}`. A time in the future, beyond five minutes, is not young.
    pub age: Option<Distance>,
    /// Text that must be in it, or a list of texts; upper and lower case differ.
    pub contains: Option<OneOrMore<Text>>,
    /// Text that must not be in it, or a list of texts, as it stands: no wildcards, no expression.
    #[serde(default, deserialize_with = "as_they_stand")]
    pub not_contains: Option<OneOrMore<Text>>,
    /// A regular expression that must match somewhere in it, or a list of them; `(?m)^…$` is a whole line.
    pub matches: Option<OneOrMore<Pattern>>,
    /// A regular expression that must not match anywhere in it, or a list of them.
    pub not_matches: Option<OneOrMore<Pattern>>,
    /// The SHA-256 of its bytes, as `sha256sum` prints it.
    pub sha256: Option<Sha256>,
}

without_contradiction!(File);

impl File {
    fn contradiction(&self) -> Option<String> {
        if (self.absent || self.takes_none_only()) && self.first_demand().is_some() {
            return self.first_demand().map(|key| format!("nothing may be there, and what is not there has no `{key}`: leave it out"));
        }
        if self.absent && self.count.is_some() {
            return Some("`absent: true` is `count: 0`: write one of them".into());
        }
        if self.target.is_some() && self.r#type.is_some_and(|kind| kind != Type::Link) {
            return Some("`target` is for links: write `type: link`, or leave `type` out".into());
        }
        if let (Some(Type::Directory), Some(key)) = (self.r#type, self.on_bytes()) {
            return Some(format!("a folder has no `{key}`: write the pattern of the files in it, like `folder/*`"));
        }
        if let (Some(mode), Some(most)) = (self.mode, self.max_mode) {
            return Some(format!("`mode` {mode} is exact: `max-mode` {most} says nothing more, or the opposite"));
        }
        if self.max_mode == Some(Mode(0o7777)) {
            return Some("`max-mode` 7777 permits everything".into());
        }
        if self.count.is_some_and(|count| [count.0.min, count.0.max].iter().flatten().any(|bound| *bound > file_glob::MOST as u64)) {
            return Some(format!("`count`: no more than {} files are looked at", file_glob::MOST));
        }
        let count = self.count.and_then(|count| count.0.contradiction("count", 0));
        count.or_else(|| self.size.and_then(|size| size.contradiction("size", Size(0))))
    }

    fn takes_none_only(&self) -> bool {
        self.count.is_some_and(|count| count.0.max == Some(0))
    }

    /// A key that demands something of each file.
    fn first_demand(&self) -> Option<&'static str> {
        let keys = [
            ("type", self.r#type.is_some()),
            ("target", self.target.is_some()),
            ("mode", self.mode.is_some()),
            ("max-mode", self.max_mode.is_some()),
            ("owner", self.owner.is_some()),
            ("group", self.group.is_some()),
            ("age", self.age.is_some()),
        ];
        keys.into_iter().find(|(_, given)| *given).map(|(key, _)| key).or_else(|| self.on_bytes())
    }

    /// A key that is about the bytes of a file.
    fn on_bytes(&self) -> Option<&'static str> {
        let size = self.size.map(|_| "size");
        size.or_else(|| self.on_text()).or_else(|| self.sha256.as_ref().map(|_| "sha256"))
    }

    fn on_text(&self) -> Option<&'static str> {
        let texts = self.contains.as_ref().map(|_| "contains").or_else(|| self.not_contains.as_ref().map(|_| "not-contains"));
        texts.or_else(|| self.matches.as_ref().map(|_| "matches")).or_else(|| self.not_matches.as_ref().map(|_| "not-matches"))
    }
}

impl Check for File {
    rooms!();

    fn touches(&self, _: &ProcessEnv) -> Vec<Touch> {
        let reads = self.on_text().is_some() || self.sha256.is_some();
        let action = if reads { "looks it up and reads it" } else { "looks it up" };
        self.path.iter().map(|path| Touch::new(format!("file {path}"), action)).collect()
    }
}
