//! Redis or Valkey keeps its data over a restart.

mod counterexamples;
mod judge;
mod observe;
mod own_file;
mod seen;
mod words;

use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::Deserialize;

use self::words::{Flush, Policy, Use};
use crate::{
    check::{Check, OneOrMore, Touch},
    model::{Period, ProcessEnv, Secret, without_contradiction},
    net::{
        redis::{Target, TargetError},
        tls::TlsFiles,
    },
};

/// Redis or Valkey keeps its data over a restart: the append-only file (AOF) or RDB snapshots are on and work.
///
/// Without `aof`, `rdb` and the keys that imply them, at least one of the two must be on, and each that is on must
/// work; for `use: cache` nothing is demanded then. A file that was switched on works once its first rewrite has ended, a
/// replica while its link to the primary is up, a node while its cluster is. It asks `INFO`, `CONFIG GET`, `ACL WHOAMI`
/// and, of a node, `CLUSTER INFO`, nothing else. Where `CONFIG` is refused, as managed services do, what `INFO` says counts and
/// what it does not say is undetermined: whether snapshots are scheduled, and `appendfsync`. Unknown is also a field with a value that is not known here, a server that is
/// loading its data, and a Sentinel. One check looks at one server: in a cluster write one for each node.
///
/// Settings that the next start would not take from the server's own file (`CONFIG SET` without `CONFIG REWRITE`) are
/// undetermined, where the server runs on this machine and its file can be read here; an argument of the start may set them too.
///
/// Not seen: whether the files can be loaded again and lie on a disk that lasts, and, of a server elsewhere, whether the settings
/// are only those of the running one.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(remote = "Self", rename_all = "kebab-case", deny_unknown_fields)]
pub struct RedisPersistence {
    /// Where the server is: `${REDIS_URL}`, as `redis://user:password@host:6379`, `rediss://…` for TLS or
    /// `unix:///run/redis.sock`; `valkey://` and `valkeys://` mean the same. A login that is refused is red at once.
    pub url: Secret,
    /// `true`: the append-only file must be on, its last write and its last rewrite must have succeeded, and
    /// `appendfsync` be as demanded. `false`: it must be off. Default: not demanded by itself.
    pub aof: Option<bool>,
    /// `true`: snapshots must be scheduled (`save` is not empty) and the last one must have succeeded. `false`: they
    /// must be off. Default: not demanded by itself.
    pub rdb: Option<bool>,
    /// How the append-only file may be flushed to disk: `always`, `everysec`, `no`, or a list of them. Implies
    /// `aof: true`. All three demand nothing, for servers that refuse `CONFIG`. Default with `aof: true`:
    /// `[always, everysec]`.
    pub appendfsync: Option<OneOrMore<Flush>>,
    /// How long ago the last snapshot may have been taken while changes wait for the next one. A server that has taken
    /// none since it started never meets this: what it then gives as the time of its last save is its start. Implies
    /// working snapshots. Default: not demanded.
    pub max_save_age: Option<Period>,
    /// How many changes may wait for the next snapshot. Implies working snapshots. Default: not demanded.
    pub max_changes: Option<u64>,
    /// What the data is for, which decides what may happen when memory is full: a `cache` must evict any key
    /// (`allkeys-…`) and have a `maxmemory`; a `queue`, `session` or `store` must never evict (`noeviction`).
    /// Default: not demanded.
    pub r#use: Option<Use>,
    /// The eviction policies that will do, instead of those that follow from `use`.
    pub eviction: Option<OneOrMore<Policy>>,
    /// A PEM file with the only authorities to trust. Default: the host's.
    pub ca_file: Option<PathBuf>,
    /// A PEM file with our own certificate, for servers that demand one (`tls-auth-clients yes`). Goes with `key-file`.
    pub cert_file: Option<PathBuf>,
    /// A PEM file with the key of `cert-file`.
    pub key_file: Option<PathBuf>,
}

without_contradiction!(RedisPersistence);

impl RedisPersistence {
    fn contradiction(&self) -> Option<&'static str> {
        if self.aof == Some(false) && self.appendfsync.is_some() {
            return Some("`appendfsync` demands the append-only file that `aof: false` forbids");
        }
        if self.rdb == Some(false) && (self.max_save_age.is_some() || self.max_changes.is_some()) {
            return Some("`max-save-age` and `max-changes` demand the snapshots that `rdb: false` forbids");
        }
        if self.cert_file.is_some() != self.key_file.is_some() {
            return Some("`cert-file` and `key-file` go together");
        }
        None
    }

    /// Whether the append-only file must be on or off.
    fn wants_aof(&self) -> Option<bool> {
        self.aof.or(self.appendfsync.as_ref().map(|_| true))
    }

    /// Whether snapshots must be on or off.
    fn wants_rdb(&self) -> Option<bool> {
        self.rdb.or_else(|| (self.max_save_age.is_some() || self.max_changes.is_some()).then_some(true))
    }

    /// Whether one of the two will do.
    fn wants_either(&self) -> bool {
        self.wants_aof().is_none() && self.wants_rdb().is_none() && self.r#use != Some(Use::Cache)
    }

    fn target(&self, root: &Path) -> Result<Target, TargetError> {
        let files = TlsFiles { ca: self.ca_file.clone(), identity: self.cert_file.clone().zip(self.key_file.clone()) };
        Target::parse(self.url.expose(), files.under(root))
    }
}

impl Check for RedisPersistence {
    rooms!();

    fn touches(&self, _: &ProcessEnv) -> Vec<Touch> {
        let target = match self.target(Path::new("")) {
            Ok(target) => target.shown(),
            Err(error) => format!("Redis (`url` ({}) cannot be used: {error})", self.url.written()),
        };
        vec![Touch {
            target,
            action: "INFO, CONFIG GET save, appendonly and appendfsync, ACL WHOAMI, CLUSTER INFO of a node".into(),
            credentials: vec![self.url.written().to_owned()],
            grants: vec!["ACL SETUSER {role} +info +config|get +acl|whoami +cluster|info".into()],
        }]
    }
}
