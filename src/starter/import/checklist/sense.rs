//! Whether the words around a command say that it is to succeed: "must not be reachable: `curl …`" says the opposite.

use std::sync::LazyLock;

use regex::Regex;

use super::line::Command;
use crate::model::regex;

/// How a box says of something that it is as it should be.
static POSITIVE: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?i)\b(?:answers?|answering|responds?|responding|reachable|available|healthy|up|live|online|running|ready|valid|good|works?|working|succeeds?|passes|connects?|exists?|there|rolled out|antwoordt|bereikbaar|beschikbaar|gezond|werkt|draait|geldig|antwortet|erreichbar|verfügbar|gesund|läuft|gültig|bereit)\b",
    )
});
/// How it may say that something is not.
static NEGATIVE: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?i)n't\b|\b(?:not|no|none|never|nothing|nobody|without|cannot|off|closed|gone|removed|disabled|refus\w*|reject\w*|den(?:y|ied|ies)|block\w*|forbid\w*|fail\w*|private|internal\w*|only|old|un[a-z]+able|niet|geen|nooit|zonder|nicht|kein\w*|nie|ohne)\b",
    )
});
/// What a remark may say about what is to come out.
static DEMANDING: LazyLock<Regex> = LazyLock::new(|| regex(r"(?i)[0-9]|\b(?:expect|should|must|verwacht|erwartet)"));

/// What the words say of a command that has no stated outcome.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Sense {
    /// That it is to succeed.
    Plain,
    /// Nobody can tell: people are asked besides.
    Open,
    /// Perhaps that it is to fail: only people can say.
    Contrary,
}

impl Sense {
    /// That of a command in a box that says `own`, below `above`.
    pub(super) fn of(command: &Command, own: &str, above: &str) -> Self {
        if command.expected.is_some() || command.says_itself() {
            return Self::Plain;
        }
        match [own, above, &command.remarks].iter().any(|text| NEGATIVE.is_match(text)) {
            true => Self::Contrary,
            false if POSITIVE.is_match(own) && !DEMANDING.is_match(&command.remarks) => Self::Plain,
            false => Self::Open,
        }
    }
}
