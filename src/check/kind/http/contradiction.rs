//! Keys of the check that cannot stand together, and steps that do not fit each other.

use super::{Http, step::Step};
use crate::{check::http::Captured, net::http::header::COOKIE};

/// The most steps of a flow.
const MOST_STEPS: usize = 50;

impl Http {
    /// Keys that cannot stand together.
    pub(super) fn contradiction(&self) -> Option<String> {
        if self.cert_file.is_some() != self.key_file.is_some() {
            return Some("`cert-file` and `key-file` go together".into());
        }
        if self.cert_file.is_some() && !self.url.is_https() {
            return Some("`cert-file` is shown over TLS only: write an `https` address".into());
        }
        match &self.steps {
            Some(steps) => self.flow_contradiction(steps),
            None if self.cookies => Some("`cookies` goes with `steps`: a single request is given none before".into()),
            None if self.addresses.is_some() && !self.ask().method().is_safe() => {
                Some(format!("`addresses` repeats the request, and {} may change something each time", self.ask().method()))
            }
            None => self.ask().contradiction(&self.url),
        }
    }

    fn flow_contradiction(&self, steps: &[Step]) -> Option<String> {
        let of_a_step = [
            ("method", self.method.is_some()),
            ("body", self.body.is_some()),
            ("form", self.form.is_some()),
            ("file", self.file.is_some()),
            ("follow-redirects", self.follow_redirects > 0),
            ("expect", self.expect.is_some()),
        ];
        if let Some((key, _)) = of_a_step.into_iter().find(|(_, given)| *given) {
            return Some(format!("`{key}` belongs to a step: write it there"));
        }
        if self.addresses.is_some() {
            return Some("`addresses` is of a single request: a flow asks any one address".into());
        }
        if !(1..=MOST_STEPS).contains(&steps.len()) {
            return Some(format!("`steps` is a list of 1 to {MOST_STEPS} requests"));
        }
        steps.iter().enumerate().find_map(|(nth, step)| {
            let why = self.step_contradiction(step, &steps[..nth])?;
            Some(format!("step `{}`: {why}", step.name.0))
        })
    }

    fn step_contradiction(&self, step: &Step, before: &[Step]) -> Option<String> {
        let names: Vec<&str> = before.iter().flat_map(|step| step.capture.keys()).map(|name| name.0.as_str()).collect();
        if before.iter().any(|other| other.name == step.name) {
            return Some("two steps have this name".into());
        }
        if let Some(twice) = step.capture.keys().find(|name| names.contains(&name.0.as_str())) {
            return Some(format!("`{}` is captured before: name it otherwise", twice.0));
        }
        let ask = step.ask();
        if self.cookies && [ask.headers, &self.headers].into_iter().any(|headers| headers.map().contains_key(COOKIE)) {
            return Some("`cookies: true` and a header `Cookie`: one of them".into());
        }
        let harmless = Captured::harmless(names.into_iter());
        match step.url.filled(&self.url, &harmless) {
            Ok(address) => ask.unfit(&harmless).or_else(|| ask.contradiction(&address)),
            Err(why) => Some(why),
        }
    }
}
