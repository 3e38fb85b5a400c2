//! Values and logins that documentation publishes, kept in `known.tsv`.
//!
//! One a line: the value (or `user:password`), a tab, and the product whose documentation, example or default it is. A
//! line `[logins]` starts the pairs. Gathered fact by fact from the products' own documentation and examples.

use std::{collections::HashMap, sync::LazyLock};

use super::{
    flaw::{Class, Flaw},
    purpose,
};

const TABLE: &str = include_str!("known.tsv");

struct Known {
    /// By value in lower case.
    values: HashMap<String, &'static str>,
    /// By `user:password` in lower case.
    logins: HashMap<String, &'static str>,
}

static KNOWN: LazyLock<Known> = LazyLock::new(|| {
    let mut known = Known { values: HashMap::new(), logins: HashMap::new() };
    let mut pairs = false;
    for line in TABLE.lines().filter(|line| !line.is_empty() && !line.starts_with("# ")) {
        pairs |= line == "[logins]";
        if let Some((value, product)) = line.split_once('\t') {
            let table = if pairs { &mut known.logins } else { &mut known.values };
            table.insert(value.to_lowercase(), product);
        }
    }
    known
});

/// The published default that `text` is, if it is one: as it stands, in base64 or in hexadecimal.
pub fn value(text: &str) -> Option<Flaw> {
    if let Some(product) = lookup(text) {
        return Some(published(product, text, ""));
    }
    let readable = |bytes: Vec<u8>| String::from_utf8(bytes).ok().filter(|text| text.len() >= 4);
    let hidden = purpose::base64(text.trim()).and_then(readable).map(|inner| (inner, ", written in base64"));
    let hidden =
        hidden.into_iter().chain(purpose::hexadecimal(text.trim()).and_then(readable).map(|inner| (inner, ", written in hexadecimal")));
    hidden.into_iter().find_map(|(inner, how)| lookup(&inner).map(|product| published(product, &inner, how)))
}

/// The published login that `user` and `password` are, if they are one.
pub fn login(user: &str, password: &str) -> Option<Flaw> {
    let product = KNOWN.logins.get(&format!("{user}:{password}").to_lowercase())?;
    Some(Flaw::new(Class::KnownDefault, format!("a published default login ({product})")))
}

/// The login that a value of the form `user:password` is.
pub fn pair(text: &str) -> Option<Flaw> {
    text.split_once(':').and_then(|(user, password)| login(user, password))
}

/// Published values long enough to sign with, for tokens signed with one of them.
pub fn signing_secrets() -> impl Iterator<Item = (&'static str, &'static str)> {
    let values = TABLE.lines().take_while(|line| *line != "[logins]").filter(|line| !line.starts_with("# "));
    values.filter_map(|line| line.split_once('\t'))
}

fn lookup(text: &str) -> Option<&'static str> {
    let lower = text.trim().to_lowercase();
    KNOWN.values.get(&lower).or_else(|| KNOWN.values.get(lower.trim_matches(['"', '\'', '`']).trim())).copied()
}

/// A product may be called like its default password: then it is not named.
fn published(product: &str, text: &str, how: &str) -> Flaw {
    let named = product.to_lowercase().contains(&text.trim().to_lowercase());
    let whose = if named { String::new() } else { format!(" ({product})") };
    Flaw::new(Class::KnownDefault, format!("a published default{how}{whose}"))
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
        assert_eq!(KNOWN.values.len() + KNOWN.logins.len(), lines.len());
        assert!(KNOWN.logins.keys().all(|pair| pair.contains(':')));
    }

    #[test]
    fn found_however_it_is_written() {
        for text in ["minioadmin", " MinioAdmin ", "\"minioadmin\"", "bWluaW9hZG1pbg==", "6d696e696f61646d696e"] {
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
