//! A ClientHello written by hand, to ask for protocol versions that rustls does not speak (RFC 2246, 4346, 5246).

use super::{TlsError, provider};

/// A protocol version that can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
    /// TLS 1.0.
    Tls10,
    /// TLS 1.1.
    Tls11,
    /// TLS 1.2.
    Tls12,
}

impl Version {
    /// The two bytes that stand for it.
    pub fn bytes(self) -> [u8; 2] {
        match self {
            Self::Tls10 => [3, 1],
            Self::Tls11 => [3, 2],
            Self::Tls12 => [3, 3],
        }
    }

    /// As people write it.
    pub fn text(self) -> &'static str {
        match self {
            Self::Tls10 => "TLS 1.0",
            Self::Tls11 => "TLS 1.1",
            Self::Tls12 => "TLS 1.2",
        }
    }
}

/// What servers of the time speak: ECDHE, RSA and DHE with AES, Camellia, 3DES and RC4.
const OLD_SUITES: [u16; 18] = [
    0xc009, 0xc00a, 0xc013, 0xc014, 0x002f, 0x0035, 0x000a, 0x0033, 0x0039, 0xc008, 0xc012, 0x0016, 0x0041, 0x0084, 0xc007, 0xc011, 0x0005,
    0x0004,
];

/// What TLS 1.2 added: AES-GCM, ChaCha20 and CBC with SHA-2.
const TLS12_SUITES: [u16; 16] =
    [0xc02b, 0xc02c, 0xc02f, 0xc030, 0xcca8, 0xcca9, 0x009c, 0x009d, 0x009e, 0x009f, 0xccaa, 0xc023, 0xc024, 0xc027, 0xc028, 0x003c];

/// Signature algorithms, a thing of TLS 1.2: ECDSA, RSA-PSS and RSA with SHA-2, then SHA-1.
const SIGNATURES: [u16; 12] = [0x0403, 0x0503, 0x0603, 0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601, 0x0807, 0x0203, 0x0201];

/// The record with a ClientHello that offers `version` and nothing newer. `name` is sent as SNI.
///
/// # Errors
/// When the system gives no random bytes.
pub fn client_hello(version: Version, name: Option<&str>) -> Result<Vec<u8>, TlsError> {
    let mut random = [0; 32];
    provider().secure_random.fill(&mut random).map_err(|_| TlsError::Setup("no random bytes".into()))?;
    let mut suites: Vec<u16> = Vec::new();
    if version == Version::Tls12 {
        suites.extend(TLS12_SUITES);
    }
    suites.extend(OLD_SUITES);
    let mut body = version.bytes().to_vec();
    body.extend(random);
    body.push(0); // no session to resume
    body.extend(counted16(&words(&suites)));
    body.extend([1, 0]); // no compression
    body.extend(counted16(&extensions(version, name)));
    let mut message = vec![1];
    message.extend(counted24(&body));
    let mut record = vec![22, 3, 1];
    record.extend(counted16(&message));
    Ok(record)
}

/// There is no `supported_versions` among them, so that nothing newer can be agreed on.
fn extensions(version: Version, name: Option<&str>) -> Vec<u8> {
    let mut all = Vec::new();
    if let Some(name) = name {
        let mut entry = vec![0];
        entry.extend(counted16(name.as_bytes()));
        all.extend(extension(0, &counted16(&entry)));
    }
    all.extend(extension(10, &counted16(&words(&[29, 23, 24, 25]))));
    all.extend(extension(11, &[1, 0]));
    if version == Version::Tls12 {
        all.extend(extension(13, &counted16(&words(&SIGNATURES))));
    }
    all.extend(extension(0xff01, &[0]));
    all
}

fn extension(kind: u16, body: &[u8]) -> Vec<u8> {
    let mut all = kind.to_be_bytes().to_vec();
    all.extend(counted16(body));
    all
}

fn words(words: &[u16]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_be_bytes()).collect()
}

/// All that is counted here is a few hundred bytes, so the high bytes of its length are zero.
fn counted16(bytes: &[u8]) -> Vec<u8> {
    let length = bytes.len().to_be_bytes();
    let mut all = length[length.len() - 2..].to_vec();
    all.extend(bytes);
    all
}

fn counted24(bytes: &[u8]) -> Vec<u8> {
    let mut all = vec![0];
    all.extend(counted16(bytes));
    all
}
