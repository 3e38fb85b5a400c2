//! A file that stands in its place when all of it is written: an older one stays as it was until then.

use std::{
    fs::{File, Permissions},
    io::{self, Seek as _},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use tempfile::{Builder, NamedTempFile};

/// A file that is being written.
pub struct NewFile {
    file: NamedTempFile,
    path: PathBuf,
    /// Whether it is to be written into what stands at its path: a pipe or a device.
    copied: bool,
}

impl NewFile {
    /// Begins one that is to stand at `path`.
    ///
    /// # Errors
    /// There is no such folder, no right or no room.
    pub fn at(path: &Path) -> io::Result<Self> {
        let copied = path.exists() && !path.is_file();
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut made = Builder::new();
        made.prefix(".gonogo-");
        let file = if copied { made.tempfile() } else { made.permissions(Permissions::from_mode(0o666)).tempfile_in(folder) };
        Ok(Self { file: file?, path: path.to_owned(), copied })
    }

    /// Where to write.
    pub fn file(&mut self) -> &mut File {
        self.file.as_file_mut()
    }

    /// Puts it in its place.
    ///
    /// # Errors
    /// It cannot be written there.
    pub fn keep(mut self) -> io::Result<()> {
        if self.copied {
            self.file.as_file_mut().rewind()?;
            return io::copy(self.file.as_file_mut(), &mut File::options().write(true).open(&self.path)?).map(drop);
        }
        self.file.as_file().sync_all()?;
        self.file.persist(&self.path).map(drop).map_err(|error| error.error)
    }
}
