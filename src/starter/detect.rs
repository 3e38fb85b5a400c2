//! The detectors: which file says something, who reads it, and in which order. Reads nothing large, and says what it left out.

use std::{collections::BTreeMap, path::Path};

use super::{
    backup, compose, config, container, database, environment,
    found::Found,
    framework, judges, kubernetes, people, pipeline, proxy, terraform,
    walk::{Walk, natural},
};
use crate::{
    model::{Size, counted},
    net::regular_file,
};

/// Of one file.
const LARGEST: Size = Size(4 << 20);
/// Of all, and what is said of the rest.
const MOST_BYTES: usize = 128 << 20;
const LATE: &str = "after 128 MiB of text that were read";

/// A path in lower case, and its last part.
pub(super) struct Place<'p> {
    pub(super) path: &'p str,
    pub(super) name: &'p str,
}

impl Place<'_> {
    pub(super) fn is_yaml(&self) -> bool {
        self.name.ends_with(".yaml") || self.name.ends_with(".yml")
    }

    /// Whether it lies in a folder of this name.
    pub(super) fn within(&self, folder: &str) -> bool {
        self.path.starts_with(&format!("{folder}/")) || self.path.contains(&format!("/{folder}/"))
    }
}

/// What a text said, in a few words; nothing; or why it could not be taken.
pub(super) type Said = Result<Option<&'static str>, String>;

/// Reads files of one sort.
struct Detector {
    is: fn(&Place<'_>) -> bool,
    /// Takes what the file at this path says.
    read: fn(&mut Found, &str, &str) -> Said,
}

/// In the order in which they read; a file is of each that knows it.
const DETECTORS: [Detector; 18] = [
    Detector { is: environment::is_settings_at, read: environment::settings },
    Detector { is: environment::is_example_at, read: environment::example },
    Detector { is: compose::is_compose, read: compose::read },
    Detector { is: container::is_dockerfile, read: container::read },
    Detector { is: database::is_schema, read: database::sql },
    Detector { is: database::is_sql, read: database::sql },
    Detector { is: database::is_program, read: database::program },
    Detector { is: kubernetes::is_manifest, read: kubernetes::read },
    Detector { is: proxy::is_proxy, read: proxy::read },
    Detector { is: pipeline::is_pipeline, read: pipeline::read },
    Detector { is: config::is_config, read: config::read },
    Detector { is: framework::is_lock, read: framework::drivers },
    Detector { is: backup::tells, read: backup::take },
    Detector { is: backup::is_timer, read: backup::timer },
    Detector { is: terraform::is_terraform, read: terraform::read },
    Detector { is: people::is_owners, read: people::owners },
    Detector { is: judges::may_be, read: judges::take },
    Detector { is: framework::is_code, read: framework::read },
];

/// What `root`, a folder's full path, holds; and what was not read, with why.
pub(super) fn look(root: &Path) -> (Found, Vec<(String, String)>) {
    let (mut found, mut walk) = (Found::new(root), Walk::of(root));
    people::remote(&mut found);
    let mut left = Left::default();
    let (mut wanted, mut dumps) = (Vec::new(), Vec::new());
    for path in std::mem::take(&mut walk.files) {
        let lower = path.to_ascii_lowercase();
        let place = Place { path: &lower, name: lower.rsplit('/').next().unwrap_or(&lower) };
        let mine: Vec<usize> = (0..DETECTORS.len()).filter(|at| (DETECTORS[*at].is)(&place)).collect();
        if backup::dump_ending(place.name).is_some() {
            dumps.push(path);
        } else if let Some(first) = mine.first() {
            wanted.push((*first, natural(&path), path, mine));
        }
    }
    wanted.sort();
    let mut bytes = 0;
    for (_, _, path, mine) in wanted {
        if bytes > MOST_BYTES {
            walk.pass(LATE, path);
            continue;
        }
        match regular_file::read_text(&root.join(&path), LARGEST) {
            Ok(text) => {
                bytes += text.len();
                take(&mut found, &mut left, &path, &text, &mine);
            }
            Err(error) => left.add(&path, &error.to_string()),
        }
    }
    found.dumps(&dumps);
    database::finish(&mut found, &mut |path, why| left.add(path, why));
    found.settle();
    (found, left.told(walk.passed))
}

fn take(found: &mut Found, left: &mut Left, path: &str, text: &str, mine: &[usize]) {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut said = Vec::new();
    for at in mine {
        match (DETECTORS[*at].read)(found, path, text) {
            Ok(some) => said.extend(some),
            Err(why) => left.add(path, &why),
        }
    }
    if !said.is_empty() {
        found.sources.push((path.to_owned(), said.join("; ")));
    }
}

/// What was not read, by why and folder.
#[derive(Default)]
struct Left(BTreeMap<(String, String), Vec<String>>);

impl Left {
    fn add(&mut self, path: &str, why: &str) {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        self.0.entry((why.to_owned(), folder.to_owned())).or_default().push(path.to_owned());
    }

    /// One line for each: a file, or how many of a folder; then what was passed over.
    fn told(self, passed: BTreeMap<&'static str, (usize, String)>) -> Vec<(String, String)> {
        let files = self.0.into_iter().map(|((why, folder), paths)| match paths.as_slice() {
            [one] => (format!("`{one}`"), why),
            all => (format!("{} in `{folder}/`, like `{}`", counted(all.len(), "file"), all[0]), format!("each {why}")),
        });
        let passed = passed.into_iter().map(|(why, (count, first))| match count {
            1 => (format!("`{first}`"), format!("({why})")),
            _ => (format!("`{first}` and {} more", count - 1), format!("({why})")),
        });
        files.chain(passed).collect()
    }
}
