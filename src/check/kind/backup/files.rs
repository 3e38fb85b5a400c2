//! Backup files: which there are, and what reading them shows.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
    time::Instant,
};

use jiff::Timestamp;

use super::{
    Backup,
    dump::{self, Content, Family, Fault, Place},
    seen::{Copy, Seen},
    source::{Contents, Files, Reading},
    twins,
};
use crate::check::{Context, Unseen};

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
        let mut unread = Vec::new();
        let mut copies = self.candidates(&mut unread)?;
        copies.sort_by_key(|(_, place)| std::cmp::Reverse(place.modified));
        // The newest usable one so far, with its tables.
        let mut best: Option<(Timestamp, Content)> = None;
        for (copy, place) in &mut copies {
            // One that turned out to be older than it looks does not stop the search.
            let enough = best.as_ref().is_some_and(|(time, _)| *time >= place.modified);
            if enough && !self.all {
                dump::glance(place, self.contents.accepts(), self.until).unwrap_or_else(|fault| blame(copy, fault));
            } else if let Some(content) = self.read(copy, place)
                && let Some(time) = copy.at.filter(|_| copy.flaw.is_none())
                && best.as_ref().is_none_or(|(latest, _)| *latest < time)
            {
                best = Some((time, content));
            }
        }
        copies.sort_by_key(|(copy, _)| std::cmp::Reverse(copy.at.unwrap_or(Timestamp::MAX)));
        twins::mark(&mut copies, self.until);
        let mut copies: Vec<Copy> = copies.into_iter().map(|(copy, _)| copy).chain(unread).collect();
        copies.sort_by_key(|copy| std::cmp::Reverse(copy.at.unwrap_or(Timestamp::MAX)));
        let missing_tables = best.zip(self.tables).and_then(|((_, content), wanted)| missing(&content, wanted));
        Ok(Seen { backups: Some(copies), missing_tables, ..Seen::default() })
    }

    /// Every match once, looked up; those that cannot be go to `unread`.
    fn candidates(&self, unread: &mut Vec<Copy>) -> Result<Vec<(Copy, Place)>, Unseen> {
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
                let mut copy = Copy { name: shown(&path, &self.root), ..Copy::default() };
                match Place::of(&path, self.until) {
                    Ok(place) if seen.insert(place.path.clone()) => {
                        candidates.push((Copy { at: Some(place.modified), size: Some(place.size), ..copy }, place));
                    }
                    // A link to one that is listed anyway is no second copy.
                    Ok(_) => {}
                    Err(fault) => {
                        blame(&mut copy, fault);
                        unread.push(copy);
                    }
                }
                if candidates.len() + unread.len() > MOST {
                    return Err(Unseen::Unknown(format!("`{pattern}` matches more than {MOST} files: name fewer")));
                }
            }
        }
        Ok(candidates)
    }

    /// What is in it, if it is whole.
    fn read(&self, copy: &mut Copy, place: &Place) -> Option<Content> {
        let content = dump::read(place, self.contents.accepts(), self.at, self.until).map_err(|fault| blame(copy, fault)).ok()?;
        // Copied without its time, it looks younger than it says it is.
        copy.at = content.made.filter(|made| *made < place.modified).or(copy.at);
        copy.kind = Some(content.format.clone());
        copy.flaw = self.foreign(content.family).map(|wanted| format!("is {}, not {wanted}", content.format));
        Some(content)
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

fn blame(copy: &mut Copy, fault: Fault) {
    match fault {
        Fault::Broken(why) => copy.flaw = Some(why),
        Fault::Unread(why) => copy.unseen = Some(why),
        Fault::Changing => copy.unfinished = true,
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
