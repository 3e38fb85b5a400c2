//! The files of the plan, and what is filled into them.

use std::collections::BTreeMap;

use minijinja::{Error, Value, context, value::Serde};

use super::{Found, environment::environments, sheet::filled, sql::Index};

/// The sections in the order of a report: the file, its heading, and what it asks.
const SECTIONS: [(&str, &str, &str); 8] = [
    ("checks/secrets.yaml", "Secrets", "no development value among the secrets"),
    ("checks/database.yaml", "Database", "the indexes that the SQL files make are there, and the migrations are applied"),
    ("checks/redis.yaml", "Redis", "what Redis holds survives a restart"),
    ("checks/backups.yaml", "Backups", "there is a recent backup, and it is whole"),
    ("checks/network.yaml", "Network & security", "TLS, and who may call from a browser"),
    ("checks/delivery.yaml", "Delivery", "tests, scans, images and manifests of the release"),
    ("checks/alerts.yaml", "Alerts", "alerts are in place, and none is silenced for ever"),
    ("checks/health.yaml", "Health", "the service answers and is well"),
];

/// Each file of the plan: `gonogo.yaml`, and one for each section where something was found.
pub(super) fn files(found: &Found) -> Result<BTreeMap<String, String>, Error> {
    let context = known(found);
    let (mut sections, mut files) = (Vec::new(), BTreeMap::new());
    for (file, title, about) in SECTIONS {
        let checks = filled(file, &context)?;
        if !checks.is_empty() {
            sections.push((file, about));
            files.insert(file.to_owned(), (title, checks));
        }
    }
    let root = filled("gonogo.yaml", &context! { sections, ..context })?;
    if found.sources.is_empty() {
        return Ok([("gonogo.yaml".to_owned(), files.into_values().fold(root, |all, (_, checks)| all + &checks))].into());
    }
    let headed = |title| filled("section.yaml", &context! { title });
    let mut files: BTreeMap<String, String> =
        files.into_iter().map(|(file, (title, checks))| Ok((file, headed(title)? + &checks))).collect::<Result<_, Error>>()?;
    files.insert("gonogo.yaml".to_owned(), root);
    Ok(files)
}

/// What the templates know.
fn known(found: &Found) -> Value {
    let of = |name: &str| found.settings.iter().find(|settings| settings.environment() == name);
    let both = of("prod").zip(of("staging"));
    let environments: Vec<Value> = environments(found)
        .into_iter()
        .map(|environment| {
            let (database, redis) = (environment.database(), environment.redis());
            let other = both.map(|(prod, staging)| if environment.name == "prod" { &staging.path } else { &prod.path });
            context! { name => environment.name, settings => Serde(environment.settings), database, redis, other }
        })
        .collect();
    let as_sql = |name: &str| if is_folded(name) { name.to_owned() } else { format!("\"{name}\"") };
    let listed = |(name, index): (&str, &Index)| (as_sql(name), format!("{}:{}", index.file, index.line));
    let schemas = found.indexes.schemas().into_iter();
    let schemas: Vec<_> =
        schemas.map(|(schema, indexes)| (schema.to_owned(), indexes.into_iter().map(listed).collect::<Vec<_>>())).collect();
    context! {
        environments,
        found => Serde(found),
        // The env file of production, else of whatever there is.
        main => Serde(of("prod").or_else(|| of("staging"))),
        proxy => Serde(&found.proxy),
        host => Serde(&found.proxy.host),
        schemas,
    }
}

/// Whether PostgreSQL takes the name as it stands, without quotes.
fn is_folded(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}
