//! The demands on what a server said.

use jiff::Timestamp;

use super::{
    RedisPersistence,
    seen::{Known, LastSave, Seen},
    words::{Flush, Policy, Use},
};
use crate::model::{CLOCK_TOLERANCE, Expectation, Period};

pub(super) fn judge(check: &RedisPersistence, seen: &Seen, at: Timestamp) -> Vec<Expectation> {
    let mut all = Vec::new();
    all.extend(login(seen));
    if check.wants_either() {
        all.push(either(seen));
    }
    append_only_file(check, seen, &mut all);
    snapshots(check, seen, at, &mut all);
    all.extend(after_restart(check, seen));
    all.extend(eviction(check, seen));
    if check.r#use == Some(Use::Cache) {
        all.push(memory_limit(seen));
    }
    all.extend(primary(seen));
    all.extend(cluster(seen));
    all
}

fn login(seen: &Seen) -> Option<Expectation> {
    let login = seen.login.as_ref()?;
    let expectation = Expectation::new("login", format!("login as `{}`", login.user)).wanted("accepted");
    Some(match &login.refused {
        None => expectation.got("accepted").met(true),
        Some(words) => expectation.got(format!("refused: {words}")).met(false),
    })
}

/// What a replica keeps is worth as much as its link to the primary.
fn primary(seen: &Seen) -> Option<Expectation> {
    let expectation = Expectation::new("primary", "link of this replica to its primary").wanted("up");
    Some(match (seen.field("role"), seen.field("master_link_status")) {
        (Ok("master"), _) => return None,
        // The login was refused, which is told.
        (Err(_), _) if seen.info.is_empty() => return None,
        (Ok("slave" | "replica"), Ok(word)) => expectation.got(word).met(word == "up"),
        (Ok("slave" | "replica"), Err(why)) | (Err(why), _) => expectation.got("not known").undetermined(why),
        (Ok(role), _) => expectation.got("not known").undetermined(format!("its role is `{role}`, which is not known")),
    })
}

/// A node whose cluster is down takes no writes that could be kept.
fn cluster(seen: &Seen) -> Option<Expectation> {
    if seen.field("cluster_enabled") != Ok("1") && seen.field("redis_mode") != Ok("cluster") {
        return None;
    }
    let expectation = Expectation::new("cluster", "state of the cluster").wanted("ok");
    Some(match seen.field("cluster_state") {
        Ok(word) => expectation.got(word).met(word == "ok"),
        Err(_) => expectation.got("not known").undetermined("the node does not say in CLUSTER INFO: grant +cluster|info"),
    })
}

fn either(seen: &Seen) -> Expectation {
    let expectation = Expectation::new("persistence", "persistence").wanted("the append-only file or snapshots on");
    match (seen.aof_on(), seen.schedule().map(|schedule| !schedule.is_empty())) {
        (Ok(true), Ok(true)) => expectation.got("both the append-only file and snapshots are on").met(true),
        (Ok(true), _) => expectation.got("the append-only file is on").met(true),
        (_, Ok(true)) => expectation.got("snapshots are on").met(true),
        (Ok(false), Ok(false)) => expectation.got("neither is on: a restart loses everything").met(false),
        (Ok(false), Err(why)) => {
            let way_out = "the append-only file is off, and whether snapshots are scheduled is not known";
            expectation.got("not known").undetermined(format!("{way_out}: {why}; allow it, or demand `max-save-age`, which INFO can prove"))
        }
        (Err(why), _) => expectation.got("not known").undetermined(why),
    }
}

/// Whether the next start takes what is good here from the server's own file, where both are known.
fn after_restart(check: &RedisPersistence, seen: &Seen) -> Option<Expectation> {
    let file = seen.own_file.as_ref()?;
    let (either, aof) = (check.wants_either(), check.wants_aof() == Some(true));
    let appendonly = seen.aof_on().ok().filter(|on| *on && (either || aof)).map(|_| "yes");
    let appendfsync = seen.setting("appendfsync").ok().filter(|_| appendonly.is_some() && flushes(check).is_some());
    let save = seen.schedule().ok().filter(|schedule| !schedule.is_empty() && (either || check.wants_rdb() == Some(true)));
    let known = [("appendonly", appendonly), ("appendfsync", appendfsync), ("save", save)];
    let known: Vec<_> = known.into_iter().filter_map(|(name, now)| Some((name, now?, file.settings.get(name)?))).collect();
    let expectation = Expectation::new("after-restart", "settings of the next start").wanted("those of the running server");
    (!known.is_empty()).then(|| match known.iter().find(|(_, now, then)| now != then) {
        None => expectation.got(format!("the same in {}", file.path)).met(true),
        Some((name, now, then)) => expectation.got("not known").undetermined(format!(
            "`{name}` is `{now}` now, but {then} in {}, which the next start reads: run `CONFIG REWRITE`, unless the start command sets it",
            file.path,
            then = if then.is_empty() { "nothing".into() } else { format!("`{then}`") },
        )),
    })
}

