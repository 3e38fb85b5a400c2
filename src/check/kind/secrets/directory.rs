//! A folder with one file a key, as Kubernetes and Docker mount secrets.

use std::{fs, path::Path};

use super::held::{Held, MOST_KEYS, Value};
use crate::{
    model::Size,
    net::regular_file::{self, FileError},
};

/// Kubernetes limits a whole Secret to 1 MiB (kubernetes.io, "Secrets", size limit).
const LARGEST_VALUE: Size = Size(1 << 20);
const LARGEST_FOLDER: u64 = 32 << 20;

/// Every file of the folder, symbolic links followed. Sub-folders hold no keys; names that begin with `..` are the
/// versions Kubernetes keeps (`..data`), which the visible names link to.
///
/// # Errors
/// When the folder itself cannot be read, or holds too much.
pub(super) fn read(folder: &Path) -> Result<Vec<Held>, FileError> {
    if !fs::metadata(folder)?.is_dir() {
        return Err(FileError::Other("it is not a folder".into()));
    }
    let (mut held, mut size) = (Vec::new(), 0);
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let key = entry.file_name().to_string_lossy().into_owned();
        if key.starts_with("..") || fs::metadata(entry.path()).is_ok_and(|meta| meta.is_dir()) {
            continue;
        }
        let value = match regular_file::read_bytes(&entry.path(), LARGEST_VALUE) {
            Ok(bytes) => {
                size += bytes.len() as u64;
                Value::of(without_line_end(bytes))
            }
            Err(error) => Value::Unreadable(format!("its file {error}")),
        };
        held.push(Held { key, value });
        if held.len() > MOST_KEYS || size > LARGEST_FOLDER {
            return Err(FileError::Other("it holds too much for a folder of secrets".into()));
        }
    }
    Ok(held)
}

/// Editors and `echo` end a file with a line end that nobody means.
pub(super) fn without_line_end(mut bytes: Vec<u8>) -> Vec<u8> {
    if bytes.last() == Some(&b'\n') {
        bytes.pop();
        if bytes.last() == Some(&b'\r') {
            bytes.pop();
        }
    }
    bytes
}
