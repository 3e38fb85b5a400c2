//! What is told, and how people read it: names, ids and verdicts. Nothing that a target said is in it but a rollout's sentence.

use jiff::Timestamp;
use serde::Serialize;

use crate::{
    acts::EnvironmentRecord,
    model::{Masker, Release, excerpt, one_line},
    notify::Occasion,
};

/// A sentence is not meant to be longer.
const LONGEST: usize = 1_000;
/// So many of a list are told; how many more there are is told too.
const MOST: usize = 20;

/// What is told: the JSON that a program reads and that a webhook gets, but for the occasion.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct News<'a> {
    /// What happened, as whoever hears has asked for it.
    pub(crate) occasion: Option<Occasion>,
    /// Every word for it, the most particular first.
    #[serde(skip)]
    pub(crate) occasions: Vec<Occasion>,
    pub(crate) project: &'a str,
    pub(crate) environment: &'a str,
    pub(crate) release: Release,
    /// The stage of a rollout.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) stage: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) attempt: Option<u32>,
    /// One sentence.
    pub(crate) text: String,
    /// When.
    pub(crate) at: Timestamp,
    /// What a run came to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) verdict: Option<String>,
    /// The checks that it is about.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) checks: Vec<String>,
    /// Whom it concerns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) person: Option<Whom>,
    /// Where people sign in the browser.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) link: Option<&'a str>,
    /// What waits for them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) waits: Vec<String>,
}

/// Whom it concerns.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Whom {
    pub(crate) id: String,
    pub(crate) name: String,
}

impl Whom {
    /// Somebody by their id; the id is the name of whoever the plan does not name.
    pub(super) fn of(record: &EnvironmentRecord, id: String) -> Self {
        let name = record.policy.people.get(&id).map_or_else(|| id.clone(), |person| person.name.clone());
        Self { id, name }
    }
}

impl<'a> News<'a> {
    /// Of something that happened now in the environment of a record.
    pub(in crate::acts) fn of(
        record: &'a EnvironmentRecord,
        at: Timestamp,
        occasions: Vec<Occasion>,
        release: Release,
        text: String,
    ) -> Self {
        let (project, environment) = record.place();
        let link = record.policy.signoff.as_ref().and_then(|signoff| Some(signoff.desk.as_ref()?.origin.as_str()));
        let (occasion, stage, attempt, verdict, person, checks, waits) = Default::default();
        Self { occasion, occasions, project, environment, release, stage, attempt, text, at, verdict, checks, person, link, waits }
    }

    /// The word under which whoever asked for these hears of it; `None` where they do not.
    pub(super) fn heard(&self, on: &[Occasion]) -> Option<Occasion> {
        self.occasions.iter().copied().find(|occasion| on.contains(occasion))
    }

    /// The same without what is secret, each text of one line and no longer than people read.
    pub(super) fn masked(&self, masker: &Masker) -> Self {
        let line = |text: &String| one_line(&excerpt(&masker.mask(text), LONGEST)).into_owned();
        Self { text: line(&self.text), waits: self.waits.iter().map(line).collect(), ..self.clone() }
    }

    pub(super) fn json(&self, occasion: Occasion) -> Vec<u8> {
        // A struct of strings always serialises.
        serde_json::to_vec(&Self { occasion: Some(occasion), ..self.clone() }).unwrap_or_default()
    }

    /// `shop 1.4.2 in prod: NO-GO`.
    pub(super) fn headline(&self, occasion: Occasion) -> String {
        let release = self.release.name().map(|name| format!(" {name}")).unwrap_or_default();
        let stage = self.stage.map(|stage| format!(", stage {stage}")).unwrap_or_default();
        let what = self.verdict.clone().unwrap_or_else(|| occasion.word().replace('-', " "));
        one_line(&format!("{}{release} in {}{stage}: {what}", self.project, self.environment)).into_owned()
    }

    /// What waits, a line each.
    pub(super) fn waiting(&self) -> Vec<String> {
        let left = self.waits.len().saturating_sub(MOST);
        let more = (left > 0).then(|| format!("and {left} more"));
        self.waits.iter().take(MOST).cloned().chain(more).collect()
    }
}

/// News of a project that is called like a trap.
#[cfg(test)]
pub(super) fn sample(text: &str) -> News<'static> {
    News {
        occasion: None,
        occasions: vec![Occasion::Signed],
        project: "<!channel> &",
        environment: "prod",
        release: Release { version: Some("1.4.2".into()), ..Release::default() },
        stage: None,
        attempt: None,
        text: text.into(),
        at: Timestamp::UNIX_EPOCH,
        verdict: None,
        checks: Vec::new(),
        person: None,
        link: None,
        waits: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a rollout's webhook gets is a promise: these keys, in this order, and no other.
    #[test]
    fn the_json_of_a_rollout_is_as_it_was() {
        let news = News { stage: Some("p10"), attempt: Some(1), project: "shop", ..sample("p10 is earned") };
        assert_eq!(
            String::from_utf8(news.json(Occasion::Earned)).expect("text"),
            r#"{"occasion":"earned","project":"shop","environment":"prod","release":{"version":"1.4.2","commit":null,"artifact":null,"source":"","dirty":false},"stage":"p10","attempt":1,"text":"p10 is earned","at":"1970-01-01T00:00:00Z"}"#
        );
    }

    #[test]
    fn a_text_is_one_line_of_a_length_without_secrets() {
        let masker = Masker::default();
        masker.hide("TOKEN", "hunter2hunter2");
        let masked = sample(&format!("a\r\nBcc: hunter2hunter2 {}", "x".repeat(5_000))).masked(&masker);
        assert!(masked.text.len() < 1_100 && !masked.text.contains(['\r', '\n']) && !masked.text.contains("hunter2"), "{}", masked.text);
    }
}
