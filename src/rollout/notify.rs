//! Who hears of what happens in a rollout.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    check::Argv,
    model::{Secret, without_contradiction, words},
    net::http::Address,
};

/// What is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Occasion {
    /// A stage was begun.
    Begun,
    /// A warning fired.
    Warning,
    /// A stage is held, or stands still.
    Held,
    /// A stage has earned the next one.
    Earned,
    /// People decided.
    Decided,
    /// The release is rolled back, however that went.
    RolledBack,
    /// The last stage was decided.
    Finished,
}

words!(Occasion { Begun = "begun", Warning = "warning", Held = "held", Earned = "earned", Decided = "decided", RolledBack = "rolled-back", Finished = "finished" });

/// A program that gets JSON on its standard input, or a webhook. One that fails is shown and changes nothing.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(remote = "Self", rename_all = "kebab-case", deny_unknown_fields)]
pub struct Notify {
    /// The program with its arguments.
    pub command: Option<Argv>,
    /// The address that gets a POST; it is kept secret. Redirects are not followed.
    pub webhook: Option<Secret>,
    /// The key of the signature in the header `Webhook-Signature`, over id, time and body (standardwebhooks.com).
    pub key: Option<Secret>,
    /// What is told.
    pub on: Vec<Occasion>,
}

without_contradiction!(Notify);

impl Notify {
    fn contradiction(&self) -> Option<String> {
        if self.command.is_some() == self.webhook.is_some() {
            return Some("either a `command` or a `webhook` hears of it".into());
        }
        if self.webhook.is_some() != self.key.is_some() {
            return Some("`webhook` and `key` go together: who hears must be able to tell who speaks".into());
        }
        if self.on.is_empty() {
            return Some("`on` is empty, so nothing is told".into());
        }
        self.address().err()
    }

    /// Where the webhook is.
    ///
    /// # Errors
    /// When it is no address; the message does not show it.
    pub fn address(&self) -> Result<Option<Address>, String> {
        let read = self.webhook.as_ref().map(|url| url.expose().parse::<Address>());
        read.transpose().map_err(|_| "the `webhook` is no address of HTTP".into())
    }
}
