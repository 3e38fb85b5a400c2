//! Words that stand for a value: "changeme", "your-secret-key", "dev-activities-key", kept in `words.txt`.
//!
//! A strong random value may contain a short word by chance. So long phrases count anywhere; words for an environment
//! count as a word of their own; all other words count only where they make up much of the value.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};
use strsim::osa_distance;

use super::{
    flaw::{Class, Flaw},
    words::list,
};

/// The phrases that count anywhere.
static PHRASES: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| AhoCorasick::new(list("phrases")).ok());

/// Words and stages, the longest of those that begin at one place.
static PARTS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let all = list("words").iter().chain(list("stages"));
    AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(all).ok()
});

/// What `text` gives away by its words.
pub(super) fn flaw(text: &str) -> Option<Flaw> {
    let found = |what: &str| Some(Flaw::new(Class::Placeholder, what));
    if is_masked(text) {
        return found("a masked value: what a screen shows of one");
    }
    let (accents, signs) = (list("accents"), list("signs"));
    let lower: String = text.to_lowercase().chars().map(|c| letter(accents, c)).collect();
    let joined: String = lower.chars().filter(|c| c.is_alphanumeric()).collect();
    let unleeted: String = lower.chars().map(|c| letter(signs, c)).filter(|c| c.is_alphanumeric()).collect();
    let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let random = looks_random(text);
    let phrase = |joined: &str| PHRASES.as_ref().is_some_and(|phrases| phrases.is_match(joined));
    if phrase(&joined) || (!random && (phrase(&unleeted) || misspelt(&words))) {
        return found("a placeholder");
    }
    if names_a_stage(text, &words, random) {
        return found("a value that says it is for development or tests");
    }
    let (covered, telling) = coverage(&joined);
    if telling && covered * 10 >= joined.chars().count() * 4 {
        return found("words that stand for a value");
    }
    None
}

/// Whether marks stand where the rest of the value was.
fn is_masked(text: &str) -> bool {
    let run = |(mark, least)| text.split(|c| c != mark).any(|run| run.chars().count() >= least);
    [('*', 3), ('•', 3), ('●', 3), ('█', 3), ('.', 3), ('…', 1), ('x', 4), ('X', 4)].into_iter().any(run)
}

fn names_a_stage(text: &str, words: &[&str], random: bool) -> bool {
    let stage = |lists: &[&str], word: &&str| {
        let bare = word.trim_end_matches(|c: char| c.is_ascii_digit());
        lists.iter().any(|name| list(name).contains(&bare) || list(name).contains(word))
    };
    let anywhere = |word: &&str| stage(&["stages"], word);
    let own = |mark: Option<char>| mark.is_some_and(|c| "-_.: ".contains(c));
    let (text, marked) = (text.trim(), |c: char| !c.is_alphanumeric());
    let first = words.first().is_some_and(|word| stage(&["stages", "first"], word)) && own(text.chars().find(|c| marked(*c)));
    let last = words.last().is_some_and(|word| stage(if random { &["stages"] } else { &["stages", "first"] }, word));
    let at_an_end = words.len() > 1 && (first || (last && own(text.chars().rfind(|c| marked(*c)))));
    if random { at_an_end } else { !is_passphrase(words) && (at_an_end || words.iter().any(anywhere)) }
}

/// Whether `word` is one for an environment, production included.
pub(super) fn names_an_environment(word: &str) -> bool {
    let word = word.to_lowercase();
    ["production", "stages", "first"].iter().any(|name| list(name).contains(&&*word))
}

/// Several words of which none but one is on a list: drawn, not written down to describe anything.
fn is_passphrase(words: &[&str]) -> bool {
    let letters = words.iter().filter(|word| word.chars().all(char::is_alphabetic));
    let (listed, drawn): (Vec<&str>, Vec<&str>) =
        letters.partition(|word| ["stages", "first", "words"].iter().any(|name| list(name).contains(word)));
    listed.len() <= 1 && drawn.len() >= 3 && drawn.iter().all(|word| word.chars().count() >= 3)
}

