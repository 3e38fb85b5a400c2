//! Passkeys: what a browser signs, whose passkey is whose, and whether a signature with one counts.
//!
//! A passkey signs the SHA-256 of the [`pae`](super::pae) of a statement as the challenge of a WebAuthn assertion
//! (<https://www.w3.org/TR/webauthn-3/>). Whose it is, registrars sign in the chain [`ORG`](super::ORG); nothing of that is
//! believed because a database says so.

mod assertion;
mod client_data;
mod created;
mod judging;
mod public_key;
mod register;

use data_encoding::BASE64URL_NOPAD;

pub use assertion::{Assertion, AssertionError, Bound, counters_that_went_back};
pub use created::Created;
pub use register::{Confirmation, KnownPasskey, Passkeys};

/// The bytes of base64url without padding, in its one spelling.
fn decoded(text: &str) -> Option<Vec<u8>> {
    BASE64URL_NOPAD.decode(text.as_bytes()).ok()
}
