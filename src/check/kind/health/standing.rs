//! What status words mean: a closed table. A word that is not in it is never success.

use serde::{Deserialize, Serialize};

use super::words::listed;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Standing {
    /// It works.
    Up,
    /// It works, but not as it should.
    Degraded,
    /// It does not work, or not yet, or not any more.
    Down,
}

impl Standing {
    /// What `word` means, whatever its case; `None` for a word that is not known. What is made of good words only is good:
    /// `ACTIVE_HEALTHY`.
    pub(super) fn of(word: &str) -> Option<Self> {
        let word = word.trim().trim_end_matches('.').to_ascii_lowercase().replace(['-', ' '], "_");
        let lists = [("up", Self::Up), ("degraded", Self::Degraded), ("down", Self::Down)];
        let of = |word: &str| lists.into_iter().find_map(|(list, standing)| listed(list, word).then_some(standing));
        of(&word).or_else(|| word.trim_start_matches("active_").split('_').all(|part| of(part) == Some(Self::Up)).then_some(Self::Up))
    }

    /// What the state of a circuit breaker means: it is closed where calls go through (Resilience4j, Polly, Hystrix).
    pub(super) fn of_circuit(state: &str) -> Option<Self> {
        match state.to_ascii_lowercase().replace(['-', ' '], "_").as_str() {
            "closed" => Some(Self::Up),
            "half_open" => Some(Self::Degraded),
            "open" | "forced_open" | "isolated" => Some(Self::Down),
            _ => None,
        }
    }

    pub(super) fn is_good(self, allow_degraded: bool) -> bool {
        match self {
            Self::Up => true,
            Self::Degraded => allow_degraded,
            Self::Down => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_word_is_never_success() {
        for word in [
            "EROR",
            "",
            "okay-ish",
            "not ok",
            "UNKNOWN",
            "null",
            "0",
            "upp",
            "ok!",
            "excluded",
            "active",
            "up_soon",
            "not_healthy",
            "ok_",
            "active_error",
        ] {
            assert_eq!(Standing::of(word), None, "{word}");
        }
        for (word, standing) in [
            ("UP", Standing::Up),
            (" ok\n", Standing::Up),
            ("OUT_OF_SERVICE", Standing::Down),
            ("Degraded", Standing::Degraded),
            ("not ready", Standing::Down),
            ("ACTIVE_HEALTHY", Standing::Up),
            ("200 OK", Standing::Up),
        ] {
            assert_eq!(Standing::of(word), Some(standing), "{word}");
        }
    }
}
