//! Documents in the formats that programs write, each read into one JSON value, or not at all.
//!
//! A document is hostile: what two readers would read differently, what is cut off, and what is too large, too deep or too much is
//! refused with a sentence. No format here fetches anything.

mod csv;
mod dotenv;
mod ini;
mod json;
mod limits;
mod toml;
mod word;
mod xml;
mod yaml;

use serde_json::Value;

use self::limits::Left;
use crate::check::charset;

pub(crate) use self::{
    limits::{Limits, count},
    word::Format,
    xml::without_declarations,
};

/// How a document is written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Form {
    /// Its format.
    pub(crate) format: Format,
    /// Of YAML and JSON: it holds several documents, and is the list of them.
    pub(crate) documents: bool,
    /// Of CSV: what stands between two fields.
    pub(crate) separator: u8,
}

impl From<Format> for Form {
    fn from(format: Format) -> Self {
        Self { format, documents: false, separator: b',' }
    }
}

/// The document in `bytes` as one value, or why it cannot be read: a fragment that reads well after its name.
pub(crate) fn read(bytes: &[u8], form: Form, limits: Limits) -> Result<Value, String> {
    if bytes.len() as u64 > limits.size.0 {
        return Err(format!("is larger than {}", limits.size));
    }
    let left = Left::of(limits);
    if form.format == Format::Xml {
        // The only one that says its own encoding.
        let (text, read) = charset::decode(None, bytes, true);
        return if read {
            xml::read(&text, left)
        } else {
            Err("is no text in the encoding that it names (UTF-8 where it names none)".into())
        };
    }
    let text = text(bytes)?;
    if text.trim().is_empty() {
        return Err("is empty".into());
    }
    match form.format {
        Format::Json => json::read(text, form.documents, left),
        Format::Yaml => yaml::read(text, form.documents, left),
        Format::Toml => toml::read(text, left),
        Format::Csv => csv::read(text, form.separator, left),
        Format::Dotenv => dotenv::read(text, left),
        Format::Ini => ini::read(text, left),
        Format::Xml => Err("is XML".into()),
    }
}

/// The bytes as UTF-8, without a byte order mark.
fn text(bytes: &[u8]) -> Result<&str, String> {
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return Err("is UTF-16: save it as UTF-8".into());
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|error| format!("is not UTF-8: byte {} fits nothing", error.valid_up_to() + 1))?;
    if text.contains('\0') {
        return Err("has a zero byte in it: it is no text, or UTF-16".into());
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, proptest};

    use super::*;

    proptest! {
        /// Whatever the bytes are, they are read or refused; pieces of each syntax make that worth while.
        #[test]
        fn any_document_is_read_or_refused(
            text in r#"(<a|</a>|/>|<!\[CDATA\[|\]\]>|&amp;|&a|\*a|- |: |\[|\]|\{|\}|,|"|'|=|\n|\n  |#|---|<<|!|\||1|é|\\|x){0,30}"#,
            noise in any::<Vec<u8>>(),
        ) {
            for format in [Format::Json, Format::Yaml, Format::Toml, Format::Xml, Format::Csv, Format::Dotenv, Format::Ini] {
                for documents in [false, true] {
                    let form = Form { documents, ..format.into() };
                    for bytes in [text.as_bytes(), &noise] {
                        if let Err(why) = read(bytes, form, Limits::default()) {
                            assert!(!why.is_empty());
                        }
                    }
                }
            }
        }
    }
}
