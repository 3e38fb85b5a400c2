//! What a Redis or Valkey server says of itself is as demanded.

mod counterexamples;
mod judge;
mod nodes;
mod observe;
mod seen;

use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    check::{
        Check, Touch,
        demand::{Count, Fields},
    },
    model::{ProcessEnv, Secret, without_contradiction},
    net::{
        redis::{Command, Target, TargetError},
        tls::TlsFiles,
    },
};

/// What a Redis or Valkey server, or every node of its group, answers to one command that only reads, is as demanded.
///
/// An answer is a list of rows with fields. `INFO` and `CLUSTER INFO` are one row with each field they say, numbers as numbers;
/// `slave0:ip=…,state=online` is an object, and all of those stand once more as the list `replicas`. `CONFIG GET` is one row, in
/// which a password stands as `***`, or as nothing where none is set. `ROLE` has `role` (`master`, `slave`, `sentinel`), `offset` and
/// `replicas`, or `primary_host`, `primary_port` and `state`. `CLUSTER NODES`, `SENTINEL MASTERS`, `SENTINEL REPLICAS NAME`, `ACL LIST`
/// (`user`, `rules`, no hash) are a row each; `SENTINEL CKQUORUM NAME`, `ACL WHOAMI`, `DBSIZE`, `LLEN KEY` and the like one row with the
/// field `answer`.
///
/// Unknown is a command that the server refuses (the right it needs is named), a refused login, an answer that is not understood,
/// a field that stands twice, and with `all` a node that does not answer.
///
/// Not seen: whether a server that says so tells the truth of others, and nodes that no node names.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(remote = "Self", rename_all = "kebab-case", deny_unknown_fields)]
pub struct Redis {
    /// Where the server is, as in `redis-persistence`: `${REDIS_URL}`; a Sentinel has a URL of its own.
    pub url: Secret,
    /// The command: `INFO`, `INFO replication`, `CONFIG GET maxmemory maxmemory-policy`, `ROLE`, `CLUSTER INFO`, `CLUSTER NODES`,
    /// `CLUSTER SHARDS`, `SENTINEL MASTERS`, `SENTINEL REPLICAS app`, `SENTINEL CKQUORUM app`, `ACL LIST`, `ACL WHOAMI`, `DBSIZE`,
    /// `SLOWLOG LEN`, `EXISTS key`, `TYPE`, `TTL`, `LLEN`, `XLEN`, `SCARD`, `ZCARD`, `HLEN`, `XINFO GROUPS key`.
    pub ask: Command,
    /// What each row must hold, by the name of a field: `{master_link_status: up, maxmemory: {min: 1}}`. A key that begins with `$`
    /// is a JSONPath over the list of rows: `$[*].replicas[*].lag`.
    pub fields: Option<Fields>,
    /// How many rows: a number, or `{min: …, max: …}`.
    pub rows: Option<Count>,
    /// `true`: every node that the server and the nodes after it name is asked too, with the same login: the primary, its replicas,
    /// the nodes of its cluster, the other Sentinels; at most 100. Each row then has the field `node`. Default: this server alone.
    #[serde(default)]
    pub all: bool,
    /// A PEM file with the only authorities to trust. Default: the host's.
    pub ca_file: Option<PathBuf>,
    /// A PEM file with our own certificate, for servers that demand one. Goes with `key-file`.
    pub cert_file: Option<PathBuf>,
    /// A PEM file with the key of `cert-file`.
    pub key_file: Option<PathBuf>,
}

without_contradiction!(Redis);

impl Redis {
    fn contradiction(&self) -> Option<&'static str> {
        if self.fields.is_none() && self.rows.is_none() {
            return Some("nothing is demanded of the answer: give `fields`, `rows` or both");
        }
        if self.cert_file.is_some() != self.key_file.is_some() {
            return Some("`cert-file` and `key-file` go together");
        }
        None
    }

    fn target(&self, root: &Path) -> Result<Target, TargetError> {
        let files = TlsFiles { ca: self.ca_file.clone(), identity: self.cert_file.clone().zip(self.key_file.clone()) };
        Target::parse(self.url.expose(), files.under(root))
    }
}

impl Check for Redis {
    rooms!();

    fn touches(&self, _: &ProcessEnv) -> Vec<Touch> {
        let target = match self.target(Path::new("")) {
            Ok(target) => target.shown(),
            Err(error) => format!("Redis (`url` ({}) cannot be used: {error})", self.url.written()),
        };
        let (mut action, mut rights) = (self.ask.to_string(), self.ask.right());
        if self.all {
            action.push_str(", of it and of every node it names, found by INFO, ROLE, CLUSTER NODES and SENTINEL SENTINELS");
            rights.push_str(" +info +role +cluster|nodes +sentinel|sentinels");
        }
        vec![Touch {
            target,
            action,
            credentials: vec![self.url.written().to_owned()],
            grants: vec![format!("ACL SETUSER {{role}} {rights}")],
        }]
    }
}
