//! What a check is: it looks at a target, then judges what it saw. The kinds stand in `kind/`.

/// What a kind's rooms do for its [`Check`]: each of `observe`, `judge` and `counterexamples` holds the function of its name.
macro_rules! rooms {
    () => {
        type Observation = seen::Seen;

        async fn observe(&self, cx: &$crate::check::Context) -> Result<seen::Seen, $crate::check::Unseen> {
            observe::observe(self, cx).await
        }

        fn judge(&self, seen: &seen::Seen, at: jiff::Timestamp) -> Vec<$crate::model::Expectation> {
            judge::judge(self, seen, at)
        }

        fn counterexamples(&self, at: jiff::Timestamp) -> Vec<seen::Seen> {
            counterexamples::counterexamples(self, at)
        }
    };
}

pub(crate) mod alerting;
mod any;
mod charset;
mod context;
pub mod database;
pub mod demand;
pub(crate) mod environment;
pub mod evidence;
pub mod file_glob;
pub(crate) mod format;
mod hidden;
pub mod host_port;
pub mod http;
mod keep;
pub mod kind;
mod kinds;
mod memo;
mod one_or_more;
mod place;
mod program;
pub(crate) mod prometheus;
pub mod reference;
pub mod sql_name;
mod table;
mod touch;
mod unread;
mod unseen;
pub(crate) mod volley;
mod which;

use std::future::Future;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Serialize, de::DeserializeOwned};

use crate::model::{Expectation, ProcessEnv};

pub use any::{AnyCheck, Judged};
pub use context::{Context, Shared};
pub use keep::Keep;
pub use kinds::{KINDS, Kind, parse};
pub use memo::Memo;
pub use one_or_more::{Argv, OneOrMore};
pub use touch::Touch;
pub use unseen::Unseen;
pub(crate) use unseen::blocking;
pub use which::Which;

/// A kind of check. The struct's fields are the keys of the plan, its doc comments are its documentation.
pub trait Check: DeserializeOwned + JsonSchema + Send + Sync + 'static {
    /// What [`observe`](Self::observe) saw, as data: instants, never ages. It goes into the report: no secret may be in it.
    type Observation: Serialize + DeserializeOwned + Send;

    /// Everything [`observe`](Self::observe) would reach, the main target first. Sends nothing.
    fn touches(&self, env: &ProcessEnv) -> Vec<Touch>;

    /// How it treats what it reaches.
    fn manner(&self) -> Manner {
        Manner::Looks
    }

    /// Looks at the target. The only place in a kind that does I/O.
    ///
    /// # Errors
    /// [`Unseen`] when there is nothing to judge; what was half seen belongs into the observation.
    fn observe(&self, cx: &Context) -> impl Future<Output = Result<Self::Observation, Unseen>> + Send;

    /// The demands on what was seen, as of an instant. Pure: the same input, the same answer.
    fn judge(&self, seen: &Self::Observation, at: Timestamp) -> Vec<Expectation>;

    /// Attempts to turn each expectation red under these very settings.
    fn counterexamples(&self, at: Timestamp) -> Vec<Self::Observation>;
}

/// How a check treats what it reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// It looks, as anybody may.
    Looks,
    /// It sends more than a look needs, so many requests as its touch says: never where nothing guards the environment.
    Sends,
    /// It sends until it is refused: besides, it runs when no other check does, the last of all that do not need it.
    Strains,
}

/// What a switch is unless the plan says otherwise.
pub(crate) fn yes() -> bool {
    true
}
