//! The lists of words in `words.txt`.

use std::{
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

type Lists = HashMap<&'static str, HashSet<&'static str>>;

/// Each line names its list; a list may have several.
static LISTS: LazyLock<Lists> = LazyLock::new(|| {
    let mut lists = Lists::new();
    for (list, words) in include_str!("words.txt").lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(": ")) {
        lists.entry(list).or_default().extend(words.split_whitespace());
    }
    lists
});

/// Whether `word` is in the list of that name.
pub(super) fn listed(list: &str, word: &str) -> bool {
    LISTS.get(list).is_some_and(|words| words.contains(word))
}

#[cfg(test)]
mod tests {
    #[test]
    fn no_status_word_means_two_things() {
        let lists = include_str!("words.txt").lines().filter_map(|line| line.split_once(": "));
        let status = lists.filter(|(list, _)| ["up", "degraded", "down"].contains(list));
        let all: Vec<&str> = status.flat_map(|(_, words)| words.split_whitespace()).collect();
        assert!(all.len() > 50, "{all:?}");
        for word in &all {
            assert_eq!(all.iter().filter(|other| *other == word).count(), 1, "{word}");
        }
    }
}
