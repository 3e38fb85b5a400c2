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
pub fn client_hello(version: Version, name: Option<&str>) -> Result<Vec<u8>, TlsError> {
    let mut random = [0; 32];
    provider().secure_random.fill(&mut random).map_err(|_| TlsError::Setup("no random bytes".into()))?;
    let newer = if version == Version::Tls12 { &TLS12_SUITES[..] } else { &[] };
    let suites = counted::<2>(&words(&[newer, &OLD_SUITES].concat()));
    let extensions = counted::<2>(&extensions(version, name));
    // No session to resume; no compression.
    let body = [&version.bytes()[..], &random, &[0], &suites, &[1, 0], &extensions].concat();
    let message = [&[1], &counted::<3>(&body)[..]].concat();
    Ok([&[22, 3, 1], &counted::<2>(&message)[..]].concat())
}

/// There is no `supported_versions` among them, so that nothing newer can be agreed on.
fn extensions(version: Version, name: Option<&str>) -> Vec<u8> {
    let mut all = Vec::new();
    if let Some(name) = name {
        let entry = [&[0], &counted::<2>(name.as_bytes())[..]].concat();
        all.extend(extension(0, &counted::<2>(&entry)));
    }
    all.extend(extension(10, &counted::<2>(&words(&[29, 23, 24, 25]))));
    all.extend(extension(11, &[1, 0]));
    if version == Version::Tls12 {
        all.extend(extension(13, &counted::<2>(&words(&SIGNATURES))));
    }
    all.extend(extension(0xff01, &[0]));
    all
}

fn extension(kind: u16, body: &[u8]) -> Vec<u8> {
    [&kind.to_be_bytes()[..], &counted::<2>(body)].concat()
}

fn words(words: &[u16]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_be_bytes()).collect()
}

/// With their length before them, in so many bytes: all that is counted here is a few hundred bytes.
fn counted<const WIDTH: usize>(bytes: &[u8]) -> Vec<u8> {
    let length = bytes.len().to_be_bytes();
    [&length[length.len() - WIDTH..], bytes].concat()
}
