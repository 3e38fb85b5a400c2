//! Looks through a folder for what says how the project is deployed. Follows no link, reads nothing large, and stops
//! after so many files; what cannot be read is left out.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{Found, Role, Settings, sheet};
use crate::{
    model::Size,
    net::{EnvFile, regular_file},
};

/// Folders within folders.
const DEEPEST: usize = 5;
/// Entries looked at in all.
const MOST_ENTRIES: usize = 20_000;
/// Files read.
const MOST_FILES: usize = 500;
/// Of one file.
const LARGEST: Size = Size(1 << 20);

/// What other people made, or a build.
const FOREIGN: [&str; 10] =
    ["node_modules", "target", "vendor", "venv", "dist", "build", "__pycache__", "site-packages", "testdata", "fixtures"];

/// What `root`, a folder's full path, holds; and which files could not be read, with why.
pub(super) fn look(root: &Path) -> (Found, Vec<(String, String)>) {
    let mut found = Found::new(&root.file_name().map(|name| name.to_string_lossy()).unwrap_or_default());
    let mut walk = Walk { root, entries: 0, files: Vec::new() };
    walk.folder(root, 0);
    walk.files.sort();
    let mut unread: Vec<(String, String)> = Vec::new();
    let mut dumps = Vec::new();
    for (role, path) in walk.files.into_iter().take(MOST_FILES) {
        let full = root.join(&path);
        if role == Role::Dump {
            dumps.push(path);
        } else if role == Role::Settings {
            // Neither error quotes what the file says.
            match EnvFile::read(&full) {
                Ok(file) => found.settings(Settings::of(&path, &file, in_git(&full))),
                Err(error) => unread.push((path, error.to_string())),
            }
        } else {
            match regular_file::read_text(&full, LARGEST) {
                Ok(text) => found.text(role, &path, &text),
                Err(error) => unread.push((path, error.to_string())),
            }
        }
    }
    found.dumps(&dumps);
    (found, unread)
}

struct Walk<'r> {
    root: &'r Path,
    entries: usize,
    files: Vec<(Role, String)>,
}

impl Walk<'_> {
    fn folder(&mut self, folder: &Path, depth: usize) {
        let Ok(entries) = fs::read_dir(folder) else { return };
        let mut paths: Vec<PathBuf> = entries.flatten().take(MOST_ENTRIES).map(|entry| entry.path()).collect();
        // The same folder gives the same plan.
        paths.sort();
        for path in paths {
            self.entries += 1;
            let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
            if self.entries > MOST_ENTRIES {
                return;
            }
            // Of the link itself: what it leads to may be anywhere.
            let Ok(kind) = fs::symlink_metadata(&path).map(|metadata| metadata.file_type()) else { continue };
            if kind.is_dir() && depth < DEEPEST && (!name.starts_with('.') || name == ".github") && !FOREIGN.contains(&name) {
                self.folder(&path, depth + 1);
            } else if kind.is_file() {
                self.file(&path);
            }
        }
    }

    fn file(&mut self, path: &Path) {
        let Some(path) = path.strip_prefix(self.root).ok().and_then(Path::to_str) else { return };
        if let Some(role) = Role::of(path).filter(|_| sheet::is_plain(path)) {
            self.files.push((role, path.to_owned()));
        }
    }
}

/// Whether the file stands in a git repository.
fn in_git(file: &Path) -> bool {
    file.ancestors().skip(1).any(|folder| folder.join(".git").exists())
}
