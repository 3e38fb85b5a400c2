//! A word that nobody can guess.

use ring::rand::{SecureRandom as _, SystemRandom};

use super::ActError;

/// A word of 64 hexadecimal digits that nobody can guess.
///
/// # Errors
/// When the system gives no random numbers.
pub(super) fn token() -> Result<String, ActError> {
    let mut bytes = [0; 32];
    SystemRandom::new().fill(&mut bytes).map_err(|_| ActError::Output("the system gives no random numbers".into()))?;
    Ok(data_encoding::HEXLOWER.encode(&bytes))
}
