//! What a server said about itself, and what that means, field by field: a missing field is never a zero.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::own_file::OwnFile;

/// What a server said about itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Seen {
    /// The login, where the URL has a password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login: Option<LoginSeen>,
    /// When the server started, by its own clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started: Option<Timestamp>,
    /// The fields of `INFO` that matter, as served.
    #[serde(default)]
    pub info: BTreeMap<String, String>,
    /// The settings that `CONFIG GET` gave, as served.
    #[serde(default)]
    pub config: BTreeMap<String, String>,
    /// The server's words when it refuses `CONFIG GET`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config_refused: Option<String>,
    /// The file it starts with, where that lies here and can be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own_file: Option<OwnFile>,
}

/// What came of the login.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct LoginSeen {
    /// Who logs in.
    pub user: String,
    /// The server's words when it refuses; nothing was asked then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
}

/// When the last snapshot was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LastSave {
    At(Timestamp),
    /// Not since the server started, which was then.
    NoneSince(Timestamp),
}

/// A fact, or why it is not known.
pub(super) type Known<T> = Result<T, String>;

impl Seen {
    /// Whether the append-only file is on.
    pub(super) fn aof_on(&self) -> Known<bool> {
        self.flag("aof_enabled").or_else(|why| match self.setting("appendonly") {
            Ok("yes") => Ok(true),
            Ok("no") => Ok(false),
            _ => Err(why),
        })
    }

    /// The schedule of snapshots, empty when there is none.
    pub(super) fn schedule(&self) -> Known<&str> {
        self.setting("save").map(str::trim)
    }

    /// When the last snapshot was taken. `rdb_last_save_time` is the server's start where none was, and failed
    /// attempts leave it as it is, but set `rdb_last_bgsave_time_sec`, which is -1 before the first attempt.
    pub(super) fn last_save(&self) -> Known<LastSave> {
        let time = self.field("rdb_last_save_time")?;
        let wrong = || says("rdb_last_save_time", time, "a time in seconds");
        let time = time.parse().ok().and_then(|seconds| Timestamp::from_second(seconds).ok()).ok_or_else(wrong)?;
        // `SAVE` in the foreground is no background save, but moves the time away from the start.
        let moved = self.started.map(|started| time.duration_since(started).as_secs() > 2);
        if moved == Some(true) {
            return Ok(LastSave::At(time));
        }
        let last = self.field("rdb_last_bgsave_time_sec")?;
        let attempted = last.parse::<i64>().map_err(|_| says("rdb_last_bgsave_time_sec", last, "a number"))? >= 0;
        match (attempted, moved) {
            (false, _) => Ok(LastSave::NoneSince(time)),
            (true, _) if self.status("rdb_last_bgsave_status")? => Ok(LastSave::At(time)),
            (true, Some(_)) => Ok(LastSave::NoneSince(time)),
            (true, None) => Err("the last save failed, and when one last succeeded INFO does not say".into()),
        }
    }

    /// Whether the append-only file has what was there when it was switched on: the first rewrite writes that, and until it
    /// has ended nothing would be found after a restart.
    pub(super) fn aof_base(&self) -> Known<()> {
        let first = self.flag("aof_rewrite_in_progress")? || self.flag("aof_rewrite_scheduled")?;
        if first && !self.count("aof_base_size").is_ok_and(|size| size > 0) {
            return Err("its first rewrite has not ended: what was there before it was switched on is in no file yet".into());
        }
        Ok(())
    }

    /// `ok` or `err`.
    pub(super) fn status(&self, name: &str) -> Known<bool> {
        match self.field(name)? {
            "ok" => Ok(true),
            "err" => Ok(false),
            other => Err(says(name, other, "`ok` or `err`")),
        }
    }

    /// A number that is not negative.
    pub(super) fn count(&self, name: &str) -> Known<u64> {
        let text = self.field(name)?;
        text.parse().map_err(|_| says(name, text, "a number"))
    }

    pub(super) fn field(&self, name: &str) -> Known<&str> {
        match (self.info.get(name), &self.login) {
            (Some(text), _) => Ok(text),
            (None, Some(LoginSeen { refused: Some(_), .. })) => Err("nothing was asked: the login was refused".into()),
            (None, _) => Err(format!("INFO does not say: it has no `{name}`")),
        }
    }

    pub(super) fn setting(&self, name: &str) -> Known<&str> {
        match (self.config.get(name), &self.config_refused, &self.login) {
            (Some(text), ..) => Ok(text),
            (None, _, Some(LoginSeen { refused: Some(_), .. })) => Err("nothing was asked: the login was refused".into()),
            (None, Some(words), _) => Err(format!("the server refuses CONFIG GET ({words})")),
            (None, None, _) => Err(format!("CONFIG GET knows no `{name}`")),
        }
    }

    fn flag(&self, name: &str) -> Known<bool> {
        match self.field(name)? {
            "0" => Ok(false),
            "1" => Ok(true),
            other => Err(says(name, other, "0 or 1")),
        }
    }
}

fn says(name: &str, text: &str, wanted: &str) -> String {
    format!("INFO says `{name}:{text}`, which is not {wanted}")
}
