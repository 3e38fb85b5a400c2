//! What tells of backups: the tools' own settings, scripts and cron tables that make them, folders of dumps. Careful: a
//! tool that is only named, installed or looked for says nothing.

use serde::Serialize;

use std::collections::BTreeMap;

use super::{
    Named,
    command::{self, Words},
    detect::{Place, Said},
    found::Found,
};

/// A backup that somebody makes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Backup {
    pub(super) way: Way,
    /// The file that says so.
    pub(super) file: String,
}

/// How a backup is made, as far as a check must know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Way {
    Pgbackrest(String),
    Barman(String),
    WalG,
    Restic,
    /// Dump files, as a glob; `None` where they are written to a place that only the script's host knows.
    Dumps(Option<String>),
}

/// More of them are not listed.
const MOST: usize = 6;

/// The programs that write a dump.
const DUMPERS: [&str; 5] = ["pg_dump", "pg_dumpall", "pg_basebackup", "mysqldump", "mariadb-dump"];

/// How the name of a dump ends.
const DUMPS: [&str; 8] = [".dump", ".pgdump", ".dump.gz", ".dump.zst", ".sql.gz", ".sql.zst", ".rdb", ".rdb.gz"];

/// Whether a path is one of the settings, scripts and tables that can tell of backups. In lower case.
pub(super) fn tells(place: &Place<'_>) -> bool {
    let name = place.name;
    is_settings(place.path, name)
        || [".sh", ".bash", ".cron", ".crontab", ".service"].iter().any(|ending| name.ends_with(ending))
        || name == "crontab"
        || (name.contains("backup") && !name.contains('.'))
        || ["cron.d", "cron.hourly", "cron.daily", "cron.weekly"].iter().any(|folder| place.within(folder))
}

/// Takes the backups that a file tells of.
pub(super) fn take(found: &mut Found, path: &str, text: &str) -> Said {
    Ok(found.made(read(path, text), path).then_some("backups: how they are made"))
}

/// A timer of systemd.
pub(super) fn is_timer(place: &Place<'_>) -> bool {
    place.name.ends_with(".timer")
}

/// Takes what runs by the clock.
pub(super) fn timer(found: &mut Found, path: &str, text: &str) -> Said {
    let name = path.rsplit('/').next().unwrap_or(path);
    let taken = text.contains("[Timer]") && is_name(name) && found.timers.len() < MOST;
    if taken {
        found.timers.push(Named { name: name.to_owned(), file: path.to_owned() });
    }
    Ok(taken.then_some("a timer of systemd"))
}

fn is_settings(path: &str, name: &str) -> bool {
    matches!(name, "pgbackrest.conf" | "barman.conf") || (path.contains("barman.d/") && name.ends_with(".conf"))
}

/// How a dump's name ends, without what stands before; in lower case.
pub(super) fn dump_ending(name: &str) -> Option<&'static str> {
    DUMPS.iter().filter(|ending| name.ends_with(**ending) && name.len() > ending.len()).max_by_key(|ending| ending.len()).copied()
}

/// What the text of such a file says.
pub(super) fn read(path: &str, text: &str) -> Vec<Way> {
    let lower = path.to_ascii_lowercase();
    let name = lower.rsplit('/').next().unwrap_or_default();
    if is_settings(&lower, name) {
        return sections(text).filter_map(|section| settings(name, section)).collect();
    }
    let mut all = Vec::new();
    command::lines(text).iter().filter_map(made).for_each(|way| add(&mut all, way));
    all
}

/// Adds one that is not there yet.
pub(super) fn add(all: &mut Vec<Way>, way: Way) {
    if all.len() < MOST && !all.contains(&way) {
        all.push(way);
    }
}

/// What a command of a script makes.
pub(super) fn made(words: &Words) -> Option<Way> {
    let at = |program: &str| words.after(program);
    if let Some(rest) = DUMPERS.iter().find_map(|program| at(program)) {
        let schema_only = rest.iter().any(|word| ["-s", "--schema-only", "--no-data"].contains(&word.as_str()));
        return words.output(rest).filter(|_| !schema_only).map(Way::Dumps);
    }
    if let Some(rest) = at("pgbackrest").filter(|rest| rest.iter().any(|word| word == "backup")) {
        let stanza = rest.iter().find_map(|word| word.strip_prefix("--stanza="))?;
        return is_name(stanza).then(|| Way::Pgbackrest(stanza.to_owned()));
    }
    if let Some(rest) = at("barman") {
        let server = rest.iter().skip_while(|word| *word != "backup").skip(1).find(|word| !word.starts_with('-'))?;
        return (is_name(server) && server != "all").then(|| Way::Barman(server.clone()));
    }
    if at("wal-g").is_some_and(|rest| rest.iter().any(|word| word == "backup-push")) {
        return Some(Way::WalG);
    }
    at("restic").filter(|rest| rest.iter().any(|word| word == "backup")).map(|_| Way::Restic)
}

