//! ECDSA keys whose secret number is written short. OpenSSH writes it without leading zeros (RFC 4251, section 5: `mpint`);
//! the `ssh-key` crate 0.6 reads it only at full length, so that it refuses one key of curve P-521 in four.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ssh_key::PrivateKey;
use zeroize::Zeroizing;

use super::super::wire::{Reader, put_string};

/// What a key file begins with (OpenSSH's `PROTOCOL.key`).
const MAGIC: &[u8] = b"openssh-key-v1\0";
/// The private part of a key that is not encrypted is padded to this many bytes.
const BLOCK: usize = 8;

/// Reads a key file that is not encrypted; `None` where nothing is written short, or it is no such file.
pub(super) fn read(text: &str) -> Option<PrivateKey> {
    let body: Zeroizing<String> = Zeroizing::new(text.lines().filter(|line| !line.starts_with("-----")).collect());
    let bytes = Zeroizing::new(STANDARD.decode(body.as_bytes()).ok()?);
    let mut reader = Reader::new(&bytes);
    (reader.take(MAGIC.len())? == MAGIC).then_some(())?;
    let (cipher, _kdf, _options) = (reader.string()?, reader.string()?, reader.string()?);
    (cipher == b"none" && reader.u32()? == 1).then_some(())?;
    let public = reader.string()?;
    full(public, reader.string()?)
}

/// Opens an encrypted key; `None` where nothing is written short, the passphrase is another one, or the cipher is one
/// that proves what it deciphers.
pub(super) fn opened(key: &PrivateKey, passphrase: &[u8]) -> Option<PrivateKey> {
    let (secret, iv) = key.kdf().derive_key_and_iv(key.cipher(), passphrase).ok()?;
    let mut private = Zeroizing::new(key.key_data().encrypted()?.to_vec());
    key.cipher().decrypt(&secret, &iv, &mut private, None).ok()?;
    full(&key.public_key().to_bytes().ok()?, &private)
}

/// The key with this private part, its secret number at full length.
fn full(public: &[u8], private: &[u8]) -> Option<PrivateKey> {
    let mut reader = Reader::new(private);
    let (check, again) = (reader.take(4)?, reader.take(4)?);
    (check == again).then_some(())?;
    let (kind, curve, point, number) = (reader.string()?, reader.string()?, reader.string()?, reader.string()?);
    let length = match curve {
        b"nistp256" => 32_usize,
        b"nistp384" => 48,
        b"nistp521" => 66,
        _ => return None,
    };
    let missing = length.checked_sub(number.len()).filter(|missing| *missing > 0)?;
    let comment = reader.string()?;
    let mut part = Zeroizing::new(Vec::with_capacity(private.len() + length + BLOCK));
    part.extend_from_slice(check);
    part.extend_from_slice(again);
    for string in [kind, curve, point] {
        put_string(&mut part, string);
    }
    part.extend_from_slice(&u32::try_from(length).ok()?.to_be_bytes());
    part.extend(std::iter::repeat_n(0, missing));
    part.extend_from_slice(number);
    put_string(&mut part, comment);
    let padding = part.len().next_multiple_of(BLOCK) - part.len();
    part.extend((1..).take(padding));
    let mut file = Zeroizing::new(Vec::with_capacity(part.len() + public.len() + 64));
    file.extend_from_slice(MAGIC);
    for string in [&b"none"[..], b"none", b""] {
        put_string(&mut file, string);
    }
    file.extend_from_slice(&1_u32.to_be_bytes());
    put_string(&mut file, public);
    put_string(&mut file, &part);
    PrivateKey::from_bytes(&file).ok()
}
