//! Tokens that somebody else has signed (JSON Web Signature, RFC 7515; compact, with `RS256` alone, as GitHub and GitLab sign).
//!
//! The library for it stands on `aws-lc` or on a crate with an open advisory; what is wanted here is one check of `ring`.

use data_encoding::BASE64URL_NOPAD;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::model::{excerpt, one_line, unique_keys};

/// A set of keys (RFC 7517, 5).
#[derive(Deserialize)]
pub(super) struct KeySet {
    keys: Vec<Key>,
}

/// A key of it, as far as it is looked at.
#[derive(Deserialize)]
struct Key {
    kty: String,
    kid: Option<String>,
    #[serde(default)]
    n: String,
    #[serde(default)]
    e: String,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    crit: Option<Value>,
}

impl KeySet {
    /// Reads a file of keys.
    pub(super) fn read(json: &[u8]) -> Result<Self, String> {
        unique_keys(json).and_then(|()| serde_json::from_slice(json)).map_err(|error| format!("is no set of keys: {error}"))
    }

    /// The claims of a token that a key of this set has signed; else a sentence.
    pub(super) fn claims(&self, token: &str) -> Result<Map<String, Value>, String> {
        let unread = || "it cannot be read: wanted three parts in base64url with dots between".to_owned();
        let (signed, signature) = token.rsplit_once('.').ok_or_else(unread)?;
        let (head, body) = signed.split_once('.').ok_or_else(unread)?;
        let part = |text: &str| BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| unread());
        let (head, body, signature) = (part(head)?, part(body)?, part(signature)?);
        let header: Header = object(&head)?;
        if header.alg != "RS256" || header.crit.is_some() {
            return Err(format!("it is signed by `{}`, wanted RS256 and nothing critical beside", excerpt(&one_line(&header.alg), 20)));
        }
        let named = header.kid.ok_or("it does not name the key that signed it")?;
        let fits = |key: &&Key| key.kty == "RSA" && key.kid.as_ref() == Some(&named);
        let key = self.keys.iter().find(fits).ok_or_else(|| {
            let named = excerpt(&one_line(&named), 80);
            format!("the key `{named}` is not pinned: another issuer's, or one that came into use since the file was written")
        })?;
        let public = RsaPublicKeyComponents { n: part(&key.n)?, e: part(&key.e)? };
        let checked = public.verify(&RSA_PKCS1_2048_8192_SHA256, signed.as_bytes(), &signature);
        checked.map_err(|_| "its signature is not the issuer's".to_owned())?;
        object(&body)
    }
}

/// What a token says, whoever signed it.
pub(super) fn unchecked(token: &str) -> Option<Map<String, Value>> {
    object(&BASE64URL_NOPAD.decode(token.split('.').nth(1)?.as_bytes()).ok()?).ok()
}

/// An object in which no name stands twice.
fn object<T: serde::de::DeserializeOwned>(json: &[u8]) -> Result<T, String> {
    unique_keys(json).and_then(|()| serde_json::from_slice(json)).map_err(|error| format!("it cannot be read: {error}"))
}
