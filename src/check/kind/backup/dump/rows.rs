//! Which table has rows, in what `COPY` and `INSERT` wrote.

use std::io::{self, Read};

/// The table at the beginning of what follows `COPY ` or `INSERT INTO `, without quotes.
pub(super) fn table_name(rest: &[u8]) -> String {
    let mut name = String::new();
    let mut quote = None;
    for c in String::from_utf8_lossy(rest.get(..300).unwrap_or(rest)).chars() {
        match (c, quote) {
            ('"' | '`', None) => quote = Some(c),
            (c, Some(q)) if c == q => quote = None,
            (' ' | '(' | ';', None) => break,
            (c, _) => name.push(c),
        }
    }
    name
}

/// Reads a table's data to its end. Whether there is a row: `COPY` ends its rows with `\.`, an empty table has only that.
pub(super) fn has_rows(data: &mut dyn Read) -> io::Result<bool> {
    let mut first = Vec::new();
    data.take(2).read_to_end(&mut first)?;
    io::copy(data, &mut io::sink())?;
    Ok(!first.is_empty() && first != b"\\.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_tables() {
        for (rest, name) in [
            ("public.users (id, name) FROM stdin;", "public.users"),
            ("public.\"Odd name\" (id) FROM stdin;", "public.Odd name"),
            ("`orders` VALUES (1)", "orders"),
            ("users(id) VALUES", "users"),
        ] {
            assert_eq!(table_name(rest.as_bytes()), name);
        }
    }

    #[test]
    fn an_empty_table_has_only_the_end_of_rows() {
        assert!(!has_rows(&mut &b"\\.\n\n\n"[..]).expect("read"));
        assert!(!has_rows(&mut &b""[..]).expect("read"));
        assert!(has_rows(&mut &b"1\ta\n\\.\n"[..]).expect("read"));
    }
}