fn append_only_file(check: &RedisPersistence, seen: &Seen, all: &mut Vec<Expectation>) {
    let on = seen.aof_on();
    if let Some(wanted) = check.wants_aof() {
        let expectation = Expectation::new("aof", "append-only file").wanted(on_or_off(wanted));
        all.push(match &on {
            Ok(on) => expectation.got(on_or_off(*on)).met(*on == wanted),
            Err(why) => expectation.got("not known").undetermined(why),
        });
    }
    let wanted = check.wants_aof() == Some(true);
    // Its statuses read `ok` while it is off: they mean something only once it is on.
    if wanted || (check.wants_either() && on == Ok(true)) {
        for (name, what, field) in [
            ("aof-writes", "last write to the append-only file", "aof_last_write_status"),
            ("aof-rewrites", "last rewrite of the append-only file", "aof_last_bgrewrite_status"),
        ] {
            let known = if on == Ok(false) { Err("the append-only file is off".into()) } else { seen.status(field) };
            let known = if name == "aof-rewrites" && known == Ok(true) { seen.aof_base().map(|()| true) } else { known };
            all.push(succeeded(Expectation::new(name, what), field, known));
        }
    }
    if let (true, Some(allowed)) = (wanted, flushes(check)) {
        let expectation = Expectation::new("appendfsync", "`appendfsync`").wanted(joined(&allowed, Flush::word));
        all.push(match seen.setting("appendfsync") {
            Ok(word) => expectation.got(word).met(allowed.iter().any(|flush| flush.word() == word)),
            Err(why) => expectation.got("not known").undetermined(why),
        });
    }
}

/// The words allowed, unless all are.
fn flushes(check: &RedisPersistence) -> Option<Vec<Flush>> {
    let allowed = check.appendfsync.as_deref().unwrap_or(&[Flush::Everysec, Flush::Always]).to_vec();
    Flush::ALL.iter().any(|flush| !allowed.contains(flush)).then_some(allowed)
}

fn snapshots(check: &RedisPersistence, seen: &Seen, at: Timestamp, all: &mut Vec<Expectation>) {
    let wanted = check.wants_rdb();
    let schedule = seen.schedule();
    // Where CONFIG is refused an age alone proves that snapshots are taken: the schedule is then only demanded by name.
    if let Some(wanted) = wanted.filter(|_| check.rdb.is_some() || schedule.is_ok()) {
        let expectation = Expectation::new("rdb", "snapshots (`save`)").wanted(if wanted { "scheduled" } else { "off" });
        all.push(match &schedule {
            Ok("") => expectation.got("off").met(!wanted),
            Ok(schedule) => expectation.got(format!("scheduled: {schedule}")).met(wanted),
            Err(why) => expectation.got("not known").undetermined(why),
        });
    }
    if wanted == Some(true) || (check.wants_either() && schedule.is_ok_and(|schedule| !schedule.is_empty())) {
        all.push(last_save(seen));
    }
    if let Some(longest) = check.max_save_age {
        all.push(save_age(seen, longest, at));
    }
    if let Some(most) = check.max_changes {
        let expectation = Expectation::new("unsaved-changes", "changes since the last snapshot").wanted(format!("at most {most}"));
        all.push(match seen.count("rdb_changes_since_last_save") {
            Ok(count) => expectation.got(count.to_string()).bound("<=", most, Some(count.into()), "count").met(count <= most),
            Err(why) => expectation.got("not known").bound("<=", most, None, "count").undetermined(why),
        });
    }
}

