//! Upgrades that wait, as apt would make them. Nothing is changed: it only pretends, takes no lock and keeps nothing.

use std::{fs, path::Path};

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    facts::{Facts, Wanted},
    observe::printed,
};
use crate::check::Context;

const LISTS: &str = "/var/lib/apt/lists";

/// When the lists were fetched that upgrades are told by.
pub(super) async fn read(wanted: &Wanted, cx: &Context, facts: &mut Facts) -> Option<Timestamp> {
    wanted.names("upgrades")?;
    let (found, fetched) = match (pending(cx).await, fetched()) {
        (Ok(found), Some(fetched)) => (Ok(found), Some(fetched)),
        (Err(why), _) => (Err(why), None),
        (Ok(_), None) => (Err(format!("apt has no lists of packages in `{LISTS}`: run `apt-get update`")), None),
    };
    facts.put("upgrades", found);
    fetched
}

async fn pending(cx: &Context) -> Result<Value, String> {
    let argv = [
        "apt-get",
        "--simulate",
        "--option=Debug::NoLocking=true",
        // As root it would keep what it read from the lists.
        "--option=Dir::Cache::pkgcache=",
        "--option=Dir::Cache::srcpkgcache=",
        "dist-upgrade",
    ];
    let (said, _) = printed(cx, &argv, &[0]).await.map_err(|error| format!("upgrades are told here by apt alone: {error}"))?;
    let installs: Vec<&str> = said.lines().filter_map(|line| line.strip_prefix("Inst ")).collect();
    let packages: Vec<&str> = installs.iter().filter_map(|line| line.split(' ').next()).collect();
    // `Inst openssl [3.0.1] (3.0.2 Debian-Security:12/stable-security [amd64])`
    let security = installs.iter().filter(|line| line.to_ascii_lowercase().contains("security")).count();
    Ok(json!({ "count": packages.len(), "security": security, "packages": packages }))
}

/// The newest trace that an update leaves. A list itself has the time of its server.
fn fetched() -> Option<Timestamp> {
    let is_list = |entry: &fs::DirEntry| entry.file_name().to_string_lossy().contains("_Packages");
    fs::read_dir(LISTS).ok()?.flatten().find(is_list)?;
    let traces = [LISTS, "/var/lib/apt/lists/partial", "/var/lib/apt/periodic/update-success-stamp"];
    let time = |path: &&str| Timestamp::try_from(fs::metadata(Path::new(*path)).ok()?.modified().ok()?).ok();
    traces.iter().filter_map(time).max()
}
