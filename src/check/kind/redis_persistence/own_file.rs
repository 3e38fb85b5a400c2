//! The configuration file that a server on this machine starts with: what is set in the running server alone is gone with it.

use std::{collections::BTreeMap, fs, path::Path};

use serde::{Deserialize, Serialize};

use crate::{
    model::{Size, excerpt},
    net::regular_file,
};

/// More is no configuration of Redis.
const LARGEST: Size = Size(1 << 20);

/// What each setting is where the file does not name it; `save` is a list, which several lines make.
const DEFAULTS: [(&str, &str); 3] = [("save", "3600 1 300 100 60 10000"), ("appendonly", "no"), ("appendfsync", "everysec")];

/// The file, as far as it matters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct OwnFile {
    /// Where it is.
    pub path: String,
    /// The settings that the next start takes from it.
    pub settings: BTreeMap<String, String>,
}

impl OwnFile {
    /// Reads it, where the process of this number runs here and is a server; nothing where the file cannot be read, or
    /// includes others.
    pub(super) fn read(path: &str, process: &str) -> Option<Self> {
        let process: u32 = process.parse().ok()?;
        let program = fs::read_to_string(format!("/proc/{process}/comm")).ok()?;
        let here = ["redis", "valkey"].iter().any(|name| program.starts_with(name));
        if !here || !Path::new(path).is_absolute() {
            return None;
        }
        let text = regular_file::read_text(Path::new(path), LARGEST).ok()?;
        Some(Self { path: excerpt(path, 200), settings: settings(&text)? })
    }
}

/// `name value` lines; the last of a name counts, and each `save` adds to the list unless it is empty, which clears it.
fn settings(text: &str) -> Option<BTreeMap<String, String>> {
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    for line in text.lines().map(str::trim).filter(|line| !line.starts_with('#')) {
        let (name, value) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let words: Vec<&str> = value.trim().trim_matches(['"', '\'']).split_whitespace().collect();
        let (name, value) = (name.to_ascii_lowercase(), words.join(" ").to_ascii_lowercase());
        match name.as_str() {
            "include" => return None,
            "save" if !value.is_empty() => {
                let list = found.entry(name).or_default();
                *list = excerpt(format!("{list} {value}").trim(), 300);
            }
            "save" | "appendonly" | "appendfsync" => drop(found.insert(name, excerpt(&value, 50))),
            _ => {}
        }
    }
    for (name, value) in DEFAULTS {
        found.entry(name.to_owned()).or_insert_with(|| value.to_owned());
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_counts_and_saves_add_up() {
        let text = "# save 1 1\nappendonly no\nsave 60 1\nSAVE 5  9\n appendonly  \"YES\"\nport 6379\n";
        let read = settings(text).expect("settings");
        assert_eq!(read["appendonly"], "yes");
        assert_eq!(read["save"], "60 1 5 9");
        assert_eq!(read["appendfsync"], "everysec");
        assert_eq!(settings("save 60 1\nsave \"\"").expect("settings")["save"], "");
        assert_eq!(settings("").expect("settings")["save"].len(), 23);
        assert_eq!(settings("include other.conf"), None);
    }

    #[test]
    fn a_file_of_a_process_that_is_no_server_is_not_read() {
        assert_eq!(OwnFile::read("/etc/hostname", &std::process::id().to_string()), None);
        assert_eq!(OwnFile::read("/etc/hostname", "1"), None);
    }
}
