//! Values and logins that documentation publishes, kept in `known.tsv`, and thousands more as hashes in `published.txt`.
//!
//! One a line: the value (or `user:password`), a tab, and the product whose documentation, example or default it is. A
//! line `[logins]` starts the pairs. Gathered fact by fact from the products' own documentation and examples. The hashes
//! say where they are from in their file; they are looked up where the lists of texts know nothing.

use std::{collections::HashMap, sync::LazyLock};

use super::flaw::{Class, Flaw};
use crate::{check::table::rows, model::Digest};

const TABLE: &str = include_str!("known.tsv");
const HASHES: &str = include_str!("published.txt");

/// Digits of a hash in `published.txt`.
const DIGITS: usize = 12;

/// What is published, in lower case or as a hash, and whose it is.
#[derive(Default)]
struct Known {
    values: HashMap<String, &'static str>,
    /// As `user:password`.
    logins: HashMap<String, &'static str>,
}

static KNOWN: LazyLock<Known> = LazyLock::new(|| {
    let mut known = Known::default();
    for (heading, line) in rows(TABLE).chain(rows(HASHES)) {
        let (value, product) = line.split_once('\t').unwrap_or((line, heading.about));
        let table = if heading.name == "logins" { &mut known.logins } else { &mut known.values };
        table.entry(value.to_lowercase()).or_insert(product);
    }
    known
});

/// Whose `text` is, as it stands or as a hash.
fn whose(table: &HashMap<String, &'static str>, text: &str) -> Option<&'static str> {
    let lower = text.trim().to_lowercase();
    let hashed = || table.get(&Digest::of(lower.as_bytes()).as_str()[..DIGITS]);
    table.get(&lower).or_else(|| table.get(lower.trim_matches(['"', '\'', '`']).trim())).or_else(hashed).copied()
}

/// The published default that `text` is, if it is one.
pub(super) fn value(text: &str) -> Option<Flaw> {
    let product = whose(&KNOWN.values, text)?;
    // A product may be called like its default password: then it is not named.
    let named = product.to_lowercase().contains(&text.trim().to_lowercase());
    let whose = if named { String::new() } else { format!(" ({product})") };
    Some(Flaw::new(Class::KnownDefault, format!("a published default{whose}")))
}

/// The published login that `user` and `password` are, if they are one.
pub(super) fn login(user: &str, password: &str) -> Option<Flaw> {
    let product = whose(&KNOWN.logins, &format!("{user}:{password}"))?;
    Some(Flaw::new(Class::KnownDefault, format!("a published default login ({product})")))
}

/// The login that a value of the form `user:password` is.
pub(super) fn pair(text: &str) -> Option<Flaw> {
    text.split_once(':').and_then(|(user, password)| login(user, password))
}

/// Published values long enough to sign with, for tokens signed with one of them.
pub(super) fn signing_secrets() -> impl Iterator<Item = (&'static str, &'static str)> {
    rows(TABLE).take_while(|(heading, _)| heading.name != "logins").filter_map(|(_, line)| line.split_once('\t'))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_table_is_large_and_each_line_says_whose() {
        let lines: Vec<&str> = TABLE.lines().filter(|line| !line.is_empty() && !line.starts_with("# ") && *line != "[logins]").collect();
        let mut seen = BTreeSet::new();
        for line in &lines {
            let (value, product) = line.split_once('\t').unwrap_or_else(|| panic!("no tab: {line}"));
            assert!(!value.is_empty() && !product.trim().is_empty() && !product.contains('\t'), "{line}");
            assert!(seen.insert(value.to_lowercase()), "twice: {line}");
        }
        assert!(seen.len() >= 300, "only {}", seen.len());
        let hashes =
            HASHES.lines().filter(|line| !line.is_empty() && !line.starts_with(['#', '['])).inspect(|line| assert_eq!(line.len(), DIGITS));
        assert!(hashes.count() >= 5_000);
    }

    #[test]
    fn published_as_a_hash() {
        // In the sources' own first lines: a key of a public repository, and the login of a switch.
        for flaw in [value("9OLWxND4o83j4K4iuopO"), login("admin", "1234admin")] {
            assert_eq!(flaw.map(|flaw| flaw.class), Some(Class::KnownDefault));
        }
    }

    #[test]
    fn found_however_it_is_written() {
        for text in ["minioadmin", " MinioAdmin ", "\"minioadmin\""] {
            assert_eq!(value(text).map(|flaw| flaw.class), Some(Class::KnownDefault), "{text}");
        }
        assert_eq!(value("minioadmin2"), None);
        assert!(login("Postgres", "postgres").is_some() && pair("admin:admin").is_some() && login("app", "postgres").is_none());
    }

    #[test]
    fn a_product_called_like_its_password_is_not_named() {
        for (value, _) in signing_secrets() {
            let flaw = super::value(value).expect(value);
            assert!(value.len() < 4 || !flaw.what.to_lowercase().contains(&value.to_lowercase()), "{value}: {}", flaw.what);
        }
    }
}
