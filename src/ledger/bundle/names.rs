//! The names of a bundle's files: none leads anywhere but into the folder it is unpacked into.

use std::{collections::BTreeMap, fmt::Write as _};

use crate::model::Digest;

/// A part of a path that would be longer is shortened; file systems stop at 255.
const LONGEST_PART: usize = 180;
/// A whole name may have this many bytes.
const LONGEST: usize = 2_000;

/// Where the file of the plan with this recorded name stands. Different names stand at different places: letters,
/// digits, `-`, `_`, `.` and the `/` between parts stay, all else becomes `%XX`; so do the dots of `.` and `..`, and
/// every `/` of a name that begins or ends with one or has two in a row. No name at all becomes `%`.
pub(super) fn plan(recorded: &str) -> String {
    let whole = |name: &str| format!("plan/{}", shortened(escaped(name)));
    if recorded.split('/').any(str::is_empty) || recorded.len() > LONGEST / 4 {
        return whole(recorded);
    }
    let parts: Vec<String> = recorded.split('/').map(|part| shortened(escaped(part))).collect();
    format!("plan/{}", parts.join("/"))
}

/// Where evidence with this fingerprint stands. A fingerprint that is none is text from outside.
pub(super) fn evidence(digest: &Digest) -> String {
    format!("evidence/{}", shortened(escaped(digest.as_str())))
}

/// Where a file of a plan stands in the bundle of a sample.
pub(super) fn kept(digest: &Digest) -> String {
    format!("plans/{}", shortened(escaped(digest.as_str())))
}

/// Where a file of the deployment in this entry stands in the bundle of a sample.
pub(super) fn item(entry: u64, name: &str) -> String {
    format!("items/{entry:04}/{name}")
}

/// Where the samples of a stage stand that began for that time; `twin` is the entry of one that began as often before.
pub(super) fn samples(stage: &str, attempt: u32, twin: Option<u64>) -> String {
    let twin = twin.map(|seq| format!("~{seq}")).unwrap_or_default();
    format!("samples/{}-{attempt}{twin}.jsonl", shortened(escaped(stage)))
}

fn escaped(part: &str) -> String {
    if part.is_empty() {
        return "%".into();
    }
    let mut out = String::with_capacity(part.len());
    for byte in part.bytes() {
        if is_plain(byte) && !matches!(part, "." | "..") {
            out.push(char::from(byte));
        } else {
            // Writing to a string does not fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// A tilde stands in no other name, so no other name can be taken for a shortened one.
fn shortened(part: String) -> String {
    if part.len() <= LONGEST_PART {
        return part;
    }
    let digest = Digest::of(part.as_bytes());
    format!("{}~{digest}", &part[..LONGEST_PART - 65])
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-_.".contains(&byte)
}

/// Whether a bundle may have a file with this name.
pub(super) fn is_sound(name: &str) -> bool {
    let sound = |part: &str| !matches!(part, "" | "." | "..") && part.bytes().all(|byte| is_plain(byte) || b"%~".contains(&byte));
    name.len() <= LONGEST && name.split('/').all(sound)
}

/// Whether one of these files would have to be a folder for another to have this name, or the other way round.
pub(super) fn clashes<F>(files: &BTreeMap<String, F>, name: &str) -> bool {
    let folder = format!("{name}/");
    let inside = files.range(folder.clone()..).next().is_some_and(|(next, _)| next.starts_with(&folder));
    inside || name.match_indices('/').any(|(end, _)| files.contains_key(&name[..end]))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn usual_names_stay_and_hostile_ones_lead_nowhere() {
        for (recorded, name) in [
            ("checks/network.yaml", "plan/checks/network.yaml"),
            ("pack:web-api", "plan/pack%3Aweb-api"),
            ("../waivers.yaml", "plan/%2E%2E/waivers.yaml"),
            ("a/../../x", "plan/a/%2E%2E/%2E%2E/x"),
            ("/etc/passwd", "plan/%2Fetc%2Fpasswd"),
            ("C:\\x", "plan/C%3A%5Cx"),
            ("a//b/", "plan/a%2F%2Fb%2F"),
            ("", "plan/%"),
            ("naïve\n-rf", "plan/na%C3%AFve%0A-rf"),
            ("%2E%2E", "plan/%252E%252E"),
        ] {
            assert_eq!(plan(recorded), name);
            assert!(is_sound(name), "{name}");
        }
    }

    #[test]
    fn long_names_stay_apart_and_sound() {
        let long = "x".repeat(5_000);
        let names: BTreeSet<String> = [long.clone(), format!("{long}y"), format!("{long}/y"), "../".repeat(900), vec!["a"; 900].join("/")]
            .iter()
            .map(|n| plan(n))
            .collect();
        assert_eq!(names.len(), 5);
        assert!(names.iter().all(|name| is_sound(name) && name.split('/').all(|part| part.len() <= LONGEST_PART)), "{names:?}");
    }

    #[test]
    fn only_plain_paths_are_sound() {
        for name in ["", "/a", "a/", "a//b", "./a", "a/..", "..", "a\\b", "a b", "a:b", "a\0", "é", "~/x\n"] {
            assert!(!is_sound(name), "{name:?}");
        }
    }
}
