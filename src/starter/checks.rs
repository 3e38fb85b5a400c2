//! The checks of each section, as far as something was found for them.

use std::collections::BTreeMap;

use super::{
    Found,
    backup::Way,
    environment::{Environment, Settings},
    sheet::{Sheet, quoted},
};
use crate::check::Kind;

/// The sections in the order of a report: the file, its heading, and what it asks.
pub(super) const SECTIONS: [(&str, &str, &str); 6] = [
    ("checks/secrets.yaml", "Secrets", "no development value among the secrets"),
    ("checks/database.yaml", "Database", "the indexes that the SQL files make are there"),
    ("checks/redis.yaml", "Redis", "what Redis holds survives a restart"),
    ("checks/backups.yaml", "Backups", "there is a recent backup, and it is whole"),
    ("checks/network.yaml", "Network & security", "TLS, and who may call from a browser"),
    ("checks/health.yaml", "Health", "the service answers and is well"),
];

/// The text of each section below its `checks:`.
pub(super) fn sections(found: &Found, environments: &[Environment<'_>]) -> BTreeMap<&'static str, String> {
    let mut all: BTreeMap<&'static str, String> = BTreeMap::new();
    let mut add = |file: &'static str, write: &dyn Fn(&mut Sheet)| {
        let mut sheet = Sheet::default();
        write(&mut sheet);
        let text = sheet.text();
        if !text.is_empty() {
            all.insert(file, text);
        }
    };
    add("checks/secrets.yaml", &|sheet| secrets(sheet, found, environments));
    add("checks/database.yaml", &|sheet| database(sheet, found));
    add("checks/redis.yaml", &|sheet| append_only(sheet, found, environments));
    add("checks/backups.yaml", &|sheet| backups(sheet, found, environments));
    add("checks/network.yaml", &|sheet| network(sheet, found));
    add("checks/health.yaml", &|sheet| health(sheet, found));
    all
}

/// Whether there is something to ask a database.
pub(super) fn asks_database(found: &Found) -> bool {
    !found.indexes.schemas().is_empty()
}

/// The public host where plain HTTP is to lead to HTTPS, and the file that says so.
pub(super) fn redirecting(found: &Found) -> Option<(&str, &str)> {
    Some((found.proxy.host.as_ref()?.name.as_str(), found.proxy.redirects.as_deref()?))
}

/// The env file of the other environment, where both have one.
pub(super) fn other_settings<'f>(found: &'f Found, name: &str) -> Option<&'f str> {
    let of = |name: &str| found.settings.iter().find(|settings| settings.environment() == name);
    let (prod, staging) = (of("prod")?, of("staging")?);
    Some(if name == "prod" { &staging.path } else { &prod.path })
}

/// The first lines of a check.
fn begin(sheet: &mut Sheet, id: &str, title: &str, why: &str) {
    sheet.gap();
    sheet.line(2, &format!("- id: {id}"), "how reports, waivers and --only name it; keep it");
    sheet.line(4, &format!("title: {title}"), "what people read");
    sheet.line(4, &format!("why: {why}"), "for whoever finds it red");
}

/// Restricts a check to the environments that have what it asks for.
fn only_in(sheet: &mut Sheet, names: &[&str], all: usize) {
    if names.len() < all {
        sheet.line(4, &format!("environments: [{}]", names.join(", ")), "elsewhere nothing was found for it: skipped there");
    }
}

