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
    let place = Where::find(edge, &options.place)?;
    let role = options.role.as_deref();
    let Some(database) = place.database(edge)? else {
        if role.is_some() {
            return Err(Failure::usage(anyhow!("`--role` is for a database: a file's ledger belongs to whoever may write the file")));
        }
        return start(edge, &place.path(), options.apply).await;
    };
    if options.apply {
        let closed = database.apply(role, edge::clock()).await?;
        let and = if closed { "; the chain that all projects shared is closed, each goes on with one of its own" } else { "" };
        edge::say(&format!("the ledger's tables are in {}{and}", database.place()));
    } else {
        edge::print(&schema_sql(role)).map_err(Failure::output)?;
        edge::say(
            "these statements are for the database's owner; `--apply` runs them, and where projects share one chain it closes that, so that \
             each goes on with one of its own (older programs add nothing then)",
        );
    }
    Ok(Exit::Go)
}

async fn start(edge: &Edge, path: &Path, apply: bool) -> Result<Exit, Failure> {
    let existed = path.exists();
    let ledger = Sqlite::open_or_create(path)?;
    let said = match ledger.shared().await? {
        Some(_) if apply => {
            ledger.migrate(edge.now).await?;
            "the chain that all projects shared is closed, each goes on with one of its own".to_owned()
        }
        Some(count) => format!(
            "there is a ledger already; its {count} entries are one chain that all projects share: `--apply` closes it, so that each goes \
             on with one of its own (older programs add nothing then)"
        ),
        None if existed => "there is a ledger already".into(),
        None => "an empty ledger".into(),
    };
    edge::say(&format!("{}: {said}", path.display()));
    Ok(Exit::Go)
}
