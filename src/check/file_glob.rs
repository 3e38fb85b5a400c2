//! The files that a pattern means. A folder that may not be looked into is said: what stands there may match.

use std::{
    fmt, fs,
    io::ErrorKind,
    path::{Path, PathBuf},
    time::Instant,
};

use glob::Pattern;

use crate::model::from_text;

/// More files than this are a pattern that went wrong.
pub(crate) const MOST: usize = 1_000;

/// A path, or a pattern of paths.
#[derive(Debug, Clone)]
pub struct Glob(String);

from_text!(Glob, { "type": "string", "minLength": 1 }, |text| {
    if text.is_empty() {
        return Err("an empty path names nothing".to_owned());
    }
    if let Some(rest) = text.strip_prefix('~') {
        return Err(format!("`{text}`: `~` is not read here: write the whole path, or `${{HOME}}{rest}`"));
    }
    Pattern::new(&text).map_err(|error| format!("`{text}` is no pattern: {}; write `[*]` for a `*` that is meant as it stands", error.msg))?;
    Ok(Glob(text))
});

impl fmt::Display for Glob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a pattern led to.
#[derive(Default)]
pub(crate) struct Found {
    /// Where something is, whatever it is.
    pub(crate) paths: Vec<PathBuf>,
    /// Where nobody could look, and why.
    pub(crate) blind: Vec<(PathBuf, String)>,
    /// Whether the search was ended, by time or because there is too much.
    pub(crate) ended: Option<String>,
}

impl Glob {
    /// Every file in a folder, however deep.
    pub(crate) fn below(folder: &Path) -> Self {
        Self(format!("{}/**/*", Pattern::escape(&folder.to_string_lossy())))
    }

    /// Everything it means, under `root` where it is relative. Files that begin with a dot are meant only by a part that does;
    /// `**` goes through no link.
    pub(crate) fn find(&self, root: &Path, until: Instant) -> Found {
        let mut found = Found::default();
        let base = if self.0.starts_with('/') { Path::new("/") } else { root };
        let mut parts: Vec<&str> = self.0.split('/').filter(|part| !part.is_empty()).collect();
        if parts.last() == Some(&"**") {
            parts.push("*");
        }
        walk(base.to_owned(), &parts, until, &mut found);
        found.paths.sort();
        found.paths.dedup();
        found
    }
}

fn walk(base: PathBuf, parts: &[&str], until: Instant, found: &mut Found) {
    if Instant::now() >= until {
        found.ended = Some("could not be searched in time: name fewer, or raise the check's `timeout`".into());
    }
    if found.paths.len() > MOST {
        found.ended = Some(format!("are more than {MOST} files: name fewer"));
    }
    if found.ended.is_some() {
        return;
    }
    match parts {
        [] => match fs::symlink_metadata(&base) {
            Ok(_) => found.paths.push(base),
            Err(error) => found.miss(base, &error),
        },
        ["**", rest @ ..] => {
            walk(base.clone(), rest, until, found);
            for entry in entries(&base, found) {
                let hidden = entry.file_name().to_string_lossy().starts_with('.');
                if !hidden && entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                    walk(entry.path(), parts, until, found);
                }
            }
        }
        [part, rest @ ..] if part.contains(['*', '?', '[']) => {
            let Ok(pattern) = Pattern::new(part) else { return };
            for entry in entries(&base, found) {
                let name = entry.file_name();
                let name = name.to_string_lossy();
                if (part.starts_with('.') || !name.starts_with('.')) && pattern.matches(&name) {
                    walk(entry.path(), rest, until, found);
                }
            }
        }
        [name, rest @ ..] => walk(base.join(name), rest, until, found),
    }
}

fn entries(folder: &Path, found: &mut Found) -> Vec<fs::DirEntry> {
    match fs::read_dir(folder).and_then(Iterator::collect) {
        Ok(entries) => entries,
        Err(error) => {
            found.miss(folder.to_owned(), &error);
            Vec::new()
        }
    }
}

impl Found {
    /// Nothing is there, unless something may be that cannot be seen.
    fn miss(&mut self, at: PathBuf, error: &std::io::Error) {
        if !matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) {
            let why = match error.kind() {
                ErrorKind::PermissionDenied => "may not be looked at: permission denied".to_owned(),
                _ => format!("cannot be looked at: {error}"),
            };
            self.blind.push((at, why));
        }
    }
}
