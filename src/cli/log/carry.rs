//! `gonogo log export` and `import`: a ledger goes from place to place.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{BufReader, BufWriter, ErrorKind},
    path::Path,
};

use anyhow::{Context as _, anyhow};

use super::place::Where;
use crate::{
    cli::{
        Failure,
        arguments::{LogExportOptions, LogImportOptions},
        edge::{self, Edge},
    },
    ledger::{
        Entry, Store,
        export::{self, WriteError},
    },
    model::{Digest, Exit, counted, plain},
    net::new_file::NewFile,
};

/// Writes the whole ledger.
pub(super) async fn export(edge: &Edge, options: &LogExportOptions) -> Result<Exit, Failure> {
    let place = Where::find(edge, &options.place)?;
    let store = place.open(edge, false)?;
    let written = match &options.file {
        Some(path) => to_file(path, store.as_ref())
            .await
            .with_context(|| format!("`{}` could not be written", path.display()))
            .map_err(Failure::output)?,
        None => export::write(store.as_ref(), None, &mut BufWriter::new(std::io::stdout().lock())).await,
    };
    match written {
        Ok(entries) => say_head(&format!("{}: exported", store.place()), &entries),
        Err(WriteError::Output(error)) if options.file.is_none() && error.kind() == ErrorKind::BrokenPipe => {}
        Err(WriteError::Output(error)) => return Err(Failure::output(anyhow!("the export could not be written: {error}"))),
        Err(WriteError::Ledger(error)) => return Err(Failure::from(error)),
    }
    Ok(Exit::Go)
}

async fn to_file(path: &Path, store: &dyn Store) -> Result<Result<Vec<Entry>, WriteError>, std::io::Error> {
    let mut file = NewFile::at(path)?;
    let done = export::write(store, None, &mut BufWriter::new(file.file())).await;
    if done.is_ok() {
        file.keep()?;
    }
    Ok(done)
}

/// Takes an export over.
pub(super) async fn import(edge: &Edge, options: &LogImportOptions) -> Result<Exit, Failure> {
    // Opening a pipe that nobody writes to would wait for ever.
    let kind =
        std::fs::metadata(&options.file).with_context(|| format!("`{}` cannot be read", options.file.display())).map_err(Failure::usage)?;
    if !kind.is_file() && !kind.is_dir() {
        return Err(Failure::usage(anyhow!("`{}` is no regular file", options.file.display())));
    }
    let file = File::open(&options.file).with_context(|| format!("`{}` cannot be read", options.file.display())).map_err(Failure::usage)?;
    let exported = export::read(&mut BufReader::new(file))?;
    // Before a file is started for it.
    exported.check()?;
    let place = Where::find(edge, &options.place)?;
    let store = place.open(edge, true)?;
    let added = export::import(exported, store.as_ref()).await?;
    let entries = export::entries(store.as_ref(), None).await?;
    say_head(&format!("{}: {added} added", store.place()), &entries);
    Ok(Exit::Go)
}

/// The heads are what to keep elsewhere: by them a ledger that was cut off is told.
fn say_head(done: &str, entries: &[Entry]) {
    let count = counted(entries.len(), "entry");
    let newest: BTreeMap<&str, &Entry> = entries.iter().map(|entry| (entry.chain.as_str(), entry)).collect();
    let mut heads: Vec<String> =
        newest.iter().filter(|(chain, _)| !chain.is_empty() || newest.len() == 1).map(|(_, entry)| entry.digest().to_string()).collect();
    if heads.len() > 1 {
        let named = newest.iter().filter(|(chain, _)| !chain.is_empty());
        heads = named.map(|(chain, entry)| format!("{} of {}", entry.digest(), plain(chain))).collect();
    }
    let head = if heads.is_empty() { Digest::none().to_string() } else { heads.join(", ") };
    edge::say(&format!("{done}; {count}, head {head}"));
}
