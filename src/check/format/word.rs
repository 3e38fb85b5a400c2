//! The formats by name, by the name of a file, and by what a server calls them.

use std::{fmt, path::Path};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A format that documents are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum Format {
    /// RFC 8259.
    Json,
    /// YAML 1.2.
    Yaml,
    /// TOML 1.1.
    Toml,
    /// XML 1.0, without a document type.
    Xml,
    /// RFC 4180, with a header.
    Csv,
    /// `NAME=value` lines, as docker compose reads them.
    Dotenv,
    /// `[sections]` of `name = value` lines.
    Ini,
}

impl Format {
    /// By the name of a file.
    pub(crate) fn of_file(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_str()?.to_ascii_lowercase();
        if name.starts_with(".env") { Some(Self::Dotenv) } else { Self::of_word(name.rsplit_once('.')?.1) }
    }

    /// By a media type without its parameters, in lower case: its subtype, or the suffix of that (RFC 6838, 4.2.8).
    pub(crate) fn of_media_type(essence: &str) -> Option<Self> {
        let word = essence.rsplit(['/', '+']).next()?;
        Self::of_word(word.strip_prefix("x-").unwrap_or(word))
    }

    fn of_word(word: &str) -> Option<Self> {
        Some(match word {
            "json" => Self::Json,
            "yaml" | "yml" => Self::Yaml,
            "toml" => Self::Toml,
            "xml" => Self::Xml,
            "csv" => Self::Csv,
            "env" => Self::Dotenv,
            "ini" => Self::Ini,
            _ => return None,
        })
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Json => "JSON",
            Self::Yaml => "YAML",
            Self::Toml => "TOML",
            Self::Xml => "XML",
            Self::Csv => "CSV",
            Self::Dotenv => "dotenv",
            Self::Ini => "INI",
        })
    }
}
