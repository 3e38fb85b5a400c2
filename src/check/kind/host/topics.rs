//! The facts there are, with the keys that they have: a path to another is refused, since it would lead nowhere on every machine.

use std::sync::LazyLock;

use regex::Regex;

use crate::model::regex;

/// A topic, whether things are named in it, the keys that it or those have, and the programs that are run for it.
type Topic = (&'static str, Shape, &'static str, &'static str);

/// How a topic is made.
#[derive(Clone, Copy, PartialEq)]
enum Shape {
    /// Of keys.
    Keys,
    /// Of these lists.
    Lists(&'static str),
    /// Of things by name, or all of them.
    Things,
    /// Of things that are named by their path.
    Paths,
    /// Of what is named, without keys.
    Named,
    /// A value, or keys that differ from machine to machine.
    Free,
}

const GETENT: &str = "`getent` where a directory service is set up";

#[rustfmt::skip]
const TOPICS: [Topic; 21] = [
    ("clock", Shape::Keys, "synchronised ntp timezone offset_seconds", "`timedatectl show` or `chronyc tracking`"),
    ("cpu", Shape::Keys, "count architecture flags", ""),
    ("disk", Shape::Paths, "mount device type size_bytes used_bytes free_bytes free_percent inodes inodes_free inodes_free_percent", ""),
    ("groups", Shape::Things, "gid members", GETENT),
    ("hostname", Shape::Free, "", ""),
    ("interfaces", Shape::Things, "up state mtu mac addresses", "`ip address show`"),
    ("kernel", Shape::Keys, "release version", ""),
    ("load", Shape::Keys, "one five fifteen one_per_cpu five_per_cpu fifteen_per_cpu", ""),
    ("memory", Shape::Keys, "total_bytes available_bytes available_percent", ""),
    ("modules", Shape::Things, "state", ""),
    ("mounts", Shape::Paths, "device type options", ""),
    ("os", Shape::Free, "", ""),
    ("packages", Shape::Things, "version upstream versions", "`dpkg-query --show`, `rpm --query --all` or `apk info`"),
    ("ports", Shape::Lists("tcp udp"), "port address", ""),
    ("processes", Shape::Things, "count users", ""),
    ("swap", Shape::Keys, "total_bytes free_bytes used_percent", ""),
    ("sysctl", Shape::Named, "", ""),
    ("units", Shape::Things, "name load active sub enabled result restarts since finished reload_needed", "`systemctl show`"),
    ("upgrades", Shape::Keys, "count security packages", "`apt-get --simulate dist-upgrade`"),
    ("uptime", Shape::Keys, "since", ""),
    ("users", Shape::Things, "uid gid group groups home shell", GETENT),
];

/// What is run for a topic.
pub(super) fn programs(topic: &str) -> Option<&'static str> {
    TOPICS.iter().find(|(name, ..)| *name == topic).map(|(.., programs)| *programs).filter(|programs| !programs.is_empty())
}

/// Why a path can lead to nothing, whatever the machine.
pub(super) fn contradiction(path: &str, names: &Result<Vec<Vec<String>>, ()>) -> Option<String> {
    let Ok(names) = names else {
        return Some(format!("`{path}`: a filter sees only what it stands at: write `@`, not `$`"));
    };
    let all = || TOPICS.iter().map(|(name, ..)| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let Some(topics) = names.first() else {
        return Some(format!(
            "`{path}` reads every fact there is, of which some are unknown on every machine: begin with one of {}",
            all()
        ));
    };
    for topic in topics {
        let Some((_, shape, keys, _)) = TOPICS.iter().find(|(name, ..)| name == topic) else {
            return Some(format!("`{path}`: there is no fact `{topic}`, only {}", all()));
        };
        let second = names.get(1);
        let wrong = match shape {
            Shape::Keys => named_wrong(second, keys),
            Shape::Lists(lists) => named_wrong(second, lists).or_else(|| named_wrong(names.get(2), keys)),
            Shape::Things => named_wrong(names.get(2), keys),
            Shape::Paths if second.is_some_and(|paths| paths.iter().any(|path| !path.starts_with('/'))) => {
                return Some(format!("`{path}`: write the path from the root on, like `$.{topic}['/var']`"));
            }
            Shape::Paths => named_wrong(names.get(2), keys),
            Shape::Named if second.is_none() => {
                return Some(format!("`{path}`: write which ones, like `$.{topic}['net.core.somaxconn']`"));
            }
            Shape::Named | Shape::Free => None,
        };
        let filtered: Vec<String> = FILTERED.captures_iter(path).map(|found| found[1].to_owned()).collect();
        let wrong = wrong.or_else(|| named_wrong(Some(&filtered).filter(|_| !keys.is_empty()), keys));
        if let Some(key) = wrong {
            return Some(format!("`{path}`: `{topic}` has no `{key}`, only `{}`", keys.replace(' ', "`, `")));
        }
    }
    None
}

fn named_wrong(names: Option<&Vec<String>>, keys: &str) -> Option<String> {
    names?.iter().find(|name| !keys.split(' ').any(|key| key == *name)).cloned()
}

/// A key that a filter asks for.
static FILTERED: LazyLock<Regex> = LazyLock::new(|| regex(r#"@(?:\.|\[\s*['"])([A-Za-z0-9_-]+)"#));
