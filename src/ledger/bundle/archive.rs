//! A bundle read from a zip: it was checked before any of it is believed.

use std::{
    collections::BTreeMap,
    io::{Cursor, Read as _},
};

use zip::{
    ZipArchive,
    read::{ArchiveOffset, Config},
    result::ZipError,
};

use super::{Bundle, BundleError, Packing, names};
use crate::model::Digest;

/// How large a bundle may be.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// All its files together, unpacked.
    pub(super) bytes: u64,
    pub(super) files: usize,
}

/// 1 GiB in 50,000 files: within what a zip holds without the extensions of Zip64.
pub(super) const LIMITS: Limits = Limits { bytes: 1 << 30, files: 50_000 };

impl Bundle {
    /// The zip of these files, whatever they are: the same make the same bytes; an error if it would be one that
    /// [`Self::from_zip`] refuses.
    pub fn to_zip(&self) -> Result<Vec<u8>, BundleError> {
        let mut packing = Packing::new(Cursor::new(Vec::new()), Digest::none());
        for (name, bytes) in &self.files {
            packing.add(name.clone(), bytes)?;
        }
        packing.close().map(Cursor::into_inner)
    }

    /// Reads a bundle's zip. Whether its files are what the manifest says is for [`Self::check_manifest`]; an error for
    /// anything but a zip of plain files, each once, with sound names, within the limits, which are exactly those that
    /// its manifest names.
    pub fn from_zip(bytes: &[u8]) -> Result<Self, BundleError> {
        let bundle = Self { files: read(bytes, LIMITS)? };
        bundle.check_names()?;
        Ok(bundle)
    }
}

fn read(bytes: &[u8], limits: Limits) -> Result<BTreeMap<String, Vec<u8>>, BundleError> {
    if bytes.len() as u64 > limits.bytes {
        return Err(too_large(limits));
    }
    check_end(bytes, limits)?;
    // Nothing stands before it: another program could find another archive in the same bytes.
    let mut archive = ZipArchive::with_config(Config { archive_offset: ArchiveOffset::Known(0) }, Cursor::new(bytes)).map_err(broken)?;
    if archive.len() > limits.files {
        return Err(too_many(limits));
    }
    archive.validate_header_consistency().map_err(broken)?;
    let mut files = BTreeMap::new();
    let mut left = limits.bytes;
    for place in 0..archive.len() {
        let file = archive.by_index(place).map_err(broken)?;
        let name = std::str::from_utf8(file.name_raw()).map_err(|_| unsound(&String::from_utf8_lossy(file.name_raw())))?.to_owned();
        if !names::is_sound(&name) {
            return Err(unsound(&name));
        }
        // The type bits of a Unix mode; none at all where a system without them packed it.
        if !file.is_file() || !matches!(file.unix_mode().map(|mode| mode & 0o170_000), None | Some(0 | 0o100_000)) {
            return Err(BundleError::NotAFile(name));
        }
        let mut unpacked = Vec::new();
        file.take(left + 1).read_to_end(&mut unpacked).map_err(|error| damaged(&name, &error))?;
        left = left.checked_sub(unpacked.len() as u64).ok_or_else(|| too_large(limits))?;
        files.insert(name, unpacked);
    }
    match files.keys().find(|name| names::clashes(&files, name)) {
        Some(name) => Err(unsound(name)),
        None => Ok(files),
    }
}

/// The record that ends a zip (APPNOTE 6.3.10, section 4.3.16) must be the very end, right after the list of the files that
/// it points to, and must not say that there are more of them than there may be: room is made for as many as it says.
fn check_end(bytes: &[u8], limits: Limits) -> Result<(), BundleError> {
    const END: usize = 22;
    const LOCATOR: usize = 20;
    let end = bytes.len().checked_sub(END).map(|start| &bytes[start..]).filter(|end| end.starts_with(b"PK\x05\x06"));
    let Some(end) = end.filter(|end| end.ends_with(&[0, 0])) else {
        return Err(BundleError::Archive("it is not a zip, or something stands after its end".into()));
    };
    let before = &bytes[..bytes.len() - END];
    if before.len() >= LOCATOR && before[before.len() - LOCATOR..].starts_with(b"PK\x06\x07") {
        return Err(BundleError::Archive("it is a Zip64, which no bundle is".into()));
    }
    if usize::from(u16::from_le_bytes([end[10], end[11]])) > limits.files {
        return Err(too_many(limits));
    }
    let number = |at: usize| u64::from(u32::from_le_bytes([end[at], end[at + 1], end[at + 2], end[at + 3]]));
    if number(12) + number(16) == before.len() as u64 {
        Ok(())
    } else {
        Err(BundleError::Archive("something stands in it beside its files".into()))
    }
}

fn broken(error: ZipError) -> BundleError {
    BundleError::Archive(error.to_string())
}

fn damaged(name: &str, error: &std::io::Error) -> BundleError {
    BundleError::Unreadable { name: name.to_owned(), why: error.to_string() }
}

pub(super) fn unsound(name: &str) -> BundleError {
    BundleError::Name(crate::model::excerpt(&name.escape_debug().to_string(), 200))
}

pub(super) fn too_large(limits: Limits) -> BundleError {
    BundleError::TooLarge { limit: limits.bytes, what: "bytes" }
}

pub(super) fn too_many(limits: Limits) -> BundleError {
    BundleError::TooLarge { limit: limits.files as u64, what: "files" }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
        Bundle { files: files.iter().map(|(name, bytes)| ((*name).to_owned(), bytes.to_vec())).collect() }.to_zip().expect("a zip")
    }

    #[test]
    fn sizes_are_counted_as_they_are_unpacked() {
        let bomb = zip(&[("a", &[0; 40_000]), ("b", &[0; 40_000])]);
        assert!(bomb.len() < 1_000);
        for (bytes, fits) in [(80_000, true), (79_999, false), (40_000, false), (1_000, false)] {
            let limits = Limits { bytes, files: 2 };
            assert_eq!(read(&bomb, limits).err(), (!fits).then(|| too_large(limits)), "{bytes}");
        }
        let one = Limits { bytes: 80_000, files: 1 };
        assert_eq!(read(&bomb, one), Err(too_many(one)));
    }

    #[test]
    fn a_file_is_no_folder() {
        let files = BTreeMap::from([("a".to_owned(), Vec::new()), ("a/b".to_owned(), Vec::new())]);
        assert_eq!(Bundle { files }.to_zip(), Err(BundleError::Name("a/b".into())));
    }

    #[test]
    fn nothing_of_a_bent_zip_is_believed() {
        let zip = zip(&[("plan/a.yaml", b"section: a\n"), ("report.json", &[7; 300])]);
        let whole = read(&zip, LIMITS).expect("files");
        for place in 0..zip.len() {
            for bit in [0, 3, 7] {
                let mut bent = zip.clone();
                bent[place] ^= 1 << bit;
                // A time or a version may differ; never a name or a byte of a file.
                assert!(read(&bent, LIMITS).is_err() || read(&bent, LIMITS).as_ref() == Ok(&whole), "byte {place}");
            }
            assert!(read(&zip[..place], LIMITS).is_err(), "{place} bytes");
        }
    }
}
