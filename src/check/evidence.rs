//! Files that other tools wrote as evidence of a release: where they are, in which format, of which commit or artifact, how old.

mod binding;
mod bring;
mod format;
mod json;
mod lines;
mod seen;
mod source;
mod xml;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Touch, file_glob::Glob, place::Place};
use crate::model::Period;

pub(crate) use self::{
    bring::{Content, Facts, bring},
    format::Format,
    json::{list, number, only_lists, texts, time},
    lines::Lines,
    seen::{Claim, Evidence, Said},
    xml::{Element, Event, Events},
};

/// That a file need not say of which release it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub enum Unbound {
    /// Its age is enough.
    Accepted,
}

/// The keys that every kind of report has.
pub(crate) struct Keys<'a> {
    pub(crate) files: &'a [Glob],
    /// Where it is instead.
    pub(crate) place: Place<'a>,
    pub(crate) format: Option<Format>,
    pub(crate) max_age: Option<Period>,
    pub(crate) unbound: Option<Unbound>,
    /// Whether the record keeps the bytes.
    pub(crate) keep: bool,
}

impl Keys<'_> {
    /// Keys that cannot stand together.
    pub(crate) fn contradiction<F: Facts>(&self) -> Option<String> {
        let misplaced = self.place.contradiction("report", &[]);
        match self.format {
            _ if misplaced.is_some() => misplaced,
            Some(format) if !F::FORMATS.contains(&format) => {
                let known: Vec<String> = F::FORMATS.iter().map(|format| format!("`{}`", format.word())).collect();
                Some(format!("{format} is not {}: write one of {}, or leave `format` out", F::NOUN, known.join(", ")))
            }
            _ if self.unbound.is_some() && self.max_age.is_none() => {
                Some("`unbound: accepted` goes with `max-age`: what does not say of which release it is must at least be young".into())
            }
            _ => None,
        }
    }

    /// The files, or the other place, as what is reached.
    pub(crate) fn touches(&self) -> Vec<Touch> {
        let files = self.files.iter().map(|file| Touch::new(format!("file {file}"), "reads it"));
        files.chain(self.place.touches("")).collect()
    }
}

/// The struct of a kind of report: its own keys after those that all have.
macro_rules! report_kind {
    ($(#[$outer:meta])* pub struct $name:ident { $($(#[$inner:meta])* pub $field:ident: $type:ty,)* }) => {
        $(#[$outer])*
        #[derive(Debug, serde::Deserialize, schemars::JsonSchema)]
        #[serde(remote = "Self", rename_all = "kebab-case", deny_unknown_fields)]
        pub struct $name {
            /// The file, relative to the plan's folder; `*`, `?`, `[…]` and `**` mean every file that matches. Or a list of them. All of
            /// them count, and one that cannot be read makes the whole unknown, unless another is red. Exactly one of `file`, `command`
            /// and `url` says where the report is.
            pub file: Option<$crate::check::OneOrMore<$crate::check::file_glob::Glob>>,
            /// A program and its arguments, run without a shell as of kind `command`, that prints the report and ends with 0: up to 64
            /// MiB. Off unless the plan's main file says `allow: [command]`.
            pub command: Option<$crate::check::Argv>,
            /// Variables of the process environment that `command` is given, by name; `NAME?` need not be set. Default: none.
            pub env: Option<$crate::check::program::EnvNames>,
            /// An address that answers GET with the report, and 200: up to 64 MiB, redirects not followed. A login in it is sent as
            /// Basic authorization and never shown. Its date is that of the header `Last-Modified`.
            pub url: Option<$crate::net::http::Address>,
            /// Headers to send there. Give secrets as variables: `Authorization: Bearer ${API_TOKEN}`. The values of headers whose name
            /// looks secret are never shown.
            #[serde(default)]
            pub headers: $crate::check::http::SentHeaders,
            /// A PEM file of certificates to trust there instead of the host's, relative to the plan's folder.
            pub ca_file: Option<std::path::PathBuf>,
            /// A PEM file with our own certificate, for servers that demand one. Goes with `key-file`.
            pub cert_file: Option<std::path::PathBuf>,
            /// A PEM file with the key of `cert-file`.
            pub key_file: Option<std::path::PathBuf>,
            /// The format that it must have. Default: recognised by what stands in it.
            pub format: Option<$crate::check::evidence::Format>,
            /// How old each file may be: by the time that it names itself, else by its date of modification; one in the future is not
            /// young. A time without a zone counts as UTC, and no later than the file's date.
            pub max_age: Option<$crate::model::Period>,
            /// `accepted`: a file that says neither a commit nor an artifact's digest may count for this release. Goes with `max-age`; the
            /// report shows it. A file that names another commit or digest is red all the same. Default: such a file is unknown.
            pub unbound: Option<$crate::check::evidence::Unbound>,
            /// `true`: the bytes of each file go on record with the run, as they are, secrets in them too: up to 64 MiB a run, of all
            /// checks together. Default: their SHA-256 alone.
            #[serde(default)]
            pub keep: bool,
            $($(#[$inner])* pub $field: $type,)*
        }

        $crate::model::without_contradiction!($name);

        impl $name {
            fn keys(&self) -> $crate::check::evidence::Keys<'_> {
                let Self { format, max_age, unbound, keep, .. } = *self;
                let (files, place) = (self.file.as_deref().unwrap_or_default(), $crate::check::place::place_of!(self));
                $crate::check::evidence::Keys { files, place, format, max_age, unbound, keep }
            }
        }
    };
}

pub(crate) use report_kind;
