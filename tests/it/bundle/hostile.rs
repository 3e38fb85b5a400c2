//! Zips that nobody should unpack.

use std::io::{Cursor, Write as _};

use gonogo::ledger::{Bundle, BundleError};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

use super::sample::made;

/// A zip that `fill` fills as it likes.
fn zip(fill: impl FnOnce(&mut ZipWriter<Cursor<Vec<u8>>>)) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    fill(&mut zip);
    zip.finish().expect("a zip").into_inner()
}

fn with(name: &str) -> Vec<u8> {
    zip(|zip| {
        zip.start_file(name, SimpleFileOptions::default().compression_method(CompressionMethod::Stored)).expect("a file");
        zip.write_all(b"x").expect("written");
    })
}

/// `text` with every `from` replaced; both have the same length.
fn patched(mut bytes: Vec<u8>, from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let places: Vec<usize> = (0..bytes.len()).filter(|at| bytes[*at..].starts_with(from)).collect();
    assert!(!places.is_empty());
    for at in places {
        bytes[at..at + to.len()].copy_from_slice(to);
    }
    bytes
}

#[test]
fn names_that_lead_out_are_refused() {
    for name in
        ["../../etc/passwd", "/etc/passwd1", "a/../../../xyz", "C:\\\\evil.txt", "a\\..\\..\\x.txt", "./report.json", "a//b", "nul\0.txt"]
    {
        let placeholder = "n".repeat(name.len());
        let bytes = patched(with(&placeholder), placeholder.as_bytes(), name.as_bytes());
        assert!(matches!(Bundle::from_zip(&bytes), Err(BundleError::Name(_))), "{name}: {:?}", Bundle::from_zip(&bytes));
    }
    let hidden = patched(with("nnn"), b"nnn", "\u{202e}".as_bytes());
    assert_eq!(Bundle::from_zip(&hidden), Err(BundleError::Name("\\u{202e}".into())));
    assert!(matches!(Bundle::from_zip(&patched(with("nnn"), b"nnn", &[0xff; 3])), Err(BundleError::Name(_) | BundleError::Archive(_))));
}

#[test]
fn a_name_that_stands_twice_is_refused() {
    let two = zip(|zip| {
        for name in ["report.json", "report.jsom"] {
            zip.start_file(name, SimpleFileOptions::default()).expect("a file");
            zip.write_all(name.as_bytes()).expect("written");
        }
    });
    let twice = patched(two, b"report.jsom", b"report.json");
    assert!(matches!(Bundle::from_zip(&twice), Err(BundleError::Archive(_))), "{:?}", Bundle::from_zip(&twice));
}

#[test]
fn only_plain_files_are_taken() {
    let link = zip(|zip| zip.add_symlink("report.json", "/etc/passwd", SimpleFileOptions::default()).expect("a link"));
    assert_eq!(Bundle::from_zip(&link), Err(BundleError::NotAFile("report.json".into())));
    let folder = zip(|zip| zip.add_directory("plan", SimpleFileOptions::default()).expect("a folder"));
    assert!(Bundle::from_zip(&folder).is_err());
}

#[test]
fn nothing_stands_before_or_after_it() {
    let whole = made().bundle().to_zip().expect("a zip");
    let before = [b"#!/bin/sh\n".as_slice(), &whole].concat();
    let after = [&whole, b"more".as_slice()].concat();
    let two = [whole.as_slice(), &whole].concat();
    for bytes in [before, after, two] {
        assert!(matches!(Bundle::from_zip(&bytes), Err(BundleError::Archive(_))), "{:?}", Bundle::from_zip(&bytes).err());
    }
    let mut comment = whole.clone();
    let length = comment.len() - 2;
    comment[length] = 4;
    comment.extend_from_slice(b"more");
    assert!(matches!(Bundle::from_zip(&comment), Err(BundleError::Archive(_))));
}

#[test]
fn more_than_a_bundle_should_have_is_refused_before_it_is_unpacked() {
    let mut many = with("report.json");
    // The number of files, as its last record says it.
    let at = many.len() - 12;
    many[at - 2..at + 2].copy_from_slice(&[0xff, 0xfe, 0xff, 0xfe]);
    assert_eq!(Bundle::from_zip(&many), Err(BundleError::TooLarge { limit: 50_000, what: "files" }));
}

#[test]
fn what_is_no_zip_is_none() {
    for bytes in [b"".as_slice(), b"PK", b"{}", &[0; 22], &[0xff; 4096], b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"] {
        assert!(Bundle::from_zip(bytes).is_err());
    }
    let whole = made().bundle().to_zip().expect("a zip");
    for end in (0..whole.len()).step_by(97) {
        assert!(Bundle::from_zip(&whole[..end]).is_err(), "{end}");
    }
}
