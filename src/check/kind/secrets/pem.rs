//! Values that are private keys in PEM: published ones, and RSA keys that are too short.

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::flaw::{Class, Flaw};
use crate::{check::table::pairs, model::Digest};

/// NIST SP 800-131A Rev. 2: RSA keys of fewer than 2048 bits are disallowed.
const SHORTEST_RSA_BITS: usize = 2048;

/// What is wrong with the private key that `text` is; `None` if it is no private key at all.
pub(super) fn read(text: &str) -> Option<Option<Flaw>> {
    // Env files often hold the line ends as `\n`.
    let text = text.replace("\\n", "\n");
    let (_, rest) = text.split_once("-----BEGIN ")?;
    let (label, rest) = rest.split_once("-----")?;
    if !label.ends_with("PRIVATE KEY") {
        return None;
    }
    let body = rest.split("-----END").next().unwrap_or_default();
    let body: String = body.lines().filter(|line| !line.contains(':')).flat_map(str::chars).filter(|c| !c.is_whitespace()).collect();
    // The shortest there is, Ed25519 in PKCS #8, has 48 bytes.
    let Some(der) = STANDARD.decode(body).ok().filter(|der| der.len() >= 40) else {
        return Some(Some(Flaw::new(Class::Placeholder, "a private key that is none")));
    };
    Some(flaw(label, &der))
}

fn flaw(label: &str, der: &[u8]) -> Option<Flaw> {
    let modulus = if label.contains("ENCRYPTED") { None } else { modulus(der) };
    // A key may be wrapped in several ways; its modulus stays. Published keys are no secrets, so neither is their digest.
    let digest = Digest::of(modulus.unwrap_or(der));
    if let Some((_, product)) = pairs(include_str!("keys.tsv")).find(|(published, _)| *published == digest.as_str()) {
        return Some(Flaw::new(Class::KnownDefault, format!("a published private key ({product})")));
    }
    let bits = modulus.map(|modulus| modulus.len() * 8)?;
    (bits < SHORTEST_RSA_BITS).then(|| Flaw::new(Class::Weak, format!("an RSA key of {bits} bits, fewer than {SHORTEST_RSA_BITS}")))
}

/// The modulus of an RSA key in PKCS #1 (RFC 8017, A.1.2) or PKCS #8 (RFC 5208), without leading zeros.
fn modulus(der: &[u8]) -> Option<&[u8]> {
    const SEQUENCE: u8 = 0x30;
    const INTEGER: u8 = 0x02;
    const OCTETS: u8 = 0x04;
    let (key, _) = element(der, SEQUENCE)?;
    let (_version, rest) = element(key, INTEGER)?;
    if let Some((modulus, _)) = element(rest, INTEGER) {
        let zeros = modulus.iter().take_while(|byte| **byte == 0).count();
        return Some(&modulus[zeros..]);
    }
    let (algorithm, rest) = element(rest, SEQUENCE)?;
    // 1.2.840.113549.1.1.1, rsaEncryption.
    const RSA: [u8; 11] = [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
    if !algorithm.starts_with(&RSA) {
        return None;
    }
    modulus(element(rest, OCTETS)?.0)
}

/// The contents of the DER element of that tag at the start of `bytes`, and what follows it.
fn element(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (&first, rest) = bytes.split_first()?;
    let (&length, rest) = rest.split_first()?;
    let (length, rest) = match length {
        0..=0x7f => (usize::from(length), rest),
        0x81..=0x83 => {
            let (octets, rest) = rest.split_at_checked(usize::from(length & 0x7f))?;
            (octets.iter().fold(0, |length, octet| length << 8 | usize::from(*octet)), rest)
        }
        _ => return None,
    };
    if first == tag { rest.split_at_checked(length) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_keys_are_known_however_they_are_wrapped() {
        let ed25519 = "-----BEGIN OPENSSH PRIVATE KEY-----\n\
            b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW\n\
            QyNTUxOQAAACDdWHcQaTZc8Q6nycsP0CqMNRfsLxvYVxqKosrHyTp+WAAAAJj2TBMT9kwT\n\
            EwAAAAtzc2gtZWQyNTUxOQAAACDdWHcQaTZc8Q6nycsP0CqMNRfsLxvYVxqKosrHyTp+WA\n\
            AAAEAveRHRHSCjIxbNKHDRzezD0U3R3UEEmS7R33fzvPQAD91YdxBpNlzxDqfJyw/QKow1\n\
            F+wvG9hXGoqiysfJOn5YAAAAEHNwb3hAdmFncmFudC1kZXYBAgMEBQ==\n\
            -----END OPENSSH PRIVATE KEY-----\n";
        for text in [ed25519.to_owned(), ed25519.replace('\n', "\\n")] {
            let flaw = read(&text).flatten().expect("a flaw");
            assert_eq!(flaw.what, "a published private key (Vagrant's insecure key)");
        }
    }

    #[test]
    fn other_texts() {
        assert_eq!(read("-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----"), None);
        for body in ["...", "MIIE", ""] {
            let text = format!("-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----");
            assert_eq!(read(&text).flatten().map(|flaw| flaw.class), Some(Class::Placeholder), "{text}");
        }
        assert_eq!(read("hunter2"), None);
    }
}
