//! Who wrote what is released, as far as a clone can tell.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    time::Instant,
};

use super::{Git, GitError, LARGEST, full_id};
use crate::{
    model::{Author, Authors, ProcessEnv},
    net::command::CommandError,
};

/// Who wrote and who committed; each field, and each commit, ends with a NUL, which no name can hold.
const FIELDS: &str = "--format=%H%x00%an%x00%ae%x00%cn%x00%ce";
const COUNT: usize = 5;
/// More paths are not kept with a run: whoever signs for some of them signs then.
const MOST_PATHS: usize = 5_000;
/// The mode of a submodule.
const SUBMODULE: &str = "160000";
/// The line of a message that names somebody who wrote the commit too.
const TOGETHER: &str = "co-authored-by";
/// Asks for the commits of the release; what a clone knows beside the commits does not count.
const LOG: &str = "-c core.commitGraph=false log -z --no-show-signature --no-mailmap --encoding=UTF-8 --no-patch";

/// Everybody who wrote a commit that `until` has and `since` has not, co-authors included, and who committed such a commit
/// and wrote none. `None` where `folder` is in no repository, or in one that does not know `until`: then it is not this
/// release's.
pub async fn authors(
    folder: &Path,
    since: Option<&str>,
    until: &str,
    env: &ProcessEnv,
    deadline: Instant,
) -> Result<Option<Authors>, GitError> {
    let git = Git::new(env, deadline);
    let shallow = match git.in_repository(folder).await {
        Err(GitError::NoRepository | GitError::Refused(_)) => return Ok(None),
        shallow => shallow?,
    };
    let Some(last) = git.commit(folder, until).await? else { return Ok(None) };
    let mut incomplete = shallow.then(|| "this is a shallow clone: fetch the whole history (`git fetch --unshallow`)".to_owned());
    let mut range = last.clone();
    if let Some(since) = since {
        match git.commit(folder, since).await? {
            // What was not built on, or is the release itself, takes nobody out of the count.
            Some(first) if first != last && git.precedes(folder, &first, &last).await? => range = format!("{first}..{last}"),
            Some(_) => {}
            None => incomplete = Some(format!("the commit that was deployed last, {since}, is not in this clone")),
        }
    }
    let people = match git.people(folder, &range).await {
        Err(GitError::Command(CommandError::TooMuch(..))) => {
            incomplete = Some(format!("the history of the release is longer than the {LARGEST} that are read of it"));
            Vec::new()
        }
        people => people?,
    };
    let paths = match range.split_once("..").filter(|_| incomplete.is_none()) {
        Some((first, last)) => git.paths(folder, first, last).await?,
        None => None,
    };
    Ok(Some(Authors { people, since: since.map(str::to_owned), until: until.to_owned(), incomplete, paths }))
}

impl Git {
    /// Whether `until` was built on `since`.
    pub(super) async fn precedes(&self, folder: &Path, since: &str, until: &str) -> Result<bool, GitError> {
        let asked = self.run(folder, "-c core.commitGraph=false merge-base --is-ancestor", &[since, until], b"").await?;
        Ok(asked.code == Some(0))
    }

    /// The paths that differ between two commits, of a renamed file both; `None` where they are too many or no text, or a submodule is
    /// among them: what changed in that is not told.
    async fn paths(&self, folder: &Path, first: &str, last: &str) -> Result<Option<Vec<String>>, GitError> {
        let ask = "diff-tree -r -z --raw --no-renames --no-ext-diff --ignore-submodules=none";
        let listed = match self.bytes(folder, ask, &[first, last, "--"], b"").await {
            Err(GitError::Command(CommandError::TooMuch(..))) => return Ok(None),
            listed => listed?,
        };
        Ok(changed(&listed).filter(|paths| paths.len() <= MOST_PATHS))
    }

    /// Who wrote the commits of `range`, and who else committed them.
    async fn people(&self, folder: &Path, range: &str) -> Result<Vec<Author>, GitError> {
        let log = self.bytes(folder, LOG, &[FIELDS, range, "--"], b"").await?;
        let with = ["--fixed-strings", "--regexp-ignore-case", "--grep", TOGETHER, "--format=%B", range, "--"];
        let messages = self.bytes(folder, LOG, &with, b"").await?;
        everybody(&log, &messages).map_err(GitError::Refused)
    }
}

/// The paths of a raw difference: each after its modes, `:100644 100644 … M`, NUL.
fn changed(listed: &[u8]) -> Option<Vec<String>> {
    let mut fields = listed.split(|b| *b == 0).map(|field| std::str::from_utf8(field).ok());
    let mut paths = Vec::new();
    loop {
        let modes = fields.next()??;
        if modes.is_empty() {
            return Some(paths);
        }
        if !modes.starts_with(':') || modes.contains(SUBMODULE) {
            return None;
        }
        paths.push(fields.next()??.to_owned());
    }
}

