//! The files of the plan, and what is filled into them.

use std::collections::{BTreeMap, BTreeSet};

use minijinja::{Error, Value, context, value::Serde};

use super::{
    Answers, Named,
    catalogue::Place,
    database::Database,
    environment::{Environment, environments},
    found::{Found, slug},
    proxy::Host,
    service::{self, Service},
    sheet::filled,
};
use crate::plan::unfilled;

/// The sections in the order of a report: the file, its heading, and what it asks.
const SECTIONS: [(&str, &str, &str); 8] = [
    ("checks/secrets.yaml", "Secrets", "no development value among the secrets"),
    ("checks/database.yaml", "Database", "what the schemas and migrations make is there, and the migrations are applied"),
    ("checks/stores.yaml", "Stores", "the other stores can be reached"),
    ("checks/backups.yaml", "Backups", "there is a recent backup, and it is whole"),
    ("checks/network.yaml", "Network & security", "TLS, and who may call from a browser"),
    ("checks/delivery.yaml", "Delivery", "tests, scans and images of the release"),
    ("checks/alerts.yaml", "Alerts", "alerts are in place, and none is silenced for ever"),
    ("checks/health.yaml", "Health", "the services answer and are well"),
];

/// Services, databases and names that a plan lists.
const MOST: usize = 50;

/// Each file of the plan: `gonogo.yaml`, and one for each section where something was found.
pub(super) fn files(found: &Found, answers: &Answers) -> Result<BTreeMap<String, String>, Error> {
    let context = known(found, answers);
    let (mut sections, mut files) = (Vec::new(), BTreeMap::new());
    for (file, title, about) in SECTIONS {
        let checks = filled(file, &context)?;
        if !checks.is_empty() {
            sections.push((file, about));
            files.insert(file.to_owned(), (title, checks));
        }
    }
    let root = filled("gonogo.yaml", &context! { sections, ..context })?;
    let mut all: BTreeMap<String, String> = BTreeMap::new();
    if let Some((who, Some(key))) = &answers.signer {
        all.insert("signers".to_owned(), format!("{who} {key}\n"));
    }
    if found.sources.is_empty() {
        all.insert("gonogo.yaml".to_owned(), files.into_values().fold(root, |all, (_, checks)| all + &checks));
        return Ok(all);
    }
    for (file, (title, checks)) in files {
        all.insert(file, filled("section.yaml", &context! { title })? + &checks);
    }
    all.insert("gonogo.yaml".to_owned(), root);
    Ok(all)
}

/// What the templates know.
fn known(found: &Found, answers: &Answers) -> Value {
    let services: Vec<&Service> = found.services.iter().filter(|service| service.health.is_some()).take(MOST).collect();
    let first = found.services.first();
    let others: Vec<&&Service> = services.iter().filter(|service| first.is_some_and(|first| first.name != service.name)).collect();
    let databases = if found.has_postgres() { databases(found) } else { Vec::new() };
    let postgres = found.has_postgres();
    let all = environments(found);
    let of = |name: &str| all.iter().find(|one| one.name == name).and_then(|one| one.settings);
    let both = of("prod").zip(of("staging"));
    let redis = found.stores.contains_key("redis") || all.iter().any(|one| one.settings.is_some_and(|settings| settings.redis.is_some()));
    let host = primary(found, first, answers);
    let environments: Vec<Value> = all
        .iter()
        .map(|environment| {
            let other = both.map(|(prod, staging)| if environment.name == "prod" { &staging.path } else { &prod.path });
            let urls: Vec<_> =
                others.iter().map(|service| (format!("{}-url", service.name), address(environment, found, service))).collect();
            let more: Vec<_> = databases.iter().skip(1).map(|(name, ..)| (name.clone(), unset(name))).collect();
            context! {
                name => environment.name,
                settings => Serde(environment.settings),
                url => main_address(environment, found, first, host.as_ref()),
                database => postgres.then(|| environment.store("postgres", found)),
                redis => redis.then(|| environment.store("redis", found)),
                urls, more, other,
            }
        })
        .collect();
    let (contacts, resources) = runbook(found);
    context! {
        environments,
        found => Serde(found),
        answers => Serde(answers),
        // The env file of production, else of whatever there is.
        main => Serde(of("prod").or_else(|| of("staging"))),
        host => Serde(&host),
        secured => secured(found, host.as_ref()),
        health => Serde(first.and_then(|first| first.health.as_ref())),
        services => others.iter().map(|service| Value::from(Serde(service))).collect::<Vec<_>>(),
        images => images(found),
        databases => databases.iter().map(|(_, _, value)| value.clone()).collect::<Vec<_>>(),
        schema => databases.first().and_then(|(_, schema, _)| schema.clone()),
        stores => stores(found),
        bare => bare(found),
        packs => context! { postgres, redis, actuator => found.actuator.is_some() },
        contacts,
        sources => sources(found),
        manifests => Serde(manifests(found)),
        resources => Serde(resources),
        required => Serde(found.required.iter().collect::<Vec<_>>()),
    }
}

