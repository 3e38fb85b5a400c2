//! The facts there are, with the keys that they have: a path to another is refused, since it would lead nowhere on every machine.

use std::sync::LazyLock;

use regex::Regex;

use crate::model::regex;

/// A topic, whether things are named in it, the keys that it or those have, and the programs that are run for it.
type Topic = (&'static str, Shape, &'static [&'static str], Option<&'static str>);

/// How a topic is made.
#[derive(Clone, Copy, PartialEq)]
enum Shape {
    /// Of keys.
    Keys,
    /// Of these lists.
    Lists(&'static [&'static str]),
    /// Of things by name, or all of them.
    Things,
    /// Of things that are named by their path.
    Paths,
    /// Of what is named, without keys.
    Named,
    /// A value, or keys that differ from machine to machine.
    Free,
}

const SYSTEMCTL: &str = "`systemctl show`";
const PACKAGES: &str = "`dpkg-query --show`, `rpm --query --all` or `apk info`";

const TOPICS: [Topic; 21] = [
    ("clock", Shape::Keys, &["synchronised", "ntp", "timezone", "offset_seconds"], Some("`timedatectl show` or `chronyc tracking`")),
    ("cpu", Shape::Keys, &["count", "architecture", "flags"], None),
    (
        "disk",
        Shape::Paths,
        &[
            "mount",
            "device",
            "type",
            "size_bytes",
            "used_bytes",
            "free_bytes",
            "free_percent",
            "inodes",
            "inodes_free",
            "inodes_free_percent",
        ],
        None,
    ),
    ("groups", Shape::Things, &["gid", "members"], Some("`getent` where a directory service is set up")),
    ("hostname", Shape::Free, &[], None),
    ("interfaces", Shape::Things, &["up", "state", "mtu", "mac", "addresses"], Some("`ip address show`")),
    ("kernel", Shape::Keys, &["release", "version"], None),
    ("load", Shape::Keys, &["one", "five", "fifteen", "one_per_cpu", "five_per_cpu", "fifteen_per_cpu"], None),
    ("memory", Shape::Keys, &["total_bytes", "available_bytes", "available_percent"], None),
    ("modules", Shape::Things, &["state"], None),
    ("mounts", Shape::Paths, &["device", "type", "options"], None),
    ("os", Shape::Free, &[], None),
    ("packages", Shape::Things, &["version", "upstream", "versions"], Some(PACKAGES)),
    ("ports", Shape::Lists(&["tcp", "udp"]), &["port", "address"], None),
    ("processes", Shape::Things, &["count", "users"], None),
    ("swap", Shape::Keys, &["total_bytes", "free_bytes", "used_percent"], None),
    ("sysctl", Shape::Named, &[], None),
    (
        "units",
        Shape::Things,
        &["load", "active", "sub", "enabled", "result", "restarts", "since", "finished", "reload_needed"],
        Some(SYSTEMCTL),
    ),
    ("upgrades", Shape::Keys, &["count", "security", "packages"], Some("`apt-get --simulate dist-upgrade`")),
    ("uptime", Shape::Keys, &["since"], None),
    ("users", Shape::Things, &["uid", "gid", "group", "groups", "home", "shell"], Some("`getent` where a directory service is set up")),
];

/// What is run for a topic.
pub(super) fn programs(topic: &str) -> Option<&'static str> {
    TOPICS.iter().find(|(name, ..)| *name == topic)?.3
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
        let filtered = FILTERED.captures_iter(path).map(|found| found[1].to_owned());
        let wrong = wrong.or_else(|| filtered.into_iter().find(|key| !keys.is_empty() && !keys.contains(&key.as_str())));
        if let Some(key) = wrong {
            return Some(format!("`{path}`: `{topic}` has no `{key}`, only `{}`", keys.join("`, `")));
        }
    }
    None
}

fn named_wrong(names: Option<&Vec<String>>, keys: &[&str]) -> Option<String> {
    names?.iter().find(|name| !keys.contains(&name.as_str())).cloned()
}

/// A key that a filter asks for.
static FILTERED: LazyLock<Regex> = LazyLock::new(|| regex(r#"@(?:\.|\[\s*['"])([A-Za-z0-9_-]+)"#));