/// Whether a word, or two that stand together, are one of a list but for one typing error.
fn misspelt(words: &[&str]) -> bool {
    let pairs = words.windows(2).map(|pair| pair.concat());
    words.iter().map(|word| (*word).to_owned()).chain(pairs).any(|word| {
        let bare = word.trim_matches(|c: char| c.is_ascii_digit());
        list("fuzzy").iter().any(|known| bare.len().abs_diff(known.len()) <= 1 && bare.len() >= 7 && osa_distance(bare, known) <= 1)
    })
}

/// The letter that `c` stands for, by a list of words that each begin with it: one without its accent, or the one that a digit
/// or sign is written for.
fn letter(list_of: &[&str], c: char) -> char {
    let meant = list_of.iter().find(|word| word.chars().skip(1).any(|other| other == c));
    meant.and_then(|word| word.chars().next()).unwrap_or(c)
}

/// Whether some unbroken part of at least 16 characters mixes letters and digits.
fn looks_random(text: &str) -> bool {
    text.split(['-', '_', '.', ':', ' ']).any(|part| {
        part.len() >= 16
            && part.bytes().filter(u8::is_ascii_digit).count() >= 2
            && part.bytes().filter(u8::is_ascii_alphabetic).count() >= 2
    })
}

/// How many characters of `joined` are words, and whether one of them tells something.
fn coverage(joined: &str) -> (usize, bool) {
    let found = PARTS.iter().flat_map(|words| words.find_iter(joined)).map(|found| &joined[found.range()]);
    found.fold((0, false), |(covered, telling), word| (covered + word.chars().count(), telling || !list("filling").contains(&word)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders() {
        for text in [
            "changeme",
            "CHANGE_ME_TO_A_COMPLEX_RANDOM_SECRET",
            "dev-secret-key-change-in-production",
            "dev-activities-key",
            "your-256-bit-secret",
            "a-string-secret-at-least-256-bits-long",
            "<ENCRYPTION_KEY_MUST_BE_32_LONG>",
            "this_password_is_insecure_and_should_be_updated",
            "AKIAIOSFODNN7EXAMPLE",
            "test1234",
            "local",
            "Secret123!",
            "mysupersecretjwtkey",
            "my-app-test-token",
            "xxxxxxxxxxxx",
            "dev-8f3a9c1e7b2d4f60a1b2c3d4",
            "foobar",
            "Adminadmin1",
            // Masked.
            "sk-proj-****wXyZ",
            "••••••••",
            "AKIA…7Q2X",
            "sk_live_51H...9xQv",
            "[REDACTED]",
            // Other languages, and marks for letters.
            "BitteÄndern!",
            "changez-moi",
            "tu_contraseña",
            "minha-senha-secreta",
            "wachtwoord123",
            "zmień_mnie",
            "degistir",
            "ваш-пароль-2024",
            "请修改密码",
            "パスワード",
            "ch4ng3m3-n0w",
            "$up3rs3cr3t",
            // One typing error.
            "chnageme",
            "cahnge-me",
            "pasword1",
            "repalceme",
            "placehodler",
            // Other environments.
            "preprod-8f3a9c1e7b2d4f60a1b2c3d4",
            "uat_8f3a9c1e7b2d4f60a1b2c3d4",
            "qa-8f3a9c1e7b2d4f60a1b2c3d4",
            "orders-webhook-staging",
            "8f3a9c1e7b2d4f60a1b2c3d4-staging",
            "sk-xxxx-1234",
        ] {
            assert!(flaw(text).is_some(), "{text}");
        }
    }

    #[test]
    fn words_by_chance() {
        for text in [
            "8Jdev2kqLw93hTzQpX7vRtYbN4mC6sDf",
            "aGVsbG8/dev/d29ybGQ3NzM5MTk5MjQ4NDg=",
            "Zk3-Rw9-devoted-Lm7",
            "9f86d081884c7d659a2feaa0c55ad015",
            "correct-horse-battery-staple",
            "secret_AbCd1234EfGh5678IjKl9012MnOp3456QrSt789",
            "xoxb-2345678901-2345678901234-AbCdEfGhIjKlMnOp",
            "Kp7+test/9xQvB2mNc4LsW8rTy6UhJ1d=",
            "velvet-test-plank-mosaic",
            "test otter velvet plank",
            "Xq7..Rw9*#Lm2!vB",
        ] {
            assert_eq!(flaw(text), None, "{text}");
        }
    }
}
