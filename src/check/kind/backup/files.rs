//! Backup files: which there are, and what reading them shows.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
    time::Instant,
};

use jiff::Timestamp;

use super::{
    Backup,
    seen::{Copy, Seen},
    source::{Contents, Files, Reading},
    twins,
};
use crate::{
    check::{Context, Unseen},
    net::dump::{self, Content, Family, Fault, Place},
};

/// More files than this are a glob that went wrong.
const MOST: usize = 10_000;

/// Files that begin with a dot are not meant by `*`: copying programs name unfinished ones so.
const LIKE_A_SHELL: glob::MatchOptions =
    glob::MatchOptions { case_sensitive: true, require_literal_separator: true, require_literal_leading_dot: true };

/// What to look for, apart from the check, so that it can be looked for elsewhere.
pub(super) struct Search {
    globs: Vec<String>,
    root: PathBuf,
    contents: Contents,
    all: bool,
    tables: Option<Vec<String>>,
    at: Timestamp,
    until: Instant,
}

/// A match of a glob, looked up.
struct Candidate {
    name: String,
    place: Place,
}

impl Search {
    pub(super) fn new(check: &Backup, globs: &[Files], cx: &Context, until: Instant) -> Self {
        Self {
            globs: globs.iter().map(|glob| glob.0.clone()).collect(),
            root: cx.path(""),
            contents: check.contents.unwrap_or_default(),
            all: check.read == Some(Reading::All),
            tables: check.tables.as_deref().map(<[String]>::to_vec),
            at: cx.shared.at,
            until,
        }
    }

    /// Finds and reads.
    pub(super) fn run(self) -> Result<Seen, Unseen> {
        let (mut unread, mut copies) = (Vec::new(), Vec::new());
        let mut candidates = self.candidates(&mut unread)?;
        candidates.sort_by_key(|candidate| std::cmp::Reverse(candidate.place.modified));
        // The newest usable one so far, with its tables.
        let mut best: Option<(Timestamp, Content)> = None;
        for candidate in candidates {
            // One that turned out to be older than it looks does not stop the search.
            let enough = best.as_ref().is_some_and(|(time, _)| *time >= candidate.place.modified);
            if enough && !self.all {
                let place = candidate.place.clone();
                copies.push((self.glanced(candidate), place));
                continue;
            }
            let place = candidate.place.clone();
            let (copy, content) = self.read(candidate);
            if let (Some(time), Some(content)) = (copy.at.filter(|_| copy.flaw.is_none()), content)
                && best.as_ref().is_none_or(|(latest, _)| *latest < time)
            {
                best = Some((time, content));
            }
            copies.push((copy, place));
        }
        copies.sort_by_key(|(copy, _)| std::cmp::Reverse(copy.at.unwrap_or(Timestamp::MAX)));
        twins::mark(&mut copies, self.until);
        let mut copies: Vec<Copy> = copies.into_iter().map(|(copy, _)| copy).chain(unread).collect();
        copies.sort_by_key(|copy| std::cmp::Reverse(copy.at.unwrap_or(Timestamp::MAX)));
        let missing_tables = best.zip(self.tables).and_then(|((_, content), wanted)| missing(&content, wanted));
        Ok(Seen { backups: Some(copies), missing_tables, ..Seen::default() })
    }