fn sections(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter_map(|line| line.trim().strip_prefix('[')?.strip_suffix(']'))
}

/// Of pgBackRest `[main]` and `[main:backup]` are one stanza, and `[global…]` is none; `[barman]` is Barman itself.
fn settings(name: &str, section: &str) -> Option<Way> {
    let first = section.split(':').next().filter(|first| is_name(first))?;
    match name {
        "pgbackrest.conf" => (first != "global").then(|| Way::Pgbackrest(first.to_owned())),
        _ => (first != "barman").then(|| Way::Barman(first.to_owned())),
    }
}

fn is_name(text: &str) -> bool {
    (1..=60).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
}

/// The globs of folders that hold dumps: several of one ending, or one where the folder is named for it. One dump alone
/// may be what tests begin with.
pub(super) fn folders(dumps: &[String]) -> Vec<(Way, String)> {
    let mut all: BTreeMap<(&str, &str), Vec<&String>> = BTreeMap::new();
    for path in dumps {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        if let Some(ending) = dump_ending(&name.to_ascii_lowercase()).filter(|ending| name.ends_with(ending)) {
            all.entry((folder, ending)).or_default().push(path);
        }
    }
    let named = |folder: &str| folder.rsplit('/').next().is_some_and(|name| ["backup", "dump"].iter().any(|word| name.contains(word)));
    let kept = all.into_iter().filter(|((folder, _), paths)| paths.len() > 1 || named(&folder.to_ascii_lowercase()));
    kept.filter_map(|((folder, ending), paths)| {
        let glob = if folder.is_empty() { format!("*{ending}") } else { format!("{folder}/*{ending}") };
        command::is_glob(&glob).then(|| (Way::Dumps(Some(glob)), paths[0].clone()))
    })
    .take(MOST)
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dumps(glob: &str) -> Vec<Way> {
        vec![Way::Dumps(Some(glob.to_owned()))]
    }

    #[test]
    fn what_a_script_makes() {
        let stanza = || vec![Way::Pgbackrest("main".into())];
        for (text, ways) in [
            ("pg_dump -Fc app > /var/backups/app-$(date +%F).dump", dumps("/var/backups/app-*.dump")),
            ("DIR=${DIR:-/srv/dumps}\nNOW=`date +%s`\npg_dump \\\n  --file=\"$DIR/${NOW}_app.sql\" app", dumps("/srv/dumps/*_app.sql")),
            ("0 3 * * * root pg_dumpall | gzip > /b/all-$(date +\\%F).sql.gz", dumps("/b/all-*.sql.gz")),
            ("docker exec db pg_dump -U x app >/b/x.sql", dumps("/b/x.sql")),
            ("docker compose -f prod.yaml exec db pg_dump app 2>log > x.sql", dumps("x.sql")),
            ("pg_dump app > \"$1/app.dump\"", vec![Way::Dumps(None)]),
            ("pgbackrest --stanza=main --type=full backup", stanza()),
            ("barman -q backup main", vec![Way::Barman("main".into())]),
            ("wal-g backup-push $PGDATA; restic backup /srv/uploads", vec![Way::WalG, Way::Restic]),
        ] {
            assert_eq!(read("ops/backup.sh", text), ways, "{text}");
        }
    }

    #[test]
    fn what_is_only_named_is_no_backup() {
        for text in [
            "# pg_dump app > /b/x.dump",
            "apt-get install -y postgresql-client pgbackrest restic barman",
            "command -v pg_dump > /dev/null",
            "pg_dump --schema-only app > schema.sql",
            "pg_dump app | psql staging",
            "pgbackrest info --stanza=main",
            "restic restore latest",
            "pgbackrest --stanza=$STANZA backup",
            "echo \"no pg_dump here\"",
        ] {
            assert_eq!(read("ops/backup.sh", text), [], "{text}");
        }
    }

    #[test]
    fn settings_name_their_stanzas_and_servers() {
        let text = "[global]\nrepo1-path=/r\n[global:backup]\n[main]\npg1-path=/d\n[a b]\n";
        assert_eq!(read("etc/pgbackrest.conf", text), [Way::Pgbackrest("main".into())]);
        assert_eq!(read("etc/barman.conf", "[barman]\n[pg]\n"), [Way::Barman("pg".into())]);
    }

    #[test]
    fn one_dump_is_no_folder_of_them() {
        let paths = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        assert_eq!(folders(&paths(&["seed/start.dump"])), []);
        let found = folders(&paths(&["seed/a.sql.gz", "seed/b.sql.gz", "backups/x.dump", "backups/.dump"]));
        let globs: Vec<Way> = found.into_iter().map(|(way, _)| way).collect();
        assert_eq!(globs, [dumps("backups/*.dump"), dumps("seed/*.sql.gz")].concat());
    }
}
