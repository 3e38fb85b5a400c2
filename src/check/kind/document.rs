//! A document from a file, a command or an address holds what is demanded.

mod brought;
mod counterexamples;
mod judge;
mod link;
mod observe;
mod pages;
mod seen;
mod settings;

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use self::settings::{Fingerprint, Items, Next, Separator};
use crate::{
    check::{
        Argv, Check, Context, Touch, Unseen,
        demand::Demands,
        format::{Form, Format},
        http::{SentHeaders, site},
        place::place_of,
        program::EnvNames,
    },
    model::{Period, ProcessEnv, without_contradiction},
    net::http::Address,
};

/// A document from a file, a command or an address holds what is demanded: JSON, YAML, TOML, XML, CSV, dotenv or INI, by JSONPath.
///
/// Exactly one of `file`, `command` and `url` says where it is. Whatever the format, the demands see one JSON value:
///
/// - JSON and TOML: as they are; TOML's dates and times are texts.
/// - YAML 1.2, core schema: `yes`, `no`, `on`, `off` and dates are texts, `0644` is the number 644. Anchors, aliases and `<<` are
///   resolved. Keys are texts; a key that is a list, a map or nothing, and any tag but `!!str`, are not read;
///   nor is a text alone, which YAML makes of anything.
/// - XML: `$.ROOT` is the root element, an object: attributes as `@name`, text as `#text` without the white space at its ends, and
///   for each name of its children the list of them, also of one: `$.suites.suite[*]['@name']`. Prefixes stay as they are written. A
///   document type may stand before it (`<!DOCTYPE`), is not fetched, and must have no declarations of its own.
/// - CSV with a header: a list of rows, each an object of texts by column: `$[*].status`; numbers in it with `number: true`. One column
///   whose name looks like a sentence is not read.
/// - dotenv: an object of texts, as docker compose reads them, `$` unexpanded.
/// - INI: an object of the names before the first section, and of one object for each section; all values are texts, a pair of
///   quotes around one is taken off.
///
/// Unknown is what could not be brought, and what two readers may read differently: a key, column or section twice, rows of unequal length,
/// comments behind a value of INI, `NaN` and infinities, several documents where one is meant; what is cut off; what is no UTF-8 (XML: not
/// the encoding that it names); over 64 MiB, 128 levels (of TOML 80) or a million values. A command must end with 0, an address answer with
/// 200, redirects not followed.
///
/// Values under names that look secret are never shown. Not seen: rows that are missing at the end of a CSV file, documents at the
/// end of a stream, and that an answer is one page of many, unless `next` says how they go on.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(remote = "Self", rename_all = "kebab-case", deny_unknown_fields)]
pub struct Document {
    /// A file, relative to the plan's folder.
    pub file: Option<PathBuf>,
    /// A program and its arguments, run without a shell as of kind `command`, that prints the document. Off unless the plan's main
    /// file says `allow: [command]`.
    pub command: Option<Argv>,
    /// Variables of the process environment that `command` is given, by name: `[HOME, "AWS_PROFILE?"]`, with `?` where it need not be set.
    /// Default: none.
    pub env: Option<EnvNames>,
    /// An address, asked with GET. A login in it is sent as Basic authorization and never shown.
    pub url: Option<Address>,
    /// Headers to send. Give secrets as variables: `Authorization: Bearer ${API_TOKEN}`. The values of headers whose name looks secret
    /// are never shown.
    #[serde(default)]
    pub headers: SentHeaders,
    /// A PEM file of certificates to trust instead of the host's, relative to the plan's folder.
    pub ca_file: Option<PathBuf>,
    /// A PEM file with our own certificate, for servers that demand one. Goes with `key-file`.
    pub cert_file: Option<PathBuf>,
    /// A PEM file with the key of `cert-file`.
    pub key_file: Option<PathBuf>,
    /// How an answer leads to the next page: a JSONPath to its address, or `link` for the header `Link: …; rel="next"`. The last page
    /// has none there, or `null`. Pages are of one origin and at most 100. Goes with `items`.
    pub next: Option<Next>,
    /// The list that goes on from page to page, by JSONPath: `$` where a page is the list itself. The demands see the first page with
    /// the items of all.
    pub items: Option<Items>,
    /// The format. Default: by the extension of the file, or by the content type of the answer.
    pub format: Option<Format>,
    /// Of YAML and JSON: there may be several documents, one after the other (JSON Lines are such), and `$` is the list of them.
    /// Default: false, and several are unknown.
    #[serde(default)]
    pub documents: bool,
    /// Of CSV: the one character between two fields. Default: `,`.
    pub separator: Option<Separator>,
    /// Values in it by JSONPath (RFC 9535), as of kind `http`.
    pub expect: Option<Demands>,
    /// How long ago the file may have been written, by its date of modification; one in the future is not young.
    pub max_age: Option<Period>,
    /// The SHA-256 of its bytes, as `sha256sum` prints it.
    pub sha256: Option<Fingerprint>,
}