    /// Every match once; those that cannot be looked up go straight to `copies`.
    fn candidates(&self, copies: &mut Vec<Copy>) -> Result<Vec<Candidate>, Unseen> {
        let (mut candidates, mut seen) = (Vec::new(), HashSet::new());
        for pattern in &self.globs {
            // Only the plan's own part is a pattern, the folder's name is not.
            let root = PathBuf::from(glob::Pattern::escape(&self.root.to_string_lossy()));
            let found = glob::glob_with(&root.join(pattern).to_string_lossy(), LIKE_A_SHELL);
            let found = found.map_err(|error| Unseen::Unknown(format!("`{pattern}`: {}", error.msg)))?;
            for path in found {
                let path = path.map_err(|error| Unseen::Unknown(format!("`{pattern}`: {error}")))?;
                if Instant::now() >= self.until {
                    return Err(Unseen::Unreachable(format!("the files of `{pattern}` could not be listed in time")));
                }
                if is_unfinished(&path, pattern) {
                    continue;
                }
                let name = shown(&path, &self.root);
                match Place::of(&path, self.until) {
                    Ok(place) if seen.insert(place.path.clone()) => candidates.push(Candidate { name, place }),
                    // A link to one that is listed anyway is no second copy.
                    Ok(_) => {}
                    Err(fault) => copies.push(of_fault(Copy { name, ..Copy::default() }, fault)),
                }
                if candidates.len() + copies.len() > MOST {
                    return Err(Unseen::Unknown(format!("`{pattern}` matches more than {MOST} files: name fewer")));
                }
            }
        }
        Ok(candidates)
    }

    fn read(&self, candidate: Candidate) -> (Copy, Option<Content>) {
        let Candidate { name, place } = candidate;
        let copy = Copy { name, at: Some(place.modified), size: Some(place.size), ..Copy::default() };
        match dump::read(&place, self.contents.accepts(), self.at, self.until) {
            Ok(content) => {
                // Copied without its time, it looks younger than it says it is.
                let made = content.made.filter(|made| *made < place.modified);
                let flaw = self.foreign(content.family).map(|wanted| format!("is {}, not {wanted}", content.format));
                let copy = Copy { at: made.or(copy.at), kind: Some(content.format.clone()), flaw, ..copy };
                (copy, Some(content))
            }
            Err(fault) => (of_fault(copy, fault), None),
        }
    }

    fn glanced(&self, candidate: Candidate) -> Copy {
        let Candidate { name, place } = candidate;
        let copy = Copy { name, at: Some(place.modified), size: Some(place.size), ..Copy::default() };
        match dump::glance(&place, self.contents.accepts(), self.until) {
            Ok(()) => copy,
            Err(fault) => of_fault(copy, fault),
        }
    }

    /// What was wanted instead.
    fn foreign(&self, family: Family) -> Option<&'static str> {
        let (wanted, name) = match self.contents {
            Contents::Known | Contents::Any | Contents::Opaque => return None,
            Contents::Postgres => (Family::Postgres, "PostgreSQL's"),
            Contents::Redis => (Family::Redis, "Redis'"),
            Contents::Mysql => (Family::Mysql, "MySQL's"),
        };
        (family != wanted).then_some(name)
    }
}

/// Whether a file bears the name of something that is still being written, which the pattern does not mean.
fn is_unfinished(path: &Path, pattern: &str) -> bool {
    const ENDS: [&str; 10] =
        [".partial", ".part", ".tmp", ".temp", ".filepart", ".crdownload", ".download", ".incomplete", ".inprogress", "~"];
    let name = path.file_name().map(|name| name.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    ENDS.iter().any(|end| name.ends_with(end) && !pattern.to_ascii_lowercase().ends_with(end))
}

fn of_fault(copy: Copy, fault: Fault) -> Copy {
    match fault {
        Fault::Broken(why) => Copy { flaw: Some(why), ..copy },
        Fault::Unread(why) => Copy { unseen: Some(why), ..copy },
        Fault::Changing => Copy { unfinished: true, ..copy },
    }
}

fn shown(path: &Path, root: &Path) -> String {
    let path = path.strip_prefix(root).unwrap_or(path);
    crate::model::plain(&path.to_string_lossy()).into_owned()
}

/// The wanted tables that have no rows; `None` where the backup does not say.
fn missing(content: &Content, wanted: Vec<String>) -> Option<Vec<String>> {
    if content.tables.is_empty() {
        return None;
    }
    let has = |wanted: &String| {
        let bare = |name: &str| name.rsplit_once('.').map_or(name, |(_, bare)| bare).to_owned();
        content.tables.contains(wanted) || (!wanted.contains('.') && content.tables.iter().any(|table| bare(table) == *wanted))
    };
    Some(wanted.into_iter().filter(|wanted| !has(wanted)).collect())
}
