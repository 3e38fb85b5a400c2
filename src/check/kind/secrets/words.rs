//! The lists of words in `words.txt`, by name.

use std::{collections::HashMap, sync::LazyLock};

use crate::check::table::rows;

static LISTS: LazyLock<HashMap<&str, Vec<&str>>> = LazyLock::new(|| {
    let mut lists = HashMap::<_, Vec<_>>::new();
    for (heading, line) in rows(include_str!("words.txt")) {
        lists.entry(heading.name).or_default().extend(line.split_whitespace());
    }
    lists
});

/// The words of the list of that name.
pub(super) fn list(name: &str) -> &'static [&'static str] {
    LISTS.get(name).map_or(&[], Vec::as_slice)
}
