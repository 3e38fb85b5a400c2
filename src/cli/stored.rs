//! Stored reports, read from files that anybody may have written.

use std::{fs::File, io::Read as _, path::Path};

use anyhow::{Context as _, anyhow};

use super::Failure;
use crate::model::{Digest, Exit, Report, ReportError, Size};

/// More than any run writes: 10,000 checks with the most that an observation may hold.
const LARGEST: Size = Size(256 << 20);

/// A report with the exact bytes of its file.
pub(super) struct Stored {
    pub(super) report: Report,
    pub(super) json: Vec<u8>,
}

impl Stored {
    /// Reads the file: 2 where it is no report, 5 where it contradicts itself.
    pub(super) fn read(path: &Path) -> Result<Self, Failure> {
        let named = path.display().to_string();
        let json = read(path).with_context(|| named.clone()).map_err(Failure::usage)?;
        let report = Report::from_json(&json).map_err(|error| {
            let exit = if matches!(error, ReportError::Contradiction(_)) { Exit::Untrusted } else { Exit::Usage };
            Failure { exit, cause: Some(anyhow::Error::new(error).context(named)) }
        })?;
        Ok(Self { report, json })
    }

    /// The fingerprint of the file.
    pub(super) fn digest(&self) -> Digest {
        Digest::of(&self.json)
    }
}

/// A pipe will do as well: `gonogo report <(zcat report.json.gz)`.
fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    let mut json = Vec::new();
    File::open(path)?.take(LARGEST.0 + 1).read_to_end(&mut json)?;
    if json.len() as u64 > LARGEST.0 { Err(anyhow!("this is larger than any report: more than {LARGEST}")) } else { Ok(json) }
}