fn secrets(sheet: &mut Sheet, found: &Found, environments: &[Environment<'_>]) {
    let with: Vec<&Environment<'_>> = environments.iter().filter(|environment| environment.settings.is_some()).collect();
    let Some(settings) = found.main_settings().filter(|settings| !settings.secrets.is_empty()) else { return };
    begin(
        sheet,
        "no-development-secrets",
        "No development value among the secrets",
        "Whoever knows a published or guessable secret can sign in.",
    );
    let names: Vec<&str> = with.iter().map(|environment| environment.name).collect();
    only_in(sheet, &names, environments.len());
    sheet.line(4, "secrets:", "gonogo explain secrets");
    sheet.line(6, "source: { env-file: \"${env-file}\" }", "or directory: /run/secrets, or a command that prints them");
    sheet.line(6, "keys:", "these must be set, each strong enough for its use");
    for (key, line) in &settings.secrets {
        sheet.line(8, &format!("- {}", quoted(key)), &format!("{}:{line}", settings.path));
    }
    sheet.line(6, "looks-secret: true", "and whatever else looks like a secret, today or later");
    if with.iter().all(|environment| other_settings(found, environment.name).is_some()) {
        sheet.line(6, "differs-from: { env-file: \"${other-env-file}\" }", "no value is one of the other environment's");
    }
    if with.iter().all(|environment| environment.settings.is_some_and(|settings: &Settings| settings.in_git)) {
        sheet.line(6, "untracked: true", "the file is in no commit of the repository it stands in");
    }
}

fn database(sheet: &mut Sheet, found: &Found) {
    for (place, (schema, indexes)) in found.indexes.schemas().into_iter().take(20).enumerate() {
        // A schema's name may hold what an id may not.
        let id = if place == 0 { "indexes-in-place".to_owned() } else { format!("indexes-in-place-{}", place + 1) };
        begin(sheet, &id, "The indexes that the SQL files make are there and valid", "Without its index a query reads the whole table.");
        sheet.line(4, "postgres-indexes:", "gonogo explain postgres-indexes");
        sheet.line(6, "database: \"${database}\"", "the address stands in gonogo.yaml");
        sheet.line(6, &format!("schema: {}", quoted(schema)), "nothing in it may be invalid or half built");
        sheet.line(6, "indexes:", "by name; write { table, columns, unique, where } to say what one must serve");
        for (name, index) in indexes {
            let name = if is_folded(name) { name.to_owned() } else { format!("\"{name}\"") };
            sheet.line(8, &format!("- {}", quoted(&name)), &format!("{}:{}", index.file, index.line));
        }
    }
}

/// Whether PostgreSQL takes the name as it stands, without quotes.
fn is_folded(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

fn append_only(sheet: &mut Sheet, found: &Found, environments: &[Environment<'_>]) {
    let names: Vec<&str> = environments.iter().filter(|environment| environment.redis().is_some()).map(|e| e.name).collect();
    if names.is_empty() {
        return;
    }
    begin(sheet, "redis-persistence", "Redis keeps what it holds", "What is only in memory is gone with the process.");
    only_in(sheet, &names, environments.len());
    if found.append_only.is_none() {
        sheet.line(4, "severity: warning", "make it a blocker if anything there must survive");
    }
    sheet.line(4, "redis-persistence:", "gonogo explain redis-persistence");
    sheet.line(6, "url: \"${redis}\"", "the address stands in gonogo.yaml");
    let from =
        found.append_only.as_ref().map_or_else(|| "or rdb: true, where snapshots are enough".into(), |file| format!("as {file} starts it"));
    sheet.line(6, "aof: true", &from);
}

fn backups(sheet: &mut Sheet, found: &Found, environments: &[Environment<'_>]) {
    for (place, backup) in found.backups.iter().enumerate() {
        // A stanza's name may hold what an id may not.
        let id = if place == 0 { "backups".to_owned() } else { format!("backups-{}", place + 1) };
        begin(sheet, &id, "The newest backup is recent and whole", "A dump that nobody has read to its end is a hope, not a backup.");
        if environments.iter().any(|environment| environment.name == "prod") {
            only_in(sheet, &["prod"], environments.len());
        }
        sheet.line(4, "severity: warning", "make it a blocker once this runs where the backups can be seen");
        sheet.line(4, "timeout: 5m", "a dump is read to its end");
        sheet.line(4, "backup:", "gonogo explain backup");
        let from = format!("from {}", backup.file);
        match &backup.way {
            Way::Pgbackrest(stanza) => sheet.line(6, &format!("pgbackrest: {{ stanza: {} }}", quoted(stanza)), &from),
            Way::Barman(server) => sheet.line(6, &format!("barman: {{ server: {} }}", quoted(server)), &from),
            Way::WalG => sheet.line(6, "wal-g: {}", &from),
            Way::Restic => sheet.line(6, "restic: {}", &format!("{from}; add host and paths where the repository has several")),
            Way::Dumps(Some(glob)) => sheet.line(6, &format!("files: {}", quoted(glob)), &from),
            Way::Dumps(None) => {
                let said = format!("set BACKUPS, or write the glob here: {} does not say it", backup.file);
                sheet.line(6, "files: \"${BACKUPS:-/var/backups/*.dump}\"", &said);
            }
        }
        sheet.line(6, "max-age: 26h", "finished at most that long ago: a night's, with two hours to spare");
        if matches!(backup.way, Way::Pgbackrest(_) | Way::WalG) {
            sheet.line(6, "max-full-age: 8d", "fresh increments on an old full backup are no comfort");
        }
    }
}

fn network(sheet: &mut Sheet, found: &Found) {
    let proxy = &found.proxy;
    let Some(host) = &proxy.host else { return };
    let several = found.settings.iter().any(|settings| settings.environment() == "staging");
    let all = if several { 2 } else { 1 };
    if let Some((_, file)) = redirecting(found) {
        begin(
            sheet,
            "http-leads-to-https",
            "Plain HTTP only leads to HTTPS",
            "A password that once went over plain HTTP is no secret any more.",
        );
        only_in(sheet, &["prod"], all);
        sheet.line(4, "http:", "gonogo explain http");
        sheet.line(6, "url: \"${plain-url}/\"", &format!("{file} redirects"));
        sheet.line(6, "expect: { redirect: https }", "the first answer leads to https on the same host");
    }
    if let Some(file) = proxy.tls.as_ref().filter(|_| Kind::named("tls").is_some()) {
        begin(
            sheet,
            "certificate",
            "The certificate is valid and not about to expire",
            "An expired certificate takes every client down at once.",
        );
        only_in(sheet, &["prod"], all);
        sheet.line(4, "tls:", "gonogo explain tls");
        sheet.line(6, "url: \"${url}\"", &format!("{} speaks TLS, says {file}", host.name));
    }
    if !proxy.origins.is_empty() && Kind::named("cors").is_some() {
        begin(
            sheet,
            "cors",
            "Only our own websites may call from a browser",
            "A careless rule lets any website act as the person who visits it.",
        );
        only_in(sheet, &["prod"], all);
        sheet.line(4, "timeout: 30s", "it tries many hostile origins, four at a time");
        sheet.line(4, "cors:", "gonogo explain cors");
        sheet.line(6, "url: \"${url}/\"", "one that answers GET with a success");
        sheet.line(6, "origins:", "each must get itself back, nobody else may");
        for origin in &proxy.origins {
            sheet.line(8, &format!("- {}", quoted(&origin.name)), &origin.file);
        }
    }
}

fn health(sheet: &mut Sheet, found: &Found) {
    begin(sheet, "answers", "The service answers", "What cannot be reached cannot be released.");
    sheet.line(4, "retry: { attempts: 3, delay: 1s }", "where it cannot be reached; an answer is never asked for again");
    sheet.line(4, "http:", "gonogo explain http");
    let (path, from) = match &found.health {
        Some(health) => (health.name.as_str(), health.file.as_str()),
        None => ("/", "a path that answers with a success"),
    };
    sheet.line(6, &format!("url: \"${{url}}{path}\""), from);
    sheet.line(6, "expect: { status: 2xx, max-time: 5s }", "a success, and soon");
    if let Some(health) = &found.health {
        begin(sheet, "healthy", "The service says that it is well", "A 200 proves that something answers, not that it works.");
        sheet.line(4, "needs: [answers]", "where nothing answers this is not red as well, but unknown, and says why");
        sheet.line(4, "health:", "gonogo explain health; for a page that is no health answer, take this check out");
        sheet.line(6, &format!("url: \"${{url}}{}\"", health.name), &health.file);
    }
}
