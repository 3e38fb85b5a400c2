//! A file that stands in its place when all of it is written: an older one stays as it was until then.

use std::{
    fs::{File, Permissions},
    io::{self, Seek as _, Write as _},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use tempfile::{Builder, NamedTempFile};

/// A file that is being written.
pub struct NewFile {
    file: NamedTempFile,
    path: PathBuf,
    /// Whether it is to be written into what stands at its path: a pipe, a device, a file in a folder that takes no other.
    copied: bool,
}

impl NewFile {
    /// Begins one that is to stand at `path`; where a link stands there, at the place that it leads to.
    pub fn at(path: &Path) -> io::Result<Self> {
        let path = led_to(path);
        let there = std::fs::metadata(&path).ok();
        let special =
            ["/dev", "/proc"].iter().any(|folder| path.starts_with(folder)) || there.as_ref().is_some_and(|there| !there.is_file());
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mode = there.as_ref().map_or(0o666, |there| there.permissions().mode() & 0o777);
        let mut made = Builder::new();
        made.prefix(".gonogo-");
        let beside = if special { None } else { Some(made.permissions(Permissions::from_mode(mode)).tempfile_in(folder)) };
        let (file, copied) = match beside {
            Some(Ok(file)) => (file, false),
            // A file that may be written stands in many a folder that may not.
            Some(Err(error)) if there.is_none() => return Err(error),
            _ => (Builder::new().prefix(".gonogo-").tempfile()?, true),
        };
        if let Some(there) = there.filter(|_| !copied) {
            file.as_file().set_permissions(there.permissions())?;
        }
        Ok(Self { file, path, copied })
    }

    /// Where to write.
    pub fn file(&mut self) -> &mut File {
        self.file.as_file_mut()
    }

    /// Puts it in its place.
    pub fn keep(self) -> io::Result<()> {
        let Self { file, path, copied } = self;
        if copied {
            return copy(file.into_file(), &path);
        }
        file.as_file().sync_all()?;
        match file.persist(&path) {
            Ok(_) => Ok(()),
            // Something is mounted at it.
            Err(error) if path.exists() => copy(error.file.into_file(), &path),
            Err(error) => Err(error.error),
        }
    }
}

fn copy(mut from: File, path: &Path) -> io::Result<()> {
    from.rewind()?;
    let mut to = File::options().write(true).truncate(true).open(path)?;
    io::copy(&mut from, &mut to)?;
    to.flush()
}

/// Where a path leads, also where nothing stands there yet.
fn led_to(path: &Path) -> PathBuf {
    if let Ok(there) = std::fs::canonicalize(path) {
        // What `/dev/stdout` leads to may have no path of its own.
        let own = ["/dev", "/proc"].iter().any(|folder| path.starts_with(folder));
        return if own { path.to_owned() } else { there };
    }
    match std::fs::read_link(path) {
        Ok(to) => path.parent().map_or_else(|| to.clone(), |folder| folder.join(&to)),
        Err(_) => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::symlink};

    use super::*;

    #[test]
    fn it_stands_where_a_path_leads_and_as_open_as_what_stood_there() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        let write = |name: &str| {
            let mut new = NewFile::at(&at(name)).expect("a file");
            new.file().write_all(b"new").expect("written");
            new
        };
        fs::write(at("old"), "old, and longer").expect("written");
        fs::set_permissions(at("old"), Permissions::from_mode(0o600)).expect("a mode");
        symlink("old", at("link")).expect("a link");
        symlink("none", at("dangling")).expect("a link");
        drop(write("link"));
        assert_eq!(fs::read(at("old")).expect("read"), b"old, and longer", "one that is not kept changes nothing");
        write("link").keep().expect("kept");
        write("dangling").keep().expect("kept");
        for name in ["old", "link", "none", "dangling"] {
            assert_eq!(fs::read(at(name)).expect("read"), b"new", "{name}");
        }
        assert!(fs::symlink_metadata(at("link")).expect("a link").is_symlink());
        assert_eq!(fs::metadata(at("old")).expect("a file").permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 4, "nothing else is left");
        assert!(NewFile::at(&at("missing/new")).is_err());
    }
}
