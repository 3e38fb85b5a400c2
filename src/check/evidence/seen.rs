//! What was seen of the files themselves, whatever their format.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Format;
use crate::model::{Digest, Release};

/// The files, and the release that they must be of.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Evidence {
    /// The commit under sign-off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// The artifact under sign-off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub artifact: Option<String>,
    /// Every file.
    pub files: Vec<Filed>,
    /// What is wrong with those that could not be read, as sentences.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<String>,
}

/// One file.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Filed {
    /// Its path, from the plan's folder on.
    pub file: String,
    /// The SHA-256 of its bytes.
    pub sha256: Digest,
    /// Its bytes.
    pub size: u64,
    /// Its format.
    pub format: Format,
    /// Its date of modification.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modified: Option<Timestamp>,
    /// What it says of itself.
    #[serde(default)]
    pub said: Said,
}

/// What a file says of itself.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Said {
    /// When it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub written: Option<Timestamp>,
    /// Its time names no zone.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub zoneless: bool,
    /// Of what it is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub claims: Vec<Claim>,
}

/// Of what a file says it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Claim {
    /// Of a commit.
    Commit(String),
    /// Of an artifact with this digest in a registry, or this SHA-256.
    Digest(String),
    /// Of an image with this id, which is not its digest in a registry.
    Image(String),
}

impl Evidence {
    pub(super) fn of(release: &Release) -> Self {
        Self { commit: release.commit.clone(), artifact: release.artifact.clone(), ..Self::default() }
    }
}

/// The most claims of a file that are kept.
const MOST_CLAIMS: usize = 50;

impl Said {
    /// Notes a claim once.
    pub(crate) fn claim(&mut self, claim: Claim) {
        if self.claims.len() < MOST_CLAIMS && !self.claims.contains(&claim) {
            self.claims.push(claim);
        }
    }

    /// Notes the digest in `text`, like `registry/api@sha256:…`.
    pub(crate) fn digest(&mut self, text: &str) {
        if let Some(digest) = digest_in(text) {
            self.claim(Claim::Digest(digest));
        }
    }

    /// Notes an image's id, which may be none.
    pub(crate) fn image(&mut self, text: &str) {
        if let Some(digest) = digest_in(text) {
            self.claim(Claim::Image(digest));
        }
    }

    /// Notes the time in `text`, unless one is known: RFC 3339, or without a zone.
    pub(crate) fn time(&mut self, text: &str) {
        let (time, zoneless) = match text.parse::<Timestamp>() {
            Ok(time) => (Some(time), false),
            Err(_) => (text.parse::<jiff::civil::DateTime>().ok().and_then(|time| Some(time.in_tz("UTC").ok()?.timestamp())), true),
        };
        // The earliest: what began first is as old as that.
        if let Some(time) = time.filter(|time| self.written.is_none_or(|known| *time < known)) {
            (self.written, self.zoneless) = (Some(time), zoneless);
        }
    }
}

/// The SHA-256 that stands in `text` after `sha256:`, in lower case.
pub(super) fn digest_in(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase().replace("sha256%3a", "sha256:");
    let (_, rest) = lower.split_once("sha256:")?;
    let digits = rest.get(..64).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
    Some(digits.to_owned())
}

impl Evidence {
    /// A file of another commit, too old for `keys`.
    pub(crate) fn of_another(keys: &super::Keys<'_>, at: Timestamp) -> Self {
        let too_old = keys.max_age.map(|limit| limit.signed().saturating_add(crate::model::Period::seconds(1).signed()));
        let filed = Filed {
            file: "report".into(),
            sha256: Digest::of(b""),
            size: 0,
            format: Format::Junit,
            modified: too_old.and_then(|before| at.saturating_sub(before).ok()),
            said: Said { claims: vec![Claim::Commit("f".repeat(40))], ..Said::default() },
        };
        Self { commit: Some("0".repeat(40)), files: vec![filed], ..Self::default() }
    }
}
