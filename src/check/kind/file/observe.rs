//! Looks the files up.

use std::{
    fs,
    io::ErrorKind,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    time::Instant,
};

use jiff::Timestamp;

use super::{
    File, content,
    seen::{Blind, FileSeen, Owner, Seen},
    words::{Type, Who},
};
use crate::{
    check::{Context, Unseen, blocking, file_glob::Glob},
    model::{excerpt, plain},
    net::accounts::{accounts, groups},
};

/// Places that could not be looked at are named up to this many.
const MOST_BLIND: usize = 20;

pub(super) async fn observe(check: &File, cx: &Context) -> Result<Seen, Unseen> {
    let search = Search {
        globs: check.path.to_vec(),
        root: cx.path(""),
        wanted: content::Wanted::of(check),
        accounts: accounts().unwrap_or_default().into_iter().map(|account| (account.name, account.uid)).collect(),
        groups: groups().unwrap_or_default().into_iter().map(|group| (group.name, group.gid)).collect(),
        // Whoever reads slowly can still say so.
        until: cx.until() - cx.remaining() / 20,
    };
    let (owner, group) = (number(&search.accounts, check.owner.as_ref()), number(&search.groups, check.group.as_ref()));
    let seen = tokio::time::timeout_at(cx.until().into(), blocking(move || search.run())).await;
    // Nobody answers for a file system that is gone.
    let seen = seen.map_err(|_| Unseen::Unreachable("the file system did not answer in time".into()))???;
    Ok(Seen { owner, group, ..seen })
}

struct Search {
    globs: Vec<Glob>,
    root: PathBuf,
    wanted: content::Wanted,
    accounts: Names,
    groups: Names,
    until: Instant,
}

impl Search {
    fn run(self) -> Result<Seen, Unseen> {
        let mut seen = Seen::default();
        let mut paths: Vec<PathBuf> = Vec::new();
        for glob in &self.globs {
            let found = glob.find(&self.root, self.until);
            if let Some(why) = found.ended {
                return Err(Unseen::Unknown(format!("`{glob}`: the files {why}")));
            }
            seen.found.insert(glob.to_string(), found.paths.len());
            paths.extend(found.paths);
            seen.blind.extend(found.blind.into_iter().map(|(path, why)| Blind { path: self.shown(&path), why }));
        }
        paths.sort();
        paths.dedup();
        for path in paths {
            match self.file(&path) {
                Ok(file) => seen.files.push(file),
                Err(why) => seen.blind.push(Blind { path: self.shown(&path), why: format!("cannot be looked at: {why}") }),
            }
        }
        seen.blind.truncate(MOST_BLIND);
        Ok(seen)
    }

    fn file(&self, path: &Path) -> std::io::Result<FileSeen> {
        let own = fs::symlink_metadata(path)?;
        let mut file = FileSeen { path: self.shown(path), ..FileSeen::default() };
        if own.is_symlink() {
            file.link = Some(excerpt(&plain(&fs::read_link(path)?.to_string_lossy()), 1024));
            match fs::canonicalize(path) {
                Ok(end) => file.end = Some(excerpt(&plain(&end.to_string_lossy()), 1024)),
                Err(error) => {
                    match error.kind() {
                        ErrorKind::NotFound | ErrorKind::NotADirectory => file.broken = Some("leads nowhere".into()),
                        // Its kind has no stable name in the standard library yet.
                        _ if error.to_string().contains("symbolic link") => file.broken = Some("leads in a circle".into()),
                        ErrorKind::PermissionDenied => file.unseen = Some("leads where nobody may look: permission denied".into()),
                        _ => file.unseen = Some(format!("cannot be followed: {error}")),
                    }
                    return Ok(file);
                }
            }
        }
        let metadata = fs::metadata(path)?;
        let kind = metadata.file_type();
        file.kind = if kind.is_dir() { Some(Type::Directory) } else { kind.is_file().then_some(Type::File) };
        file.mode = metadata.mode() & 0o7777;
        file.owner = Owner { id: metadata.uid(), name: named(&self.accounts, metadata.uid()) };
        file.group = Owner { id: metadata.gid(), name: named(&self.groups, metadata.gid()) };
        file.size = metadata.len();
        file.modified = metadata.modified().ok().and_then(|time| Timestamp::try_from(time).ok());
        file.content = self.wanted.look(path, self.until);
        Ok(file)
    }

    fn shown(&self, path: &Path) -> String {
        let path = path.strip_prefix(&self.root).ok().filter(|rest| !rest.as_os_str().is_empty()).unwrap_or(path);
        excerpt(&plain(&path.to_string_lossy()), 1024)
    }
}

/// Names of this machine, with their numbers. Where they cannot be read, nobody has one.
type Names = Vec<(String, u32)>;

fn number(all: &[(String, u32)], who: Option<&Who>) -> Option<u32> {
    match who? {
        Who::Number(number) => Some(*number),
        Who::Name(name) => all.iter().find(|(have, _)| have == name).map(|(_, number)| *number),
    }
}

fn named(all: &[(String, u32)], number: u32) -> Option<String> {
    all.iter().find(|(_, have)| *have == number).map(|(name, _)| excerpt(&plain(name), 64))
}
