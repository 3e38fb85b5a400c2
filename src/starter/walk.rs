//! Which files of a folder there are to read, and what is passed over, with why. Follows no link.

use std::{collections::BTreeMap, fs, path::Path, sync::LazyLock};

use ignore::{
    Match,
    gitignore::{Gitignore, GitignoreBuilder},
};

use super::{environment::is_settings, sheet, table::rows};

/// Folders within folders.
const DEEPEST: usize = 40;
/// Entries looked at in all.
const MOST_ENTRIES: usize = 400_000;

/// Why a file or folder is passed over.
const EXAMPLES: &str = "examples and documentation";
const IGNORED: &str = "ignored by git";
const DEEP: &str = "too many folders within each other, or entries";
/// What everybody knows to hold nothing of a project.
const SILENT: &str = "-";

/// Folders that are passed over: why, the names, and what must stand beside or within one that is meant.
static FOREIGN: LazyLock<Vec<[Vec<&'static str>; 3]>> = LazyLock::new(|| {
    let words = |text: &'static str| text.split_whitespace().collect();
    rows(include_str!("folders.txt"))
        .into_iter()
        .map(|row| [vec![row[0]], words(row[1]), words(row.get(2).copied().unwrap_or_default())])
        .collect()
});

/// What a folder holds.
#[derive(Default)]
pub(super) struct Walk {
    /// The files by their paths from the folder on.
    pub(super) files: Vec<String>,
    /// How many files and folders were passed over, by why, and the first of them.
    pub(super) passed: BTreeMap<&'static str, (usize, String)>,
    entries: usize,
}

impl Walk {
    /// Looks through `root`, a full path.
    pub(super) fn of(root: &Path) -> Self {
        let mut walk = Self::default();
        walk.folder(root, "", &mut Vec::new(), 0);
        walk
    }

    fn folder(&mut self, root: &Path, under: &str, rules: &mut Vec<Gitignore>, depth: usize) {
        let folder = root.join(under);
        let Ok(entries) = fs::read_dir(&folder) else { return };
        let mut here: Vec<(String, fs::FileType)> =
            entries.flatten().filter_map(|entry| Some((entry.file_name().into_string().ok()?, entry.file_type().ok()?))).collect();
        // The same folder gives the same plan.
        here.sort_by(|one, other| one.0.cmp(&other.0));
        let known = rules.len();
        if here.iter().any(|(name, kind)| name == ".gitignore" && kind.is_file()) {
            let mut builder = GitignoreBuilder::new(&folder);
            // A line that is no pattern is no pattern for git either.
            builder.add(folder.join(".gitignore"));
            rules.extend(builder.build());
        }
        for (name, kind) in &here {
            self.entries += 1;
            let path = if under.is_empty() { name.clone() } else { format!("{under}/{name}") };
            // A link is neither: what it leads to may be anywhere.
            if !(kind.is_dir() || kind.is_file()) {
                continue;
            }
            if self.entries > MOST_ENTRIES || depth > DEEPEST {
                self.pass(DEEP, path);
                break;
            }
            let ignored = is_ignored(rules, &root.join(&path), kind.is_dir());
            if kind.is_dir() {
                match foreign(name, &here, &folder, depth).or(ignored.then_some(IGNORED)) {
                    Some(why) => self.pass(why, path),
                    None => self.folder(root, &path, rules, depth + 1),
                }
            } else if ignored && !is_settings(&name.to_ascii_lowercase()) {
                // The settings of an environment belong to no commit, and to its checks all the same.
                self.pass(IGNORED, path);
            } else if sheet::is_plain(&path) {
                self.files.push(path);
            }
        }
        rules.truncate(known);
    }

    /// Notes what is passed over, and why.
    pub(super) fn pass(&mut self, why: &'static str, path: String) {
        if why != SILENT {
            self.passed.entry(why).or_insert((0, path)).0 += 1;
        }
    }
}

/// Why the folder `name` is passed over, which stands beside `here`.
fn foreign(name: &str, here: &[(String, fs::FileType)], folder: &Path, depth: usize) -> Option<&'static str> {
    let beside = |mark: &&str| here.iter().any(|(other, _)| other == mark) || folder.join(name).join(mark).is_file();
    let meant = |marks: &[&str]| marks.is_empty() || marks.iter().any(beside);
    let [why, ..] = FOREIGN.iter().find(|[_, names, marks]| names.contains(&name) && meant(marks))?;
    // Deeper within code these are words like any other.
    why.first().copied().filter(|why| *why != EXAMPLES || depth <= 1)
}

/// As git has it: the nearest file that says something about the path, and in it the last line.
fn is_ignored(rules: &[Gitignore], path: &Path, is_folder: bool) -> bool {
    let said = rules.iter().rev().map(|rules| rules.matched(path, is_folder)).find(|said| !said.is_none());
    matches!(said, Some(Match::Ignore(_)))
}

/// A path whose numbers sort as numbers: migrations build on each other.
pub(super) fn natural(path: &str) -> String {
    let mut key = String::with_capacity(path.len() + 20);
    let mut rest = path;
    while let Some(at) = rest.find(|c: char| c.is_ascii_digit()) {
        let digits = rest[at..].len() - rest[at..].trim_start_matches(|c: char| c.is_ascii_digit()).len();
        key.push_str(&rest[..at]);
        key.push_str(&format!("{:0>20}", rest[at..at + digits].trim_start_matches('0')));
        rest = &rest[at + digits..];
    }
    key + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_sort_as_numbers() {
        let mut paths = ["m/10_c.sql", "m/V1.10__b.sql", "m/9_b.sql", "m/V1.9__a.sql", "m/0008_a.sql"];
        paths.sort_by_key(|path| natural(path));
        assert_eq!(paths, ["m/0008_a.sql", "m/9_b.sql", "m/10_c.sql", "m/V1.9__a.sql", "m/V1.10__b.sql"]);
    }

    #[test]
    fn passes_over_what_a_repository_means_by_it() {
        let folder = tempfile::tempdir().expect("a folder");
        for path in [
            "target/a.yaml",
            "rust/target/a.yaml",
            "rust/Cargo.toml",
            "node_modules/a.yaml",
            "vendor/a.yaml",
            "go/vendor/a.yaml",
            "go/go.mod",
            "out/a.yaml",
            "keep/out/a.yaml",
            "log/a.yaml",
            "prod.env",
            "src/a.tmp",
            "src/b.tmp",
        ] {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            fs::write(path, "").expect("written");
        }
        fs::write(folder.path().join(".gitignore"), "/out/\nlog\n*.env\n*.tmp\n").expect("written");
        fs::write(folder.path().join("src/.gitignore"), "!b.tmp\n").expect("written");
        let walk = Walk::of(folder.path());
        let read: Vec<&str> = walk.files.iter().map(String::as_str).filter(|path| !path.contains(".gitignore")).collect();
        assert_eq!(read, ["go/go.mod", "keep/out/a.yaml", "prod.env", "rust/Cargo.toml", "src/b.tmp", "target/a.yaml", "vendor/a.yaml"]);
        assert_eq!((walk.passed[IGNORED].0, walk.passed["made by tools or by others"].0), (3, 3));
    }
}
