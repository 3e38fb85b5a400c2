//! The files that a plan includes.
//!
//! Paths and globs are relative to the folder of `gonogo.yaml`. `../` is allowed, so that services of one repository can
//! share checks; an absolute path is not: the plan would be another one on another machine. Files come in the order of
//! the list, those of one glob by name, each file once.

use std::path::{Path, PathBuf};

use super::{
    fault::Fault,
    fields::Word,
    node::Node,
    place::Sources,
    shelf::{Shelf, found_at, shown},
    suggest, yaml,
};
use crate::net::regular_file::{FileError, LARGEST_OF_A_PLAN};

/// Files that one plan may include.
const MOST_FILES: usize = 1_000;

/// The files that `pattern` names, relative to the plan's folder.
pub(super) fn files(shelf: &Shelf, pattern: &Word, faults: &mut Vec<Fault>) -> Vec<PathBuf> {
    let text = pattern.text.as_str();
    let mut refuse = |message: String, hint: Option<String>| {
        faults.push(Fault::new(pattern.place, message).maybe_hint(hint));
        Vec::new()
    };
    if Path::new(text).is_absolute() {
        return refuse("an absolute path is another file on another machine".into(), Some("write it relative to the plan's folder".into()));
    }
    if !text.contains(['*', '?', '[']) {
        return match shelf.is_folder(text) {
            Some(true) => refuse(format!("`{text}` is a folder"), Some(format!("write `{}/*.yaml`", text.trim_end_matches('/')))),
            Some(false) => vec![PathBuf::from(text)],
            None => refuse(format!("there is no file `{text}`"), near(shelf, text)),
        };
    }
    let found = match shelf.matching(text, MOST_FILES + 1) {
        Ok(found) => found,
        Err(error) => return refuse(format!("`{text}` is not a pattern of files: {}", error.msg), None),
    };
    if found.len() > MOST_FILES {
        return refuse(format!("`{text}` matches more than {MOST_FILES} files"), None);
    }
    if found.is_empty() {
        return refuse(format!("`{text}` matches no file"), Some("paths start at the plan's folder".into()));
    }
    found
}

/// Reads a file of the plan.
pub(super) fn read(shelf: &Shelf, name: &Path, sources: &mut Sources, faults: &mut Vec<Fault>) -> Result<(u32, Option<Node>), FileError> {
    let (file, text) = read_text(shelf, name, sources)?;
    Ok((file, yaml::parse(file, &text, faults)))
}

/// The text of a file of the plan, which becomes one of its sources.
pub(super) fn read_text(shelf: &Shelf, name: &Path, sources: &mut Sources) -> Result<(u32, String), FileError> {
    let text = String::from_utf8(shelf.read(name, LARGEST_OF_A_PLAN)?).map_err(|_| FileError::NotText)?;
    let file = sources.add_file(shown(name), found_at(&shelf.folder.join(name)), text.clone());
    Ok((file, text))
}

/// The file beside `text` that may be meant.
fn near(shelf: &Shelf, text: &str) -> Option<String> {
    if shelf.held.is_some() {
        return None;
    }
    let path = Path::new(text);
    let folder = path.parent().unwrap_or(Path::new(""));
    let entries = std::fs::read_dir(shelf.folder.join(folder)).ok()?;
    let names: Vec<String> = entries.take(MOST_FILES).filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
    let name = path.file_name()?.to_str()?;
    let near = suggest::nearest(name, names.iter().map(String::as_str))?;
    Some(format!("did you mean `{}`?", shown(&folder.join(near))))
}
