//! libpq's connection keywords, their PG* variables, and which of them are refused: `keywords.txt`.

use std::sync::LazyLock;

#[derive(Debug)]
pub(super) struct Keyword {
    pub(super) name: &'static str,
    pub(super) variable: Option<&'static str>,
    pub(super) refusal: Option<Refusal>,
}

/// Why a keyword cannot be honoured.
#[derive(Debug)]
pub(super) struct Refusal {
    /// Values, lower-case, that change nothing.
    pub(super) neutral: Vec<&'static str>,
    pub(super) why: &'static str,
}

pub(super) static KEYWORDS: LazyLock<Vec<Keyword>> = LazyLock::new(|| lines().filter_map(Keyword::read).collect());

fn lines() -> impl Iterator<Item = &'static str> {
    include_str!("keywords.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#'))
}

impl Keyword {
    /// `name VARIABLE`, of a refused one also ` ! neutral values: why`.
    fn read(line: &'static str) -> Option<Self> {
        let (head, refusal) = line.split_once(" ! ").map_or((line, None), |(head, refusal)| (head, refusal.split_once(": ")));
        let (name, variable) = head.split_once(' ')?;
        let refusal = refusal.map(|(neutral, why)| Refusal { neutral: neutral.split_whitespace().collect(), why });
        Some(Self { name, variable: Some(variable).filter(|variable| *variable != "-"), refusal })
    }

    /// The keyword of that name, or of what other programs than libpq call it.
    pub(super) fn named(name: &str) -> Option<&'static Self> {
        let name = match name {
            "currentSchema" | "search_path" | "schema_search_path" => "schema",
            "ApplicationName" => "application_name",
            "encoding" | "charset" => "client_encoding",
            "loadBalanceHosts" => "load_balance_hosts",
            "tcpKeepAlive" => "keepalives",
            name => name,
        };
        KEYWORDS.iter().find(|keyword| keyword.name == name)
    }

    /// The keyword most like `name`, for "did you mean".
    pub(super) fn like(name: &str) -> Option<&'static str> {
        let score = |keyword: &Keyword| strsim::jaro_winkler(keyword.name, name);
        let best = KEYWORDS.iter().max_by(|a, b| score(a).total_cmp(&score(b)))?;
        (score(best) > 0.85).then_some(best.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_found() {
        for keyword in &*KEYWORDS {
            assert_eq!(KEYWORDS.iter().filter(|other| other.name == keyword.name).count(), 1, "{}", keyword.name);
        }
        assert_eq!(KEYWORDS.len(), super::lines().count());
        let refused = KEYWORDS.iter().filter(|keyword| keyword.refusal.is_some()).count();
        assert_eq!(refused, super::lines().filter(|line| line.contains('!')).count());
        assert_eq!(Keyword::like("ssl_mode"), Some("sslmode"));
        assert_eq!(Keyword::like("quux"), None);
    }
}
