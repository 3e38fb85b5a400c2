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
        let extension = name.rsplit_once('.').map(|(_, extension)| extension)?;
        Some(match extension {
            _ if name.starts_with(".env") => Self::Dotenv,
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

    /// By a media type without its parameters, in lower case (RFC 6838, 4.2.8; RFC 9512; RFC 4180; RFC 7303).
    pub(crate) fn of_media_type(essence: &str) -> Option<Self> {
        Some(match essence {
            "application/json" | "text/json" => Self::Json,
            "application/yaml" | "application/x-yaml" | "text/yaml" | "text/x-yaml" => Self::Yaml,
            "application/toml" => Self::Toml,
            "application/xml" | "text/xml" => Self::Xml,
            "text/csv" => Self::Csv,
            _ if essence.ends_with("+json") => Self::Json,
            _ if essence.ends_with("+yaml") => Self::Yaml,
            _ if essence.ends_with("+xml") => Self::Xml,
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
