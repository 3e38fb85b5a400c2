//! "Did you mean": the known name nearest to an unknown one.

/// The hint for an unknown `name`: the nearest of `known`, else all of them when they are few.
pub(super) fn hint<'a>(name: &str, known: impl IntoIterator<Item = &'a str> + Clone, noun: &str) -> Option<String> {
    if let Some(near) = nearest(name, known.clone()) {
        return Some(format!("did you mean `{near}`?"));
    }
    let mut all: Vec<&str> = known.into_iter().collect();
    all.sort_unstable();
    all.dedup();
    match all.len() {
        0 => None,
        1..=24 => Some(format!("known {noun}: `{}`", all.join("`, `"))),
        more => Some(format!("there are {more} {noun}; `{}` are the first", all[..8].join("`, `"))),
    }
}

/// The one of `known` that `name` most likely stands for; of two equally near the first by name, in whatever order they come.
pub(super) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let plain = |text: &str| text.to_lowercase().replace('_', "-");
    let wanted = plain(name);
    if wanted.chars().count() > 64 {
        return None;
    }
    let distance = |candidate: &str| strsim::damerau_levenshtein(&wanted, &plain(candidate));
    let (steps, near) = known.into_iter().filter(|k| k.len() <= 96).map(|k| (distance(k), k)).min()?;
    let allowed = 1 + wanted.chars().count().max(near.chars().count()) / 4;
    // A replacement of every letter is no misspelling.
    (steps <= allowed && steps < wanted.chars().count().min(near.chars().count())).then_some(near)
}

/// Whether `name` is `known` but for one slip of the pen. Names of process variables (all upper-case) and those that
/// differ in their numbers are taken as meant.
pub(super) fn is_slip(name: &str, known: &str) -> bool {
    let letters = |text: &str| text.replace(|c: char| c.is_ascii_digit(), "");
    let plain = name.contains(|c: char| c.is_ascii_lowercase()) && name.len().abs_diff(known.len()) <= 1 && name.len() > 2;
    plain && letters(name) != letters(known) && strsim::damerau_levenshtein(name, known) == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_slips_and_nothing_else() {
        let known = ["severity", "timeout", "http", "from"];
        for (name, near) in [("sevrity", "severity"), ("time_out", "timeout"), ("htpp", "http"), ("Http", "http"), ("form", "from")] {
            assert_eq!(nearest(name, known), Some(near), "{name}");
        }
        assert_eq!(nearest("apl", ["api", "aps"]), nearest("apl", ["aps", "api"]));
        for name in ["x", "description", "ab", ""] {
            assert_eq!(nearest(name, known), None, "{name}");
        }
    }

    #[test]
    fn tells_a_slip_from_another_name() {
        assert!(is_slip("apl", "api") && is_slip("databse", "database") && is_slip("ulr", "url"));
        for (name, known) in
            [("API_2", "API_1"), ("api2", "api1"), ("DB_HOST", "DB_HOTS"), ("API", "api"), ("host", "port"), ("api", "api")]
        {
            assert!(!is_slip(name, known), "{name} {known}");
        }
    }
}
