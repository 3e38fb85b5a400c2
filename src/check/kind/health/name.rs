//! What the name of a member says of its value.

use super::standing::Standing;
use crate::model::{looks_secret, words_of};

/// What kind of value a name leads one to expect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Name {
    /// Something that is well where it is true: `connected`.
    Well,
    /// Something that is bad where there is any of it: `errors`, `degraded`, `failedChecks`.
    Bad,
    /// A sentence for people: `message`.
    Sentence,
    /// What describes the service and says nothing of its health: `region`, `version`, `uptime`.
    Description,
    /// What holds components by name: `checks`.
    Components,
    /// What holds whatever is said beyond: `details`.
    About,
    /// Anything else: most often a component.
    Other,
}

/// Names whose values are components, whatever form they have.
const COMPONENTS: &[&str] =
    &["checks", "check", "components", "entries", "results", "services", "dependencies", "subsystems", "probes", "tests"];

/// Names of the status of the whole, beside `status`, as one word.
const WHOLE: &[&str] = &[
    "health",
    "healthstatus",
    "globalstatus",
    "overall",
    "overallstatus",
    "overallhealth",
    "servicestatus",
    "systemstatus",
    "applicationstatus",
    "appstatus",
    "apistatus",
    "state",
    "status",
];

/// Names under which some answers have only a word that says how the whole is.
const WORD: &[&str] = &["message", "msg", "result", "res", "response"];

/// Names of what is said beyond, components among it.
const ABOUT: &[&str] = &["details", "detail", "info", "data", "meta", "metadata", "extra"];

const WELL: &[&str] = &[
    "ok",
    "up",
    "healthy",
    "alive",
    "live",
    "ready",
    "success",
    "connected",
    "reachable",
    "available",
    "running",
    "online",
    "operational",
    "working",
    "responding",
    "pass",
    "passed",
];

const BAD: &[&str] = &[
    "error",
    "errors",
    "err",
    "fail",
    "fails",
    "failed",
    "failing",
    "failure",
    "failures",
    "down",
    "unhealthy",
    "degraded",
    "maintenance",
    "outage",
    "outages",
    "broken",
    "dead",
    "offline",
    "unavailable",
    "unreachable",
    "unresponsive",
    "disconnected",
    "expired",
    "stale",
    "lost",
    "missing",
    "blocked",
    "draining",
    "stopping",
    "terminating",
    "sealed",
    "corrupted",
    "exception",
    "exceptions",
    "warning",
    "warnings",
    "problem",
    "problems",
    "issue",
    "issues",
    "incident",
    "incidents",
    "alarms",
    "alerts",
    "timedout",
    "deadlocked",
    "unassigned",
];

const SENTENCE: &[&str] =
    &["message", "msg", "description", "summary", "note", "notes", "output", "reason", "comment", "text", "tagline", "reasons", "messages"];

const DESCRIPTION: &[&str] = &[
    "app",
    "application",
    "arch",
    "architecture",
    "at",
    "author",
    "branch",
    "build",
    "buildinfo",
    "commit",
    "contact",
    "datacenter",
    "date",
    "datetime",
    "debug",
    "development",
    "docs",
    "documentation",
    "duration",
    "edition",
    "elapsed",
    "env",
    "environment",
    "framework",
    "git",
    "groups",
    "hash",
    "host",
    "hostname",
    "id",
    "instance",
    "interval",
    "ip",
    "kind",
    "label",
    "language",
    "latency",
    "license",
    "links",
    "locale",
    "location",
    "maintainer",
    "mode",
    "name",
    "namespace",
    "node",
    "os",
    "owner",
    "path",
    "pid",
    "platform",
    "pod",
    "port",
    "product",
    "productname",
    "production",
    "profile",
    "profiles",
    "protocol",
    "provider",
    "region",
    "release",
    "releaseid",
    "revision",
    "role",
    "runtime",
    "sha",
    "since",
    "sandbox",
    "service",
    "serviceid",
    "stage",
    "started",
    "tag",
    "tags",
    "team",
    "tier",
    "time",
    "timestamp",
    "timezone",
    "title",
    "took",
    "type",
    "unit",
    "uptime",
    "uri",
    "url",
    "uuid",
    "vendor",
    "verbose",
    "version",
    "versions",
    "zone",
];

