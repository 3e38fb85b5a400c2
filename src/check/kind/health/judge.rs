//! Whether what was said is good.

use jiff::Timestamp;

use super::{
    Health, Healthy,
    component::Component,
    fresh,
    reading::Form,
    seen::{Said, Seen},
    standing::Standing,
};
use crate::{
    check::{http::judge_time, unread},
    model::{Expectation, quote},
    net::http::is_redirect,
};

/// What to do where a body says nothing recognisable.
const HINT: &str = "say what healthy means with `healthy: {json: {\"$.path\": value}}` or `healthy: {text: …}`";

/// The demands over all answers: each counts as the worst of them has it.
pub(super) fn judge(check: &Health, seen: &Seen, at: Timestamp) -> Vec<Expectation> {
    let each: Vec<Vec<Expectation>> = seen.answers.iter().map(|said| check.judge_one(said, at)).collect();
    let mut all: Vec<Expectation> = Vec::new();
    for (index, expectations) in each.iter().enumerate() {
        for expectation in expectations {
            let one = told(expectation, index, check.successes);
            match all.iter_mut().find(|other| other.name == expectation.name) {
                None => all.push(one),
                Some(other) if worse(&one, other) => *other = one,
                Some(_) => {}
            }
        }
    }
    if check.successes > 1 || seen.answers.is_empty() {
        all.push(check.judge_row(seen, &each));
    }
    all
}

impl Health {
    /// The demands on one answer.
    pub(super) fn judge_one(&self, said: &Said, at: Timestamp) -> Vec<Expectation> {
        let mut all = vec![judge_status(said)];
        all.extend(self.judge_word(said));
        all.extend(self.healthy.iter().flat_map(|healthy| judge_healthy(healthy, said, at)));
        all.extend(self.components.iter().flat_map(|names| names.iter()).map(|name| self.judge_named(name.as_str(), said)));
        all.extend(self.judge_others(said));
        all.extend(self.judge_unread(said));
        all.push(fresh::judge(&said.caches));
        all.extend(self.release.as_ref().zip(said.release.as_ref()).map(|(binding, running)| binding.judge(running, &said.body)));
        all.extend(self.max_time.map(|limit| judge_time("time to the whole answer", limit, said.total_ms)));
        all
    }

    /// What the answer says of the whole. `None` where `healthy` decides alone.
    fn judge_word(&self, said: &Said) -> Option<Expectation> {
        let wanted = if self.allow_degraded { "healthy or degraded" } else { "healthy" };
        let demand = Expectation::new("health", "health").wanted(wanted);
        if is_redirect(said.status) {
            return Some(demand.undetermined("the answer is a redirect"));
        }
        if let Err(why) = said.body.readable() {
            return Some(demand.undetermined(why));
        }
        let judged = match (&said.says.word, said.says.form) {
            (_, Form::Page) if self.healthy.is_none() => {
                Ok((format!("a page: {} (if that says that all is well: `healthy: {{text: …}}`)", said.body.shown()), false))
            }
            (_, Form::Empty) => Err(format!("the body is empty; {HINT}, or demand the status alone with the kind `http`")),
            (None, Form::Json) => Ok(("no status of the whole; each component has its own".into(), true)),
            (None, _) => Err(format!("the answer follows no known convention: {}; {HINT}", said.body.shown())),
            (Some(word), form) => match Standing::of(word) {
                Some(standing) => Ok((format!("{} ({})", quote(word), form.said()), standing.is_good(self.allow_degraded))),
                None => Err(format!("{} is no status word that is known ({}); {HINT}", quote(word), form.said())),
            },
        };
        match judged {
            Ok((got, met)) => Some(demand.got(got).met(met)),
            Err(why) => self.healthy.is_none().then(|| demand.undetermined(why)),
        }
    }

    fn judge_named(&self, name: &str, said: &Said) -> Expectation {
        let demand = Expectation::new(format!("component:{name}"), format!("component {}", quote(name))).wanted("named and healthy");
        if let Err(why) = said.body.readable() {
            return demand.undetermined(why);
        }
        let own: Vec<&Component> = said.says.components.iter().filter(|component| component.is(name)).collect();
        if own.is_empty() && said.says.more_components {
            return demand.undetermined("the answer names more components than are looked at");
        }
        match (self.worst(&own), said.says.components.as_slice()) {
            (Some((worst, good)), _) => decide(demand, good, tell(worst), worst),
            (None, []) => demand.got("the answer names no components; the service may hide them from us").met(false),
            (None, others) => {
                let names: Vec<String> = others.iter().take(8).map(|other| quote(&other.name)).collect();
                demand.got(format!("not among those named: {}", names.join(", "))).met(false)
            }
        }
    }

