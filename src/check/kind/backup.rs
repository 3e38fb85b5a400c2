//! Backups are recent, usable, not shrunken, and kept long enough.

mod barman;
mod counterexamples;
mod drill;
pub mod dump;
mod files;
mod gap;
mod json;
mod judge;
mod observe;
mod pgbackrest;
mod restic;
mod seen;
mod source;
mod standing;
mod tool;
mod twins;
mod wal_g;

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, de::Error};

use self::source::{Barman, Contents, Files, Pgbackrest, Reading, Restic, Source, WalG};
use crate::{
    check::{Check, OneOrMore, Touch},
    model::{Percent, Period, ProcessEnv, Size},
};

pub use self::seen::Seen;

/// Backups are recent, usable, not shrunken, and kept long enough.
///
/// Exactly one of `files`, `pgbackrest`, `barman`, `wal-g` and `restic` says where they are listed. At least one must be
/// usable, and the newest must be: a backup that failed, is truncated, holds no rows or is dated in the future is not,
/// however fresh it looks. One that is still being made counts neither way. An empty list is red.
///
/// Files are read from the newest on, to their end and with every checksum, until one is usable; what a tool lists is followed
/// to the full backup that each one builds on. Unknown is what was not read to its end in time, is sealed, is of a version
/// that is not known here or has a state that the tool's listing does not explain.
///
/// Not seen: whether a restore works (that is what `restore-drill` is for), whether the right database was dumped, the files
/// behind a tool's listing, and the WAL between two backups.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(remote = "Self", rename_all = "kebab-case", deny_unknown_fields)]
pub struct Backup {
    /// Backup files, or folders that are one backup each, as a glob or a list of them: `/var/backups/app/*.dump`. Known
    /// are `pg_dump` (plain, custom, directory, tar), `pg_dumpall`, `pg_basebackup` with its manifest, Redis RDB and
    /// append-only files, and `mysqldump`; plain, compressed with gzip, zstd, xz, bzip2 or lz4, or in a zip. The newest is read to its end, all its
    /// checksums included: give the check a `timeout` that suffices for that. A name that copying programs give to what they
    /// have not finished (`.partial`, `.part`, `.tmp`, …) is meant only by a pattern that has it.
    pub files: Option<OneOrMore<Files>>,
    /// What `pgbackrest info --output=json` lists.
    pub pgbackrest: Option<Pgbackrest>,
    /// What `barman -f json list-backups SERVER` lists.
    pub barman: Option<Barman>,
    /// What `wal-g backup-list --detail --json` lists.
    pub wal_g: Option<WalG>,
    /// What `restic snapshots --json` lists.
    pub restic: Option<Restic>,
    /// What must be in the files: `postgres`, `redis`, `mysql`, `known` (any of these), `any` (whatever proves that it is whole,
    /// like a compression, a zip, a tar, what gpg encrypted), or `opaque` (whatever it is: nothing is proven but that something was
    /// written, as with age and `openssl enc`, whose end only the key's owner can check). Goes with `files`. Default: `known`.
    pub contents: Option<Contents>,
    /// Which files are read to their end: `newest` (until one is found usable), or `all`, where the others are else only
    /// looked at. Goes with `files`. Default: `newest`.
    pub read: Option<Reading>,
    /// Tables that must have rows in the newest usable backup: `users`, `billing.invoices`. Goes with `files` of
    /// `pg_dump` and `mysqldump`.
    pub tables: Option<OneOrMore<String>>,
    /// How long ago the newest usable backup may have been finished: `26h`. Required with a source.
    #[serde(default)]
    pub max_age: Option<Period>,
    /// The same for the newest that does not build on another one. Default: not demanded.
    #[serde(default)]
    pub max_full_age: Option<Period>,
    /// How large the newest usable backup must be at least. Default: not demanded.
    #[serde(default)]
    pub min_size: Option<Size>,
    /// By how much the newest may be smaller than the median of those before it: `50%`. Default: not demanded.
    #[serde(default)]
    pub max_shrink: Option<Percent>,
    /// How many usable backups there must be. Files with the same content as a newer one (hard links; or of one size and alike
    /// at the beginning, in the middle and at the end) are none more. Default: 1.
    #[serde(default)]
    pub min_copies: Option<u64>,
    /// How far back the oldest usable backup must reach: `30d`. Default: not demanded.
    #[serde(default)]
    pub retention: Option<Period>,
    /// How long the time between two usable backups that follow each other may be: `26h`. Looked at as far back as `retention`
    /// reaches, else over all that are listed. Default: not demanded.
    #[serde(default)]
    pub max_gap: Option<Period>,
    /// A dated record of the last time a backup was restored and found good. May stand without a source.
    pub restore_drill: Option<RestoreDrill>,
}

