//! The options of a line, between the principals and the key: `cert-authority,namespaces="…",valid-after="…",valid-before="…"`.

use jiff::{Timestamp, tz::TimeZone};

use super::{pattern::takes_in, time::moment};
use crate::model::{excerpt, plain};

/// When and for what a key may sign.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Options {
    /// Whether the key signs certificates, and nothing else.
    pub(super) authority: bool,
    /// The namespaces, as a list of patterns; `None`: any.
    pub(super) namespaces: Option<String>,
    /// Since when, inclusive.
    pub(super) after: Option<Timestamp>,
    /// Until when, inclusive.
    pub(super) before: Option<Timestamp>,
    /// Whether one of the times depends on the machine's time zone.
    pub(super) is_local: bool,
}

impl Options {
    /// Names are compared without regard to case, values stand in double quotes; `\"` in one is a quote.
    pub(super) fn read(text: &str, zone: &TimeZone) -> Result<Self, String> {
        let mut options = Self::default();
        let mut rest = text;
        while !rest.is_empty() {
            let end = rest.find(['=', ',']).unwrap_or(rest.len());
            let (name, after) = (rest[..end].to_ascii_lowercase(), &rest[end..]);
            let after = match after.strip_prefix('=') {
                Some(value) => {
                    let (value, after) =
                        unquoted(value).ok_or_else(|| format!("the value of `{}` must stand in double quotes", shown(&name)))?;
                    options.set(&name, value, zone)?;
                    after
                }
                None if name == "cert-authority" => {
                    options.authority = true;
                    after
                }
                None => return Err(unknown(&name)),
            };
            rest = match after.strip_prefix(',') {
                Some("") => return Err("its options end with a comma".into()),
                Some(next) => next,
                None if after.is_empty() => "",
                None => return Err(format!("`{}` follows a value, wanted a comma or a blank", shown(after))),
            };
        }
        match (options.after, options.before) {
            (Some(after), Some(before)) if before <= after => {
                Err(format!("the key is never valid: `valid-before` ({before}) is not after `valid-after` ({after})"))
            }
            _ => Ok(options),
        }
    }

    fn set(&mut self, name: &str, value: String, zone: &TimeZone) -> Result<(), String> {
        let time = || {
            moment(&value, zone)
                .ok_or_else(|| format!("`{name}` is `{}`, wanted a time like `20261231Z` or `20261231235959Z`", shown(&value)))
        };
        let twice = match name {
            "namespaces" => self.namespaces.replace(value).is_some(),
            "valid-after" | "valid-before" => {
                let (at, is_local) = time()?;
                self.is_local |= is_local;
                let bound = if name == "valid-after" { &mut self.after } else { &mut self.before };
                bound.replace(at).is_some()
            }
            _ => return Err(unknown(name)),
        };
        if twice { Err(format!("`{name}` is there twice")) } else { Ok(()) }
    }

    /// Whether the key may sign for `namespace`.
    pub(super) fn allow(&self, namespace: &str) -> bool {
        self.namespaces.as_ref().is_none_or(|list| takes_in(list, namespace))
    }
}

fn unknown(name: &str) -> String {
    format!(
        "`{}` is neither an option nor a key; options are `cert-authority`, `namespaces=\"…\"`, `valid-after=\"…\"` and `valid-before=\"…\"`",
        shown(name)
    )
}

fn shown(text: &str) -> String {
    excerpt(&plain(text), 64)
}

/// The value in double quotes at the front, and what follows it.
fn unquoted(text: &str) -> Option<(String, &str)> {
    let text = text.strip_prefix('"')?;
    let (mut value, mut escaped) = (String::new(), false);
    for (at, c) in text.char_indices() {
        match c {
            '"' if escaped => {
                value.pop();
                value.push('"');
                escaped = false;
            }
            '"' => return Some((value, &text[at + 1..])),
            _ => {
                value.push(c);
                escaped = c == '\\';
            }
        }
    }
    None
}
