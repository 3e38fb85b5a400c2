//! A binary key revocation list (OpenSSH's `PROTOCOL.krl`), as `ssh-keygen -k` makes it.
//!
//! Whatever is not understood makes the whole list unreadable: it may revoke any key.

use std::{collections::BTreeSet, ops::RangeInclusive};

use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use sha2::{Digest as _, Sha256};

use crate::ledger::signing::{
    certificate::Certificate,
    public::{PublicKey, bits},
    wire::Reader,
};

/// What it begins with.
pub(super) const MAGIC: &[u8] = b"SSHKRL\n\0";
const VERSION: u32 = 1;
/// What is revoked.
#[derive(Debug, Clone, Default)]
pub(in crate::ledger::signing) struct Krl {
    /// Keys in SSH's own encoding, and their fingerprints.
    keys: BTreeSet<Vec<u8>>,
    certificates: Vec<Certificates>,
}

/// Revoked certificates of one authority, or of any.
#[derive(Debug, Clone, Default)]
struct Certificates {
    /// The authority's key; `None`: any.
    of: Option<PublicKey>,
    serials: Vec<RangeInclusive<u64>>,
    /// The number of the lowest bit, and the bits, the highest byte first.
    bitmaps: Vec<(u64, Vec<u8>)>,
    ids: BTreeSet<Vec<u8>>,
}

impl Krl {
    /// `None` if it is not understood to its last byte.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        (reader.take(MAGIC.len())? == MAGIC && reader.u32()? == VERSION).then_some(())?;
        let (_number, _made, _flags, _reserved, _comment) =
            (reader.u64()?, reader.u64()?, reader.u64()?, reader.string()?, reader.string()?);
        let mut krl = Self::default();
        while !reader.rest().is_empty() {
            let (kind, mut section) = section(&mut reader)?;
            match kind {
                1 => krl.certificates.push(Certificates::read(section)?),
                // Keys, and their fingerprints by SHA-1 and by SHA-256.
                2 | 3 | 5 => {
                    while !section.rest().is_empty() {
                        let key = section.string()?;
                        let is_one = kind == 2 || key.len() == if kind == 3 { 20 } else { 32 };
                        is_one.then(|| krl.keys.insert(key.to_vec()))?;
                    }
                }
                // A signature of the list, which OpenSSH has given up, or an extension, of which there is none.
                _ => return None,
            }
        }
        Some(krl)
    }

    /// Whether the key is.
    pub(super) fn has(&self, key: &PublicKey) -> bool {
        let blob = key.blob();
        self.keys.contains(blob)
            || self.keys.contains(digest(&SHA1_FOR_LEGACY_USE_ONLY, blob).as_ref())
            || self.keys.contains(Sha256::digest(blob).as_slice())
    }

    /// Whether the certificate is, by its number or its id; its keys are for [`Self::has`].
    pub(super) fn has_certificate(&self, certificate: &Certificate) -> bool {
        let of_it = self.certificates.iter().filter(|list| list.of.as_ref().is_none_or(|of| of == &certificate.authority));
        of_it.into_iter().any(|list| list.has(certificate))
    }
}

impl Certificates {
    fn read(mut reader: Reader<'_>) -> Option<Self> {
        let (of, _reserved) = (reader.string()?, reader.string()?);
        let of = if of.is_empty() { None } else { Some(PublicKey::from_blob(of).ok()?) };
        let mut list = Self { of, ..Self::default() };
        while !reader.rest().is_empty() {
            let (kind, mut part) = section(&mut reader)?;
            match kind {
                0x20 => {
                    while !part.rest().is_empty() {
                        let serial = part.u64()?;
                        list.serials.push(serial..=serial);
                    }
                }
                0x21 => {
                    let (first, last) = (part.u64()?, part.u64()?);
                    (first <= last).then(|| list.serials.push(first..=last))?;
                }
                0x22 => {
                    let (lowest, bitmap) = (part.u64()?, part.string()?);
                    lowest.checked_add(bits(bitmap).saturating_sub(1) as u64)?;
                    // A negative number is no bitmap.
                    bitmap.first().is_none_or(|first| first & 0x80 == 0).then(|| list.bitmaps.push((lowest, bitmap.to_vec())))?;
                }
                0x23 => {
                    while !part.rest().is_empty() {
                        list.ids.insert(part.string()?.to_vec());
                    }
                }
                _ => return None,
            }
            part.end()?;
        }
        Some(list)
    }

    /// An authority that counts none has 0 for all of them.
    fn has(&self, certificate: &Certificate) -> bool {
        let serial = certificate.serial;
        let is_set = |(lowest, bits): &(u64, Vec<u8>)| {
            let bit = serial.checked_sub(*lowest).and_then(|bit| usize::try_from(bit).ok());
            bit.is_some_and(|bit| bits.iter().rev().nth(bit / 8).is_some_and(|byte| byte >> (bit % 8) & 1 == 1))
        };
        let by_serial = || self.serials.iter().any(|range| range.contains(&serial)) || self.bitmaps.iter().any(is_set);
        self.ids.contains(&certificate.id) || (serial != 0 && by_serial())
    }
}

/// The next section, and what is in it.
fn section<'a>(reader: &mut Reader<'a>) -> Option<(u8, Reader<'a>)> {
    let kind = *reader.take(1)?.first()?;
    Some((kind, Reader::new(reader.string()?)))
}
