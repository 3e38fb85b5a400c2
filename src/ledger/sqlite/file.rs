//! Opening the file, and starting one.

use std::{
    fs::{self, File},
    io::{ErrorKind, Write as _},
    path::Path,
    thread::sleep,
    time::Duration,
};

use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior, config::DbConfig};

use super::{
    schema::{self, FileKind},
    trouble::failed,
    write_ahead_log,
};
use crate::{ledger::LedgerError, net::git};

/// How long to wait for other processes.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// Opens an existing ledger: for writing where that is allowed, else for reading.
pub(super) fn open(place: &str, path: &Path) -> Result<Connection, LedgerError> {
    be_a_file(place, path)?;
    let failed = |error: rusqlite::Error| failed(place, "read", &error);
    let (connection, kind) = match connect(path, false) {
        // The folder of an auditor's copy may be closed to writing. Where nothing waits beside the file, it is all there is.
        Err(error) if is_closed(&error) && log_is_empty(path) => connect(path, true),
        connected => connected,
    }
    .map_err(|error| match error.sqlite_error_code() {
        Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly) if !log_is_empty(path) => LedgerError::unavailable(
            place,
            "read",
            "it was left in the midst of work and its folder may not be written: copy it, with its `-wal` file, into one that may",
        ),
        _ => failed(error),
    })?;
    match kind {
        FileKind::Ledger => {}
        FileKind::Empty => return Err(LedgerError::Missing(place.to_owned())),
        FileKind::Other => return Err(LedgerError::unavailable(place, "read", "the file is an SQLite database, but no ledger")),
    }
    if is_shared(path) && mode(&connection).map_err(failed)? == "wal" {
        // Who may not write, or not now, reads on as it is.
        let _ = connection.pragma_update_and_check(None, "journal_mode", "DELETE", |_| Ok(()));
    }
    Ok(connection)
}

/// Lets git overlook gonogo's own folder where it lies in a work tree: a ledger that is committed is a change after each run, and
/// no file of the project is changed for it. Where that cannot be written the ledger is none the worse.
fn keep_out_of_git(folder: &Path) {
    let in_work_tree = || fs::canonicalize(folder).is_ok_and(|folder| git::in_work_tree(&folder));
    if folder.file_name().is_some_and(|name| name == ".gonogo") && in_work_tree() {
        let file = File::options().write(true).create_new(true).open(folder.join(".gitignore"));
        let _ = file.and_then(|mut file| file.write_all(b"*\n"));
    }
}

/// Starts a ledger; another process may do so at the same time.
pub(super) fn create(place: &str, path: &Path) -> Result<(), LedgerError> {
    let failed = |error: rusqlite::Error| failed(place, "added to", &error);
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder)
        .map_err(|error| LedgerError::unavailable(place, "added to", format!("its folder cannot be made: {error}")))?;
    keep_out_of_git(folder);
    let mut connection =
        Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE).map_err(failed)?;
    prepare(&connection).map_err(failed)?;
    // In the file itself, not in a log beside it, until the tables are there.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
    if matches!(schema::kind(&transaction).map_err(failed)?, FileKind::Empty) {
        transaction.execute_batch(schema::TABLES).map_err(failed)?;
        transaction.execute_batch(schema::CHAINS).map_err(failed)?;
        transaction.execute_batch(schema::SAMPLES).map_err(failed)?;
        transaction.pragma_update(None, "user_version", schema::FORMAT).map_err(failed)?;
        transaction.pragma_update(None, "application_id", schema::APPLICATION).map_err(failed)?;
    }
    transaction.commit().map_err(failed)?;
    if !is_shared(path) {
        log_ahead(&connection).map_err(failed)?;
    }
    drop(connection);
    // The names, too, are to outlast a power cut.
    for folder in [Some(folder), folder.parent()].into_iter().flatten() {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let _ = File::open(folder).and_then(|folder| folder.sync_all());
    }
    Ok(())
}

/// A write-ahead log lets others read while one writes; without it everything is as safe, so it is not insisted on.
fn log_ahead(connection: &Connection) -> rusqlite::Result<()> {
    for _ in 0..20 {
        match connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(())) {
            Err(error) if matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)) => {
                sleep(Duration::from_millis(50));
            }
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DiskFull) => return Err(error),
            _ => break,
        }
    }
    Ok(())
}

/// A pipe would be waited for, and a folder's message would say little.
fn be_a_file(place: &str, path: &Path) -> Result<(), LedgerError> {
    match fs::metadata(path) {
        Ok(about) if about.is_file() => Ok(()),
        Ok(about) if about.is_dir() => Err(LedgerError::unavailable(place, "read", "it is a folder; name a file in it")),
        Ok(_) => Err(LedgerError::unavailable(place, "read", "it is no regular file")),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound) => Err(LedgerError::Missing(place.to_owned())),
        Err(error) => Err(LedgerError::unavailable(place, "read", error.to_string())),
    }
}

fn connect(path: &Path, closed: bool) -> rusqlite::Result<(Connection, FileKind)> {
    let connection = if closed {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
        Connection::open_with_flags(as_uri(path), flags)?
    } else {
        Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?
    };
    prepare(&connection)?;
    let kind = schema::kind(&connection)?;
    Ok((connection, kind))
}

/// What holds for every connection. What a schema says is not trusted: anybody may have written it.
fn prepare(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(PATIENCE)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    connection.pragma_update(None, "synchronous", "FULL")
}

fn mode(connection: &Connection) -> rusqlite::Result<String> {
    connection.pragma_query_value(None, "journal_mode", |row| row.get(0))
}

fn is_closed(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly | ErrorCode::PermissionDenied))
}

fn log_is_empty(path: &Path) -> bool {
    fs::metadata(write_ahead_log(path)).map_or_else(|error| error.kind() == ErrorKind::NotFound, |about| about.len() == 0)
}

/// The name as a URI that says nobody writes the file.
fn as_uri(path: &Path) -> String {
    use std::os::unix::ffi::OsStrExt as _;
    let absolute = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    let mut uri = String::from("file:");
    for byte in absolute.as_os_str().as_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' => uri.push(char::from(*byte)),
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri + "?immutable=1"
}

/// Whether it stands on a file system on which several machines cannot share memory, as a write-ahead log needs it. Source:
/// the `f_type` values in Linux's `statfs(2)`: NFS, SMB (three), Ceph, AFS, Coda, 9P, Lustre, GFS2, OCFS2, FUSE.
#[cfg(target_os = "linux")]
fn is_shared(path: &Path) -> bool {
    // The field is signed on some machines and has 32 bits on others.
    rustix::fs::statfs(path).is_ok_and(|about| {
        matches!(
            about.f_type as u64 & 0xffff_ffff,
            0x6969
                | 0x517b
                | 0xff53_4d42
                | 0xfe53_4d42
                | 0x00c3_6400
                | 0x5346_414f
                | 0x7375_7245
                | 0x0102_1997
                | 0x0bd0_0bd0
                | 0x0116_1970
                | 0x7461_636f
                | 0x6573_5546
        )
    })
}

#[cfg(not(target_os = "linux"))]
fn is_shared(_path: &Path) -> bool {
    false
}
