//! Words that stand for a value: "changeme", "your-secret-key", "dev-activities-key".
//!
//! A strong random value may contain a short word by chance. So long phrases count anywhere; words for an environment
//! count as a word of their own; all other words count only where they make up much of the value.

use super::flaw::{Class, Flaw};

/// At six letters and more a phrase is no accident (one in 10^8 for 44 random characters).
const PHRASES: &str = "\
    changeme changeit changethis changeinprod changeinprd changebefore changemenow pleasechange tobechanged \
    tobemodified mustbechanged shouldbechanged shouldbeupdated overrideme overridethis replaceme replacethis \
    replacewith replaceit tobereplaced setme setthis fillme fillin putyour enteryour addyour insertyour inserthere \
    keyhere tokenhere secrethere passwordhere valuehere goeshere yoursecret yourpassword yourtoken yourapikey \
    yourapi yourkey yourown yourencryption yourjwt yourstrong yoursuper example placeholder dummyvalue fixmefix \
    generateanew generateme getakeyfrom supersecret verysecret topsecret notsosecret notsecure insecure notasecret \
    thisisasecret iamasecret randomstring loremipsum deadbeefdeadbeef donotuse";

/// Words for an environment that is not production.
const STAGES: &str = "\
    dev devel develop development test testing tests demo local localhost localdev sandbox staging sample fake dummy \
    mock tutorial quickstart";

/// Words that only describe what the value is.
const WORDS: &str = "\
    password passwd passw0rd p@ssw0rd p@ssword pass secret s3cret s3cr3t token apikey jwt key auth default admin \
    administrator root user username login guest master private public signing encryption session cookie super very \
    long strong safe secure random string value here your my our the this that todo fixme tbd xxx qwerty letmein \
    hunter2 foobar foo bar baz abc123 12345 123 lorem ipsum welcome monkey service app api prod production database \
    server internal";

/// Words that alone give nothing away, however much of the value they are.
const FILLING: &str = "\
    my our the this that very long prod production";

/// What `text` gives away by its words.
pub fn flaw(text: &str) -> Option<Flaw> {
    let found = |what: &str| Some(Flaw::new(Class::Placeholder, what));
    let lower = text.to_lowercase();
    let joined: String = lower.chars().filter(|c| c.is_alphanumeric()).collect();
    if PHRASES.split(' ').any(|phrase| joined.contains(phrase)) || joined.contains("xxxxxx") {
        return found("a placeholder");
    }
    let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let is_stage = |word: &&str| STAGES.split(' ').any(|stage| stage == word.trim_end_matches(|c: char| c.is_ascii_digit()));
    let names_a_stage = if looks_random(text) {
        words.len() > 1 && words.first().is_some_and(is_stage) && own_first_word(text)
    } else {
        words.iter().any(is_stage)
    };
    if names_a_stage {
        return found("a value that says it is for development or tests");
    }
    let (covered, telling) = coverage(&joined);
    if telling && covered * 10 >= joined.chars().count() * 4 {
        return found("words that stand for a value");
    }
    None
}

/// Whether the first word ends at a mark that base64 does not use within a value.
fn own_first_word(text: &str) -> bool {
    text.trim().chars().find(|c| !c.is_alphanumeric()).is_some_and(|c| matches!(c, '-' | '_' | '.' | ':' | ' '))
}

/// Whether some unbroken part of at least 16 characters mixes letters and digits.
fn looks_random(text: &str) -> bool {
    text.split(['-', '_', '.', ':', ' ']).any(|part| {
        part.len() >= 16
            && part.bytes().filter(u8::is_ascii_digit).count() >= 2
            && part.bytes().filter(u8::is_ascii_alphabetic).count() >= 2
    })
}

/// How many characters of `joined` are words, longest first, and whether one of them tells something.
fn coverage(joined: &str) -> (usize, bool) {
    let all: Vec<&str> = WORDS.split(' ').chain(STAGES.split(' ')).collect();
    let (mut rest, mut covered, mut telling) = (joined, 0, false);
    while let Some(c) = rest.chars().next() {
        // A word written with marks, like `p@ssw0rd`, stands here without them.
        let word = all.iter().copied().filter(|word| rest.starts_with(word)).max_by_key(|word| word.len());
        if let Some(word) = word {
            covered += word.chars().count();
            telling |= FILLING.split(' ').all(|filling| filling != word);
        }
        rest = &rest[word.map_or(c.len_utf8(), |word| word.len())..];
    }
    (covered, telling)
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
        ] {
            assert_eq!(flaw(text), None, "{text}");
        }
    }
}
