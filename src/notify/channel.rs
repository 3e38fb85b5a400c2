//! One who hears: which way, and of what.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Email, Occasion, Recipient};
use crate::{
    check::{Argv, OneOrMore, Touch},
    model::{Secret, without_contradiction},
    net::http::Address,
};

/// Who hears of it, in one of these ways. One that cannot be told is shown and changes nothing.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(remote = "Self", rename_all = "kebab-case", deny_unknown_fields)]
pub struct Notify {
    /// A program with its arguments, which gets JSON on its standard input.
    pub command: Option<Argv>,
    /// The address that gets a POST of JSON; it is kept secret. Redirects are not followed.
    pub webhook: Option<Secret>,
    /// The key of the webhook's signature in the header `Webhook-Signature`, over id, time and body (standardwebhooks.com).
    pub key: Option<Secret>,
    /// The address of an incoming webhook of Slack; it is kept secret.
    pub slack: Option<Secret>,
    /// The address of a workflow of Teams that posts an Adaptive Card when a webhook request is received; it is kept secret.
    pub teams: Option<Secret>,
    /// By e-mail.
    pub email: Option<Box<Email>>,
    /// What is told.
    pub on: OneOrMore<Occasion>,
}

without_contradiction!(Notify);

/// The way to whoever hears.
#[derive(Debug)]
pub enum Way<'a> {
    /// A program.
    Command(&'a Argv),
    /// An address, with the key of the signature.
    Webhook(Address, &'a Secret),
    /// Slack's incoming webhook.
    Slack(Address),
    /// A workflow of Teams.
    Teams(Address),
    /// A mail server.
    Email(&'a Email),
}

impl Notify {
    fn contradiction(&self) -> Option<String> {
        let ways = [self.command.is_some(), self.webhook.is_some(), self.slack.is_some(), self.teams.is_some(), self.email.is_some()];
        if ways.into_iter().filter(|given| *given).count() != 1 {
            return Some("one of these hears of it: a `command`, a `webhook`, `slack`, `teams` or `email`".into());
        }
        if self.webhook.is_some() != self.key.is_some() {
            return Some("`webhook` and `key` go together: who hears must be able to tell who speaks".into());
        }
        let concerns = self.on.iter().any(|occasion| [Occasion::Signed, Occasion::WaitsForYou].contains(occasion));
        if !concerns && self.email.iter().any(|email| email.to.iter().all(|to| *to == Recipient::Person)) {
            return Some("only `signed` and `waits-for-you` concern a `person`: name an address in `to`, or one of these in `on`".into());
        }
        self.way().err()
    }

    /// Which way it is.
    ///
    /// # Errors
    /// When that is no address of HTTP; the message does not show it.
    pub fn way(&self) -> Result<Way<'_>, String> {
        let read = |name: &str, url: &Secret| url.expose().parse::<Address>().map_err(|_| format!("the `{name}` is no address of HTTP"));
        match self {
            Self { command: Some(argv), .. } => Ok(Way::Command(argv)),
            Self { webhook: Some(url), key: Some(key), .. } => Ok(Way::Webhook(read("webhook", url)?, key)),
            Self { slack: Some(url), .. } => Ok(Way::Slack(read("slack", url)?)),
            Self { teams: Some(url), .. } => Ok(Way::Teams(read("teams", url)?)),
            Self { email: Some(email), .. } => Ok(Way::Email(email)),
            _ => Err("there is nobody to tell".into()),
        }
    }

    /// What telling touches.
    pub fn touch(&self) -> Touch {
        let (target, how) = match self.way() {
            Ok(Way::Command(argv)) => ("this machine".into(), format!("runs `{}`", argv.join(" "))),
            Ok(Way::Webhook(address, _)) => (address.target(), "POST".into()),
            Ok(Way::Slack(address)) => (address.target(), "tells Slack".into()),
            Ok(Way::Teams(address)) => (address.target(), "tells Teams".into()),
            Ok(Way::Email(email)) => (email.server.to_string(), "e-mail".into()),
            Err(why) => ("nobody".into(), why),
        };
        let on = self.on.iter().map(|occasion| occasion.word()).collect::<Vec<_>>().join(", ");
        let password = self.email.as_ref().and_then(|email| email.password.as_ref());
        let secrets = [self.webhook.as_ref(), self.key.as_ref(), self.slack.as_ref(), self.teams.as_ref(), password];
        let credentials = secrets.into_iter().flatten().map(|secret| secret.written().to_owned()).collect();
        Touch { target, action: format!("{how} on {on}"), credentials, grants: Vec::new() }
    }
}