/// What was read, for the reader: many of a kind stand in one line.
fn sources(found: &Found) -> Vec<String> {
    let mut kinds: Vec<(&str, Vec<&str>)> = Vec::new();
    for (path, what) in &found.sources {
        match kinds.iter_mut().find(|(known, _)| known == what) {
            Some((_, paths)) => paths.push(path),
            None => kinds.push((what, vec![path])),
        }
    }
    let lines = kinds.into_iter().flat_map(|(what, paths)| match paths.as_slice() {
        [first, _, _, _, ..] => vec![format!("{first} and {} more: {what}", paths.len() - 1)],
        few => few.iter().map(|path| format!("{path}: {what}")).collect(),
    });
    lines.collect()
}

/// The folders with the most workloads.
fn manifests(found: &Found) -> Vec<(&str, &str)> {
    let mut all: Vec<_> =
        found.manifests.iter().map(|(folder, (count, file))| (std::cmp::Reverse(*count), folder.as_str(), file.as_str())).collect();
    all.sort_unstable();
    all.into_iter().take(3).map(|(_, folder, file)| (folder, file)).collect()
}

/// A value that leads nowhere until somebody sets a variable for it.
fn unset(name: &str) -> String {
    let variable = name.to_ascii_uppercase().replace('-', "_");
    format!("${{{variable}:-postgres://gonogo@set-{name}.invalid/app}}")
}

/// The name that the users reach in production.
fn primary(found: &Found, first: Option<&Service>, answers: &Answers) -> Option<Host> {
    let prod = || found.hosts.iter().filter(|host| host.environment == "prod");
    if let Some((scheme, name)) = answers.url.as_deref().and_then(|url| url.split_once("://")) {
        let known = prod().find(|host| host.name == name).cloned().unwrap_or_default();
        let file = "your answer".to_owned();
        return Some(Host { name: name.to_owned(), tls: (scheme == "https").then(|| file.clone()), file, ..known });
    }
    let own = |host: &&Host| first.is_some_and(|first| host.service.as_deref().is_some_and(|name| slug(name) == first.name));
    prod().find(own).or_else(|| prod().find(|host| host.service.is_none())).or_else(|| prod().next()).cloned()
}

/// The first service's address in an environment, with what is said about it.
fn main_address(environment: &Environment<'_>, found: &Found, first: Option<&Service>, host: Option<&Host>) -> (String, String) {
    let set = |variable: &str, to: String| format!("${{{variable}:-{to}}}");
    match environment.name {
        "prod" => match host {
            Some(host) => (set("PROD_URL", host.url()), format!("from {}", host.file)),
            None => (
                set("PROD_URL", "https://set-prod-url.invalid".into()),
                "set PROD_URL, or write the address here; until then it leads nowhere".into(),
            ),
        },
        "staging" => match found.hosts.iter().find(|host| host.environment == "staging") {
            Some(host) => (set("STAGING_URL", host.url()), format!("from {}", host.file)),
            None => (
                set("STAGING_URL", "https://set-staging-url.invalid".into()),
                "set STAGING_URL, or write the address here; until then it leads nowhere".into(),
            ),
        },
        _ => match first.and_then(|first| first.port.as_ref()) {
            Some((port, file)) => (set("URL", format!("http://localhost:{port}")), format!("the port is from {file}; or set URL")),
            None => (set("URL", "http://localhost:8080".into()), "set URL, or write here where the service answers".into()),
        },
    }
}

/// Another service's address.
fn address(environment: &Environment<'_>, found: &Found, service: &Service) -> String {
    let host = found
        .hosts
        .iter()
        .find(|host| host.environment == environment.name && host.service.as_deref().is_some_and(|name| slug(name) == service.name));
    let variable = format!("{}_{}_URL", environment.name, service.name).to_ascii_uppercase().replace('-', "_");
    let local = service.port.as_ref().filter(|_| environment.name == "local").map(|(port, _)| format!("http://localhost:{port}"));
    let to = host.map(Host::url).or(local).unwrap_or_else(|| format!("https://set-{}.invalid", slug(&variable)));
    format!("${{{variable}:-{to}}}")
}

/// Names beside the first that speak TLS in production.
fn secured<'f>(found: &'f Found, host: Option<&Host>) -> Vec<Value> {
    let others = |other: &&'f Host| other.environment == "prod" && other.tls.is_some() && host.is_none_or(|host| host.name != other.name);
    found.hosts.iter().filter(others).take(MOST).map(|one| Value::from(Serde(one))).collect()
}

