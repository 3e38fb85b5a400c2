//! Lines for somebody at a terminal: what is longer than it is broad goes on below, further in. Elsewhere a line stays one.

use std::os::fd::AsFd;

use terminal_size::terminal_size_of;

use crate::render::terminal::wrapped;

/// The text as it is read on this stream.
pub(super) fn laid_out(text: &str, stream: impl AsFd) -> String {
    match terminal_size_of(stream) {
        Some((width, _)) => text.lines().map(|line| of_width(line, usize::from(width.0))).collect::<Vec<_>>().join("\n"),
        None => text.to_owned(),
    }
}

/// The line within so many columns; a label before a gap, `  run    entry 3`, keeps its column for itself.
fn of_width(line: &str, width: usize) -> String {
    let begins = line.len() - line.trim_start_matches(' ').len();
    let label = line.bytes().take(32).collect::<Vec<_>>().windows(2).rposition(|two| two == b"  ").map_or(0, |at| at + 2);
    let (head, indent) = if label > begins { (label, label) } else { (begins, begins + 2) };
    let lines = wrapped(&line[head..], width.saturating_sub(indent));
    if lines.len() < 2 { line.to_owned() } else { format!("{}{}", &line[..head], lines.join(&format!("\n{}", " ".repeat(indent)))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_go_on_further_in_and_short_ones_stay() {
        assert_eq!(of_width("  ✗ one two", 40), "  ✗ one two");
        assert_eq!(of_width("on record: entry 4, ledger head abcdef", 30), "on record: entry 4, ledger\n  head abcdef");
        assert_eq!(of_width("  ✗ the manager has not signed", 24), "  ✗ the manager has\n    not signed");
        assert_eq!(of_width("  run    entry 3 (unsigned evidence)", 24), "  run    entry 3\n         (unsigned\n         evidence)");
        assert_eq!(laid_out("any line", std::fs::File::open("/dev/null").expect("a stream")), "any line");
    }
}
