//! What every kind that asks PostgreSQL shares: the key `database`.

use serde::de::DeserializeOwned;
use tokio_postgres::types::{ToSql, Type};

use super::{Context, Touch, Unseen};
use crate::{
    model::{ProcessEnv, Secret},
    net::postgres::{Reading, Target, TargetError, Trouble},
};

/// The target that `database` names, passwords included; each is hidden from every output first.
pub fn target(cx: &Context, database: Option<&Secret>) -> Result<Target, Unseen> {
    let target = Target::resolve(database.map(Secret::expose), &cx.shared.env).map_err(|error| Unseen::Unknown(said(database, &error)))?;
    let target = target.under(&cx.path("")).with_passfile();
    for password in target.passwords() {
        cx.hide_of(database, "database password", password);
    }
    Ok(target)
}

/// What a look at `database` reaches; `action` is what is asked there.
pub fn touch(database: Option<&Secret>, env: &ProcessEnv, action: impl Into<String>) -> Touch {
    let mut credentials: Vec<String> = database.map(|secret| secret.written().to_owned()).into_iter().collect();
    match Target::resolve(database.map(Secret::expose), env) {
        Ok(target) => {
            credentials.extend(target.credentials());
            let grant = format!("GRANT CONNECT ON DATABASE \"{}\" TO {{role}}", target.database().replace('"', "\"\""));
            Touch { target: target.shown(), action: action.into(), credentials, grants: vec![grant] }
        }
        Err(error) => {
            Touch { target: format!("PostgreSQL ({})", said(database, &error)), action: action.into(), credentials, grants: Vec::new() }
        }
    }
}

fn said(database: Option<&Secret>, error: &TargetError) -> String {
    match database {
        Some(secret) => format!("`database` ({}) cannot be used: {error}", secret.written()),
        None => error.to_string(),
    }
}

/// The rows of a query that answers one JSON text a row.
pub(crate) async fn rows<T: DeserializeOwned>(
    reading: &Reading<'_>,
    query: &str,
    about: &[(&(dyn ToSql + Sync), Type)],
) -> Result<Vec<T>, Trouble> {
    let rows = reading.rows(query, about).await?;
    let wrong = |why: &dyn std::fmt::Display| Trouble::Unknown(format!("the catalogues answer in an unknown form: {why}"));
    let read = |row: &tokio_postgres::Row| {
        let text: &str = row.try_get(0).map_err(|error| wrong(&error))?;
        serde_json::from_str(text).map_err(|error| wrong(&error))
    };
    rows.iter().map(read).collect()
}
