//! Files as a commit has them: nothing is checked out, no filter is run, no link is followed.

use std::{collections::BTreeMap, path::Path, time::Instant};

use super::{Git, GitError};
use crate::{
    model::{ProcessEnv, plain},
    net::regular_file::LARGEST_OF_A_PLAN,
};

/// Files that are read of one commit.
const MOST_FILES: usize = 2_000;

/// A file that is wanted: its name and its object.
type Entry = (String, String);

/// Every file of the repository that is `wanted`, as `commit` (a full id) has it. Names are relative to `folder`, with `/`:
/// `checks/tls.yaml`, `../shared/tls.yaml`.
///
/// # Errors
/// When git cannot be asked, a wanted file is a link or a repository of its own, or they are too many or too large.
pub async fn files_at(
    folder: &Path,
    commit: &str,
    wanted: &(dyn Fn(&str) -> bool + Sync),
    env: &ProcessEnv,
    deadline: Instant,
) -> Result<BTreeMap<String, Vec<u8>>, GitError> {
    let git = Git::new(env, deadline);
    let prefix = git.bytes(folder, "rev-parse --show-prefix", &[], b"").await?;
    let prefix = String::from_utf8_lossy(&prefix).trim_end_matches('\n').to_owned();
    let listed = git.bytes(folder, "ls-tree -r -z --full-tree --end-of-options", &[commit], b"").await?;
    let entries = entries(&listed, &prefix, wanted)?;
    let asked: String = entries.iter().map(|(_, object)| format!("{object}\n")).collect();
    let batch = git.bytes(folder, "cat-file --batch", &[], asked.as_bytes()).await?;
    contents(entries, &batch).map_err(GitError::Refused)
}

fn entries(listed: &[u8], prefix: &str, wanted: &(dyn Fn(&str) -> bool + Sync)) -> Result<Vec<Entry>, GitError> {
    let refused = |why: String| Err(GitError::Refused(why));
    let mut entries = Vec::new();
    for line in listed.split(|b| *b == 0).filter(|line| !line.is_empty()) {
        // What is no text is no name of a plan's file.
        let Ok(line) = std::str::from_utf8(line) else { continue };
        let Some((about, path)) = line.split_once('\t') else { return refused("its list of files cannot be read".into()) };
        let name = relative(prefix, path);
        if !wanted(&name) {
            continue;
        }
        let fields: Vec<&str> = about.split_ascii_whitespace().collect();
        let shown = plain(&name);
        let object = match fields.as_slice() {
            ["100644" | "100755", "blob", object] => *object,
            ["120000", ..] => return refused(format!("`{shown}` is a symbolic link there, which is not followed")),
            _ => return refused(format!("`{shown}` is no file there")),
        };
        if entries.len() == MOST_FILES {
            return refused(format!("the files that are wanted of one commit are more than {MOST_FILES}"));
        }
        entries.push((name, object.to_owned()));
    }
    Ok(entries)
}

/// The files' bytes, from what `cat-file --batch` prints of them in turn.
fn contents(entries: Vec<Entry>, mut batch: &[u8]) -> Result<BTreeMap<String, Vec<u8>>, String> {
    let unreadable = || "its answer about the files of a commit cannot be read".to_owned();
    let mut files = BTreeMap::new();
    for (name, object) in entries {
        let end = batch.iter().position(|b| *b == b'\n').ok_or_else(unreadable)?;
        let (line, rest) = (String::from_utf8_lossy(&batch[..end]), &batch[end + 1..]);
        if line == format!("{object} missing") {
            return Err(format!("`{}` is not in this clone: fetch all of its objects", plain(&name)));
        }
        let size = line.strip_prefix(&format!("{object} blob ")).and_then(|size| size.parse::<usize>().ok()).ok_or_else(unreadable)?;
        if size as u64 > LARGEST_OF_A_PLAN.0 {
            return Err(format!("`{}` is larger there than {LARGEST_OF_A_PLAN}", plain(&name)));
        }
        let (bytes, rest) = rest.split_at_checked(size).ok_or_else(unreadable)?;
        batch = rest.strip_prefix(b"\n").ok_or_else(unreadable)?;
        files.insert(name, bytes.to_vec());
    }
    if batch.is_empty() { Ok(files) } else { Err(unreadable()) }
}

/// The repository's `path` as seen from the folder `prefix` of it, which is empty or ends with `/`.
fn relative(prefix: &str, path: &str) -> String {
    let (mut above, mut below) = (prefix, path);
    while let (Some((folder, within)), Some((of, rest))) = (above.split_once('/'), below.split_once('/')) {
        if folder != of {
            break;
        }
        (above, below) = (within, rest);
    }
    format!("{}{below}", "../".repeat(above.matches('/').count()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_start_at_the_folder() {
        for (prefix, path, name) in [
            ("", "a/b.yaml", "a/b.yaml"),
            ("a/", "a/b.yaml", "b.yaml"),
            ("a/b/", "a/c/d.yaml", "../c/d.yaml"),
            ("a/b/", "x", "../../x"),
            ("a/", "a", "../a"),
            ("a/", "ab/c", "../ab/c"),
        ] {
            assert_eq!(relative(prefix, path), name);
        }
    }

    #[test]
    fn what_is_no_file_or_too_much_is_told() {
        let refused = |listed: &str| entries(listed.as_bytes(), "", &|_| true).expect_err("refused").to_string();
        let many: String = (0..=MOST_FILES).map(|n| format!("100644 blob 01\t{n}\0")).collect();
        assert!(refused(&many).contains("more than 2000"));
        assert!(refused("120000 blob 01\ta\0").contains("`a` is a symbolic link"));
        assert!(refused("160000 commit 01\ta\0").contains("`a` is no file"));
        assert!(refused("100644 blob 01 a\0").contains("cannot be read"));
    }

    #[test]
    fn an_answer_about_other_files_is_none() {
        let read = |batch: &str| contents(vec![("a".into(), "01".into())], batch.as_bytes());
        assert_eq!(read("01 blob 2\nx\n\n"), Ok(BTreeMap::from([("a".to_owned(), b"x\n".to_vec())])));
        for batch in ["02 blob 2\nxx\n", "01 blob 2\nxxx\n", "01 blob 2\nxx\n01", "01 blob 9\nxx\n", "01 tree 2\nxx\n", "01 blob 2", ""] {
            assert!(read(batch).expect_err(batch).contains("cannot be read"), "{batch}");
        }
        assert!(read("01 missing\n").expect_err("gone").contains("`a` is not in this clone"));
        assert!(read("01 blob 67108865\n").expect_err("large").contains("`a` is larger there than 64 MiB"));
    }
}