without_contradiction!(Document);

impl Document {
    /// Keys that cannot stand together, or are missing.
    fn contradiction(&self) -> Option<String> {
        let misplaced = place_of!(self).contradiction("document", &[("next", self.next.is_some()), ("items", self.items.is_some())]);
        let why = match () {
            () if misplaced.is_some() => return misplaced,
            _ if self.next.is_some() != self.items.is_some() => {
                "`next` and `items` go together: where the next page is, and which list goes on there"
            }
            _ if self.next.is_some() && self.sha256.is_some() => "`sha256` is of one body, and `next` makes many of it",
            _ if self.max_age.is_some() && self.file.is_none() => {
                "`max-age` is the age of a `file`; demand the age of a date in the document by `expect: { PATH: { age: … } }`"
            }
            _ if self.expect.is_none() && self.max_age.is_none() && self.sha256.is_none() => {
                "nothing is demanded: write `expect`, `max-age` or `sha256`"
            }
            _ => return self.format_contradiction(),
        };
        Some(why.into())
    }

    fn format_contradiction(&self) -> Option<String> {
        let how = [
            ("format", self.format.is_some()),
            ("next", self.next.is_some()),
            ("documents", self.documents),
            ("separator", self.separator.is_some()),
        ];
        if self.expect.is_none() {
            let needless = how.into_iter().find(|(_, given)| *given).map(|(key, _)| key);
            return needless.map(|key| format!("`{key}` is of use to `expect` only: write what must stand in it, or leave it out"));
        }
        let Some(format) = self.named_format() else {
            let whose = match (&self.url, &self.command) {
                (Some(_), _) if self.documents || self.separator.is_some() => "`documents` and `separator` are each of some formats only",
                (Some(_), _) => return None,
                (_, Some(_)) => "what a command prints has no extension",
                _ => "its name does not say the format",
            };
            return Some(format!("{whose}: write `format: json`, or yaml, toml, xml, csv, dotenv, ini"));
        };
        if self.documents && !matches!(format, Format::Json | Format::Yaml) {
            return Some(format!("`documents` is of YAML and JSON, and this is {format}"));
        }
        if self.separator.is_some() && format != Format::Csv {
            return Some(format!("`separator` is of CSV, and this is {format}"));
        }
        None
    }

    /// The format as far as the plan says it.
    fn named_format(&self) -> Option<Format> {
        self.format.or_else(|| Format::of_file(self.file.as_deref()?))
    }

    /// The whole of it, for who reads more than demands can say; a file that may be `fresh` old, where `max-age` says nothing else.
    ///
    /// # Errors
    /// When it could not be brought or not be read, comes from a server whose clock is not ours, or is a file that is older.
    pub(crate) async fn value(&self, fresh: Period, cx: &Context) -> Result<Value, Unseen> {
        let brought = observe::bring(self, cx).await?;
        if self.file.is_some() {
            let age = judge::age(self.max_age.unwrap_or(fresh), &brought.seen, cx.shared.at);
            if age.met != Some(true) {
                return Err(Unseen::Unknown(format!("the {}", age.line())));
            }
        }
        if let Some(url) = &self.url {
            site::same_clock(url, brought.date, cx)?;
        }
        brought.document.map_err(|why| Unseen::Unknown(format!("the document {why}")))
    }

    fn form(&self, format: Format) -> Form {
        Form { format, documents: self.documents, separator: self.separator.map_or(b',', |separator| separator.0) }
    }
}

impl Check for Document {
    rooms!();

    fn touches(&self, _: &ProcessEnv) -> Vec<Touch> {
        let file = self.file.iter().map(|file| Touch::new(format!("file {}", file.display()), "reads it"));
        let more = if self.next.is_some() { format!(", and up to {} pages that follow", pages::MOST - 1) } else { String::new() };
        file.chain(place_of!(self).touches(&more)).collect()
    }
}