/// `rdb_last_bgsave_status` reads `ok` before the first save: it proves something only after one.
fn last_save(seen: &Seen) -> Expectation {
    let field = "rdb_last_bgsave_status";
    let expectation = Expectation::new("rdb-saves", "last snapshot").wanted("succeeded");
    match (seen.status(field), seen.last_save(), seen.count("rdb_changes_since_last_save")) {
        (Ok(true), Ok(LastSave::NoneSince(start)), Ok(0)) => {
            expectation.got(format!("none since the start at {start}, and nothing has changed since then")).met(true)
        }
        (Ok(true), Ok(LastSave::NoneSince(start)), _) => expectation.got("not known").undetermined(never(start)),
        (Ok(true), Ok(LastSave::At(time)), _) => expectation.got(format!("succeeded at {time}")).met(true),
        (Ok(true), Err(why), _) => expectation.got("not known").undetermined(why),
        (known, ..) => succeeded(expectation, field, known),
    }
}

fn save_age(seen: &Seen, longest: Period, at: Timestamp) -> Expectation {
    let limit = i64::try_from(longest.get().as_secs()).unwrap_or(i64::MAX);
    let expectation = Expectation::new("save-age", "age of the last snapshot");
    let expectation = expectation.wanted(format!("at most {longest} while changes wait")).bound("<=", limit, None, "s");
    let changes = seen.count("rdb_changes_since_last_save");
    let time = match seen.last_save() {
        Ok(LastSave::At(time)) => time,
        Ok(LastSave::NoneSince(start)) if changes.is_ok_and(|changes| changes > 0) && Period::between(start, at) > longest => {
            let age = Period::between(start, at);
            return expectation.got(format!("none for the {age} since the server started at {start}")).met(false);
        }
        Ok(LastSave::NoneSince(start)) => return expectation.got("not known").undetermined(never(start)),
        Err(why) => return expectation.got("not known").undetermined(why),
    };
    if time.duration_since(at) > CLOCK_TOLERANCE.signed() {
        return expectation.got(format!("taken in the future, at {time}: the clocks differ")).met(false);
    }
    let age = Period::between(time, at);
    let seconds = i64::try_from(age.get().as_secs()).unwrap_or(i64::MAX);
    let expectation = expectation.bound("<=", limit, Some(seconds.into()), "s");
    let said = format!("{age} (taken at {time})");
    match changes {
        _ if age <= longest => expectation.got(said).met(true),
        Ok(0) => expectation.got(format!("{said}, and nothing has changed since")).met(true),
        Ok(count) => expectation.got(format!("{said}, with {count} changes waiting")).met(false),
        Err(_) => expectation.got(said).met(false),
    }
}

fn never(start: Timestamp) -> String {
    format!("none was taken since the server started at {start}: run BGSAVE, or wait for the first")
}

fn eviction(check: &RedisPersistence, seen: &Seen) -> Option<Expectation> {
    let allowed = check.eviction.as_deref().or_else(|| check.r#use.map(Use::policies))?;
    let purpose = check.r#use.map(|purpose| format!(", for {}", purpose.phrase())).unwrap_or_default();
    let expectation = Expectation::new("eviction", "eviction policy").wanted(format!("{}{purpose}", joined(allowed, Policy::word)));
    Some(match seen.field("maxmemory_policy") {
        Ok(word) => expectation.got(word).met(allowed.iter().any(|policy| policy.word() == word)),
        Err(why) => expectation.got("not known").undetermined(why),
    })
}

fn memory_limit(seen: &Seen) -> Expectation {
    let expectation = Expectation::new("memory-limit", "`maxmemory`").wanted("a limit, for a cache");
    match seen.count("maxmemory") {
        Ok(0) => expectation.got("none: nothing is ever evicted").bound(">", 0, Some(0.into()), "bytes").met(false),
        Ok(bytes) => expectation.got(format!("{bytes} bytes")).bound(">", 0, Some(bytes.into()), "bytes").met(true),
        Err(why) => expectation.got("not known").bound(">", 0, None, "bytes").undetermined(why),
    }
}

fn succeeded(expectation: Expectation, field: &str, known: Known<bool>) -> Expectation {
    let expectation = expectation.wanted("succeeded");
    match known {
        Ok(true) => expectation.got("succeeded").met(true),
        Ok(false) => expectation.got(format!("failed (`{field}:err`; the server's log says why)")).met(false),
        Err(why) => expectation.got("not known").undetermined(why),
    }
}

fn on_or_off(on: bool) -> &'static str {
    if on { "on" } else { "off" }
}

fn joined<T: Copy>(words: &[T], word: impl Fn(T) -> &'static str) -> String {
    words.iter().map(|item| word(*item)).collect::<Vec<_>>().join(" or ")
}
