//! Processes by the name of their program.

use std::{fs, io, os::unix::fs::MetadataExt as _, path::Path};

use serde_json::{Map, Value, json};

use super::{
    disk,
    facts::{Facts, Wanted},
};
use crate::net::accounts::accounts;

/// The kernel cuts names to this.
const CUT: usize = 15;

pub(super) fn read(wanted: &Wanted, facts: &mut Facts) {
    if wanted.names("processes").is_some() {
        facts.put("processes", all());
    }
}

fn all() -> Result<Value, String> {
    let hidden = disk::options_of_proc()?.iter().any(|option| option.starts_with("hidepid=") && !matches!(&option[8..], "0" | "off"));
    if hidden && !rustix::process::geteuid().is_root() {
        return Err("`/proc` is mounted with `hidepid`, which hides the processes of others: run this as root".into());
    }
    let names = accounts().unwrap_or_default();
    let failed = |error: io::Error| format!("`/proc` cannot be read: {error}");
    let mut programs = Map::new();
    for entry in fs::read_dir("/proc").map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let is_process = path.file_name().is_some_and(|name| name.as_encoded_bytes().iter().all(u8::is_ascii_digit));
        if !is_process {
            continue;
        }
        let Some((name, uid)) = process(&path).map_err(|error| format!("`{}` cannot be read: {error}", path.display()))? else { continue };
        let user = names.iter().find(|account| account.uid == uid).map_or_else(|| uid.to_string(), |account| account.name.clone());
        let program = programs.entry(name).or_insert_with(|| json!({ "count": 0, "users": [] }));
        program["count"] = (program["count"].as_u64().unwrap_or_default() + 1).into();
        if let Some(users) = program["users"].as_array_mut().filter(|users| !users.iter().any(|have| *have == user)) {
            users.push(user.into());
        }
    }
    if programs.is_empty() { Err("`/proc` shows no process".into()) } else { Ok(Value::Object(programs)) }
}

/// Its name and whose it is; `None` where it has ended, if nobody has taken note of that yet too.
fn process(path: &Path) -> io::Result<Option<(String, u32)>> {
    let read = || -> io::Result<_> {
        let stat = fs::read(path.join("stat"))?;
        Ok((stat, fs::metadata(path)?.uid(), fs::read(path.join("cmdline")).unwrap_or_default()))
    };
    let (stat, uid, arguments) = match read() {
        Ok(read) => read,
        // ESRCH: it ended between the two.
        Err(error) if error.kind() == io::ErrorKind::NotFound || error.raw_os_error() == Some(3) => return Ok(None),
        Err(error) => return Err(error),
    };
    let stat = String::from_utf8_lossy(&stat);
    Ok(named(&stat, &arguments).map(|name| (name, uid)))
}

/// proc_pid_stat(5): `1 (name) S …`. A name that the kernel cut is taken from the arguments, if they go on like it.
fn named(stat: &str, arguments: &[u8]) -> Option<String> {
    let (before, after) = stat.rsplit_once(')')?;
    let (_, name) = before.split_once('(')?;
    if matches!(after.trim_start().chars().next(), None | Some('Z' | 'X' | 'x')) {
        return None;
    }
    let first = String::from_utf8_lossy(arguments.split(|byte| *byte == 0).next().unwrap_or_default());
    let program = first.rsplit('/').next().unwrap_or_default();
    Some(if name.len() >= CUT && program.starts_with(name) { program.to_owned() } else { name.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn a_process_has_the_name_of_its_program() {
        let name = |stat: &str, arguments: &str| named(stat, arguments.as_bytes());
        assert_eq!(name("7 (nginx) S 1", "nginx: master process\0").as_deref(), Some("nginx"));
        assert_eq!(name("7 (a) (b) R 1", "").as_deref(), Some("a) (b"), "a name may have anything in it");
        assert_eq!(name("7 (systemd-timesyn) S 1", "/usr/lib/systemd/systemd-timesyncd\0-x").as_deref(), Some("systemd-timesyncd"));
        assert_eq!(name("7 (systemd-timesyn) S 1", "something\0").as_deref(), Some("systemd-timesyn"));
        assert_eq!((name("7 (nginx) Z 1", ""), name("garbage", "")), (None, None), "the dead do not count");
    }
}
