//! The container of an SSHSIG (OpenSSH's `PROTOCOL.sshsig`) and its armor.
//!
//! There is one way to write each signature: what decodes to the same in another spelling is refused, so that no byte of
//! a stored signature can be changed without notice.

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::{
    error::SignatureError,
    wire::{Reader, put_string},
};

const BEGIN: &str = "-----BEGIN SSH SIGNATURE-----";
const END: &str = "-----END SSH SIGNATURE-----";
const MAGIC: &[u8] = b"SSHSIG";
const VERSION: u32 = 1;
/// How long a line of the armor is where `ssh-keygen` writes one.
const WIDTH: usize = 70;
/// The longest armor that is read; with an RSA key of 16384 bits it is about 6 KiB.
pub(super) const LARGEST: usize = 16 << 10;

/// The parts of a signature, each still encoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Container {
    /// The public key.
    pub(super) key: Vec<u8>,
    /// What the signature is for.
    pub(super) namespace: Vec<u8>,
    /// How the message was hashed: `sha256` or `sha512`.
    pub(super) hash: Vec<u8>,
    /// The signature itself: its algorithm and its bytes.
    pub(super) signature: Vec<u8>,
}

/// The public key that a signature names, as SSH encodes it. Nobody has looked whether it signed anything.
pub fn named_key(armored: &str) -> Option<Vec<u8>> {
    Container::read(armored).ok().map(|container| container.key)
}

impl Container {
    pub(super) fn read(armored: &str) -> Result<Self, SignatureError> {
        if armored.len() > LARGEST {
            return Err(malformed("it is longer than 16 KiB"));
        }
        Self::decode(&unarmored(armored)?).ok_or_else(|| malformed("its fields are not those of a signature"))
    }

    fn decode(blob: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(blob);
        (reader.take(MAGIC.len())? == MAGIC && reader.u32()? == VERSION).then_some(())?;
        let (key, namespace) = (reader.string()?.to_vec(), reader.string()?.to_vec());
        // What is reserved is empty in this version.
        reader.string()?.is_empty().then_some(())?;
        let (hash, signature) = (reader.string()?.to_vec(), reader.string()?.to_vec());
        reader.end()?;
        Some(Self { key, namespace, hash, signature })
    }

    pub(super) fn armored(&self) -> String {
        let mut blob = MAGIC.to_vec();
        blob.extend_from_slice(&VERSION.to_be_bytes());
        for field in [self.key.as_slice(), &self.namespace, b"", &self.hash, &self.signature] {
            put_string(&mut blob, field);
        }
        let mut text = format!("{BEGIN}\n");
        for (place, c) in STANDARD.encode(blob).chars().enumerate() {
            if place > 0 && place % WIDTH == 0 {
                text.push('\n');
            }
            text.push(c);
        }
        text.push_str(&format!("\n{END}\n"));
        text
    }
}

fn unarmored(armored: &str) -> Result<Vec<u8>, SignatureError> {
    let mut lines = armored.lines();
    if lines.next() != Some(BEGIN) {
        return Err(malformed("it does not begin with `-----BEGIN SSH SIGNATURE-----`"));
    }
    let mut body = String::new();
    loop {
        match lines.next() {
            Some(END) => break,
            Some(line) => body.push_str(line),
            None => return Err(malformed("it does not end with `-----END SSH SIGNATURE-----`")),
        }
    }
    if lines.next().is_some() {
        return Err(malformed("something follows its end"));
    }
    STANDARD.decode(body).map_err(|_| malformed("what stands between its first and last line is not base64"))
}

pub(super) fn malformed(why: &str) -> SignatureError {
    SignatureError::Malformed(why.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes_and_nothing_beside_it() {
        let container = Container { key: vec![1; 50], namespace: b"gonogo".to_vec(), hash: b"sha512".to_vec(), signature: vec![2; 83] };
        let armored = container.armored();
        assert_eq!(Container::read(&armored), Ok(container));
        assert!(armored.lines().all(|line| line.len() <= WIDTH), "{armored}");
        let windows = armored.replace('\n', "\r\n");
        assert!(Container::read(&windows).is_ok(), "line ends of mail programs");
        for broken in [String::new(), format!("x{armored}"), format!("{armored}x"), armored.replace(END, ""), "A".repeat(LARGEST + 1)] {
            assert!(matches!(Container::read(&broken), Err(SignatureError::Malformed(_))), "{broken}");
        }
    }
}
