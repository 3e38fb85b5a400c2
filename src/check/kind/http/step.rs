//! One step of a flow: a request, what is demanded of its answer, and what is taken from it for those after it.

use std::{collections::BTreeMap, path::PathBuf};

use schemars::JsonSchema;
use serde::Deserialize;

use super::{ask::Ask, capture::Capture, expect::Expect, judge, seen::Part};
use crate::{
    check::http::{Captured, Method, Place, SentBody, SentForm, SentHeaders, placeholders},
    model::{Expectation, from_text},
    net::http::Address,
};

/// One request of a flow. Its `url`, `headers`, `body` and `form` may hold `{{name}}`: what an earlier step captured as `name`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Step {
    /// What it is called in the report, where its demands read `log-in:status`: small letters, digits and `-`.
    pub(super) name: StepName,
    /// A path at the origin of the check's `url`, like `/items/{{id}}`, or a whole address. What is captured is
    /// percent-encoded, so that it stays one part of it, and never says which host is asked.
    pub(super) url: StepUrl,
    /// The method, as of the check.
    method: Option<Method>,
    /// Headers to send beside those of the check.
    #[serde(default)]
    headers: SentHeaders,
    /// Content to send, as of the check. In a map or list what is captured stays one text.
    body: Option<SentBody>,
    /// A form to send, as of the check.
    form: Option<SentForm>,
    /// A file to send, as of the check.
    file: Option<PathBuf>,
    /// How many redirects to follow, as of the check.
    #[serde(default)]
    #[schemars(range(max = 10))]
    follow_redirects: u8,
    /// What the answer must be. Default: a 2xx status. A step whose answer is not so ends the flow.
    expect: Option<Expect>,
    /// Values to take from the answer, by name. One that is not there ends the flow, and the check is red.
    #[serde(default)]
    pub(super) capture: BTreeMap<CaptureName, Capture>,
    /// Sent also after a step that ended the flow, to clean up. A quarter of the check's time is kept for such steps.
    /// Default: false.
    #[serde(default)]
    pub(super) always: bool,
}

impl Step {
    /// As a request of its own to `address`.
    pub(super) fn ask(&self) -> Ask<'_> {
        Ask {
            method: self.method,
            headers: &self.headers,
            body: self.body.as_ref(),
            form: self.form.as_ref(),
            file: self.file.as_deref(),
            follow: self.follow_redirects,
            expect: self.expect.as_ref(),
            keeps: self.capture.values().any(Capture::on_body),
        }
    }

    /// The demands, judged on what was seen of it.
    pub(super) fn judge(&self, seen: Option<&Part>, at: jiff::Timestamp) -> Vec<Expectation> {
        let name = &self.name.0;
        judge::part(name, &format!("step `{name}`"), seen, |answer, captured| {
            let captures = self.capture.iter().map(|(name, capture)| capture.judge(&name.0, captured.get(&name.0), answer));
            judge::answer(&self.ask(), answer, at).into_iter().chain(captures).collect()
        })
    }
}

/// What a step is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct StepName(pub(super) String);

from_text!(StepName, { "type": "string", "pattern": "^[a-z0-9][a-z0-9-]*$" }, |text| {
    let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    if !text.is_empty() && text.len() <= 40 && !text.starts_with('-') && text.bytes().all(fits) {
        Ok(StepName(text))
    } else {
        Err(format!("`{text}` names no step: write at most 40 small letters, digits and `-`, like `log-in`"))
    }
});

/// What a captured value is called.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct CaptureName(pub(super) String);

from_text!(CaptureName, { "type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_-]*$" }, |text| {
    if placeholders(&format!("{{{{{text}}}}}")).eq([text.as_str()]) {
        Ok(CaptureName(text))
    } else {
        Err(format!("`{text}` names no captured value: write letters, digits, `_` and `-`, a letter first"))
    }
});

/// Where a step goes, placeholders not filled.
#[derive(Debug, Clone)]
pub(super) struct StepUrl(String);

impl StepUrl {
    /// The address, from the check's own one; a path is at its origin.
    ///
    /// # Errors
    /// Where a value was not captured, or changes more of the address than the part that it is put into.
    pub(super) fn filled(&self, base: &Address, captured: &Captured) -> Result<Address, String> {
        let address = at(base, &captured.fill(&self.0, Place::Address)?)?;
        let parts = |address: &Address| address.url().path().split('/').count();
        let harmless = Captured::harmless(placeholders(&self.0));
        let meant = at(base, &harmless.fill(&self.0, Place::Address)?)?;
        if parts(&address) == parts(&meant) { Ok(address) } else { Err("what was captured leads elsewhere in its address".into()) }
    }

    /// The address with its placeholders as they are written, for people.
    pub(super) fn written(&self, base: &Address) -> Result<Address, String> {
        at(base, &self.0)
    }
}

fn at(base: &Address, url: &str) -> Result<Address, String> {
    if url.starts_with('/') { base.join(url) } else { url.parse() }
}

from_text!(StepUrl, { "type": "string", "pattern": "^(/([^/].*)?|https?://.+)$" }, |text| {
    let before = text.split_once("{{").map(|(before, _)| before);
    let wrong = if let Some(path) = text.strip_prefix('/') {
        path.starts_with(['/', '\\']).then(|| "a path begins with one `/`".to_owned())
    } else if let Err(why) = text.parse::<Address>() {
        // The text is not quoted: it may hold a password.
        Some(format!("write a path like `/items/{{{{id}}}}` or a whole address; this is {why}"))
    } else {
        let in_host = before.is_some_and(|before| before.splitn(4, '/').nth(3).is_none());
        in_host.then(|| "`{{` comes after the host: what was captured never says which host is asked".to_owned())
    };
    wrong.map_or(Ok(StepUrl(text)), Err)
});
