//! Reads a whole regular file, with a limit: a pipe or a device never holds a check up, a huge file never fills memory.

use std::{
    fs,
    io::{ErrorKind, Read as _},
    path::Path,
    time::SystemTime,
};

use crate::model::Size;

/// No file of a plan is meant to be larger, in a folder or in git: two hundred thousand checks are.
pub const LARGEST_OF_A_PLAN: Size = Size(64 << 20);

/// Why a file could not be read: a fragment that reads well after the file's name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// There is nothing of that name, or a symbolic link leads nowhere.
    #[error("does not exist")]
    Missing,
    /// The operating system refuses.
    #[error("may not be read: permission denied")]
    Forbidden,
    /// A folder, pipe, socket or device.
    #[error("is {0}, not a regular file")]
    NotRegular(&'static str),
    /// Larger than the limit.
    #[error("is larger than {0}")]
    TooLarge(Size),
    /// Bytes that are no UTF-8.
    #[error("is not UTF-8 text")]
    NotText,
    /// Anything else.
    #[error("cannot be read: {0}")]
    Other(String),
}

impl From<std::io::Error> for FileError {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            ErrorKind::NotFound => Self::Missing,
            ErrorKind::PermissionDenied => Self::Forbidden,
            _ if error.to_string().contains("symbolic link") => Self::Other("its symbolic links go in a circle".into()),
            _ => Self::Other(error.to_string()),
        }
    }
}

/// The bytes of the regular file `path` (symbolic links are followed), at most `limit` of them.
pub fn read_bytes(path: &Path, limit: Size) -> Result<Vec<u8>, FileError> {
    Ok(read_dated(path, limit)?.0)
}

/// The same, and when it was last written, where the file system says.
pub fn read_dated(path: &Path, limit: Size) -> Result<(Vec<u8>, Option<SystemTime>), FileError> {
    let (mut file, mut bytes) = (open(path)?, Vec::new());
    let before = file.metadata()?;
    file.by_ref().take(limit.0.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit.0 {
        return Err(FileError::TooLarge(limit));
    }
    let (before, after) = (before.modified().ok(), file.metadata()?.modified().ok());
    if before == after { Ok((bytes, after)) } else { Err(FileError::Other("it is being written".into())) }
}

/// The regular file `path`, to be read.
pub fn open(path: &Path) -> Result<fs::File, FileError> {
    // Opening a pipe would wait for its writer: ask what it is first.
    let kind = fs::metadata(path)?.file_type();
    if kind.is_file() { Ok(fs::File::open(path)?) } else { Err(FileError::NotRegular(name_of(kind))) }
}

/// What [`read_bytes`] reads, as text.
pub fn read_text(path: &Path, limit: Size) -> Result<String, FileError> {
    String::from_utf8(read_bytes(path, limit)?).map_err(|_| FileError::NotText)
}

/// What a thing of the file system is that is no regular file.
pub fn name_of(kind: fs::FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt as _;
    if kind.is_dir() {
        "a folder"
    } else if kind.is_fifo() {
        "a named pipe"
    } else if kind.is_socket() {
        "a socket"
    } else {
        "a device"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_up_to_the_limit() {
        let dir = tempfile::tempdir().expect("a folder");
        let file = dir.path().join("f");
        fs::write(&file, "1234").expect("written");
        assert_eq!(read_text(&file, Size(4)).as_deref(), Ok("1234"));
        assert_eq!(read_text(&file, Size(3)), Err(FileError::TooLarge(Size(3))));
        fs::write(&file, [0xff]).expect("written");
        assert_eq!(read_text(&file, Size(4)), Err(FileError::NotText));
    }

    #[test]
    fn never_opens_what_is_no_file() {
        let dir = tempfile::tempdir().expect("a folder");
        assert_eq!(read_text(dir.path(), Size(4)), Err(FileError::NotRegular("a folder")));
        assert_eq!(read_text(Path::new("/dev/zero"), Size(4)), Err(FileError::NotRegular("a device")));
        assert_eq!(read_text(&dir.path().join("none"), Size(4)), Err(FileError::Missing));
        let (a, b) = (dir.path().join("a"), dir.path().join("b"));
        std::os::unix::fs::symlink(&a, &b).expect("linked");
        std::os::unix::fs::symlink(&b, &a).expect("linked");
        assert_eq!(read_text(&a, Size(4)), Err(FileError::Other("its symbolic links go in a circle".into())));
    }
}
