//! Texts under version control that tests compare with what the code says now. `UPDATE=1 cargo test` writes them anew,
//! for somebody to read before they are committed.

use std::{fs, path::Path};

/// Whether the stored texts are to be written anew.
#[expect(clippy::disallowed_methods, reason = "a test is asked by its environment")]
pub(crate) fn updating() -> bool {
    std::env::var_os("UPDATE").is_some()
}

/// What differs between the file and the text, for a person; `None` when nothing does.
pub(crate) fn difference(path: &Path, text: &str) -> Option<String> {
    if updating() {
        fs::write(path, text).expect("written");
    }
    let stored = fs::read_to_string(path).unwrap_or_default();
    if stored == text {
        return None;
    }
    let first = stored.lines().zip(text.lines()).find(|(stored, now)| stored != now);
    let first = first.map_or_else(|| "one is longer".into(), |(stored, now)| format!("stored: {stored}\n   now: {now}"));
    Some(format!("{} is not what the code says; if the code is right, run with UPDATE=1 and commit it\n{first}", path.display()))
}
