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
    /// What is set and is as well on as off: `debug`.
    Setting,
    /// What a service is made of, where `true` says that it is well: `database`.
    Part,
    /// What holds components by name: `checks`.
    Components,
    /// What holds whatever is said beyond: `details`.
    About,
    /// Anything else. What stands there must be a word that is known to be good.
    Other,
}

/// Names whose values are components, whatever form they have.
const COMPONENTS: &str = "checks check components entries results services dependencies subsystems probes tests";

/// Names of the status of the whole, beside `status`, as one word.
const WHOLE: &str = "health healthstatus globalstatus overall overallstatus overallhealth servicestatus systemstatus applicationstatus \
    appstatus apistatus state status";

/// Names under which some answers have only a word that says how the whole is.
const WORD: &str = "message msg result res response";

/// Names of what is said beyond, components among it.
const ABOUT: &str = "details detail info data meta metadata extra";

/// What a service is made of, where `true` says that it is well.
const PARTS: &str = "api auth backend broker bucket cache cluster config connection connections database databases db disk dns \
    elasticsearch filesystem frontend grpc http kafka ldap mail mariadb memcached memory migrations mongo mongodb mysql nats network opensearch \
    postgres postgresql queue rabbitmq redis replica s3 scheduler search server session sessions smtp sqlite storage web worker workers";

/// Settings and ranks that are as well on as off.
const SETTINGS: &str = "coordinator critical debug default deprecated detailed development enabled experimental fatal initialized installed leader manager master \
    optional override production required sandbox standby test verbose";

/// Descriptions that have members of any kind in them.
const BUILDS: &str = "build buildinfo commit git labels license links os params parameters platform release runtime version versions";

const WELL: &str = "ok up healthy alive live ready success connected reachable available running online operational working responding \
    pass passed uptodate";

const BAD: &str = "error errors err fail fails failed failing failure failures down unhealthy degraded maintenance outage outages broken \
    dead offline unavailable unreachable unresponsive disconnected expired stale lost missing blocked draining stopping \
    terminating sealed corrupted exception exceptions warning warnings problem problems issue issues incident incidents \
    alarms alerts timedout deadlocked unassigned";

const SENTENCE: &str = "message msg description summary note notes comment text tagline messages output symptom nickname";

const DESCRIPTION: &str = "app application arch architecture at author branch build buildinfo commit contact datacenter date datetime docs \
    documentation duration edition elapsed env environment framework git groups hash host hostname id instance \
    interval ip kind label labels language latency license links locale location maintainer name namespace node os owner \
    params parameters path pid platform pod port product productname profile profiles protocol provider region release releaseid \
    revision runtime scope sha since service serviceid stage started tag tags team tier time timestamp timezone title took \
    type unit uptime uri url usename user username uuid vendor version versions zone";

impl Name {
    /// By the words it is made of: `failedChecks` and `failed_checks` are two. Whatever bad word it has counts; of the others
    /// the last, which is what the thing is.
    pub(super) fn of(name: &str) -> Self {
        let words = words_of(name);
        let is = |list: &str| words.last().is_some_and(|word| listed(list, word));
        match () {
            () if words.iter().any(|word| listed(BAD, word)) || listed("timedout readonly", &words.concat()) => Self::Bad,
            () if is(COMPONENTS) => Self::Components,
            () if is(ABOUT) => Self::About,
            () if is(WELL) => Self::Well,
            () if is(SENTENCE) => Self::Sentence,
            () if is(SETTINGS) => Self::Setting,
            // `nodeNames` are several of one.
            () if is(DESCRIPTION) || words.last().is_some_and(|word| listed(DESCRIPTION, word.trim_end_matches('s'))) => Self::Description,
            () if looks_secret(name) => Self::Description,
            () if words.iter().any(|word| listed("status health", word)) => Self::Well,
            () if is(PARTS) => Self::Part,
            () => Self::Other,
        }
    }

    /// Whether a text names what something is made with: `"cache": "redis"`.
    pub(super) fn is_of_a_part(text: &str) -> bool {
        listed(PARTS, &text.to_ascii_lowercase())
    }

    /// Whether a description of this name has members that describe, whatever they are called.
    pub(super) fn describes_all_within(name: &str) -> bool {
        words_of(name).last().is_some_and(|word| listed(BUILDS, word))
    }

    /// Whether it is one of circuit breakers, or stands among them.
    pub(super) fn is_circuit(path: &str) -> bool {
        words_of(path).windows(2).any(|two| two[0] == "circuit" && two[1].starts_with("breaker"))
    }

    /// Whether it is a name for the status of the whole.
    pub(super) fn is_of_the_whole(name: &str) -> bool {
        listed(WHOLE, &words_of(name).concat())
    }

    /// Whether a word under this name may be the status of the whole, if it is a status word.
    pub(super) fn may_have_the_word(name: &str) -> bool {
        listed(WORD, &words_of(name).concat())
    }

    /// Whether a short text says that something is well: `Prometheus Server is Ready.`, `SERVER_IS_READY`.
    pub(super) fn is_well_told(text: &str) -> bool {
        let plain = text.trim_end_matches('.').chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, ' ' | '_'));
        let words = words_of(text);
        let denied = |word: &String| listed("no not none nothing nobody never hardly", word);
        plain
            && (3..=5).contains(&words.len())
            && listed("is are", &words[words.len() - 2])
            && Standing::of(&words[words.len() - 1]) == Some(Standing::Up)
            && !words.iter().any(denied)
            && !Self::is_told_in(text)
    }

    /// Whether a number under this name counts bad things: `failures`, not `failed_requests_total`.
    pub(super) fn counts_bad(name: &str) -> bool {
        words_of(name).last().is_some_and(|word| listed(BAD, word))
    }

    /// Whether a sentence names something bad that it does not deny: `no errors` does.
    pub(super) fn is_told_in(text: &str) -> bool {
        const TOLD: &str = "refused cannot unable exhausted timeout timed full not denied exceeded crashed";
        let words = words_of(text);
        let bad = |word: &str| listed(BAD, word) || listed(TOLD, word);
        let denied = |place: usize| place > 0 && listed("no 0 without zero", &words[place - 1]);
        (0..words.len()).any(|place| bad(&words[place]) && !denied(place))
    }
}

fn listed(list: &str, word: &str) -> bool {
    list.split_whitespace().any(|one| one == word)
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
            ("database", Name::Part),
            ("crashed", Name::Other),
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
