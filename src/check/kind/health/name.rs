//! What the name of a member says of its value.

use super::{standing::Standing, words::listed};
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

impl Name {
    /// By the words it is made of: `failedChecks` and `failed_checks` are two. Whatever bad word it has counts; of the others
    /// the last, which is what the thing is.
    pub(super) fn of(name: &str) -> Self {
        let words = words_of(name);
        let is = |list: &str| words.last().is_some_and(|word| listed(list, word));
        match () {
            () if words.iter().any(|word| listed("bad", word)) || ["timedout", "readonly"].contains(&words.concat().as_str()) => Self::Bad,
            () if is("components") => Self::Components,
            () if is("about") => Self::About,
            () if is("well") => Self::Well,
            () if is("sentence") => Self::Sentence,
            () if is("settings") => Self::Setting,
            // `nodeNames` are several of one.
            () if is("description") || words.last().is_some_and(|word| listed("description", word.trim_end_matches('s'))) => {
                Self::Description
            }
            () if looks_secret(name) => Self::Description,
            () if words.iter().any(|word| word == "status" || word == "health") => Self::Well,
            () if is("parts") => Self::Part,
            () => Self::Other,
        }
    }

    /// Whether a text names what something is made with: `"cache": "redis"`.
    pub(super) fn is_made_with(text: &str) -> bool {
        listed("made", &text.to_ascii_lowercase())
    }

    /// Whether a description of this name has members that describe, whatever they are called.
    pub(super) fn describes_all_within(name: &str) -> bool {
        words_of(name).last().is_some_and(|word| listed("builds", word))
    }

    /// Whether it is one of circuit breakers, or stands among them.
    pub(super) fn is_circuit(path: &str) -> bool {
        words_of(path).windows(2).any(|two| two[0] == "circuit" && two[1].starts_with("breaker"))
    }

    /// Whether it is a name for the status of the whole.
    pub(super) fn is_of_the_whole(name: &str) -> bool {
        listed("whole", &words_of(name).concat())
    }

    /// Whether a word under this name may be the status of the whole, if it is a status word.
    pub(super) fn may_have_the_word(name: &str) -> bool {
        listed("word", &words_of(name).concat())
    }

    /// Whether a short text says that something is well: `Prometheus Server is Ready.`, `SERVER_IS_READY`.
    pub(super) fn is_well_told(text: &str) -> bool {
        let plain = text.trim_end_matches('.').chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, ' ' | '_'));
        let words = words_of(text);
        let denied = |word: &String| ["no", "not", "none", "nothing", "nobody", "never", "hardly"].contains(&word.as_str());
        plain
            && (3..=5).contains(&words.len())
            && ["is", "are"].contains(&words[words.len() - 2].as_str())
            && Standing::of(&words[words.len() - 1]) == Some(Standing::Up)
            && !words.iter().any(denied)
            && !Self::is_told_in(text)
    }

    /// Whether a number under this name counts bad things: `failures`, not `failed_requests_total`.
    pub(super) fn counts_bad(name: &str) -> bool {
        words_of(name).last().is_some_and(|word| listed("bad", word))
    }

    /// Whether a sentence names something bad that it does not deny: `no errors` does.
    pub(super) fn is_told_in(text: &str) -> bool {
        let words = words_of(text);
        let bad = |word: &str| listed("bad", word) || listed("told", word);
        let denied = |place: usize| place > 0 && ["no", "0", "without", "zero"].contains(&words[place - 1].as_str());
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
