//! `gonogo log`: starts a ledger, and carries one from place to place.

use std::{
    fs::{File, Permissions},
    io::{BufReader, BufWriter, ErrorKind, Write},
    os::unix::fs::PermissionsExt as _,
    path::Path,
};

use anyhow::{Context as _, anyhow};

use super::{
    Failure,
    arguments::{LogCommand, LogExportOptions, LogImportOptions, LogInitOptions},
    edge,
    edge::Edge,
    ledger::{Where, runtime},
};
use crate::{
    ledger::{
        Entry, Sqlite, Store, chain,
        export::{self, WriteError},
        postgres::schema_sql,
    },
    model::Exit,
};

/// Runs the command.
pub(super) fn log(edge: &Edge, command: &LogCommand) -> Result<Exit, Failure> {
    match command {
        LogCommand::Init(options) => init(edge, options),
        LogCommand::Export(options) => export(edge, options),
        LogCommand::Import(options) => import(edge, options),
    }
}

fn init(edge: &Edge, options: &LogInitOptions) -> Result<Exit, Failure> {
    let place = match Where::find(edge, &options.place) {
        Ok(place) => place,
        Err(exit) => return Ok(exit),
    };
    let role = options.role.as_deref();
    let Some(database) = place.database(edge)? else {
        if role.is_some() {
            return Err(Failure::usage(anyhow!("`--role` is for a database: a file's ledger belongs to whoever may write the file")));
        }
        return start(&place.path());
    };
    if options.apply {
        runtime()?.block_on(database.apply(role)).map_err(Failure::ledger)?;
        edge::say(&format!("the ledger's tables are in {}", database.place()));
    } else {
        edge::print(&schema_sql(role)).map_err(Failure::output)?;
        edge::say("these statements are for the database's owner; `--apply` runs them");
    }
    Ok(Exit::Go)
}

fn start(path: &Path) -> Result<Exit, Failure> {
    let existed = path.exists();
    Sqlite::open_or_create(path).map_err(Failure::ledger)?;
    edge::say(&format!("{}: {}", path.display(), if existed { "there is a ledger already" } else { "an empty ledger" }));
    Ok(Exit::Go)
}

fn export(edge: &Edge, options: &LogExportOptions) -> Result<Exit, Failure> {
    let place = match Where::find(edge, &options.place) {
        Ok(place) => place,
        Err(exit) => return Ok(exit),
    };
    let store = place.open(edge, false)?;
    let runtime = runtime()?;
    let written = match &options.file {
        Some(path) => {
            let into = |out: &mut dyn Write| runtime.block_on(export::write(store.as_ref(), out));
            to_file(path, into).with_context(|| format!("`{}` could not be written", path.display())).map_err(Failure::output)?
        }
        None => runtime.block_on(export::write(store.as_ref(), &mut BufWriter::new(std::io::stdout().lock()))),
    };
    match written {
        Ok(entries) => say_head(&format!("{}: exported", store.place()), &entries),
        Err(WriteError::Output(error)) if options.file.is_none() && error.kind() == ErrorKind::BrokenPipe => {}
        Err(WriteError::Output(error)) => return Err(Failure::output(anyhow!("the export could not be written: {error}"))),
        Err(WriteError::Ledger(error)) => return Err(Failure::ledger(error)),
    }
    Ok(Exit::Go)
}

/// Beside the file first, so that an export that fails leaves an older one as it was.
fn to_file<T>(path: &Path, write: impl FnOnce(&mut dyn Write) -> Result<T, WriteError>) -> Result<Result<T, WriteError>, std::io::Error> {
    if path.exists() && !path.is_file() {
        // A pipe or device is written as it is.
        return Ok(write(&mut BufWriter::new(File::options().write(true).open(path)?)));
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let as_any_file = Permissions::from_mode(0o666);
    let mut file = tempfile::Builder::new().prefix(".gonogo-export-").permissions(as_any_file).tempfile_in(folder)?;
    let done = match write(&mut BufWriter::new(file.as_file_mut())) {
        Ok(done) => done,
        failed => return Ok(failed),
    };
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(Ok(done))
}

fn import(edge: &Edge, options: &LogImportOptions) -> Result<Exit, Failure> {
    let file = File::open(&options.file).with_context(|| format!("`{}` cannot be read", options.file.display())).map_err(Failure::usage)?;
    let exported = export::read(&mut BufReader::new(file)).map_err(Failure::ledger)?;
    // Before a file is started for it.
    chain::check(&exported.entries).map_err(Failure::ledger)?;
    let place = match Where::find(edge, &options.place) {
        Ok(place) => place,
        Err(exit) => return Ok(exit),
    };
    let store = place.open(edge, true)?;
    let (added, entries) = runtime()?
        .block_on(async {
            let added = export::import(exported, store.as_ref()).await?;
            Ok((added, store.entries().await?))
        })
        .map_err(Failure::ledger)?;
    say_head(&format!("{}: {added} added", store.place()), &entries);
    Ok(Exit::Go)
}

/// The head is what to keep elsewhere: by it a ledger that was cut off is told.
fn say_head(done: &str, entries: &[Entry]) {
    let count = if entries.len() == 1 { "1 entry".to_owned() } else { format!("{} entries", entries.len()) };
    edge::say(&format!("{done}; {count}, head {}", chain::head(entries)));
}