    /// Components that nobody asked for: they count too.
    fn judge_others(&self, said: &Said) -> Option<Expectation> {
        let asked = |component: &Component| self.components.iter().flat_map(|names| names.iter()).any(|name| component.is(name.as_str()));
        let ignored =
            |component: &Component| self.ignore_components.iter().flat_map(|names| names.iter()).any(|name| component.is(name.as_str()));
        let others: Vec<&Component> = said.says.components.iter().filter(|one| !asked(one) && !ignored(one)).collect();
        let demand = Expectation::new("components", "components").wanted("every one named healthy");
        let (worst, good) = self.worst(&others)?;
        if good == Some(true) && said.says.more_components {
            return Some(demand.undetermined("the answer names more components than are looked at"));
        }
        let got =
            if good == Some(true) { format!("{} healthy", others.len()) } else { format!("{} is {}", quote(&worst.name), tell(worst)) };
        Some(decide(demand, good, got, worst))
    }

    /// What was not understood counts as unknown until the plan says that it does not matter. Where `healthy` says what to look
    /// for, that decides.
    fn judge_unread(&self, said: &Said) -> Option<Expectation> {
        if self.healthy.is_some() {
            return None;
        }
        let ignored = |path: &str| path.split('/').any(|name| self.ignores(name)) || self.ignores(path);
        let unread = said.says.unread.iter().filter(|part| !ignored(&part.path));
        let parts: Vec<(&str, &str)> = unread.map(|part| (part.path.as_str(), part.says.as_str())).collect();
        unread::judge(&parts, self.allow_unread.as_ref())
    }

    /// The worst of them and whether it is good enough: a bad one before an unclear one before a good one.
    fn worst<'c>(&self, components: &[&'c Component]) -> Option<(&'c Component, Option<bool>)> {
        let judged = components.iter().map(|component| (*component, component.is_good(self.allow_degraded)));
        judged.min_by_key(|(_, good)| match good {
            Some(false) => 0,
            None => 1,
            Some(true) => 2,
        })
    }

    fn judge_row(&self, seen: &Seen, each: &[Vec<Expectation>]) -> Expectation {
        let good = each.iter().take_while(|one| one.iter().all(|expectation| expectation.met == Some(true))).count();
        let red = each.iter().flatten().any(|expectation| expectation.met == Some(false));
        let demand = Expectation::new("successes", "good answers in a row")
            .wanted(format!("{}, {} apart", self.successes, self.interval()))
            .bound(">=", self.successes as u64, Some((good as u64).into()), "count");
        match &seen.lost {
            Some(why) => demand.got(format!("{good}, then none: {why}")).met(false),
            None if red => demand.got(good.to_string()).met(false),
            None if good < self.successes => demand.undetermined(format!("{good} of {} are certain", self.successes)),
            None => demand.got(good.to_string()).met(true),
        }
    }
}

fn decide(demand: Expectation, good: Option<bool>, got: String, component: &Component) -> Expectation {
    match good {
        Some(good) => demand.got(got).met(good),
        None => demand.undetermined(format!(
            "{} says {}, which is no status word that is known; if it does not matter, name it under `ignore-components`",
            quote(&component.name),
            quote(&component.word)
        )),
    }
}

fn tell(component: &Component) -> String {
    match &component.note {
        Some(note) => format!("{} ({})", quote(&component.word), quote(note)),
        None => quote(&component.word),
    }
}

fn judge_status(said: &Said) -> Expectation {
    let to = said.leads_to.as_ref().map(|to| format!(" to {to}")).unwrap_or_default();
    let good = (200..300).contains(&said.status);
    Expectation::new("status", "HTTP status").wanted("2xx").got(format!("{}{to}", said.status)).met(good)
}

fn judge_healthy(healthy: &Healthy, said: &Said, at: Timestamp) -> Vec<Expectation> {
    let mut all: Vec<Expectation> = healthy.json.iter().flat_map(|json| json.judge(&said.body.document(), at)).collect();
    if let Some(texts) = &healthy.text {
        let demand = Expectation::new("text", "the body").wanted(format!("to be {texts}"));
        all.push(match said.body.readable() {
            Err(why) => demand.undetermined(why),
            Ok(()) => match texts.iter().find(|text| said.body.texts.get(text.as_str()) == Some(&true)) {
                Some(text) => demand.got(text.to_string()).met(true),
                None => demand.got(said.body.shown()).met(false),
            },
        });
    }
    all
}

/// Of several answers, which one it was.
fn told(expectation: &Expectation, index: usize, of: usize) -> Expectation {
    let mut one = expectation.clone();
    if of > 1 && one.met != Some(true) {
        let which = format!("answer {} of {of}", index + 1);
        match &mut one.why {
            Some(why) => *why = format!("{which}: {why}"),
            None => one.got = format!("{} ({which})", one.got),
        }
    }
    one
}

/// Whether `a` tells worse news than `b`.
fn worse(a: &Expectation, b: &Expectation) -> bool {
    let rank = |one: &Expectation| match one.met {
        Some(false) => 2,
        None => 1,
        Some(true) => 0,
    };
    let number = |one: &Expectation| one.bound.as_ref().and_then(|bound| bound.got.as_ref()?.as_u64());
    rank(a) > rank(b) || (rank(a) == rank(b) && number(a) > number(b))
}
