//! One request and what is demanded of its answer, whoever makes it: the check itself, or a step of it.

use std::{borrow::Cow, path::Path};

use super::{expect::Expect, redirect::Redirect, status::Status, version::Spoken};
use crate::{
    check::{
        Context, OneOrMore, Touch, blocking,
        http::{Captured, EXCERPT, Method, SentBody, SentForm, SentHeaders},
    },
    model::{Size, counted},
    net::{
        http::{Address, HeaderMap, HeaderName, HeaderValue, header},
        regular_file,
    },
};

/// The most redirects that are followed.
const MOST_REDIRECTS: u8 = 10;

/// The largest file that is sent.
const LARGEST_FILE: Size = Size(16 << 20);

/// What is asked, but for where.
pub(super) struct Ask<'a> {
    pub(super) method: Option<Method>,
    pub(super) headers: &'a SentHeaders,
    pub(super) body: Option<&'a SentBody>,
    pub(super) form: Option<&'a SentForm>,
    pub(super) file: Option<&'a Path>,
    pub(super) follow: u8,
    pub(super) expect: Option<&'a Expect>,
    /// Whether more than the demands needs the whole body.
    pub(super) keeps: bool,
}

/// What goes out.
pub(super) struct Ready {
    pub(super) address: Address,
    pub(super) headers: HeaderMap,
    pub(super) body: Option<Vec<u8>>,
}

impl<'a> Ask<'a> {
    pub(super) fn method(&self) -> Method {
        self.method.unwrap_or(Method::Get)
    }

