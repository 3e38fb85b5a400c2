//! What of a value is masked in every output.

use super::{address, assess, known};
use crate::check::environment::Held;

/// What to mask of it: nothing of a plain word, which stands in any report for other reasons; of a very long text its
/// first lines, as much as any report could quote.
pub(super) fn worth_hiding(held: &Held) -> Vec<String> {
    const LONGEST: usize = 8 << 10;
    let Some(text) = held.value.text().map(str::trim) else { return Vec::new() };
    let mut all = assess::texts(held);
    all.insert(text.to_owned());
    let word = is_word(text) || address::read(text).and_then(|address| address.password).is_some_and(|password| is_word(&password));
    all.retain(|other| other != text || !word);
    let lines = |text: String| match text.len() {
        0..=LONGEST => vec![text],
        _ => text.lines().filter(|line| (16..=LONGEST).contains(&line.len())).take(100).map(str::to_owned).collect(),
    };
    let worth = |text: &String| text.len() >= 6 && !is_word(text) && *text != held.key && known::value(text).is_none();
    all.into_iter().filter(worth).flat_map(lines).collect()
}

fn is_word(text: &str) -> bool {
    text.len() < 12 && text.chars().all(char::is_alphabetic)
}