/// The people of a log and of the messages that name others.
fn everybody(log: &[u8], messages: &[u8]) -> Result<Vec<Author>, String> {
    let mut fields: Vec<&[u8]> = log.split(|b| *b == 0).collect();
    if fields.pop().is_none_or(|rest| !rest.is_empty()) || !fields.len().is_multiple_of(COUNT) {
        return Err("its log of the release ends in the middle of a commit".into());
    }
    let (mut wrote, mut committed) = (BTreeSet::new(), BTreeMap::new());
    for commit in fields.chunks_exact(COUNT) {
        let [id, name, email, committer, address] = [0, 1, 2, 3, 4].map(|field| text(commit[field]));
        if !full_id(&id) {
            return Err("its log of the release has commits that cannot be told apart".into());
        }
        wrote.insert((name, email));
        committed.insert((committer, address), true);
    }
    wrote.extend(messages.split(|b| *b == 0).flat_map(together));
    let addresses: BTreeSet<String> = wrote.iter().map(|(_, email)| email.to_ascii_lowercase()).filter(|email| !email.is_empty()).collect();
    committed.retain(|person, _| !addresses.contains(&person.1.to_ascii_lowercase()) && !wrote.contains(person));
    let all = wrote.into_iter().map(|person| (person, false)).chain(committed);
    Ok(all.map(|((name, email), committer)| Author { name, email, committer }).collect())
}

/// Whom a message names as having written the commit too, wherever in it the line stands.
fn together(message: &[u8]) -> Vec<(String, String)> {
    let lines: Vec<String> = message.split(|b| *b == b'\n').map(text).collect();
    let value = |(at, line): (usize, &String)| {
        let (key, value) = line.split_once(':')?;
        if !key.trim().eq_ignore_ascii_case(TOGETHER) {
            return None;
        }
        // A long line may go on, indented.
        let rest = lines.get(at + 1).filter(|next| !value.contains('<') && next.starts_with([' ', '\t']));
        let rest = rest.map_or("", String::as_str);
        let named = format!("{value}{rest}").trim().to_owned();
        let known = named.strip_suffix('>').and_then(|named| named.rsplit_once('<'));
        // Somebody without an address is somebody, too.
        let (name, email) = known.map_or((named.clone(), named.clone()), |(name, email)| (name.trim().to_owned(), email.trim().to_owned()));
        (!named.is_empty()).then_some((name, email))
    };
    lines.iter().enumerate().filter_map(value).collect()
}

/// The bytes as text; what is none stays different from everything else: `\xff`.
fn text(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.escape_ascii().to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0123456789abcdef0123456789abcdef01234567";

    fn log(commits: &[[&str; 4]]) -> Vec<u8> {
        commits.iter().flat_map(|[name, email, by, address]| format!("{ID}\0{name}\0{email}\0{by}\0{address}\0").into_bytes()).collect()
    }

    fn told(log: &[u8], messages: &str) -> Vec<String> {
        let people = everybody(log, messages.as_bytes()).expect("people");
        people.iter().map(|author| format!("{}<{}>{}", author.name, author.email, if author.committer { "*" } else { "" })).collect()
    }

    #[test]
    fn names_cannot_hide_anybody() {
        let strange = log(&[["Ann\x1f\x1e\n", "ann@x", "Ann", "ann@x"], ["", "", "", ""], ["Bob", "bob@x", "Eve", "eve@x"]]);
        assert_eq!(told(&strange, ""), ["<>", "Ann\x1f\x1e\n<ann@x>", "Bob<bob@x>", "Eve<eve@x>*"]);
        // Whoever wrote any of it is an author, under whatever name they committed.
        let both = log(&[["Ann", "ann@x", "Robert", "BOB@x"], ["Bob", "bob@x", "Bob", "bob@x"]]);
        assert_eq!(told(&both, ""), ["Ann<ann@x>", "Bob<bob@x>"]);
        // Two who are no text stay two.
        let mut raw = format!("{ID}\0").into_bytes();
        raw.extend(b"a\xff\0a@x\0a\xfe\0b@x\0");
        assert_eq!(told(&raw, ""), ["a\\xff<a@x>", "a\\xfe<b@x>*"]);
    }

    #[test]
    fn whoever_is_named_in_a_message_wrote_it() {
        let one = log(&[["Ann", "ann@x", "Ann", "ann@x"]]);
        for (message, more) in [
            ("x\n\nCo-authored-by: Bob <bob@x>\n", vec!["Bob<bob@x>"]),
            ("x\n\n* part\n\n  CO-AUTHORED-BY : Bob <bob@x>\n\nmore\n", vec!["Bob<bob@x>"]),
            ("Co-authored-by: Bob\n Folded <bob@x>\0y\nco-authored-by: Eve <eve@x>\n", vec!["Bob Folded<bob@x>", "Eve<eve@x>"]),
            ("Co-authored-by: Bob", vec!["Bob<Bob>"]),
            ("Co-authored-by:\nwas co-authored-by: nobody <n@x>", vec![]),
        ] {
            assert_eq!(told(&one, message), [vec!["Ann<ann@x>"], more].concat(), "{message}");
        }
    }

    #[test]
    fn a_log_that_is_cut_is_none() {
        let whole = log(&[["Ann", "ann@x", "Ann", "ann@x"]]);
        for cut in [whole.len() - 1, whole.len() - 7, 30] {
            assert!(everybody(&whole[..cut], b"").is_err(), "{cut}");
        }
        assert!(everybody(&[&whole[..], b"x\0"].concat(), b"").is_err());
        assert!(everybody(&[b"x\0", &whole[..whole.len() - 6]].concat(), b"").is_err());
        assert!(everybody(b"", b"").expect("nobody").is_empty());
    }
}
