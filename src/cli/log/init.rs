//! `gonogo log init`: starts a ledger.

use std::path::Path;

use anyhow::anyhow;

use super::place::Where;
use crate::{
    cli::{
        Failure,
        arguments::LogInitOptions,
        edge::{self, Edge},
    },
    ledger::{Sqlite, Store as _, postgres::schema_sql},
    model::Exit,
};

/// Makes the file, or prints the statements that make a database's tables, or runs them.
pub(super) async fn init(edge: &Edge, options: &LogInitOptions) -> Result<Exit, Failure> {
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
        database.apply(role).await.map_err(Failure::from)?;
        edge::say(&format!("the ledger's tables are in {}", database.place()));
    } else {
        edge::print(&schema_sql(role)).map_err(Failure::output)?;
        edge::say("these statements are for the database's owner; `--apply` runs them");
    }
    Ok(Exit::Go)
}

fn start(path: &Path) -> Result<Exit, Failure> {
    let existed = path.exists();
    Sqlite::open_or_create(path).map_err(Failure::from)?;
    edge::say(&format!("{}: {}", path.display(), if existed { "there is a ledger already" } else { "an empty ledger" }));
    Ok(Exit::Go)
}
