//! The manifest of a base backup: which files there must be, and which WAL.
//!
//! Source: PostgreSQL's manual, "Backup Manifest Format"; versions 1 and 2.

use std::{
    fmt,
    fs::File,
    io::{self, BufReader, Read as _, Seek as _, SeekFrom},
    path::Path,
    time::Instant,
};

use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use jiff::Timestamp;
use serde::{
    Deserialize, Deserializer as _,
    de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor},
};

use super::{crc::Crc, fault::Fault, reading::Timed};
use crate::model::{Digest, RunningDigest};

/// What it is called.
pub(super) const MANIFEST: &str = "backup_manifest";

/// A million files take a hundred and fifty megabytes.
const LARGEST: u64 = 512 << 20;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Listed {
    path: Option<String>,
    #[serde(rename = "Encoded-Path")]
    encoded_path: Option<String>,
    pub(super) size: u64,
    #[serde(rename = "Last-Modified")]
    last_modified: Option<String>,
    #[serde(rename = "Checksum-Algorithm")]
    pub(super) algorithm: Option<String>,
    pub(super) checksum: Option<String>,
}

/// The WAL that a restore needs.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct WalRange {
    pub(super) timeline: u32,
    #[serde(rename = "Start-LSN")]
    pub(super) start: String,
    #[serde(rename = "End-LSN")]
    pub(super) end: String,
}

/// What the manifest says besides the files.
#[derive(Debug, Default)]
pub(super) struct Manifest {
    pub(super) wal: Vec<WalRange>,
    /// The newest time of a file, which is not before the backup began.
    pub(super) newest: Option<Timestamp>,
    pub(super) files: u64,
}

impl Listed {
    /// Its name within the folder; a name that is not UTF-8 stands in hexadecimal digits.
    pub(super) fn name(&self) -> Option<String> {
        let decoded = || HEXLOWER_PERMISSIVE.decode(self.encoded_path.as_deref()?.as_bytes()).ok();
        self.path.clone().or_else(|| Some(String::from_utf8_lossy(&decoded()?).into_owned()))
    }

    fn modified(&self) -> Option<Timestamp> {
        let text = self.last_modified.as_deref()?.strip_suffix(" GMT")?;
        format!("{}Z", text.replace(' ', "T")).parse().ok()
    }
}

/// Whether it is the name of a segment of WAL.
pub(super) fn is_wal_segment(name: &str) -> bool {
    name.len() == 24 && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Reads it, hands each file to `each`, and compares the manifest's own checksum.
pub(super) fn read(path: &Path, until: Instant, each: &mut dyn FnMut(Listed) -> Result<(), Fault>) -> Result<Manifest, Fault> {
    let size = path.metadata()?.len();
    if size > LARGEST {
        return Err(Fault::unread("has a manifest larger than 512 MiB"));
    }
    let own = own_checksum(path, size, until)?;
    let mut deserializer = serde_json::Deserializer::from_reader(BufReader::new(Timed::new(File::open(path)?, until)));
    let mut reader = Reader { each, fault: None, manifest: Manifest::default(), stated: None };
    let parsed = deserializer.deserialize_map(&mut reader);
    let Reader { fault, manifest, stated, .. } = reader;
    if let Some(fault) = fault {
        return Err(fault);
    }
    parsed.map_err(|error| Fault::broken(format!("has a manifest that is damaged (line {})", error.line())))?;
    if stated.as_deref() != Some(own.as_str()) {
        return Err(Fault::broken("has a manifest that is damaged: its own checksum does not match"));
    }
    if manifest.files == 0 {
        return Err(Fault::broken("has a manifest that lists no files"));
    }
    Ok(manifest)
}

/// SHA-256 over everything but the last line.
fn own_checksum(path: &Path, size: u64, until: Instant) -> Result<Digest, Fault> {
    let mut file = File::open(path)?;
    let tail_at = size.saturating_sub(1024);
    file.seek(SeekFrom::Start(tail_at))?;
    let mut tail = Vec::new();
    file.take(1024).read_to_end(&mut tail)?;
    let body = tail.strip_suffix(b"\n").unwrap_or(&tail);
    let last = body.iter().rposition(|byte| *byte == b'\n').ok_or_else(|| Fault::broken("has a manifest that is truncated"))?;
    let mut digest = RunningDigest::default();
    io::copy(&mut Timed::new(File::open(path)?, until).take(tail_at + last as u64 + 1), &mut digest)?;
    Ok(digest.finish())
}

/// Takes the manifest as it comes, so that only one file of it is held at a time.
struct Reader<'a> {
    each: &'a mut dyn FnMut(Listed) -> Result<(), Fault>,
    fault: Option<Fault>,
    manifest: Manifest,
    stated: Option<String>,
}

impl<'de> Visitor<'de> for &mut Reader<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a backup manifest")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "PostgreSQL-Backup-Manifest-Version" => {
                    let version: u64 = map.next_value()?;
                    if !(1..=2).contains(&version) {
                        self.fault = Some(Fault::unread(format!("has a manifest of version {version}, which is not known here")));
                        return Err(A::Error::custom("version"));
                    }
                }
                "Files" => map.next_value_seed(&mut *self)?,
                "WAL-Ranges" => self.manifest.wal = map.next_value()?,
                "Manifest-Checksum" => self.stated = Some(map.next_value()?),
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut files: A) -> Result<(), A::Error> {
        while let Some(listed) = files.next_element::<Listed>()? {
            self.manifest.files += 1;
            self.manifest.newest = self.manifest.newest.max(listed.modified());
            if let Err(fault) = (self.each)(listed) {
                self.fault = Some(fault);
                return Err(A::Error::custom("a file is wrong"));
            }
        }
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for &mut Reader<'_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

/// Reads a file to its end and gives its checksum in hexadecimal digits; `None` for an algorithm not known here.
pub(super) fn checksum(input: &mut dyn io::Read, algorithm: &str) -> io::Result<Option<String>> {
    fn digest<D: sha2::Digest>(input: &mut dyn io::Read) -> io::Result<String> {
        let mut hasher = D::new();
        piece_by_piece(input, |bytes| hasher.update(bytes))?;
        Ok(HEXLOWER.encode(&hasher.finalize()))
    }
    Ok(Some(match algorithm.to_ascii_uppercase().as_str() {
        "SHA224" => digest::<sha2::Sha224>(input)?,
        "SHA256" => digest::<sha2::Sha256>(input)?,
        "SHA384" => digest::<sha2::Sha384>(input)?,
        "SHA512" => digest::<sha2::Sha512>(input)?,
        "CRC32C" => {
            let mut crc = Crc::castagnoli();
            piece_by_piece(input, |bytes| crc.add(bytes))?;
            // The server writes the number as it lies in memory, the least significant byte first.
            HEXLOWER.encode(&crc.value().to_le_bytes()[..4])
        }
        _ => return Ok(None),
    }))
}

/// Hands over everything that comes, piece by piece.
fn piece_by_piece(input: &mut dyn io::Read, mut take: impl FnMut(&[u8])) -> io::Result<()> {
    let mut buffer = vec![0; 64 << 10];
    loop {
        match input.read(&mut buffer)? {
            0 => return Ok(()),
            read => take(&buffer[..read]),
        }
    }
}
