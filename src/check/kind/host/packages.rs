//! Packages that are installed, whoever manages them here.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{
    facts::{Facts, Wanted},
    observe::printed,
};
use crate::{
    check::{Context, Unseen},
    net::command::CommandError,
};

/// By name the versions, and what is wrong where one is only half installed.
type Installed = BTreeMap<String, Vec<Result<Version, String>>>;

/// What a manager's listing says.
type Reader = fn(&str) -> Installed;

/// As the system has it, and as those who made the program do.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Version(String, String);

pub(super) async fn read(wanted: &Wanted, cx: &Context, facts: &mut Facts) {
    let Some(names) = wanted.names("packages") else { return };
    // Thousands of lines: once for all checks of a run.
    let listed = cx.shared.memo.once("packages of this machine".into(), async { listed(cx).await.map_err(Unseen::Unknown) }).await;
    let installed = match listed {
        Ok(installed) => installed,
        Err(Unseen::Unknown(why) | Unseen::Unreachable(why) | Unseen::Waiting(why)) => return facts.lack(&["packages"], None, why),
    };
    let mut document = Map::new();
    for (name, versions) in installed.iter().filter(|(name, _)| names.all || names.these.contains(*name)) {
        let mut whole: Vec<&Version> = versions.iter().filter_map(|version| version.as_ref().ok()).collect();
        whole.sort();
        whole.dedup();
        if let Some(why) = versions.iter().find_map(|version| version.as_ref().err()) {
            facts.lack(&["packages", name], None, why.clone());
        }
        let mut package = json!({ "versions": whole.iter().map(|version| &version.0).collect::<Vec<_>>() });
        if let [Version(version, upstream)] = whole[..] {
            package["version"] = version.clone().into();
            package["upstream"] = upstream.clone().into();
        } else {
            for key in ["version", "upstream"] {
                let why = format!("`{name}` is installed in {} versions: demand something of `versions[*]`", whole.len());
                facts.lack(&["packages", name], Some(key), why);
            }
        }
        document.insert(name.clone(), package);
    }
    facts.put("packages", Ok(Value::Object(document)));
}

/// The first of the managers that has packages; one that is there and fails hides them.
async fn listed(cx: &Context) -> Result<Installed, String> {
    let managers: [(&[&str], Reader); 3] = [
        (&["dpkg-query", "--show", "--showformat=${Package}\t${db:Status-Status}\t${Version}\n"], dpkg),
        (&["rpm", "--query", "--all", "--queryformat=%{NAME}\t%{EPOCHNUM}\t%{VERSION}\t%{RELEASE}\n"], rpm),
        (&["apk", "info", "--verbose"], apk),
    ];
    for (argv, read) in managers {
        match printed(cx, argv, &[0]).await {
            Ok((said, _)) => {
                let installed = read(&said);
                if !installed.is_empty() {
                    return Ok(installed);
                }
            }
            Err(CommandError::Missing(_)) => {}
            Err(error) => return Err(error.to_string()),
        }
    }
    Err("no packages are listed here by `dpkg-query`, `rpm` or `apk`".into())
}

fn dpkg(said: &str) -> Installed {
    let mut all = Installed::new();
    for line in said.lines() {
        let [name, state, version] = line.split('\t').collect::<Vec<_>>()[..] else { continue };
        let found = match state {
            // The others wait for somebody else to do something, and work.
            "installed" | "triggers-awaited" | "triggers-pending" => Ok(Version(version.to_owned(), upstream(version, '-'))),
            "not-installed" | "config-files" => continue,
            other => Err(format!("dpkg has `{name}` as `{other}`: its installation did not end; run `dpkg --audit`")),
        };
        all.entry(name.to_owned()).or_default().push(found);
    }
    all
}

fn rpm(said: &str) -> Installed {
    let mut all = Installed::new();
    for line in said.lines() {
        let [name, epoch, version, release] = line.split('\t').collect::<Vec<_>>()[..] else { continue };
        let epoch = if matches!(epoch, "0" | "(none)") { String::new() } else { format!("{epoch}:") };
        let found = Version(format!("{epoch}{version}-{release}"), semantic(version));
        all.entry(name.to_owned()).or_default().push(Ok(found));
    }
    all
}

/// `name-1.2.3-r4`, and a name may have hyphens too: a version begins with a digit.
fn apk(said: &str) -> Installed {
    let mut all = Installed::new();
    for line in said.lines() {
        let Some((rest, revision)) = line.trim().rsplit_once("-r").filter(|(_, revision)| revision.parse::<u32>().is_ok()) else {
            continue;
        };
        let Some((name, version)) = rest.rsplit_once('-').filter(|(_, version)| version.starts_with(|c: char| c.is_ascii_digit())) else {
            continue;
        };
        all.entry(name.to_owned()).or_default().push(Ok(Version(format!("{version}-r{revision}"), semantic(version))));
    }
    all
}

/// deb-version(7): `[epoch:]upstream[-revision]`.
fn upstream(version: &str, revision: char) -> String {
    let version = version.split_once(':').map_or(version, |(_, rest)| rest);
    semantic(version.rsplit_once(revision).map_or(version, |(upstream, _)| upstream))
}

/// What comes before a release is marked with `~` or `_`, elsewhere with `-`.
fn semantic(version: &str) -> String {
    version.replacen(['~', '_'], "-", 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(all: &Installed) -> String {
        let one = |(name, versions): (&String, &Vec<Result<Version, String>>)| {
            let versions: Vec<String> =
                versions.iter().map(|one| one.as_ref().map_or("broken".into(), |one| format!("{} ({})", one.0, one.1))).collect();
            format!("{name} {}", versions.join(" & "))
        };
        all.iter().map(one).collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn each_manager_is_read_in_its_own_way() {
        let lines = "nginx\tinstalled\t1.22.1-9+deb12u1\ngone\tconfig-files\t1\nhalf\thalf-configured\t1\nvim\tinstalled\t2:9.0.1378-2\n\
                     libc6\ttriggers-awaited\t2.36~rc1-9\nlibc6\tinstalled\t2.36~rc1-9\n";
        assert_eq!(
            said(&dpkg(lines)),
            "half broken, libc6 2.36~rc1-9 (2.36-rc1) & 2.36~rc1-9 (2.36-rc1), nginx 1.22.1-9+deb12u1 (1.22.1), vim 2:9.0.1378-2 (9.0.1378)"
        );
        let lines = "kernel\t0\t5.14.0\t1.el9\nkernel\t0\t5.14.0\t2.el9\nvim\t2\t8.2.2637\t20.el9\nodd line\n";
        assert_eq!(said(&rpm(lines)), "kernel 5.14.0-1.el9 (5.14.0) & 5.14.0-2.el9 (5.14.0), vim 2:8.2.2637-20.el9 (8.2.2637)");
        assert_eq!(
            said(&apk("musl-1.2.4-r2\nca-certificates-bundle-20230506-r0\nlibcrypto3-3.1.4_rc1-r5\nWARNING: x\n")),
            "ca-certificates-bundle 20230506-r0 (20230506), libcrypto3 3.1.4_rc1-r5 (3.1.4-rc1), musl 1.2.4-r2 (1.2.4)"
        );
    }
}
