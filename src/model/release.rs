//! What is being released.

use serde::{Deserialize, Serialize};

/// The release under sign-off. Without version and commit a report cannot be signed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Release {
    /// The version people say: `1.4.2`.
    pub version: Option<String>,
    /// The full commit id.
    pub commit: Option<String>,
    /// The artifact with its digest: `registry/api@sha256:…`.
    pub artifact: Option<String>,
    /// Where this was taken from: `flags`, `plan`, `GitHub Actions`, `git`, `none`.
    pub source: String,
    /// The work tree had changes that no commit holds.
    pub dirty: bool,
}

/// What a version has beside letters and digits.
const MARKS: &str = "._+~:/@-";

impl Release {
    /// Whether it may be the version of a new release. Older entries may have others. The error is a sentence that
    /// does not quote it.
    pub fn check_version(version: &str) -> Result<(), String> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || MARKS.contains(c);
        match version.chars().find(|c| !allowed(*c)) {
            Some(odd) => Err(format!("a version has only letters, digits and `{MARKS}`: this one has {}", named(odd))),
            None if version.starts_with('-') => Err("a version does not start with `-`: programs would take it for an option".into()),
            None => of_length("a version", version, 128),
        }
    }

    /// Whether it may be the commit of a new release: a full id.
    pub fn check_commit(commit: &str) -> Result<(), String> {
        let hex = |c: char| matches!(c, '0'..='9' | 'a'..='f');
        match (commit.chars().find(|c| !hex(*c)), commit.len()) {
            (Some(odd), _) => Err(format!("a commit is a full id of the characters 0-9 and a-f: this one has {}", named(odd))),
            (None, 40 | 64) => Ok(()),
            (None, length) => {
                Err(format!("a commit is a full id of 40 or 64 characters, and this one has {length}: `git rev-parse` tells the full one"))
            }
        }
    }

    /// Whether it may name the artifact of a new release.
    pub fn check_artifact(artifact: &str) -> Result<(), String> {
        match artifact.chars().find(|c| !c.is_ascii_graphic()) {
            Some(odd) => Err(format!("an artifact is named in printable ASCII without spaces: this one has {}", named(odd))),
            None => of_length("an artifact", artifact, 512),
        }
    }

    /// Whether both go by the same names, wherever those were taken from.
    pub fn is_named_as(&self, other: &Self) -> bool {
        (&self.version, &self.commit, &self.artifact) == (&other.version, &other.commit, &other.artifact)
    }

    /// How people name it: the version, else the short commit.
    pub fn name(&self) -> Option<String> {
        self.version.clone().or_else(|| self.commit.as_ref().map(|commit| commit.chars().take(12).collect()))
    }
}

/// A character that people may not see.
fn named(c: char) -> String {
    let number = format!("U+{:04X}", u32::from(c));
    if c.is_ascii_graphic() { format!("`{c}` ({number})") } else { number }
}

fn of_length(noun: &str, text: &str, most: usize) -> Result<(), String> {
    match text.len() {
        0 => Err(format!("{noun} has at least one character")),
        length if length > most => Err(format!("{noun} has at most {most} characters, and this one has {length}")),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_a_new_release_cannot_be_called() {
        let (version, commit, artifact) = (Release::check_version, Release::check_commit, Release::check_artifact);
        let full = "0123456789abcdef0123456789abcdef01234567";
        for (check, good) in [
            (version as fn(&str) -> Result<(), String>, "1.4.2-rc.1+b_7~x:y/z@w"),
            (version, "v"),
            (commit, full),
            (commit, &"a".repeat(64)),
            (artifact, "registry.example.com/api@sha256:0123"),
            (artifact, &"a".repeat(512)),
        ] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        for (check, bad, said) in [
            (version as fn(&str) -> Result<(), String>, "1.4\u{200b}.2", "U+200B"),
            (version, "1 2", "U+0020"),
            (version, "1\n2", "U+000A"),
            (version, "a,b", "`,` (U+002C)"),
            (version, "-rf", "start with `-`"),
            (version, "", "at least one"),
            (version, &"1".repeat(129), "at most 128 characters, and this one has 129"),
            (commit, "0123456", "40 or 64 characters, and this one has 7"),
            (commit, &full.to_uppercase(), "`A` (U+0041)"),
            (commit, "main", "`m` (U+006D)"),
            (commit, "", "has 0"),
            (artifact, "a b", "U+0020"),
            (artifact, "å", "U+00E5"),
            (artifact, "", "at least one"),
            (artifact, &"a".repeat(513), "at most 512"),
        ] {
            let why = check(bad).expect_err(bad);
            assert!(why.contains(said) && !why.contains('\n'), "{bad:?}: {why}");
        }
    }
}
