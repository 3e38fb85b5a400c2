//! The words that the keys take.

use std::fmt;

use schemars::JsonSchema;
use serde::Deserialize;

/// Words as Redis writes them.
macro_rules! words {
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
        #[serde(rename_all = "kebab-case")]
        #[schemars(inline)]
        pub enum $name {
            $($(#[$doc])* $variant,)*
        }

        impl $name {
            pub(super) const ALL: &[Self] = &[$(Self::$variant),*];

            pub(super) fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.word())
            }
        }
    };
}

words! {
    /// When the append-only file is flushed to disk.
    Flush {
        /// After every write.
        Always = "always",
        /// Every second.
        Everysec = "everysec",
        /// When the operating system likes, up to half a minute later.
        No = "no",
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

words! {
    /// What Redis does when memory is full (`maxmemory-policy`).
    Policy {
        /// Refuses writes.
        Noeviction = "noeviction",
        /// Evicts the key used longest ago.
        AllkeysLru = "allkeys-lru",
        /// Evicts the key used least.
        AllkeysLfu = "allkeys-lfu",
        /// Evicts any key.
        AllkeysRandom = "allkeys-random",
        /// Evicts the key changed longest ago.
        AllkeysLrm = "allkeys-lrm",
        /// Evicts the key used longest ago among those that expire.
        VolatileLru = "volatile-lru",
        /// Evicts the key used least among those that expire.
        VolatileLfu = "volatile-lfu",
        /// Evicts any key that expires.
        VolatileRandom = "volatile-random",
        /// Evicts the key that expires next.
        VolatileTtl = "volatile-ttl",
        /// Evicts the key changed longest ago among those that expire.
        VolatileLrm = "volatile-lrm",
    }
}
