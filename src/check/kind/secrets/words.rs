//! The lists of words in `words.txt`, by name.

use std::{collections::HashMap, sync::LazyLock};

static LISTS: LazyLock<HashMap<&str, Vec<&str>>> = LazyLock::new(|| {
    let (mut lists, mut list) = (HashMap::<_, Vec<_>>::new(), "");
    for line in include_str!("words.txt").lines().filter(|line| !line.starts_with('#')) {
        match line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            Some(name) => list = name,
            None => lists.entry(list).or_default().extend(line.split_whitespace()),
        }
    }
    lists
});

/// The words of the list of that name.
pub fn list(name: &str) -> &'static [&'static str] {
    LISTS.get(name).map_or(&[], Vec::as_slice)
}
