//! Servers that break each demand.

use jiff::{SignedDuration, Timestamp};

use super::{
    RedisPersistence,
    seen::{LoginSeen, Seen},
    words::{Flush, Policy},
};

pub(super) fn counterexamples(check: &RedisPersistence, at: Timestamp) -> Vec<Seen> {
    let fine = fine(at);
    let with = |changes: &[(&str, &str)]| {
        let mut seen = fine.clone();
        for (name, value) in changes {
            let place = if seen.config.contains_key(*name) { &mut seen.config } else { &mut seen.info };
            place.insert((*name).to_owned(), (*value).to_owned());
        }
        seen
    };
    let mut all = vec![
        fine.clone(),
        with(&[("aof_enabled", "0"), ("save", "")]),
        with(&[("aof_last_write_status", "err")]),
        with(&[("aof_last_bgrewrite_status", "err")]),
        with(&[("rdb_last_bgsave_status", "err")]),
        with(&[("maxmemory", "0")]),
    ];
    all.extend(Flush::ALL.iter().map(|flush| with(&[("appendfsync", flush.word())])));
    all.extend(Policy::ALL.iter().map(|policy| with(&[("maxmemory_policy", policy.word())])));
    if let Some(longest) = check.max_save_age {
        let before = longest.signed().saturating_add(SignedDuration::from_hours(1));
        let then = at.saturating_sub(before).map_or(0, Timestamp::as_second).to_string();
        all.push(with(&[("rdb_last_save_time", &then), ("rdb_changes_since_last_save", "1")]));
    }
    if let Some(most) = check.max_changes {
        all.push(with(&[("rdb_changes_since_last_save", &most.saturating_add(1).to_string())]));
    }
    let login = Some(LoginSeen { user: "default".into(), refused: Some("WRONGPASS invalid username-password pair".into()) });
    all.push(Seen { login, ..Seen::default() });
    all
}

/// A server that has both kinds of persistence on, and both work.
fn fine(at: Timestamp) -> Seen {
    let saved = at.as_second().to_string();
    let texts = |pairs: &[(&str, &str)]| pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Seen {
        login: None,
        started: None,
        info: texts(&[
            ("role", "master"),
            ("aof_enabled", "1"),
            ("aof_last_write_status", "ok"),
            ("aof_last_bgrewrite_status", "ok"),
            ("aof_rewrite_in_progress", "0"),
            ("aof_rewrite_scheduled", "0"),
            ("rdb_last_bgsave_status", "ok"),
            ("rdb_last_save_time", &saved),
            ("rdb_last_bgsave_time_sec", "0"),
            ("rdb_changes_since_last_save", "0"),
            ("maxmemory", "104857600"),
            ("maxmemory_policy", "noeviction"),
        ]),
        config: texts(&[("save", "3600 1"), ("appendonly", "yes"), ("appendfsync", "everysec")]),
        config_refused: None,
        own_file: None,
    }
}
