//! Where the files of a plan are: in its folder, or among those that another state of it held.

use std::{
    collections::BTreeMap,
    path::{Component, Path, PathBuf},
};

use crate::{
    model::Size,
    net::regular_file::{self, FileError},
};

const GLOB: glob::MatchOptions =
    glob::MatchOptions { case_sensitive: true, require_literal_separator: true, require_literal_leading_dot: true };

/// Where the files of a plan are.
#[derive(Debug, Default)]
pub(super) struct Shelf {
    /// The folder of the main file.
    pub(super) folder: PathBuf,
    /// The files by their names relative to the folder, where they come from elsewhere: then nothing is read from it.
    pub(super) held: Option<BTreeMap<String, Vec<u8>>>,
}

impl Shelf {
    /// The bytes of the file `name`.
    pub(super) fn read(&self, name: &Path, limit: Size) -> Result<Vec<u8>, FileError> {
        let Some(files) = &self.held else { return regular_file::read_bytes(&self.folder.join(name), limit) };
        let bytes = files.get(&shown(name)).or_else(|| files.get(&found_at(name))).ok_or(FileError::Missing)?;
        if bytes.len() as u64 > limit.0 { Err(FileError::TooLarge(limit)) } else { Ok(bytes.clone()) }
    }

    /// Whether `name` is a folder; `None` if there is nothing.
    pub(super) fn is_folder(&self, name: &str) -> Option<bool> {
        let Some(files) = &self.held else { return std::fs::metadata(self.folder.join(name)).ok().map(|found| found.is_dir()) };
        let name = found_at(Path::new(name));
        let within = || files.keys().any(|file| file.strip_prefix(&name).is_some_and(|rest| rest.starts_with('/')));
        if files.keys().any(|file| found_at(Path::new(file)) == name) { Some(false) } else { within().then_some(true) }
    }

    /// The first `most` files that `pattern` matches, relative to the folder, by name.
    pub(super) fn matching(&self, pattern: &str, most: usize) -> Result<Vec<PathBuf>, glob::PatternError> {
        let Some(files) = &self.held else {
            let whole = format!("{}/{pattern}", glob::Pattern::escape(&self.folder.to_string_lossy()));
            let found = glob::glob_with(&whole, GLOB)?.filter_map(Result::ok).filter(|path| path.is_file()).take(most);
            return Ok(found.map(|path| path.strip_prefix(&self.folder).map(Path::to_path_buf).unwrap_or(path)).collect());
        };
        let pattern = glob::Pattern::new(&found_at(Path::new(pattern)))?;
        let mut found: Vec<PathBuf> =
            files.keys().map(PathBuf::from).filter(|name| pattern.matches_with(&found_at(name), GLOB)).take(most).collect();
        found.sort();
        Ok(found)
    }
}

/// The name by which the plan and its reports call a file: relative, with `/` between its parts and without `./`.
pub(super) fn shown(path: &Path) -> String {
    let parts: Vec<_> =
        path.components().filter(|part| *part != Component::CurDir).map(|part| part.as_os_str().to_string_lossy()).collect();
    parts.join("/")
}

/// Where people and CI find the file: without going into a folder and out again. For showing only: with symbolic links
/// it may be another file.
pub(super) fn found_at(path: &Path) -> String {
    let mut plain = PathBuf::new();
    for part in path.components() {
        let inside = matches!(plain.components().next_back(), Some(Component::Normal(_)));
        match part {
            Component::CurDir => {}
            Component::ParentDir if inside => drop(plain.pop()),
            part => plain.push(part),
        }
    }
    plain.to_string_lossy().into_owned()
}
