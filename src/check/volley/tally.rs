//! Who answered, counted.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Volley;
use crate::{
    check::{Context, Unseen, http::Picked},
    model::{Expectation, counted, excerpt, first_of, plain, quote},
    net::{Trouble, http::Reply},
};

/// Names that are told apart; answers under more of them are counted as untold.
const MOST_NAMES: usize = 50;

/// Bytes of a name.
const LONGEST: usize = 100;

/// What answers say of who gave them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Tally {
    /// How many requests were sent.
    pub(crate) sent: u64,
    /// How many answers each gave.
    pub(crate) by: BTreeMap<String, u64>,
    /// How many requests have no answer that says who gave it.
    pub(crate) untold: u64,
    /// What there was instead, the first.
    pub(crate) instead: Option<String>,
    /// How many requests there was no time for.
    pub(crate) unsent: u64,
}

impl Tally {
    /// Sends the requests and counts who answers, as `name` has it; `see` sees each answer.
    ///
    /// # Errors
    /// Where not one of them is answered.
    pub(crate) async fn of(volley: &Volley<'_>, name: &Picked, cx: &Context, mut see: impl FnMut(&Reply)) -> Result<Self, Unseen> {
        let (mut tally, mut is_there) = (Self::default(), false);
        let unsent = volley
            .send(cx, |_, answer| {
                is_there |= answer.is_ok();
                answer.iter().for_each(&mut see);
                tally.take(&answer, name);
            })
            .await;
        match tally.instead {
            // What was sent is not sent again.
            Some(why) if !is_there => Err(Unseen::Unknown(why)),
            _ => Ok(Self { unsent: unsent as u64, ..tally }),
        }
    }

    fn take(&mut self, answer: &Result<Reply, Trouble>, name: &Picked) {
        self.sent += 1;
        let told = match answer {
            Err(trouble) => Err(trouble.to_string()),
            Ok(reply) if !(200..300).contains(&reply.status) => Err(format!("the status {}", reply.status)),
            Ok(reply) => match cached(reply) {
                Some(header) => Err(format!("an answer from a cache ({})", quote(&header))),
                None => name.look(reply),
            },
        };
        match told.map(|name| excerpt(&plain(&name), LONGEST)) {
            Ok(name) if self.by.len() < MOST_NAMES || self.by.contains_key(&name) => *self.by.entry(name).or_default() += 1,
            Ok(_) => self.instead(format!("more than {MOST_NAMES} names")),
            Err(what) => self.instead(what),
        }
    }

    fn instead(&mut self, what: String) {
        self.untold += 1;
        self.instead.get_or_insert(excerpt(&plain(&what), 300));
    }

    /// The demand that every request was answered by somebody who said who it was.
    pub(crate) fn judge(&self) -> Expectation {
        let demand = Expectation::new("answers", "answers").wanted("each with a status of 2xx, and a name");
        match &self.instead {
            Some(what) => demand.got(format!("{what}, {} of {}", self.untold, counted(self.sent, "time"))).met(false),
            None if self.unsent > 0 => demand.undetermined(format!(
                "{} of {} could not be sent in time: give the check a longer `timeout`",
                self.unsent,
                counted(self.sent + self.unsent, "request")
            )),
            None if self.sent == 0 => demand.undetermined("nothing was sent"),
            None => demand.got(self.to_string()).met(true),
        }
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut by: Vec<(&String, &u64)> = self.by.iter().collect();
        by.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        let by: Vec<String> = by.into_iter().map(|(name, count)| format!("{} {count}", quote(name))).collect();
        write!(f, "{} of {}", if by.is_empty() { "none".into() } else { first_of(&by, 6, by.len(), ", ") }, self.sent)
    }
}

/// The header by which a cache says that it gave the answer: who is behind it was not asked.
fn cached(reply: &Reply) -> Option<String> {
    let said = reply.headers.iter().map(|(name, value)| (name.as_str(), String::from_utf8_lossy(value.as_bytes())));
    let kept = |name: &str, value: &str| match name {
        "age" => value.trim() != "0",
        _ => name.contains("cache") && value.to_ascii_lowercase().split(|c: char| !c.is_alphanumeric()).any(|word| word == "hit"),
    };
    said.into_iter().find(|(name, value)| kept(name, value)).map(|(name, value)| format!("{name}: {value}"))
}
