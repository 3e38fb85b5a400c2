//! Shapes by which a value gives itself away, kept in `shapes.tsv`: templates never filled in, references never
//! resolved, credentials of a test mode.
//!
//! One a line: the class, a tab, a regular expression, a tab, and what it is.

use std::sync::LazyLock;

use regex::RegexSet;

use super::flaw::{Class, Flaw};
use crate::check::table::rows;

const TABLE: &str = include_str!("shapes.tsv");

struct Shapes {
    set: RegexSet,
    what: Vec<(Class, &'static str)>,
}

static SHAPES: LazyLock<Shapes> = LazyLock::new(|| {
    let rows: Vec<_> = shapes().collect();
    let set = RegexSet::new(rows.iter().map(|(_, pattern, _)| pattern)).unwrap_or_else(|error| unreachable!("{error}"));
    Shapes { set, what: rows.into_iter().map(|(class, _, what)| (class, what)).collect() }
});

fn shapes() -> impl Iterator<Item = (Class, &'static str, &'static str)> {
    rows(TABLE).filter_map(|(_, line)| {
        let mut columns = line.split('\t');
        let class = match columns.next()? {
            "unset" => Class::Unset,
            "unexpanded" => Class::Unexpanded,
            "test-mode" => Class::TestMode,
            _ => return None,
        };
        Some((class, columns.next()?, columns.next()?))
    })
}

/// The shapes that fit a text.
pub(super) struct Fitting(Vec<(Class, &'static str)>);

impl Fitting {
    pub(super) fn of(text: &str) -> Self {
        Self(SHAPES.set.matches(text.trim()).iter().map(|at| SHAPES.what[at]).collect())
    }

    /// What the first of class `class` says.
    pub(super) fn flaw(&self, class: Class) -> Option<Flaw> {
        self.0.iter().find(|(of, _)| *of == class).map(|(class, what)| Flaw::new(*class, *what))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flaw(text: &str, class: Class) -> Option<Flaw> {
        Fitting::of(text).flaw(class)
    }

    #[test]
    fn every_line_is_a_shape() {
        let lines = TABLE.lines().filter(|line| !line.is_empty() && !line.starts_with("# ")).count();
        assert_eq!((shapes().count(), SHAPES.what.len()), (lines, lines));
    }

    #[test]
    fn templates_and_references() {
        for text in [
            "${DB_PASSWORD}",
            "postgres://app:${DB_PASSWORD}@db/app",
            "$DB_PASSWORD",
            "$(DB_PASSWORD)",
            "{{ .Values.password }}",
            "${{ secrets.DB_PASSWORD }}",
            "%DB_PASSWORD%",
            "@DB_PASSWORD@",
            "<your password>",
            "postgres://<user>:<password>@db/app",
            "{password}",
            "__DB_PASSWORD__",
            "#{DbPassword}#",
            "!vault |",
            "ENC[AES256_GCM,data:abc]",
            "vault:secret/data/api#password",
            "op://prod/api/password",
            "arn:aws:secretsmanager:eu-west-1:123456789012:secret:api",
            "projects/1234/secrets/api/versions/latest",
            "@Microsoft.KeyVault(SecretUri=https://v.vault.azure.net/secrets/x)",
            "ref+vault://secret/api#password",
            "{cipher}AQB7",
        ] {
            assert!(flaw(text, Class::Unexpanded).is_some(), "{text}");
        }
        for text in ["pa$$word", "a{b}c", "p<4", "100%sure%", "{\"type\":\"service_account\"}", "x@y@", "vaultage", "Tr${"] {
            assert_eq!(flaw(text, Class::Unexpanded), None, "{text}");
        }
    }

    #[test]
    fn test_modes() {
        for text in [
            "sk_test_51H8abcdefghijklmnop",
            "rk_test_abc",
            "rzp_test_abc",
            "test_dHar4XY7LxsDOtmnkVtjNVWXLSlXsM",
            "sandbox-sq0idb-abc",
            "*:development.a1b2c3",
            "default:development.a1b2c3",
            "1x0000000000000000000000000000000AA",
            "https://api.sandbox.paypal.com",
        ] {
            assert!(flaw(text, Class::TestMode).is_some(), "{text}");
        }
        for text in ["sk_live_51H8abcdefghijklmnop", "*:production.a1b2c3", "testify8823", "live_dHar4XY7LxsDOtmnkVtjNVWXLSlXsM"] {
            assert_eq!(flaw(text, Class::TestMode), None, "{text}");
        }
    }
}
