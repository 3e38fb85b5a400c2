//! The secrets of an environment are not development values.

mod address;
mod assess;
mod choice;
mod counterexamples;
mod fields;
mod flaw;
mod hiding;
mod inspect;
mod judge;
mod jwt;
mod kinship;
mod known;
mod leaf;
mod naming;
mod observe;
mod open;
mod pattern;
mod peel;
mod pem;
mod placeholder;
mod purpose;
mod seen;
mod shapes;
mod structure;
mod words;

use schemars::JsonSchema;
use serde::Deserialize;

use self::{choice::Key, pattern::Pattern};
use crate::{
    check::{Check, Touch, environment::Source},
    model::{ProcessEnv, without_contradiction},
    net::git,
};

/// The secrets of an environment are not development values.
///
/// Values are read from an env file, the process environment, a folder of mounted secrets, or the JSON that a program
/// prints, and each is looked through for what gives a development value away, in this order: it is unset, a template
/// that was never filled in, a default that is published, a credential of a test mode, a placeholder (also masked, in other
/// languages, with a typing error), a pattern, its own name or that of its user or host, too weak for its use; then whether
/// two keys share a value. A random value never fails, whatever it happens to contain.
///
/// A value is taken apart as far as it goes: fields of JSON, YAML, env files, properties, XML and connection strings whose
/// name says that they are secrets, passwords of URLs and of `Basic` headers, and what stands in base64, base32, hexadecimal, percent
/// signs or gzip, also one in another. Tokens (JWT) are judged by their expiry and by who signed them, private keys (PEM) by
/// their length.
///
/// What it cannot see: whether a value works, who else knows it, and a weak value in a field whose name says nothing. A named
/// key is undetermined where nothing in it is taken for a secret, where it holds more than 2,000 texts, and where the
/// programs that read env files disagree on a line (see `syntax`).
///
/// The report names the key and what is wrong, never a value.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, remote = "Self")]
pub struct Secrets {
    /// Where the values are.
    source: Source,
    /// The keys to judge, by name, by glob (`*_API_KEY`), or as `{ name: …, use: password|key|token, min-bytes: 32,
    /// min-score: 3, allow: [shared] }`. A named key that is missing or empty is red, and so is a glob that finds nothing that
    /// is set.
    #[serde(default)]
    keys: Vec<Key>,
    /// Judge whatever is set and looks secret: by the key's name, or by a value that is a URL with a login, a token or a
    /// private key, or has fields that are secrets.
    /// The default is `true` without `keys` and `false` with them.
    looks_secret: Option<bool>,
    /// Names and globs to leave out of globs and of what looks secret.
    #[serde(default)]
    except: Vec<Pattern>,
    /// Where another environment keeps its values, for example `{ env-file: deploy/staging.env }`: no judged key may have
    /// the same value there, or nearly the same, also as a part of it (the password of a URL, a field) or encoded, and none
    /// that differs only in the environment it names (`x-prod`, `x-staging`).
    differs_from: Option<Source>,
    /// `true`: the env file or folder is not tracked by git, neither in the index nor in any commit this clone holds. From
    /// a shallow clone the history cannot be told. With `looks-secret: false` and no `keys` this alone is demanded.
    #[serde(default)]
    untracked: bool,
}

without_contradiction!(Secrets);

impl Secrets {
    fn contradiction(&self) -> Option<&'static str> {
        if !self.judges_values() && (!self.untracked || self.differs_from.is_some()) {
            return Some("no key is judged: name `keys`, or leave out `looks-secret: false`");
        }
        let untracked = self.untracked && self.source.path().is_none();
        untracked.then_some("`untracked` goes with `env-file` and `directory` only: git tracks nothing else")
    }

    /// Without keys and `looks-secret` only `untracked` is demanded; the file need not even be here.
    fn judges_values(&self) -> bool {
        !self.keys.is_empty() || self.looks_secret != Some(false)
    }
}

impl Check for Secrets {
    rooms!();

    fn touches(&self, _: &ProcessEnv) -> Vec<Touch> {
        let Self { source, differs_from, untracked, .. } = self;
        let mut touches = vec![source.touch()];
        touches.extend(differs_from.as_ref().map(Source::touch));
        if let Some(path) = source.path().filter(|_| *untracked) {
            touches.push(Touch::new(format!("git repository of {path}"), git::asked(path)));
        }
        touches
    }
}