impl Name {
    /// By the words it is made of: `failedChecks` and `failed_checks` are two. Whatever bad word it has counts; of the others
    /// the last, which is what the thing is.
    pub(super) fn of(name: &str) -> Self {
        let words = words_of(name);
        let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
        let is = |list: &[&str]| words.last().is_some_and(|word| list.contains(&word.as_str()));
        match () {
            () if has(BAD) || ["timedout", "readonly"].contains(&words.concat().as_str()) => Self::Bad,
            () if is(COMPONENTS) => Self::Components,
            () if is(ABOUT) => Self::About,
            () if is(WELL) => Self::Well,
            () if is(SENTENCE) => Self::Sentence,
            () if is(DESCRIPTION) || looks_secret(name) => Self::Description,
            () => Self::Other,
        }
    }

    /// Whether it is a name for the status of the whole.
    pub(super) fn is_of_the_whole(name: &str) -> bool {
        WHOLE.contains(&words_of(name).concat().as_str())
    }

    /// Whether a word under this name may be the status of the whole, if it is a status word.
    pub(super) fn may_have_the_word(name: &str) -> bool {
        WORD.contains(&words_of(name).concat().as_str())
    }

    /// Whether a short text says that something is well: `Prometheus Server is Ready.`, `SERVER_IS_READY`.
    pub(super) fn is_well_told(text: &str) -> bool {
        let plain = text.trim_end_matches('.').chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, ' ' | '_'));
        let words = words_of(text);
        let denied = |word: &String| matches!(word.as_str(), "no" | "not" | "none" | "nothing" | "nobody" | "never" | "hardly");
        plain
            && (3..=5).contains(&words.len())
            && ["is", "are"].contains(&words[words.len() - 2].as_str())
            && Standing::of(&words[words.len() - 1]) == Some(Standing::Up)
            && !words.iter().any(denied)
            && !Self::is_told_in(text)
    }

    /// Whether a number under this name counts bad things: `failures`, not `failed_requests_total`.
    pub(super) fn counts_bad(name: &str) -> bool {
        words_of(name).last().is_some_and(|word| BAD.contains(&word.as_str()))
    }

    /// Whether a sentence names something bad that it does not deny: `no errors` does.
    pub(super) fn is_told_in(text: &str) -> bool {
        const TOLD: &[&str] =
            &["refused", "cannot", "unable", "exhausted", "timeout", "timed", "full", "not", "denied", "exceeded", "crashed"];
        let words = words_of(text);
        let bad = |word: &str| BAD.contains(&word) || TOLD.contains(&word);
        let denied = |place: usize| place > 0 && matches!(words[place - 1].as_str(), "no" | "0" | "without" | "zero");
        (0..words.len()).any(|place| bad(&words[place]) && !denied(place))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_told_by_its_words() {
        for (name, is) in [
            ("failedChecks", Name::Bad),
            ("failed_checks", Name::Bad),
            ("timed_out", Name::Bad),
            ("db_check", Name::Components),
            ("checkResults", Name::Components),
            ("isConnected", Name::Well),
            ("errorMessage", Name::Bad),
            ("status_message", Name::Sentence),
            ("AndroidLatestVersion", Name::Description),
            ("server_time_utc", Name::Other),
            ("database", Name::Other),
            ("", Name::Other),
        ] {
            assert_eq!(Name::of(name), is, "{name}");
        }
        assert!(Name::counts_bad("failures") && !Name::counts_bad("failed_requests_total"));
    }

    #[test]
    fn a_short_text_says_that_something_is_well() {
        for (text, well) in [
            ("Prometheus Server is Ready.", true),
            ("SERVER_IS_READY", true),
            ("all shards are ready", true),
            ("SERVER_IS_NOT_SHUTTING_DOWN", false),
            ("nothing is ok", false),
            ("Redis down, cache is ok", false),
            ("the failed service is running", false),
            ("is ok", false),
        ] {
            assert_eq!(Name::is_well_told(text), well, "{text}");
        }
    }

    #[test]
    fn a_sentence_is_bad_news_unless_it_denies_it() {
        for (text, bad) in [
            ("All systems operational", false),
            ("no errors", false),
            ("0 failed, 12 passed", false),
            ("connection refused", true),
            ("errors: 3", true),
            ("The database does not answer", true),
        ] {
            assert_eq!(Name::is_told_in(text), bad, "{text}");
        }
    }
}
