//! "Did you mean": the known name nearest to an unknown one.

/// What other tools call what has another name here.
const ELSEWHERE: [(&str, &[&str]); 11] = [
    ("title", &["name", "label", "description", "desc"]),
    ("needs", &["depends-on", "dependson", "depends", "requires", "after"]),
    ("severity", &["level", "priority", "criticality"]),
    ("argv", &["run", "cmd", "script", "args", "exec"]),
    ("address", &["host", "hostname", "endpoint", "target"]),
    ("url", &["uri", "link", "href", "endpoint"]),
    ("expect", &["expected", "assert", "assertions", "should"]),
    ("contains", &["body", "text"]),
    ("blocker", &["critical", "error", "fatal", "high", "must"]),
    ("warning", &["warn", "medium", "should"]),
    ("info", &["low", "note", "could"]),
];

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
    let known: Vec<&str> = known.into_iter().filter(|k| k.len() <= 96).collect();
    let (steps, near) = known.iter().map(|k| (distance(k), *k)).min()?;
    let allowed = 1 + wanted.chars().count().max(near.chars().count()) / 4;
    // A replacement of every letter is no misspelling.
    let slip = (steps <= allowed && steps < wanted.chars().count().min(near.chars().count())).then_some(near);
    let elsewhere = || {
        ELSEWHERE
            .iter()
            .filter(|(_, words)| words.contains(&wanted.as_str()))
            .find_map(|(here, _)| known.iter().find(|known| *known == here))
    };
    slip.or_else(|| elsewhere().copied())
}

/// The text without its digits: names that differ in their numbers are taken as meant.
fn letters(text: &str) -> String {
    text.replace(|c: char| c.is_ascii_digit(), "")
}

/// Whether `name` is `known` but for one slip of the pen. Names of process variables (all upper-case) and those that
/// differ in their numbers are taken as meant.
pub(super) fn is_slip(name: &str, known: &str) -> bool {
    let plain = name.contains(|c: char| c.is_ascii_lowercase()) && name.len().abs_diff(known.len()) <= 1 && name.len() > 2;
    plain && letters(name) != letters(known) && strsim::damerau_levenshtein(name, known) == 1
}

/// Whether `name` is `known` with one letter too few or too many within it, or two in each other's place. Another letter may
/// be meant (`SMTP_HOST`, `SFTP_HOST`), and so may an ending (`APP_KEY`, `APP_KEYS`) or a number.
pub(super) fn is_lost_letter(name: &str, known: &str) -> bool {
    let same = |a: &str, b: &str| {
        let sorted = |text: &str| {
            let mut letters: Vec<char> = text.chars().collect();
            letters.sort_unstable();
            letters
        };
        sorted(a) == sorted(b)
    };
    let ending = name.starts_with(known) || known.starts_with(name);
    let moved = name.len() != known.len() || same(name, known);
    name.len() >= 6 && !ending && moved && letters(name) != letters(known) && strsim::damerau_levenshtein(name, known) == 1
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
        assert_eq!(nearest("depends_on", ["needs", "title"]), Some("needs"));
        assert_eq!(nearest("critical", ["blocker", "info"]), Some("blocker"));
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

    #[test]
    fn a_lost_letter_is_told_from_another_name() {
        for (name, known, lost) in [
            ("DATABSE_URL", "DATABASE_URL", true),
            ("DATBAASE_URL", "DATABASE_URL", true),
            ("DATABASEE_URL", "DATABASE_URL", true),
            ("SMTP_HOST", "SFTP_HOST", false),
            ("APP_KEY", "APP_KEYS", false),
            ("DB_HOST_1", "DB_HOST_12", false),
            ("DB_H1OST", "DB_HOST", false),
            ("KYE", "KEY", false),
        ] {
            assert_eq!(is_lost_letter(name, known), lost, "{name} {known}");
        }
    }
}
