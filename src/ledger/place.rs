//! Where a ledger is: a file beside the plan, or a database.

use std::path::Path;

use jiff::Timestamp;

use super::{LedgerError, Postgres, Sqlite, Store};
use crate::{
    model::ProcessEnv,
    net::{Pins, Reach, postgres::Target},
};

/// Where the ledger is when nobody says otherwise, from the plan's folder.
pub const DEFAULT: &str = ".gonogo/ledger.db";

/// Opens the ledger at `place`: a `postgres://` URL, or a path that starts at `root`. With `create` a file is started
/// where there is none; a database never is (that is for `gonogo log init`), and is not asked anything yet. `now` is what
/// a server's certificate is judged at. No error quotes a password.
pub fn open(place: &str, root: &Path, env: &ProcessEnv, now: Timestamp, create: bool) -> Result<Box<dyn Store>, LedgerError> {
    if let Some(database) = database(place, root, env, now)? {
        return Ok(Box::new(database));
    }
    let path = root.join(place);
    Ok(Box::new(if create { Sqlite::open_or_create(&path)? } else { Sqlite::open(&path)? }))
}

/// The database at `place`, where that is a URL; `None` where it is a path; [`LedgerError::Place`] for what is neither.
pub fn database(place: &str, root: &Path, env: &ProcessEnv, now: Timestamp) -> Result<Option<Postgres>, LedgerError> {
    if place.is_empty() {
        return Err(LedgerError::Place("the ledger's place is empty: write a path or a `postgres://` URL".into()));
    }
    let Some((scheme, _)) = place.split_once("://") else { return Ok(None) };
    if !matches!(scheme, "postgres" | "postgresql") {
        return Err(LedgerError::Place("the ledger's place is a URL, but no `postgres://` one: write that or a path".into()));
    }
    let target = Target::resolve(Some(place), env).map_err(|error| LedgerError::Place(format!("the ledger's address: {error}")))?;
    let target = target.under(root).with_passfile();
    Ok(Some(Postgres::new(target, Reach::new(env.clone(), Pins::default(), now))))
}
