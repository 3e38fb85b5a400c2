//! A pack of others, pinned in the plan: which file of which commit, and its fingerprint.
//!
//! `git+https://example.com/team/packs.git//payments.yaml@COMMIT#SHA256`. A run reads it from the plan's folder, where
//! `gonogo pack fetch` has put it; it never fetches.

use std::{path::PathBuf, str::FromStr};

use super::{Problem, Request, fields::word, include, place::Sources, root::Root, shelf::Shelf};
use crate::model::Digest;

/// Where fetched packs stand, in the plan's folder.
const FOLDER: &str = "packs/fetched";

const FORM: &str = "write `git+https://example.com/team/packs.git//payments.yaml@COMMIT#SHA256`, the commit with 40 digits, the SHA-256 of the file with 64";

/// A file of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackPin {
    /// The repository, as git takes it.
    pub repository: String,
    /// The file in it.
    pub path: String,
    /// The commit, in full.
    pub commit: String,
    /// The fingerprint of the file's bytes.
    pub sha256: Digest,
}

impl PackPin {
    /// Whether a pack's name is meant to be one.
    pub(super) fn is_meant(name: &str) -> bool {
        name.starts_with("git+")
    }

    /// The name of its file without ending: what its ids begin with unless the plan says otherwise.
    pub fn stem(&self) -> &str {
        let file = self.path.rsplit('/').next().unwrap_or(&self.path);
        file.rsplit_once('.').map_or(file, |(stem, _)| stem)
    }

    /// Where it stands once it is fetched, in the plan's folder.
    pub fn fetched(&self) -> PathBuf {
        PathBuf::from(FOLDER).join(format!("{}-{}.yaml", self.stem(), &self.sha256.as_str()[..16]))
    }

    /// Every pack that the plan pins, in its order; what else is wrong with the plan is not told.
    ///
    /// # Errors
    /// If the main file cannot be read.
    pub fn of_plan(request: &Request) -> Result<Vec<Self>, Vec<Problem>> {
        let folder = request.config.parent().map(std::path::Path::to_path_buf).unwrap_or_default();
        let shelf = Shelf { folder, held: None };
        let name = PathBuf::from(request.config.file_name().unwrap_or_default());
        let (mut sources, mut faults) = (Sources::default(), Vec::new());
        let read = include::read(&shelf, &name, &mut sources, &mut faults);
        let node = match read {
            Ok((_, Some(node))) => node,
            Ok((_, None)) => return Err(Problem::all(faults, &sources)),
            Err(error) => {
                let config = request.config.display().to_string();
                return Err(vec![Problem::of_file(&config, format!("the plan `{config}` {error}"), None)]);
            }
        };
        let root = Root::read(&node, &mut Vec::new());
        let named = root.include.iter().filter_map(|entry| word(entry.get("pack")?, entry.place, &mut Vec::new()));
        Ok(named.filter_map(|word| word.text.parse().ok()).collect())
    }
}

impl FromStr for PackPin {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` pins no file of a commit: {FORM}");
        let rest = text.strip_prefix("git+").ok_or_else(wrong)?;
        let (rest, sha256) = rest.rsplit_once('#').ok_or_else(wrong)?;
        let (place, commit) = rest.rsplit_once('@').ok_or_else(wrong)?;
        let scheme = ["https://", "ssh://", "file://"].into_iter().find(|scheme| place.starts_with(scheme)).ok_or_else(wrong)?;
        let (repository, path) = place[scheme.len()..].split_once("//").ok_or_else(wrong)?;
        let is_hex = |text: &str, length| text.len() == length && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        let plain =
            |text: &str| !text.is_empty() && !text.starts_with('-') && !text.contains(|c: char| c.is_whitespace() || c.is_control());
        if !is_hex(commit, 40) || !is_hex(sha256, 64) || !plain(repository) || !plain(path) || path.split('/').any(|part| part == "..") {
            return Err(wrong());
        }
        if repository.split('/').next().is_some_and(|host| host.contains(':') && host.contains('@')) {
            return Err("a pin holds no password: git asks its own helper for one".into());
        }
        let sha256 = Digest::parse(sha256).ok_or_else(wrong)?;
        Ok(Self { repository: format!("{scheme}{repository}"), path: path.into(), commit: commit.into(), sha256 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pin_names_one_file_of_one_commit() {
        let (commit, sha) = ("a".repeat(40), "0123456789abcdef".repeat(4));
        let pin: PackPin = format!("git+https://git.example.com/team/packs.git//web/payments.yaml@{commit}#{sha}").parse().expect("a pin");
        assert_eq!(
            (pin.repository.as_str(), pin.path.as_str(), pin.stem()),
            ("https://git.example.com/team/packs.git", "web/payments.yaml", "payments")
        );
        assert_eq!(pin.fetched().to_str(), Some("packs/fetched/payments-0123456789abcdef.yaml"));
        for text in [
            format!("git+https://h/r.git//p.yaml@main#{sha}"),
            format!("git+https://h/r.git//p.yaml@{commit}"),
            format!("git+https://h/r.git//p.yaml@{commit}#abc"),
            format!("git+https://h/r.git@{commit}#{sha}"),
            format!("git+https://h/r.git//../p.yaml@{commit}#{sha}"),
            format!("git+http://h/r.git//p.yaml@{commit}#{sha}"),
            format!("git+https://u:pw@h/r.git//p.yaml@{commit}#{sha}"),
            format!("git+https://h/r --upload-pack=x//p.yaml@{commit}#{sha}"),
            format!("git+https://-x//p.yaml@{commit}#{sha}"),
        ] {
            assert!(text.parse::<PackPin>().is_err(), "{text}");
        }
    }
}
