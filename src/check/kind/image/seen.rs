//! What the registry has of the image.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What the registry has of the image.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Seen {
    /// The digest of its manifest; absent where there is none of that name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// The digest by platform; of an index those of its manifests.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub platforms: BTreeMap<String, String>,
    /// Manifests that the index names and the registry does not have, by digest, and why.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub missing: BTreeMap<String, String>,
    /// The digest of the artifact under sign-off, where it names one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release: Option<String>,
    /// What came of the signature.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<Signature>,
}

/// What came of the signature.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Signature {
    /// The key signed this digest.
    Valid,
    /// There is none, or none by this key.
    Wrong(String),
    /// It could not be read.
    Unknown(String),
}
