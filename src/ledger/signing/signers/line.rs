//! One line of an `allowed_signers` file: `principals [options] type base64 [comment]`.

use jiff::{Timestamp, tz::TimeZone};

use super::{options::Options, pattern::takes_in};
use crate::ledger::signing::{credential::Credential, public::PublicKey};

/// Longer lines are none of `ssh-keygen`'s; a key of 16384 bits takes about 3 KiB.
const LONGEST: usize = 32 << 10;

/// Who may sign with one key, when and for what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// Where it stands, counted from 1.
    pub(super) number: usize,
    /// Names and patterns of names, with commas between.
    pub(super) principals: String,
    pub(super) options: Options,
    pub(super) key: PublicKey,
}

impl Line {
    /// `None` for an empty line or a comment.
    pub(super) fn read(text: &str, number: usize, zone: &TimeZone) -> Result<Option<Self>, String> {
        if text.len() > LONGEST {
            return Err("it is longer than 32 KiB".into());
        }
        let text = text.trim_matches([' ', '\t', '\r']);
        if text.is_empty() || text.starts_with('#') {
            return Ok(None);
        }
        let (principals, rest) = first_word(text).ok_or("the quote around its names is not closed")?;
        if principals.is_empty() {
            return Err("it names nobody".into());
        }
        if rest.is_empty() {
            return Err("it has no key: wanted `names [options] type base64`".into());
        }
        let (options, rest) = if begins_with_key(rest) { ("", rest) } else { options_of(rest)? };
        let options = Options::read(options, zone)?;
        if rest.is_empty() {
            return Err("it has options and no key: wanted `names [options] type base64`".into());
        }
        if rest.split_ascii_whitespace().next().is_some_and(|kind| kind.contains("-cert-v01@")) {
            return Err(
                "a certificate is for whoever signs: list the person's own public key, or the authority's with `cert-authority` before it"
                    .into(),
            );
        }
        let key = PublicKey::from_openssh(rest).map_err(|error| format!("its key {error}"))?;
        Ok(Some(Self { number, principals, options, key }))
    }

    /// Whether it is about this signer: their own key stands here, or that of whoever signed their certificate. As with
    /// `ssh-keygen`, neither stands for the other.
    pub(super) fn vouches_for(&self, signer: &Credential) -> bool {
        match signer {
            Credential::Plain(key) => self.is_of(key),
            Credential::Certified(certificate) => self.options.authority && self.key == certificate.authority,
        }
    }

    /// Whether it is about people's own use of a key.
    pub(super) fn is_of(&self, key: &PublicKey) -> bool {
        !self.options.authority && self.key == *key
    }

    /// Whether `principal` is one of those it names.
    pub(super) fn names(&self, principal: &str) -> bool {
        !principal.is_empty() && takes_in(&self.principals, principal)
    }

    /// Both bounds are inclusive, to the second, as `ssh-keygen` has them.
    pub(super) fn is_valid(&self, at: Timestamp) -> bool {
        let begun = self.options.after.is_none_or(|after| at.as_second() >= after.as_second());
        begun && !self.is_over(at)
    }

    pub(super) fn is_over(&self, at: Timestamp) -> bool {
        self.options.before.is_some_and(|before| at.as_second() > before.as_second())
    }
}

/// The first word, which may stand in quotes, and what follows the blanks after it; `None` if a quote is not closed.
fn first_word(text: &str) -> Option<(String, &str)> {
    let end = text.find([' ', '\t', '"']).unwrap_or(text.len());
    let (word, rest) = (&text[..end], &text[end..]);
    let (word, rest) = match rest.strip_prefix('"') {
        Some(quoted) => {
            let (inside, after) = quoted.split_once('"')?;
            (format!("{word}{inside}"), after)
        }
        None => (word.to_owned(), rest),
    };
    Some((word, rest.trim_start_matches([' ', '\t'])))
}

/// Whether a key's type and base64 stand here, and no options.
fn begins_with_key(text: &str) -> bool {
    let mut words = text.split_ascii_whitespace();
    words.next().is_some_and(|kind| !kind.contains(['=', '"', ',']) && kind.contains('-'))
        && words.next().is_some_and(|base64| base64.starts_with("AAAA"))
}

/// The options, which end at the first blank outside of quotes, and what follows the blanks after them.
fn options_of(text: &str) -> Result<(&str, &str), String> {
    let (mut quoted, mut escaped) = (false, false);
    for (at, c) in text.char_indices() {
        match c {
            '"' if !escaped => quoted = !quoted,
            ' ' | '\t' if !quoted => return Ok((&text[..at], text[at..].trim_start_matches([' ', '\t']))),
            _ => {}
        }
        escaped = c == '\\';
    }
    if quoted { Err("a quote in its options is not closed".into()) } else { Ok((text, "")) }
}
