//! Files as a commit has them: nothing is checked out, no filter is run, no link is followed.

use std::{collections::BTreeMap, path::Path, time::Instant};

use super::{Git, GitError};
use crate::model::{ProcessEnv, Size, plain};

/// Files that are read of one commit.
const MOST_FILES: usize = 2_000;
/// The largest of them.
const LARGEST_FILE: Size = Size(4 << 20);
/// All of them together.
const LARGEST_TREE: Size = Size(32 << 20);

/// A file that is wanted.
struct Entry {
    name: String,
    object: String,
    size: u64,
}

/// Every file of the repository that is `wanted`, as `commit` (a full id) has it. Names are relative to `folder`, with `/`:
/// `checks/tls.yaml`, `../shared/tls.yaml`.
///
/// # Errors
/// When git cannot be asked, a wanted file is a link or a repository of its own, or they are too many or too large.
pub async fn files_at(
    folder: &Path,
    commit: &str,
    wanted: &dyn Fn(&str) -> bool,
    env: &ProcessEnv,
    deadline: Instant,
) -> Result<BTreeMap<String, Vec<u8>>, GitError> {
    let git = Git::new(env, deadline);
    let prefix = git.bytes(folder, &["rev-parse", "--show-prefix"], b"").await?;
    let prefix = String::from_utf8_lossy(&prefix).trim_end_matches('\n').to_owned();
    let listed = git.bytes(folder, &["ls-tree", "-r", "-z", "--long", "--full-tree", "--end-of-options", commit], b"").await?;
    let entries = entries(&listed, &prefix, wanted)?;
    let asked: String = entries.iter().map(|entry| format!("{}\n", entry.object)).collect();
    let batch = git.bytes(folder, &["cat-file", "--batch"], asked.as_bytes()).await?;
    contents(entries, &batch).ok_or_else(|| GitError::Refused("its answer about the files of a commit cannot be read".into()))
}

/// The wanted files of a listing.
fn entries(listed: &[u8], prefix: &str, wanted: &dyn Fn(&str) -> bool) -> Result<Vec<Entry>, GitError> {
    let refused = |why: String| Err(GitError::Refused(why));
    let mut entries = Vec::new();
    let mut total = 0_u64;
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
        let (object, size) = match fields.as_slice() {
            ["100644" | "100755", "blob", object, size] => (*object, size.parse::<u64>().unwrap_or(u64::MAX)),
            ["120000", ..] => return refused(format!("`{shown}` is a symbolic link there, which is not followed")),
            _ => return refused(format!("`{shown}` is no file there")),
        };
        total = total.saturating_add(size);
        if size > LARGEST_FILE.0 {
            return refused(format!("`{shown}` is larger there than {LARGEST_FILE}"));
        }
        if entries.len() == MOST_FILES || total > LARGEST_TREE.0 {
            return refused(format!("the plan's files there are more than {MOST_FILES}, or larger than {LARGEST_TREE}"));
        }
        entries.push(Entry { name, object: object.to_owned(), size });
    }
    Ok(entries)
}

/// The files' bytes, from what `cat-file --batch` prints of them in turn.
fn contents(entries: Vec<Entry>, mut batch: &[u8]) -> Option<BTreeMap<String, Vec<u8>>> {
    let mut files = BTreeMap::new();
    for Entry { name, object, size } in entries {
        let rest = batch.strip_prefix(format!("{object} blob {size}\n").as_bytes())?;
        let (bytes, rest) = rest.split_at_checked(usize::try_from(size).ok()?)?;
        batch = rest.strip_prefix(b"\n")?;
        files.insert(name, bytes.to_vec());
    }
    batch.is_empty().then_some(files)
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
    fn too_much_is_told() {
        let line = |size: u64, name: &str| format!("100644 blob 01 {size:>7}\t{name}\0");
        let refused = |listed: &str| entries(listed.as_bytes(), "", &|_| true).err().expect("refused").to_string();
        assert!(refused(&line((4 << 20) + 1, "a")).contains("`a` is larger there than 4 MiB"));
        let many: String = (0..=MOST_FILES).map(|n| line(1, &n.to_string())).collect();
        assert!(refused(&many).contains("more than 2000"), "{}", refused(&many));
        let large: String = (0..9).map(|n| line(4 << 20, &n.to_string())).collect();
        assert!(refused(&large).contains("larger than 32 MiB"));
        assert!(refused("120000 blob 01 3\ta\0").contains("`a` is a symbolic link"));
        assert!(refused("160000 commit 01 -\ta\0").contains("`a` is no file"));
        assert!(refused("100644 blob 01 3 a\0").contains("cannot be read"));
    }

    #[test]
    fn an_answer_about_other_files_is_none() {
        let entry = || vec![Entry { name: "a".into(), object: "01".into(), size: 2 }];
        assert_eq!(contents(entry(), b"01 blob 2\nx\n\n"), Some(BTreeMap::from([("a".to_owned(), b"x\n".to_vec())])));
        for batch in ["02 blob 2\nxx\n", "01 missing\n", "01 blob 2\nxxx\n", "01 blob 2\nxx\n01", "01 blob 9\nxx\n", ""] {
            assert_eq!(contents(entry(), batch.as_bytes()), None, "{batch}");
        }
    }
}