/// A dated record of a restore: a file `{restored: 2026-11-01T10:00:00Z, result: ok}`, or a list of them.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RestoreDrill {
    /// A YAML or JSON file. Each record has `restored` (a date, or a time with its zone) and `result` (`ok` or
    /// `failed`), and may have `backup`, `environment`, `by`, `took` and `notes`. The newest record counts.
    pub file: PathBuf,
    /// How long ago the restore may have been.
    pub max_age: Period,
}

impl<'de> Deserialize<'de> for Backup {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let settings = Self::deserialize(deserializer)?;
        settings.contradiction().map_or(Ok(settings), |why| Err(D::Error::custom(why)))
    }
}

impl Backup {
    fn contradiction(&self) -> Option<&'static str> {
        let sources = [self.files.is_some(), self.pgbackrest.is_some(), self.barman.is_some(), self.wal_g.is_some(), self.restic.is_some()];
        let count = sources.iter().filter(|given| **given).count();
        let demands = self.max_age.is_some()
            || self.max_full_age.is_some()
            || self.min_size.is_some()
            || self.max_shrink.is_some()
            || self.min_copies.is_some()
            || self.retention.is_some()
            || self.max_gap.is_some();
        if count > 1 {
            return Some("give exactly one of `files`, `pgbackrest`, `barman`, `wal-g` and `restic`");
        }
        if count == 0 && (demands || self.restore_drill.is_none()) {
            return Some("nothing says where the backups are: give `files`, `pgbackrest`, `barman`, `wal-g` or `restic`");
        }
        if count == 1 && self.max_age.is_none() {
            return Some("`max-age` is missing: how old may the newest backup be?");
        }
        if self.files.is_none() && (self.contents.is_some() || self.read.is_some() || self.tables.is_some()) {
            return Some("`contents`, `read` and `tables` go with `files`");
        }
        if self.min_copies == Some(0) || self.min_size == Some(Size(0)) || self.retention == Some(Period::seconds(0)) {
            return Some("a demand of zero demands nothing");
        }
        if self.max_shrink.is_some_and(|share| share.fraction() >= 1.0) {
            return Some("`max-shrink: 100%` demands nothing");
        }
        None
    }

    fn source(&self) -> Option<Source<'_>> {
        let files = self.files.as_deref().map(Source::Files);
        let pgbackrest = self.pgbackrest.as_ref().map(Source::Pgbackrest);
        let barman = self.barman.as_ref().map(Source::Barman);
        let wal_g = self.wal_g.as_ref().map(Source::WalG);
        files.or(pgbackrest).or(barman).or(wal_g).or(self.restic.as_ref().map(Source::Restic))
    }
}

impl Check for Backup {
    rooms!();

    fn touches(&self, env: &ProcessEnv) -> Vec<Touch> {
        let drill = self.restore_drill.as_ref().map(|drill| Touch::new(format!("file {}", drill.file.display()), "reads it"));
        self.source().map(|source| source.touch(env)).into_iter().chain(drill).collect()
    }
}
