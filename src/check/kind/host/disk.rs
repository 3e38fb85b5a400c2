//! File systems: what is free, and what is mounted where.

use std::{collections::BTreeMap, fs, io::ErrorKind, path::Path};

use rustix::fs::statvfs;
use serde_json::{Map, Value, json};

use super::{
    facts::{Facts, Wanted, percent},
    observe::text,
};
use crate::net::command::without_credentials;

/// A line of `/proc/self/mountinfo`.
#[derive(Debug, PartialEq)]
struct Mount {
    device: String,
    kind: String,
    options: Vec<String>,
}

/// By the folder, the last that was mounted there: it hides the others.
type Mounts = BTreeMap<String, Mount>;

pub(super) fn read(wanted: &Wanted, facts: &mut Facts) {
    if wanted.names("mounts").is_some() {
        let all = mounts().map(|all| {
            let shown = all
                .iter()
                .map(|(point, mount)| (point.clone(), json!({ "device": mount.device, "type": mount.kind, "options": mount.options })));
            Value::Object(shown.collect())
        });
        facts.put("mounts", all);
    }
    let Some(names) = wanted.names("disk") else { return };
    let mounts = match mounts() {
        Ok(mounts) => mounts,
        Err(why) => return facts.lack(&["disk"], None, why),
    };
    let mut document = Map::new();
    for point in mounts.keys().filter(|_| names.all) {
        match room(point, &mounts) {
            Ok(Some((disk, _))) => drop(document.insert(point.clone(), disk)),
            Ok(None) => {}
            Err(why) => facts.lack(&["disk", point], None, why),
        }
    }
    for path in &names.these {
        match room(path, &mounts) {
            Ok(Some((disk, fixed))) => {
                for key in ["inodes", "inodes_free", "inodes_free_percent"].into_iter().filter(|_| !fixed) {
                    facts.lack(&["disk", path], Some(key), "the file system has no fixed number of inodes: leave this out");
                }
                document.insert(path.clone(), disk);
            }
            Ok(None) if Path::new(path).exists() => {
                facts.lack(&["disk", path], None, format!("the file system at `{path}` has no size: it is none of a disk"));
            }
            Ok(None) => {}
            Err(why) => facts.lack(&["disk", path], None, why),
        }
    }
    facts.put("disk", Ok(Value::Object(document)));
}

/// The file system that a path lies on, and whether it has a fixed number of inodes; `None` where nothing is there or it has no
/// size, as those have that the kernel makes up.
fn room(path: &str, mounts: &Mounts) -> Result<Option<(Value, bool)>, String> {
    let unread = |error: std::io::Error| format!("the file system at `{path}` cannot be asked: {error}");
    let whole = match fs::canonicalize(path) {
        Ok(whole) => whole,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(None),
        Err(error) => return Err(unread(error)),
    };
    let said = statvfs(&whole).map_err(|error| unread(error.into()))?;
    if said.f_blocks == 0 {
        return Ok(None);
    }
    let bytes = |blocks: u64| blocks.saturating_mul(said.f_frsize);
    let (free, used) = (bytes(said.f_bavail), bytes(said.f_blocks.saturating_sub(said.f_bfree)));
    let mut disk = json!({
        "size_bytes": bytes(said.f_blocks), "used_bytes": used, "free_bytes": free,
        // As `df` counts: what only root may fill is neither.
        "free_percent": percent(free, free.saturating_add(used)),
    });
    if said.f_files > 0 {
        disk["inodes"] = said.f_files.into();
        disk["inodes_free"] = said.f_favail.into();
        disk["inodes_free_percent"] = percent(said.f_favail, said.f_files);
    }
    let mount = whole.ancestors().find_map(|folder| mounts.get_key_value(folder.to_str()?));
    if let Some((point, mount)) = mount {
        disk["mount"] = point.clone().into();
        disk["device"] = mount.device.clone().into();
        disk["type"] = mount.kind.clone().into();
    }
    Ok(Some((disk, said.f_files > 0)))
}

fn mounts() -> Result<Mounts, String> {
    Ok(text("/proc/self/mountinfo")?.lines().filter_map(mount).collect())
}

/// The options that `/proc` is mounted with.
pub(super) fn options_of_proc() -> Result<Vec<String>, String> {
    Ok(mounts()?.remove("/proc").map(|mount| mount.options).unwrap_or_default())
}

/// proc_pid_mountinfo(5): numbers, root, point, options, optional fields, `-`, type, device, options of the file system.
fn mount(line: &str) -> Option<(String, Mount)> {
    let (own, system) = line.split_once(" - ")?;
    let mut own = own.split(' ').skip(4);
    let (point, own_options) = (unescaped(own.next()?), own.next()?);
    let mut system = system.split(' ');
    let (kind, device, more) = (system.next()?.to_owned(), system.next()?, system.next().unwrap_or_default());
    // Some file systems have an address there, with a login.
    let device = without_credentials(&unescaped(device));
    let mut options: Vec<String> = own_options.split(',').map(str::to_owned).collect();
    for option in more.split(',').filter(|option| !option.is_empty()) {
        // `ro` of the mount and `rw` of the file system would contradict each other: the mount's is what holds.
        if !matches!(option, "ro" | "rw") && !options.iter().any(|have| have == option) {
            options.push(option.to_owned());
        }
    }
    if more.split(',').any(|option| option == "ro") {
        options.iter_mut().filter(|option| *option == "rw").for_each(|option| "ro".clone_into(option));
    }
    Some((point, Mount { device, kind, options }))
}

/// Blanks and backslashes stand there in octal: `\040`.
fn unescaped(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let code = after.get(..3).filter(|_| *first == b'\\').and_then(|digits| u8::from_str_radix(str::from_utf8(digits).ok()?, 8).ok());
        bytes.push(code.unwrap_or(*first));
        rest = if code.is_some() { &after[3..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mount_is_read_from_its_line() {
        let line = r"36 35 98:0 /sub /mnt/my\040disk rw,noatime shared:1 master:2 - ext4 /dev/sd\134a rw,errors=continue";
        let options = |all: &[&str]| all.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>();
        let wanted = Mount { device: "/dev/sd\\a".into(), kind: "ext4".into(), options: options(&["rw", "noatime", "errors=continue"]) };
        assert_eq!(mount(line), Some(("/mnt/my disk".into(), wanted)));
        let (_, read_only) = mount("1 2 3:4 / / rw - ext4 /dev/x ro").expect("a mount");
        assert_eq!(read_only.options, ["ro"], "what the file system forbids the mount does not allow");
        let (_, dav) = mount("1 2 3:4 / /dav rw - fuse https://app:hunter2@dav.example.com/ rw").expect("a mount");
        assert_eq!(dav.device, "https://app:***@dav.example.com/");
        assert_eq!(mount("garbage"), None);
    }
}