    pub(super) fn expect(&self) -> Cow<'a, Expect> {
        self.expect.map_or_else(|| Cow::Owned(Expect::default()), Cow::Borrowed)
    }

    /// How many bytes of a body to keep, and to read.
    pub(super) fn keep_and_limit(&self) -> (usize, u64) {
        let limit = self.expect().limit().0;
        let all = self.keeps || self.expect().on_body().is_some();
        (if all { usize::try_from(limit).unwrap_or(usize::MAX) } else { EXCERPT }, limit)
    }

    /// What it reaches at `address`, for the plan: `action` says more before it.
    pub(super) fn touches(&self, address: &Address, before: &str) -> Vec<Touch> {
        let path = address.path().replace("%7B", "{").replace("%7D", "}");
        let mut action = format!("{before}{} {path}", self.method());
        if let Some(latency) = self.expect.and_then(|expect| expect.latency.as_ref()) {
            action.push_str(&format!(", {} times", latency.samples + 1));
        }
        if self.follow > 0 {
            action.push_str(&format!(", following {}", counted(self.follow, "redirect")));
        }
        let file = self.file.map(|file| Touch::new(format!("file {}", file.display()), "reads, to send it"));
        std::iter::once(Touch::over_http(address, self.headers, action)).chain(file).collect()
    }

    /// Puts in what was captured, and reads the file.
    ///
    /// # Errors
    /// Why it cannot be sent.
    pub(super) async fn ready(&self, address: Address, captured: &Captured, cx: &Context) -> Result<Ready, String> {
        let sent = self.headers.filled(captured)?;
        sent.hide(&address, cx);
        let mut headers = sent.map();
        let (mut body, media_type) = self.content(captured)?;
        if let Some(file) = self.file {
            let path = cx.path(file);
            let read = blocking(move || regular_file::read_bytes(&path, LARGEST_FILE)).await.map_err(|error| error.to_string())?;
            body = Some(read.map_err(|error| format!("the file `{}` {error}", file.display()))?);
        }
        if let Some(media_type) = media_type {
            headers.entry(header::CONTENT_TYPE).or_insert(HeaderValue::from_static(media_type));
        }
        Ok(Ready { address, headers, body })
    }

    /// The content, but for that of a file, and its type where it has one.
    fn content(&self, captured: &Captured) -> Result<(Option<Vec<u8>>, Option<&'static str>), String> {
        Ok(match (self.body, self.form) {
            _ if self.file.is_some() => (None, Some("application/octet-stream")),
            (Some(body), _) => (Some(body.filled(captured)?.bytes()), body.media_type()),
            (None, Some(form)) => (Some(form.filled(captured)?.bytes()), Some("application/x-www-form-urlencoded")),
            (None, None) => (None, None),
        })
    }

    /// Why it could not be sent with what those before it capture.
    pub(super) fn unfit(&self, captured: &Captured) -> Option<String> {
        self.headers.filled(captured).and_then(|_| self.content(captured)).err()
    }

    /// Keys that cannot stand together, for a request to `address`.
    pub(super) fn contradiction(&self, address: &Address) -> Option<String> {
        let (method, expect) = (self.method(), self.expect);
        let contents = [("body", self.body.is_some()), ("form", self.form.is_some()), ("file", self.file.is_some())];
        let mut contents = contents.into_iter().filter(|(_, given)| *given).map(|(key, _)| key);
        if let Some(key) = contents.next() {
            if let Some(other) = contents.next() {
                return Some(format!("`{key}` and `{other}` are two contents: a request has one"));
            }
            if self.method.is_none() {
                return Some(format!("`{key}` needs a `method`: write `method: POST` to send it"));
            }
            if method == Method::Head {
                return Some(format!("`method: HEAD` takes no `{key}`"));
            }
        }
        if let (Method::Head, Some(key)) = (method, expect.and_then(Expect::on_body)) {
            return Some(format!("the answer to HEAD has no body, so `{key}` can never hold"));
        }
        if method == Method::Head && self.keeps {
            return Some("the answer to HEAD has no body to capture from: capture from a `header`".into());
        }
        if method == Method::Head && expect.is_some_and(|expect| expect.max_size.is_some()) {
            return Some("the answer to HEAD has no body, so `max-size` always holds".into());
        }
        if self.follow > MOST_REDIRECTS {
            return Some(format!("`follow-redirects` is {}: at most {MOST_REDIRECTS} are followed", self.follow));
        }
        if self.follow > 0 && !matches!(method, Method::Get | Method::Head) {
            return Some(format!("redirects are followed for GET and HEAD, not for {method}"));
        }
        if expect.is_some_and(|expect| expect.latency.is_some()) && !method.is_safe() {
            return Some(format!("`latency` repeats the request, and {method} may change something each time"));
        }
        if expect.is_some_and(|expect| expect.version == Some(Spoken::Two)) && !address.is_https() && self.follow == 0 {
            return Some("HTTP/2 is offered over TLS only: write an `https` address".into());
        }
        expect.and_then(|expect| self.redirect_contradiction(expect, address))
    }

    fn redirect_contradiction(&self, expect: &Expect, address: &Address) -> Option<String> {
        let never = |status: &OneOrMore<Status>| !status.iter().any(|one| one.takes_redirects());
        match &expect.redirect {
            Some(Redirect::Https) if address.is_https() => Some("`redirect: https` needs an `http` address to start from".into()),
            Some(Redirect::Https | Redirect::To(_)) if self.follow == 0 && expect.status.as_ref().is_some_and(never) => Some(
                "a redirect is demanded, and a status that is none: with `follow-redirects: 1` the status is that of the final answer"
                    .into(),
            ),
            _ => None,
        }
    }
}

impl Ready {
    /// Adds the headers that every step sends; those that say who asks only at `home`, the check's own origin.
    pub(super) fn around(&mut self, headers: &HeaderMap, home: &Address) {
        let at_home = self.address.same_origin(home);
        let names: Vec<HeaderName> = headers.keys().filter(|name| !self.headers.contains_key(*name)).cloned().collect();
        for name in names {
            if let Some(value) = headers.get(&name).filter(|value| at_home || (!value.is_sensitive() && name != header::HOST)) {
                self.headers.insert(name, value.clone());
            }
        }
    }
}
