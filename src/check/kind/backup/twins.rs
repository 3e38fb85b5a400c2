//! Copies that are the same file, or have the same bytes: two of them are kept as well as one.

use std::{
    fs::File,
    io,
    os::unix::fs::{FileExt as _, MetadataExt as _},
    path::Path,
    time::Instant,
};

use super::seen::Copy;
use crate::net::dump::Place;

/// What is compared at the beginning, in the middle and at the end.
const BLOCK: usize = 64 << 10;

/// Marks each that is the same as a newer one; they stand newest first. Only files of one size are compared.
pub(super) fn mark(copies: &mut [(Copy, Place)], until: Instant) {
    for older in 1..copies.len() {
        let (newer, rest) = copies.split_at_mut(older);
        let (copy, place) = &mut rest[0];
        let alike = |(other, there): &&(Copy, Place)| {
            other.same_as.is_none()
                && !there.folder
                && there.size == place.size
                && Instant::now() < until
                && is_same(&there.path, &place.path)
        };
        if !place.folder && place.size > 0 {
            copy.same_as = newer.iter().find(alike).map(|(other, _)| other.name.clone());
        }
    }
}

/// What cannot be read is told where it was read.
fn is_same(one: &Path, other: &Path) -> bool {
    let compared = || -> io::Result<bool> {
        let (one, other) = (File::open(one)?, File::open(other)?);
        let (a, b) = (one.metadata()?, other.metadata()?);
        if (a.dev(), a.ino()) == (b.dev(), b.ino()) {
            return Ok(true);
        }
        let (mut left, mut right) = (vec![0; BLOCK], vec![0; BLOCK]);
        let last = a.len().saturating_sub(BLOCK as u64);
        for at in [0, last / 2, last] {
            let length = usize::try_from(a.len() - at).unwrap_or(BLOCK).min(BLOCK);
            one.read_exact_at(&mut left[..length], at)?;
            other.read_exact_at(&mut right[..length], at)?;
            if left[..length] != right[..length] {
                return Ok(false);
            }
        }
        Ok(true)
    };
    compared().unwrap_or(false)
}
