//! A flow of steps, each sent with what those before it captured.

use std::time::Instant;

use super::{
    Http, observe,
    seen::{Answer, Part, Seen},
    step::Step,
};
use crate::{
    check::{Context, Unseen, http::Captured},
    net::{
        Trouble,
        http::{Address, Jar, Reply},
        tls::TlsFiles,
    },
};

/// What goes on from step to step.
struct Flow<'a> {
    check: &'a Http,
    cx: &'a Context,
    jar: Option<Jar>,
    captured: Captured,
    /// Why no further step is sent, but for those that always are.
    ended: Option<String>,
    /// What the first step without an answer met.
    trouble: Option<Trouble>,
}

/// Each step, until one is not as demanded.
pub(super) async fn observe(check: &Http, steps: &[Step], cx: &Context) -> Result<Seen, Unseen> {
    let jar = check.cookies.then(Jar::default);
    let mut flow = Flow { check, cx, jar, captured: Captured::harmless(std::iter::empty()), ended: None, trouble: None };
    let until = cx.until();
    // A step that hangs leaves time to clean up behind it.
    let early = if steps.iter().any(|step| step.always) { until - cx.remaining() / 4 } else { until };
    let mut parts = Vec::with_capacity(steps.len());
    for step in steps {
        parts.push(flow.part(step, if step.always { until } else { early }).await);
    }
    match flow.trouble {
        Some(trouble) if parts.iter().all(|part| part.answer.is_none()) => Err(trouble.into()),
        _ => Ok(Seen::Steps { steps: parts }),
    }
}

impl Flow<'_> {
    async fn part(&mut self, step: &Step, until: Instant) -> Part {
        let name = &step.name.0;
        if let Some(why) = self.ended.as_ref().filter(|_| !step.always) {
            return Part::unseen(name, format!("not reached because {why}"));
        }
        let (answer, reply) = match self.ask(step, until).await {
            Ok(answered) => answered,
            Err(trouble) => {
                self.end(format!("step `{name}` got no answer"));
                let part = Part::unseen(name, trouble.to_string());
                self.trouble.get_or_insert(trouble);
                return part;
            }
        };
        let mut part = Part { answer: Some(answer), unseen: None, ..Part::unseen(name, "") };
        self.capture(step, &reply, &mut part);
        let judged = step.judge(Some(&part), self.cx.shared.at);
        if judged.iter().any(|expectation| expectation.met == Some(false)) {
            self.end(format!("step `{name}` failed"));
        } else if judged.iter().any(|expectation| expectation.met.is_none()) {
            self.end(format!("step `{name}` could not be judged"));
        } else if let Some(answer) = &mut part.answer {
            // It tells nothing more.
            answer.body.excerpt = None;
        }
        part
    }

    async fn ask(&self, step: &Step, until: Instant) -> Result<(Answer, Reply), Trouble> {
        let (home, cx, ask) = (&self.check.url, self.cx, step.ask());
        let not_sent = |why: String| Trouble::Unknown(format!("not sent: {why}"));
        let address: Address = step.url.filled(home, &self.captured).map_err(not_sent)?;
        let mut ready = ask.ready(address, &self.captured, cx).await.map_err(not_sent)?;
        ready.around(&self.check.headers.map(), home);
        let mut files: TlsFiles = self.check.files().under(&cx.path(""));
        if !ready.address.same_origin(home) {
            files.identity = None;
        }
        self.check.headers.hide(home, cx);
        let looked = observe::look(&ask, &ready, &files, self.jar.as_ref(), cx, until).await;
        for (name, value) in self.jar.iter().flat_map(Jar::secrets) {
            cx.hide(&name, &value);
        }
        looked
    }

    /// Takes what is to be handed on. What is secret is hidden before anything uses it.
    fn capture(&mut self, step: &Step, reply: &Reply, part: &mut Part) {
        for (name, capture) in &step.capture {
            let (name, looked) = (&name.0, capture.look(reply));
            let value = looked.as_ref().map_or_else(|(_, begun)| begun.as_ref(), Some);
            if let Some(value) = value.filter(|_| capture.is_secret(name)) {
                self.cx.hide(name, value);
            }
            part.captured.insert(name.clone(), capture.found(name, &looked));
            if let Ok(value) = looked {
                self.captured.keep(name, value);
            }
        }
    }

    fn end(&mut self, why: String) {
        self.ended.get_or_insert(why);
    }
}
