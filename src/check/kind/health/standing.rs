//! What status words mean: a closed table. A word that is not in it is never success.

use serde::{Deserialize, Serialize};

/// How well something is.
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

/// Words in lower case, `-` and spaces as `_`. Sources: draft-inadarei-api-health-check, Spring Boot's `Status`,
/// ASP.NET Core's `HealthStatus`, MicroProfile Health, @nestjs/terminus, Kubernetes' `livez`/`readyz`, gRPC health v1,
/// Consul, Elasticsearch, Kibana, django-health-check; and what home-made answers say of connections.
const WORDS: &[(Standing, &[&str])] = &[
    (
        Standing::Up,
        &[
            "ok",
            "up",
            "pass",
            "passed",
            "passing",
            "healthy",
            "ready",
            "alive",
            "live",
            "serving",
            "green",
            "true",
            "available",
            "connected",
            "running",
            "online",
            "operational",
            "working",
            "success",
            "good",
            "pong",
            "valid",
            "established",
            "health_ok",
            "200",
        ],
    ),
    (Standing::Degraded, &["warn", "warning", "degraded", "yellow", "partial", "health_warn"]),
    (
        Standing::Down,
        &[
            "down",
            "fail",
            "failed",
            "failing",
            "failure",
            "error",
            "unhealthy",
            "critical",
            "out_of_service",
            "unavailable",
            "not_ready",
            "not_serving",
            "starting",
            "stopping",
            "stopped",
            "shutting_down",
            "maintenance",
            "red",
            "false",
            "ko",
            "disconnected",
            "unreachable",
            "offline",
            "dead",
            "broken",
            "crashed",
            "timeout",
            "refused",
            "invalid",
            "health_err",
        ],
    ),
];

impl Standing {
    /// What `word` means, whatever its case; `None` for a word that is not known.
    pub(super) fn of(word: &str) -> Option<Self> {
        let word = word.trim().trim_end_matches('.').to_ascii_lowercase().replace(['-', ' '], "_");
        WORDS.iter().find(|(_, words)| words.contains(&word.as_str())).map(|(standing, _)| *standing)
    }

    /// Whether it is good enough.
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
        for word in ["EROR", "", "okay-ish", "not ok", "UNKNOWN", "null", "0", "upp", "ok!", "excluded"] {
            assert_eq!(Standing::of(word), None, "{word}");
        }
        for (word, standing) in [
            ("UP", Standing::Up),
            (" ok\n", Standing::Up),
            ("OUT_OF_SERVICE", Standing::Down),
            ("Degraded", Standing::Degraded),
            ("not ready", Standing::Down),
        ] {
            assert_eq!(Standing::of(word), Some(standing), "{word}");
        }
    }

    #[test]
    fn no_word_means_two_things() {
        let all: Vec<&str> = WORDS.iter().flat_map(|(_, words)| words.iter().copied()).collect();
        for word in &all {
            assert_eq!(all.iter().filter(|other| *other == word).count(), 1, "{word}");
        }
    }
}
