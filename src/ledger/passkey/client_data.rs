//! What the browser says it was asked, and by whom.

use serde::Deserialize;

use super::decoded;
use crate::model::{excerpt, plain, unique_keys};

/// The fields of `clientDataJSON` that matter (WebAuthn level 3, 5.8.1).
#[derive(Deserialize)]
pub(super) struct ClientData {
    #[serde(rename = "type")]
    kind: String,
    challenge: String,
    origin: String,
    #[serde(default, rename = "crossOrigin")]
    cross_origin: bool,
    #[serde(default, rename = "topOrigin")]
    top_origin: Option<String>,
}

impl ClientData {
    pub(super) fn read(json: &[u8]) -> Result<Self, String> {
        unique_keys(json).map_err(|error| format!("its client data are not JSON: {error}"))?;
        serde_json::from_slice(json).map_err(|error| format!("its client data have not the fields of some: {error}"))
    }

    /// Whether it is of this kind and was asked this.
    pub(super) fn answers(&self, kind: &str, challenge: &[u8]) -> Result<(), String> {
        if self.kind != kind {
            return Err(format!("it is a `{}`, wanted a `{kind}`", excerpt(&plain(&self.kind), 32)));
        }
        if decoded(&self.challenge).as_deref() != Some(challenge) {
            return Err("it was made over something else".into());
        }
        Ok(())
    }

    /// Whether the page that asked was of this origin, and in no other's frame.
    pub(super) fn asked_at(&self, origin: &str) -> Result<(), String> {
        if self.origin != origin {
            return Err(format!("it was made at {}, wanted {origin}", excerpt(&plain(&self.origin), 128)));
        }
        if self.cross_origin || self.top_origin.is_some() {
            return Err("it was made in the frame of another site".into());
        }
        Ok(())
    }
}
