//! The words that the keys take.

use std::fmt;

use schemars::JsonSchema;
use serde::Deserialize;

/// When the append-only file is flushed to disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub enum Flush {
    /// After every write.
    Always,
    /// Every second.
    Everysec,
    /// When the operating system likes, up to half a minute later.
    No,
}

impl Flush {
    pub(super) const ALL: [Self; 3] = [Self::Always, Self::Everysec, Self::No];

    /// Redis' own word.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Always => "always",
            Self::Everysec => "everysec",
            Self::No => "no",
        }
    }
}

impl fmt::Display for Flush {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// What the data is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub enum Use {
    /// Copies of what is kept elsewhere.
    Cache,
    /// Jobs or messages that wait.
    Queue,
    /// Who is logged in.
    Session,
    /// Data that stands nowhere else.
    Store,
}

impl Use {
    /// What may happen to keys when memory is full.
    pub(super) fn policies(self) -> &'static [Policy] {
        match self {
            Self::Cache => &[Policy::AllkeysLru, Policy::AllkeysLfu, Policy::AllkeysRandom, Policy::AllkeysLrm],
            Self::Queue | Self::Session | Self::Store => &[Policy::Noeviction],
        }
    }

    /// With its article.
    pub(super) fn phrase(self) -> &'static str {
        match self {
            Self::Cache => "a cache",
            Self::Queue => "a queue",
            Self::Session => "a session store",
            Self::Store => "a store",
        }
    }
}

/// What Redis does when memory is full (`maxmemory-policy`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub enum Policy {
    /// Refuses writes.
    Noeviction,
    /// Evicts the key used longest ago.
    AllkeysLru,
    /// Evicts the key used least.
    AllkeysLfu,
    /// Evicts any key.
    AllkeysRandom,
    /// Evicts the key changed longest ago.
    AllkeysLrm,
    /// Evicts the key used longest ago among those that expire.
    VolatileLru,
    /// Evicts the key used least among those that expire.
    VolatileLfu,
    /// Evicts any key that expires.
    VolatileRandom,
    /// Evicts the key that expires next.
    VolatileTtl,
    /// Evicts the key changed longest ago among those that expire.
    VolatileLrm,
}

impl Policy {
    pub(super) const ALL: [Self; 10] = [
        Self::Noeviction,
        Self::AllkeysLru,
        Self::AllkeysLfu,
        Self::AllkeysRandom,
        Self::AllkeysLrm,
        Self::VolatileLru,
        Self::VolatileLfu,
        Self::VolatileRandom,
        Self::VolatileTtl,
        Self::VolatileLrm,
    ];

    /// Redis' own word.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Noeviction => "noeviction",
            Self::AllkeysLru => "allkeys-lru",
            Self::AllkeysLfu => "allkeys-lfu",
            Self::AllkeysRandom => "allkeys-random",
            Self::AllkeysLrm => "allkeys-lrm",
            Self::VolatileLru => "volatile-lru",
            Self::VolatileLfu => "volatile-lfu",
            Self::VolatileRandom => "volatile-random",
            Self::VolatileTtl => "volatile-ttl",
            Self::VolatileLrm => "volatile-lrm",
        }
    }
}

impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}
