//! Files and addresses that show something.

use std::path::PathBuf;

use super::ActError;
use crate::{
    ledger::Blob,
    model::{Evidence, Size},
    net::regular_file,
};

/// No scanned page is meant to be larger.
const LARGEST: Size = Size(64 << 20);

/// What was named, with the bytes to keep.
pub(super) struct ShownEvidence {
    pub(super) named: Vec<Evidence>,
    pub(super) blobs: Vec<Blob>,
}

impl ShownEvidence {
    /// The same with what was uploaded.
    pub(super) fn with(mut self, uploads: &[(String, Vec<u8>)]) -> Self {
        for (name, bytes) in uploads {
            let blob = Blob::of(bytes.clone());
            self.named.push(Evidence { name: name.clone(), digest: Some(blob.digest.clone()) });
            self.blobs.push(blob);
        }
        self
    }
}

/// Reads evidence files.
pub(super) fn read(files: &[PathBuf]) -> Result<ShownEvidence, ActError> {
    let mut shown = ShownEvidence { named: Vec::new(), blobs: Vec::new() };
    for file in files {
        let bytes = regular_file::read_bytes(file, LARGEST).map_err(|error| ActError::unread(file, error))?;
        let name = file.file_name().unwrap_or(file.as_os_str()).to_string_lossy().into_owned();
        let blob = Blob::of(bytes);
        shown.named.push(Evidence { name, digest: Some(blob.digest.clone()) });
        shown.blobs.push(blob);
    }
    Ok(shown)
}

/// The same where addresses are among them.
pub(super) fn of(named: &[String]) -> Result<ShownEvidence, ActError> {
    let is_address = |name: &&String| name.starts_with("https://") || name.starts_with("http://");
    let files: Vec<PathBuf> = named.iter().filter(|name| !is_address(name)).map(PathBuf::from).collect();
    let mut shown = read(&files)?;
    shown.named.extend(named.iter().filter(is_address).map(|name| Evidence { name: name.clone(), digest: None }));
    Ok(shown)
}
