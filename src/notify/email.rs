//! Telling by e-mail: the server, and who gets it.

use std::{fmt, path::PathBuf};

use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    check::OneOrMore,
    model::{Secret, from_text, without_contradiction},
    net::smtp::{Mailbox, Server},
};

/// Messages by SMTP, to each address one of its own.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(remote = "Self", rename_all = "kebab-case", deny_unknown_fields)]
pub struct Email {
    /// The mail server: `smtps://mail.example.com` speaks TLS at once (port 465), `smtp://mail.example.com` must turn to it by
    /// STARTTLS (port 587). Nothing is said in clear text.
    pub server: Server,
    /// The account to log in with, where the server wants one.
    pub user: Option<String>,
    /// Its password.
    pub password: Option<Secret>,
    /// Whose address the messages come from.
    pub from: Mailbox,
    /// Who gets them: addresses, and `person` for whoever it concerns, who has signed or is asked. Their address is their id, or the
    /// first of their `emails`.
    pub to: OneOrMore<Recipient>,
    /// A PEM file of certificates to trust instead of the host's, relative to the plan's folder.
    pub ca_file: Option<PathBuf>,
}

/// Who gets a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recipient {
    /// Whoever it concerns.
    Person,
    /// Always this one.
    Address(Mailbox),
}

from_text!(Recipient, { "type": "string", "minLength": 1, "description": "an address, or `person`" }, |text| match text.as_str() {
    "person" => Ok(Recipient::Person),
    address => address.parse().map(Recipient::Address),
});

impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Person => f.write_str("person"),
            Self::Address(address) => address.fmt(f),
        }
    }
}

without_contradiction!(Email);

impl Email {
    fn contradiction(&self) -> Option<String> {
        (self.user.is_some() != self.password.is_some()).then(|| "`user` and `password` go together".into())
    }
}
