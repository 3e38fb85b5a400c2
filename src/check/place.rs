//! Where a document or a report comes from: from a file, which its kind reads itself, from a command or from an address.

use std::{path::PathBuf, sync::Arc};

use super::{
    Argv, Context, Touch, Unseen,
    format::Limits,
    http::{SentHeaders, site::Site},
    program::{EnvNames, Finished, Program},
};
use crate::net::{
    http::{Address, Reply},
    tls::TlsFiles,
};

/// The keys that say where.
pub(crate) struct Place<'a> {
    pub(crate) in_file: bool,
    pub(crate) command: Option<&'a Argv>,
    pub(crate) env: Option<&'a EnvNames>,
    pub(crate) url: Option<&'a Address>,
    pub(crate) headers: &'a SentHeaders,
    /// `ca-file`, `cert-file` and `key-file`.
    pub(crate) tls: [Option<&'a PathBuf>; 3],
}

/// The place that a struct with these keys names.
macro_rules! place_of {
    ($check:expr) => {
        $crate::check::place::Place {
            in_file: $check.file.is_some(),
            command: $check.command.as_ref(),
            env: $check.env.as_ref(),
            url: $check.url.as_ref(),
            headers: &$check.headers,
            tls: [$check.ca_file.as_ref(), $check.cert_file.as_ref(), $check.key_file.as_ref()],
        }
    };
}

pub(crate) use place_of;

impl<'a> Place<'a> {
    /// Keys that cannot stand together, or are missing; `more` are others of a `url`, each with whether it is given.
    pub(crate) fn contradiction(&self, noun: &str, more: &[(&str, bool)]) -> Option<String> {
        let [ca, cert, key] = self.tls.map(|file| file.is_some());
        let of_url = [("headers", !self.headers.map().is_empty()), ("ca-file", ca), ("cert-file", cert || key)];
        let stray = of_url.iter().chain(more).find(|(_, given)| *given && self.url.is_none());
        let why = match [self.in_file, self.command.is_some(), self.url.is_some()].iter().filter(|given| **given).count() {
            0 => return Some(format!("say where the {noun} is: `file`, `command` or `url`")),
            2.. => "`file`, `command` and `url` are three places: name one, or write several checks",
            _ if self.env.is_some() && self.command.is_none() => "`env` is what a `command` is given",
            _ if stray.is_some() => return stray.map(|(key, _)| format!("`{key}` goes with `url`")),
            _ if cert != key => "`cert-file` and `key-file` go together",
            _ if cert && !self.url.is_some_and(Address::is_https) => "`cert-file` is shown over TLS only: write an `https` address",
            _ => return None,
        };
        Some(why.into())
    }

    fn program(&self, argv: &'a Argv) -> Program<'a> {
        Program { argv, env: self.env.map(|names| &**names).unwrap_or_default(), limit: Limits::default().size }
    }

    /// What the command prints, if it ends with 0.
    pub(crate) async fn printed(&self, argv: &'a Argv, cx: &Context) -> Result<Printed, Unseen> {
        self.program(argv).output(cx).await
    }

    /// The server at the address.
    pub(crate) fn site(&self, url: &'a Address, cx: &Context) -> Site<'a> {
        let [ca, cert, key] = self.tls.map(Option::<&PathBuf>::cloned);
        Site::new(url, self.headers, TlsFiles { ca, identity: cert.zip(key) }, cx)
    }

    /// What the address answers, whole and with 200.
    pub(crate) async fn answered(&self, url: &'a Address, cx: &Context) -> Result<Reply, Unseen> {
        self.site(url, cx).get(url, Limits::default().size, cx).await
    }

    /// What is reached beside a file; `more` is what else the address is asked.
    pub(crate) fn touches(&self, more: &str) -> Vec<Touch> {
        let command = self.command.iter().map(|argv| self.program(argv).touch());
        let url = self.url.iter().map(|url| {
            let mut touch = Touch::over_http(url, self.headers, format!("GET {}{more}", url.path()));
            touch.credentials.extend(self.tls[2].iter().map(|file| file.display().to_string()));
            touch
        });
        command.chain(url).collect()
    }
}

/// What a program printed, shared with the checks that ask the same.
pub(crate) struct Printed(pub(super) Arc<Finished>);

impl AsRef<[u8]> for Printed {
    fn as_ref(&self) -> &[u8] {
        &self.0.ended.stdout
    }
}
