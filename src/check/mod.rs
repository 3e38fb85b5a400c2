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

mod any;
mod context;
pub mod database;
pub mod demand;
pub mod http;
pub mod kind;
mod kinds;
mod one_or_more;
pub mod reference;
mod table;
mod unread;
mod which;

use std::future::Future;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    model::{Expectation, ProcessEnv},
    net::{Trouble, command::CommandError, http::Address},
};

pub use any::{AnyCheck, Judged};
pub use context::{Context, Memo, Shared};
pub use kinds::{KINDS, Kind, parse};
pub use one_or_more::{Argv, OneOrMore};
pub use which::Which;

/// A kind of check. The struct's fields are the keys of the plan, its doc comments are its documentation.
pub trait Check: DeserializeOwned + JsonSchema + Send + Sync + 'static {
    /// What [`observe`](Self::observe) saw, as data: instants, never ages. It goes into the report: no secret may be in it.
    type Observation: Serialize + DeserializeOwned + Send;

    /// Everything [`observe`](Self::observe) would reach, the main target first. Sends nothing.
    fn touches(&self, env: &ProcessEnv) -> Vec<Touch>;

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

/// What a switch is unless the plan says otherwise.
pub(crate) fn yes() -> bool {
    true
}

/// One thing a check reaches.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Touch {
    /// Where, without credentials: `https://api.example.com:443`, `postgres://db:5432/app`, `file deploy/prod.env`.
    pub target: String,
    /// What is sent or read there: `GET /health`, `SELECT … FROM pg_index`, `reads`.
    pub action: String,
    /// The names of the credentials used, as the plan writes them: `${DATABASE_URL}`, `~/.pgpass`; never a value.
    pub credentials: Vec<String>,
    /// The least rights it needs there, as statements an administrator can run; `{role}` stands for the login.
    pub grants: Vec<String>,
}

impl Touch {
    /// A touch without credentials or grants.
    pub fn new(target: impl Into<String>, action: impl Into<String>) -> Self {
        Self { target: target.into(), action: action.into(), ..Self::default() }
    }

    /// One over HTTP, with the credentials that go along.
    pub(crate) fn over_http(url: &Address, headers: &http::SentHeaders, action: String) -> Self {
        let mut credentials = headers.credentials();
        credentials.extend(url.authorization().map(|_| "the login in the url".to_owned()));
        Self { credentials, ..Self::new(url.target(), action) }
    }
}

/// A check could not look. Never a pass: it becomes `unknown`, or `pending` where a person is awaited.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unseen {
    /// Could not look; trying again would not help. The text is a sentence a person can act on.
    #[error("{0}")]
    Unknown(String),
    /// The target could not be reached or did not answer in time; `retry` applies.
    #[error("{0}")]
    Unreachable(String),
    /// Waits for somebody's answer.
    #[error("waits for {0}")]
    Waiting(String),
}

impl From<Trouble> for Unseen {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Unreachable(why) => Self::Unreachable(why),
            Trouble::Unknown(why) => Self::Unknown(why),
        }
    }
}

/// A program that takes too long may have met a slow server: that is worth another try.
impl From<CommandError> for Unseen {
    fn from(error: CommandError) -> Self {
        match error {
            CommandError::TimedOut { .. } => Self::Unreachable(error.to_string()),
            _ => Self::Unknown(error.to_string()),
        }
    }
}
