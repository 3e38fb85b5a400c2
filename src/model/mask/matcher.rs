//! Where the known secrets stand in a text.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashSet},
    sync::{LazyLock, OnceLock},
};

use aho_corasick::{AhoCorasick, MatchKind};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use regex::{Captures, Regex};
use zxcvbn::zxcvbn;

use super::{
    super::{looks_secret, text::CUT},
    forms::{encodings, spellings},
    regex,
};

/// Below this many bytes a value is masked only where it stands as a credential.
const SHORTEST: usize = 6;

/// Below this many bytes a value of letters or digits alone may be a word.
const LONGEST_WORD: usize = 12;

/// A word that takes fewer guesses than this (log10) stands in dictionaries.
const RARE: f64 = 7.5;

/// From this many bytes on the beginning of a value is masked where the rest of it was cut off.
const SHORTEST_BEGINNING: usize = 4;

/// So many bytes at the beginning of a form are looked for first: nearly every text has none of them, and an automaton of
/// whole forms takes time and memory that grow with each byte of each secret.
const BEGINNING: usize = 12;

#[derive(Debug)]
pub(super) struct Matcher {
    /// `None` where there is nothing to look for.
    beginnings: Option<AhoCorasick>,
    /// The patterns of each beginning.
    begun: Vec<Vec<usize>>,
    /// Of the whole forms; made once something is found.
    forms: OnceLock<AhoCorasick>,
    patterns: Vec<Pattern>,
    /// Values too short or too common to be masked wherever they stand, in lower case, by value.
    weak: BTreeMap<String, String>,
}

#[derive(Debug)]
struct Pattern {
    form: String,
    /// What stands in its place.
    said: String,
    /// It is made of words, so a piece of a longer word is not it.
    wordy: bool,
}

impl Matcher {
    /// Looks for the values of `names`, each by its name, but for what stands in the plan for all to read.
    pub(super) fn new(names: &BTreeMap<String, String>, plain_words: &HashSet<String>) -> Self {
        let (mut forms, mut weak): (BTreeMap<String, Pattern>, BTreeMap<String, String>) = Default::default();
        let mut add = |form: String, said: &str, wordy: bool| {
            forms.entry(form.to_ascii_lowercase()).or_insert_with(|| Pattern { form, said: said.to_owned(), wordy });
        };
        let plain = standing_in(names.keys(), plain_words);
        for (value, name) in names {
            let weak_value = plain.contains(value.as_str()) || is_weak(value);
            let said = format!("${{{name}}}");
            encodings(value).into_iter().for_each(|form| add(form, &said, false));
            let one_case = *value == value.to_lowercase() || *value == value.to_uppercase();
            let wordy = value.bytes().all(|byte| byte.is_ascii_digit()) || one_case && !value.bytes().any(|byte| byte.is_ascii_digit());
            for form in spellings(value) {
                if weak_value {
                    weak.entry(form.to_lowercase()).or_insert_with(|| said.clone());
                } else {
                    add(form, &said, wordy);
                }
            }
        }
        let patterns: Vec<Pattern> = forms.into_values().collect();
        let mut begun: BTreeMap<Vec<u8>, Vec<usize>> = BTreeMap::new();
        for (number, pattern) in patterns.iter().enumerate() {
            let form = pattern.form.as_bytes();
            begun.entry(form[..form.len().min(BEGINNING)].to_ascii_lowercase()).or_default().push(number);
        }
        let beginnings = (!begun.is_empty()).then(|| automaton(MatchKind::Standard, begun.keys()));
        Self { beginnings, begun: begun.into_values().collect(), forms: OnceLock::new(), patterns, weak }
    }

    /// Whether something may have to be hidden.
    pub(super) fn finds(&self, text: &str) -> bool {
        self.holds_a_form(text.as_bytes()) || !self.weak.is_empty() && text.contains([':', '=']) && NAMED.is_match(text)
    }

    fn holds_a_form(&self, text: &[u8]) -> bool {
        let whole = |found: aho_corasick::Match| {
            self.begun[found.pattern()].iter().any(|number| {
                let form = self.patterns[*number].form.as_bytes();
                text.get(found.start()..found.start() + form.len()).is_some_and(|there| there.eq_ignore_ascii_case(form))
            })
        };
        self.beginnings.as_ref().is_some_and(|beginnings| beginnings.find_overlapping_iter(text).any(whole))
    }

    /// The text without what is known.
    pub(super) fn mask(&self, text: &str) -> String {
        let text = self.without_beginnings(text);
        let mut masked = String::with_capacity(text.len());
        let forms = self.forms.get_or_init(|| automaton(MatchKind::LeftmostLongest, self.patterns.iter().map(|pattern| &pattern.form)));
        forms.replace_all_with(&text, &mut masked, |found, form, out| {
            let Pattern { said, wordy, .. } = &self.patterns[found.pattern()];
            let glued = *wordy
                && (joins(text[..found.start()].chars().next_back(), form.chars().next())
                    || joins(form.chars().next_back(), text[found.end()..].chars().next()));
            out.push_str(if glued { form } else { said });
            true
        });
        self.without_weak(&masked).into_owned()
    }

