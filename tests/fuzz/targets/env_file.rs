//! The reader of env files.

use gonogo::net::env_file::EnvFile;

/// Any text is read, each entry with the line its key stands on, or refused at a line that it has.
pub(crate) fn holds(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let lines: Vec<&str> = text.split('\n').collect();
    let line =
        |number: u64| *usize::try_from(number).ok().and_then(|number| lines.get(number.checked_sub(1)?)).expect("a line of the text");
    let file = match EnvFile::parse(text) {
        Ok(file) => file,
        Err(error) => {
            line(error.line);
            assert!(!error.message.is_empty());
            return;
        }
    };
    for entry in &file.entries {
        assert!(!entry.key.is_empty() && line(entry.line).contains(&entry.key), "line {} does not set {}", entry.line, entry.key);
        assert!(!entry.value.contains('\0'));
    }
    assert!(file.entries.windows(2).all(|pair| pair[0].line < pair[1].line), "lines go up");
}
