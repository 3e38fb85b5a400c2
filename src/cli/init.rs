//! `gonogo init`: writes a first plan from what the folder holds. Overwrites nothing.

use std::{
    collections::BTreeMap,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, anyhow};

use super::{Failure, arguments::InitOptions, edge};
use crate::{
    model::{Exit, counted, plain},
    starter::Starter,
};

/// Runs the command: 2 where a plan stands already, and nothing is written then.
pub(super) fn init(options: &InitOptions) -> Result<Exit, Failure> {
    let root = &options.folder;
    let canonical = fs::canonicalize(root).with_context(|| root.display().to_string()).map_err(Failure::usage)?;
    if !canonical.is_dir() {
        return Err(Failure::usage(anyhow!("`{}` is no folder", root.display())));
    }
    let Starter { files, sources, unread } = Starter::of(&canonical).map_err(Failure::output)?;
    let files: BTreeMap<PathBuf, String> = files.into_iter().map(|(path, text)| (place(root, &path), text)).collect();
    refuse_to_overwrite(root, &files)?;
    write(&files).map_err(Failure::output)?;
    unread.iter().take(20).for_each(|(path, why)| edge::say(&plain(&format!("left out: `{path}` {why}"))));
    edge::say(&match sources {
        0 => "nothing here says what is deployed: a small plan to begin with".to_owned(),
        n => format!("written from {}:", counted(n, "file")),
    });
    let written: String = files.keys().map(|path| format!("{}\n", plain(&path.display().to_string()))).collect();
    edge::print(&written).map_err(Failure::output)?;
    edge::say("\nhint: read it, then `gonogo lint`, `gonogo plan` and `gonogo verify`");
    Ok(Exit::Go)
}

/// As people would name it: nothing stands before a path in the folder they are in.
fn place(root: &Path, path: &str) -> PathBuf {
    if root == Path::new(".") { path.into() } else { root.join(path) }
}

/// Everything is looked at before anything is written. What is there in any form, a broken link too, stays.
fn refuse_to_overwrite(root: &Path, files: &BTreeMap<PathBuf, String>) -> Result<(), Failure> {
    let mut there: Vec<String> =
        files.keys().filter(|path| fs::symlink_metadata(path).is_ok()).map(|path| format!("`{}`", path.display())).collect();
    // A link would lead the files elsewhere.
    let folder = place(root, "checks");
    if files.keys().any(|path| path.starts_with(&folder)) && fs::symlink_metadata(&folder).is_ok_and(|kind| !kind.is_dir()) {
        there.push(format!("`{}`, which is no folder,", folder.display()));
    }
    let verb = if there.len() == 1 { "is" } else { "are" };
    if there.is_empty() { Ok(()) } else { Err(Failure::usage(anyhow!("{} {verb} there already; nothing was written", there.join(", ")))) }
}

/// All or nothing: what was written before a failure is taken away again.
fn write(files: &BTreeMap<PathBuf, String>) -> anyhow::Result<()> {
    let mut made: Vec<&PathBuf> = Vec::new();
    let mut folders: Vec<PathBuf> = Vec::new();
    for (path, text) in files {
        if let Err(error) = write_new(path, text, &mut folders) {
            // What cannot be taken away either is named by the error below.
            made.iter().for_each(|path| drop(fs::remove_file(path)));
            folders.iter().for_each(|folder| drop(fs::remove_dir(folder)));
            return Err(error.context(format!("`{}` could not be written", path.display())));
        }
        made.push(path);
    }
    Ok(())
}

fn write_new(path: &Path, text: &str, folders: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    if let Some(folder) = path.parent()
        && fs::create_dir(folder).is_ok()
    {
        folders.push(folder.to_owned());
    }
    // Refuses what came into being since, and follows no link.
    let mut file = fs::File::options().write(true).create_new(true).open(path)?;
    let written = file.write_all(text.as_bytes());
    if written.is_err() {
        drop(fs::remove_file(path));
    }
    Ok(written?)
}
