//! Memory, load, processors, the start, the operating system: what the kernel and os-release say.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{
    facts::{Facts, Wanted, percent},
    observe::text,
};

pub(super) fn read(wanted: &Wanted, facts: &mut Facts) {
    for (topic, read) in [
        ("memory", memory as fn() -> Result<Value, String>),
        ("swap", swap),
        ("load", load),
        ("cpu", cpu),
        ("uptime", || Ok(json!({ "since": booted()?.to_string() }))),
        ("kernel", kernel),
        ("os", os),
        ("hostname", || text("/proc/sys/kernel/hostname").map(|name| name.trim().into())),
    ] {
        if wanted.names(topic).is_some() {
            facts.put(topic, read());
        }
    }
}

fn memory() -> Result<Value, String> {
    let info = meminfo()?;
    let (total, available) = (amount(&info, "MemTotal")?, amount(&info, "MemAvailable")?);
    Ok(json!({ "total_bytes": total, "available_bytes": available, "available_percent": percent(available, total) }))
}

fn swap() -> Result<Value, String> {
    let info = meminfo()?;
    let (total, free) = (amount(&info, "SwapTotal")?, amount(&info, "SwapFree")?);
    Ok(json!({ "total_bytes": total, "free_bytes": free, "used_percent": percent(total.saturating_sub(free), total) }))
}

/// proc_meminfo(5); what it calls kB is 1024 bytes.
fn meminfo() -> Result<BTreeMap<String, u64>, String> {
    let line = |line: &str| {
        let (name, amount) = line.split_once(':')?;
        let kib: u64 = amount.trim().strip_suffix(" kB")?.parse().ok()?;
        Some((name.to_owned(), kib.checked_mul(1024)?))
    };
    Ok(text("/proc/meminfo")?.lines().filter_map(line).collect())
}

fn amount(info: &BTreeMap<String, u64>, name: &str) -> Result<u64, String> {
    info.get(name).copied().ok_or_else(|| format!("`/proc/meminfo` has no `{name}`"))
}

fn load() -> Result<Value, String> {
    let said = text("/proc/loadavg")?;
    let loads: Vec<f64> = said.split_whitespace().take(3).map_while(|one| one.parse().ok()).collect();
    let [one, five, fifteen] = loads[..] else { return Err("`/proc/loadavg` does not begin with three numbers".into()) };
    let cpus = cpus()?;
    let share = |load: f64| (load / cpus as f64 * 100.0).ceil() / 100.0;
    Ok(json!({
        "one": one, "five": five, "fifteen": fifteen,
        "one_per_cpu": share(one), "five_per_cpu": share(five), "fifteen_per_cpu": share(fifteen),
    }))
}

/// Those that are on.
fn cpus() -> Result<usize, String> {
    let is_one = |line: &&str| line.strip_prefix("cpu").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    match text("/proc/stat")?.lines().filter(is_one).count() {
        0 => Err("`/proc/stat` names no processor".into()),
        count => Ok(count),
    }
}

fn cpu() -> Result<Value, String> {
    let info = text("/proc/cpuinfo")?;
    // `flags` of x86, `Features` of ARM, `isa` of RISC-V.
    let flags = info.lines().filter_map(|line| line.split_once(':')).find(|(name, _)| matches!(name.trim(), "flags" | "Features" | "isa"));
    let flags: Vec<&str> = flags.map(|(_, flags)| flags.split_whitespace().collect()).unwrap_or_default();
    Ok(json!({ "count": cpus()?, "architecture": std::env::consts::ARCH, "flags": flags }))
}

/// When the machine was started.
pub(super) fn booted() -> Result<Timestamp, String> {
    let said = text("/proc/stat")?;
    let seconds = said.lines().find_map(|line| line.strip_prefix("btime ")?.trim().parse().ok());
    seconds.and_then(|seconds| Timestamp::from_second(seconds).ok()).ok_or_else(|| "`/proc/stat` has no `btime`".into())
}

fn kernel() -> Result<Value, String> {
    let release = text("/proc/sys/kernel/osrelease")?;
    let release = release.trim();
    let numbers = &release[..release.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(release.len())];
    Ok(json!({ "release": release, "version": numbers.split('.').take(3).collect::<Vec<_>>().join(".").trim_end_matches('.') }))
}

/// os-release(5): assignments as a shell reads them, without expansion.
fn os() -> Result<Value, String> {
    let said = text("/etc/os-release").or_else(|why| text("/usr/lib/os-release").map_err(|_| why))?;
    Ok(Value::Object(assignments(&said)))
}

fn assignments(text: &str) -> Map<String, Value> {
    let line = |line: &str| {
        let (name, value) = line.trim().split_once('=').filter(|(name, _)| !name.starts_with('#'))?;
        let quoted = ['"', '\''].into_iter().find_map(|quote| value.strip_prefix(quote)?.strip_suffix(quote));
        let mut plain = String::new();
        let mut chars = quoted.unwrap_or(value).chars();
        while let Some(c) = chars.next() {
            plain.extend(if c == '\\' && !value.starts_with('\'') { chars.next() } else { Some(c) });
        }
        Some((name.to_ascii_lowercase(), plain.into()))
    };
    text.lines().filter_map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_os_is_read_as_a_shell_reads_it() {
        let said = assignments("# x=y\nID=debian\nNAME=\"A \\\"B\\\" \\$C\"\nVERSION_ID='12'\n\nnothing\n");
        assert_eq!(Value::Object(said), json!({ "id": "debian", "name": "A \"B\" $C", "version_id": "12" }));
    }
}