    /// Where a text was cut off, the beginning of a secret may be left of it.
    fn without_beginnings<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let Some((cut, rest)) = text.rsplit_once(CUT) else { return Cow::Borrowed(text) };
        let mut out = String::with_capacity(text.len());
        for part in cut.split(CUT) {
            let (length, said) = self.beginning(part).unwrap_or_default();
            out.extend([&part[..part.len() - length], said, CUT]);
        }
        Cow::Owned(out + rest)
    }

    /// How many bytes at the end of `text` begin a secret, the most there are, and the secret's name.
    fn beginning(&self, text: &str) -> Option<(usize, &str)> {
        let ends = |begun: &str| {
            let at = text.len().checked_sub(begun.len()).filter(|at| text.is_char_boundary(*at));
            at.is_some_and(|at| text[at..].eq_ignore_ascii_case(begun))
        };
        let begun = |pattern: &str| {
            let lengths = (SHORTEST_BEGINNING..pattern.len()).rev().filter(|length| pattern.is_char_boundary(*length));
            lengths.into_iter().find(|length| ends(&pattern[..*length]))
        };
        let found = self.patterns.iter().filter_map(|pattern| Some((begun(&pattern.form)?, pattern.said.as_str())));
        found.max_by_key(|(length, _)| *length)
    }

    /// Without the values that are masked only where they stand as a credential: after a name that looks secret.
    fn without_weak<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if self.weak.is_empty() {
            return Cow::Borrowed(text);
        }
        NAMED.replace_all(text, |found: &Captures<'_>| {
            let said = self.weak(&found["value"]).filter(|_| looks_secret(&found["name"])).map(|said| Cow::Borrowed(said.as_str()));
            // In "note: password=x" the second name is a part of the first one's value.
            let value = said.unwrap_or_else(|| self.without_weak(found.name("value").map_or("", |value| value.as_str())));
            format!("{}{}{value}{}", &found["name"], &found["between"], &found["end"])
        })
    }

    /// What is said for a weak value, or for a login that ends with one in base64.
    fn weak(&self, value: &str) -> Option<&String> {
        self.weak.get(&value.to_lowercase()).or_else(|| {
            let login = String::from_utf8(STANDARD.decode(value).ok()?).ok()?;
            self.weak.get(&login.split_once(':')?.1.to_lowercase())
        })
    }
}

/// Whether a value would be found in texts that know nothing of it, so that its name in its place tells what it is: a
/// short one, one that the plan itself has, a word of a dictionary.
fn is_weak(value: &str) -> bool {
    let mut parts = value.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty());
    let (word, more) = (parts.next().unwrap_or_default(), parts.next().is_some());
    let one_kind = word.chars().all(char::is_alphabetic) || word.bytes().all(|byte| byte.is_ascii_digit());
    let common = || !more && one_kind && value.len() < LONGEST_WORD && zxcvbn(word, &[]).guesses_log10() < RARE;
    value.len() < SHORTEST || common()
}

/// Those of `values` that stand in one of `texts` as themselves and not as a piece of a longer word.
fn standing_in<'v>(values: impl Iterator<Item = &'v String> + Clone, texts: &HashSet<String>) -> HashSet<&'v str> {
    let all: Vec<&str> = values.map(String::as_str).collect();
    let mut standing = HashSet::new();
    if all.is_empty() {
        return standing;
    }
    // Here case matters.
    let automaton = AhoCorasick::new(&all).unwrap_or_else(|error| unreachable!("{error}"));
    for text in texts {
        for found in automaton.find_overlapping_iter(text) {
            let value = all[found.pattern()];
            let (before, after) = (text[..found.start()].chars().next_back(), text[found.end()..].chars().next());
            if !joins(before, value.chars().next()) && !joins(value.chars().next_back(), after) {
                standing.insert(value);
            }
        }
    }
    standing
}

/// Too many secrets for an automaton cannot happen with values of bounded size; nothing is hidden by halves.
fn automaton<P: AsRef<[u8]>>(kind: MatchKind, patterns: impl Iterator<Item = P>) -> AhoCorasick {
    let built = AhoCorasick::builder().match_kind(kind).ascii_case_insensitive(true).build(patterns);
    built.unwrap_or_else(|error| unreachable!("the masking automaton: {error}"))
}

/// Whether two neighbours belong to one word.
fn joins(one: Option<char>, other: Option<char>) -> bool {
    matches!((one, other), (Some(one), Some(other)) if one.is_alphanumeric() && other.is_alphanumeric())
}

/// `name=value`, `"name": "value"`, `Name: value`, `Name: Scheme value`.
static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r#"(?P<name>[A-Za-z][\w.-]*)(?P<between>["']?\s{0,4}[=:]\s{0,4}["']?(?:(?i:bearer|basic|token|apikey) {1,4})?)(?P<value>[^\s"'`&;,<>{}()\[\]]*[^\s"'`&;,<>{}()\[\].!?:])(?P<end>[.!?:]*)"#,
    )
});