/// The images of the project's own services, each once.
fn images(found: &Found) -> Vec<Value> {
    let mut known = BTreeSet::new();
    let own = found.services.iter().filter_map(|service| service.image.as_ref());
    own.filter(|image| known.insert(&image.name)).take(MOST).map(|one| Value::from(Serde(one))).collect()
}

/// Each database with the variable that leads to it, and the schema that its pack looks at.
fn databases(found: &Found) -> Vec<(String, Option<String>, Value)> {
    let mut names: BTreeSet<String> = BTreeSet::new();
    let mut all = Vec::new();
    for (place, (owner, database)) in found.databases.all().into_iter().take(MOST).enumerate() {
        let mut name = slug(
            owner
                .rsplit('/')
                .find(|part| !["src", "lib", "app", "Infrastructure", "Data"].contains(part))
                .filter(|part| !part.is_empty())
                .unwrap_or("root"),
        );
        while !names.insert(name.clone()) {
            name += "-more";
        }
        let variable = if place == 0 { "database".to_owned() } else { format!("{name}-database") };
        let suffix = if place == 0 { String::new() } else { format!("-{name}") };
        let value = value_of(database, &variable, &suffix);
        let schema =
            database.catalogue.indexes().keys().chain(database.catalogue.tables().keys()).next().map(|schema| (*schema).to_owned());
        all.push((variable, schema.filter(|schema| schema != "public"), value));
    }
    all
}

fn value_of(database: &Database, variable: &str, suffix: &str) -> Value {
    let as_sql = |name: &str| if is_folded(name) { name.to_owned() } else { format!("\"{name}\"") };
    let listed = |all: BTreeMap<&str, Vec<(&str, &Place)>>| {
        let one = |(name, (file, line)): (&str, &Place)| (as_sql(name), format!("{file}:{line}"));
        let schemas = all.into_iter().take(20);
        schemas.map(|(schema, names)| (schema.to_owned(), names.into_iter().map(one).collect::<Vec<_>>())).collect::<Vec<_>>()
    };
    let (indexes, tables) = (listed(database.catalogue.indexes()), listed(database.catalogue.tables()));
    context! { variable, suffix, indexes, tables, unlisted => database.catalogue.unlisted(), migrations => Serde(&database.migrations) }
}

/// Stores that no kind of check asks more than whether they can be reached.
fn stores(found: &Found) -> Vec<Value> {
    let others = found.stores.iter().filter(|(store, _)| !["postgres", "redis"].contains(*store));
    others
        .map(|(store, file)| {
            let port = service::store(store).map_or(0, |(_, port)| port);
            context! { store => *store, variable => format!("{}_ADDRESS", store.to_ascii_uppercase()), port, file => file.as_str() }
        })
        .collect()
}

/// The environments whose secrets no env file holds, but this machine.
fn bare(found: &Found) -> Vec<&'static str> {
    environments(found)
        .iter()
        .filter(|one| one.settings.is_none_or(|settings| settings.secrets.is_empty()) && one.name != "local")
        .map(|one| one.name)
        .collect()
}

/// Whom and what the plan names: owners that can be reached, and the repository.
fn runbook(found: &Found) -> (Vec<Value>, Vec<Named>) {
    let plain = |text: &str| unfilled(text).is_none();
    let web = found.repository.as_deref().and_then(|url| url.split('/').nth(2)).filter(|host| ["github.com", "gitlab.com"].contains(host));
    let reach = |owner: &str| match (owner.strip_prefix('@'), web) {
        (Some(handle), Some("github.com")) => match handle.split_once('/') {
            Some((group, team)) => Some(format!("https://github.com/orgs/{group}/teams/{team}")),
            None => Some(format!("https://github.com/{handle}")),
        },
        (Some(handle), Some(host)) => Some(format!("https://{host}/{handle}")),
        (Some(_), None) => None,
        (None, _) => Some(owner.to_owned()),
    };
    let contact = |(pattern, owner): &(String, String)| {
        let role = if pattern == "*" { "owns the code".to_owned() } else { format!("owns {pattern}") };
        let reach = reach(owner).filter(|reach| plain(reach) && plain(&role) && plain(owner))?;
        Some(context! { role, name => owner, reach })
    };
    let repository = found.repository.iter().filter(|url| plain(url)).map(|url| Named { name: url.clone(), file: ".git/config".into() });
    (found.owners.iter().filter_map(contact).collect(), repository.collect())
}

/// Whether PostgreSQL takes the name as it stands, without quotes.
fn is_folded(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}
