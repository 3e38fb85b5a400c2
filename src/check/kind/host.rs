//! Facts of the machine it runs on are as demanded.

mod accounts;
mod clock;
mod counterexamples;
mod disk;
mod facts;
mod judge;
mod kernel;
mod network;
mod observe;
mod packages;
mod processes;
mod seen;
mod system;
mod topics;
mod units;
mod upgrades;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    check::{Check, Touch, demand::Demands},
    model::{ProcessEnv, without_contradiction},
};

/// Facts of the machine it runs on are as demanded: disks, memory, clock, units, processes, packages, accounts, ports, kernel.
///
/// They are one document, and `expect` says by JSONPath what must stand in it. Only those facts are read that a path begins with.
/// Write the check for each machine with `from:`. What is not there (no such unit, package, account, mount) leads nowhere, which is
/// red unless `exists: false` is demanded. Unknown is a fact whose source is missing here or refuses (no systemd, no right, a
/// directory service that may know more accounts), never an empty list. A key that the fact does not have is refused.
///
/// - `$.disk['/var']`: the file system that the path lies on: `mount`, `device`, `type`, `size_bytes`, `used_bytes`, `free_bytes` and
///   `free_percent` (what is free to users, as `df` counts), `inodes`, `inodes_free`, `inodes_free_percent` (unknown where there is
///   no fixed number of them). `{"$.disk['/var'].mount": /var}` is red where nothing is mounted there. `$.disk[*]` is every mount
///   point with a size.
/// - `$.mounts['/tmp']`: what is mounted exactly there: `device`, `type`, `options` (a list).
/// - `$.memory`: `total_bytes`, `available_bytes`, `available_percent`. `$.swap`: `total_bytes`, `free_bytes`, `used_percent`.
/// - `$.load`: `one`, `five`, `fifteen` (minutes), and each as `five_per_cpu`. `$.cpu`: `count`, `architecture`, `flags`
///   (a long list, as `$.upgrades.packages` may be: ask it with `$.cpu.flags[?@=='avx2']`).
/// - `$.uptime.since`: the start, for `age`. `$.hostname`. `$.os`: the keys of os-release in lower case: `id`, `version_id`.
/// - `$.kernel`: `release` (6.1.0-18-amd64), `version` (6.1.0, for `version:`). `$.sysctl['net.core.somaxconn']`: a number where it is
///   a whole one, else its text. `$.modules.br_netfilter.state`: `live`, `built-in`; one that is not loaded is not there.
/// - `$.clock`: `synchronised`, `ntp` (its service is on), `timezone` (`timedatectl`, else `chronyc`), `offset_seconds` (`chronyc`).
/// - `$.units['nginx.service']`: `name`, `load`, `active`, `sub`, `enabled` (the words of systemd), `result`, `restarts`, `since` (active),
///   `finished` (its process ended), `reload_needed`. `$.units[?@.active=='failed'].name` looks at all that are loaded.
/// - `$.processes.nginx`: `count`, `users`, by the name of the program, dead ones aside.
/// - `$.packages.nginx`: `version` (as the system has it), `upstream` (for `version:`: without epoch and revision), `versions` (where
///   several are installed), of `dpkg-query`, `rpm` or `apk`. `$.upgrades`: `count`, `security`, `packages`, of `apt-get` with the
///   lists as they were fetched last; unknown where that is more than two days ago.
/// - `$.users.deploy`: `uid`, `gid`, `group`, `groups`, `home`, `shell`. `$.groups.docker`: `gid`, `members` (whose own group it is too).
/// - `$.ports.tcp`, `$.ports.udp`: a list of what listens: `port`, `address` (`0.0.0.0` and `::` are all), as in
///   `$.ports.tcp[?@.port==5432].address`. `$.interfaces.eth0`: `up`, `state`, `mtu`, `mac`, `addresses` (`10.0.0.5/24`, of `ip`).
///
/// Other tools have these under other names: goss' `package`, `service`, `process`, `user`, `group`, `port`, `mount`,
/// `kernel-param`, `interface`; a preflight's `cpu`, `memory`, `diskUsage`, `time`, `hostOS`, `kernelModules`. Files are kind `file`.
///
/// What a program prints is read up to 64 MiB, and a program that does not end within the check's `timeout` is ended.
///
/// Not seen: the limits of a container (it shows the memory and the load of its host), processes and ports of other namespaces,
/// which program listens on a port, units of users, and whether a setting outlives a restart.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(remote = "Self", rename_all = "kebab-case", deny_unknown_fields)]
pub struct Host {
    /// What must stand in the document: `{"$.memory.available_bytes": {min: 2000000000}, "$.clock.synchronised": true}`.
    pub expect: Demands,
}

without_contradiction!(Host);

impl Host {
    fn contradiction(&self) -> Option<String> {
        self.expect.starts().find_map(|(path, names)| topics::contradiction(path, &names))
    }
}

impl Check for Host {
    rooms!();

    fn touches(&self, _: &ProcessEnv) -> Vec<Touch> {
        let wanted = facts::Wanted::of(self);
        let read = wanted.topics().map(|topic| format!("`{topic}`")).collect::<Vec<_>>().join(", ");
        let programs = wanted.topics().filter_map(topics::programs).collect::<Vec<_>>().join("; ");
        let runs = if programs.is_empty() { String::new() } else { format!("; runs {programs}") };
        vec![Touch::new("this machine", format!("reads {read}{runs}"))]
    }
}
