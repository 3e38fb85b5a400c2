//! An HTTP endpoint answers as demanded.

mod charset;
mod counterexamples;
mod expect;
mod header;
mod judge;
mod latency;
mod media_type;
mod observe;
mod redirect;
mod seen;
mod status;

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Deserialize;

pub use expect::Expect;

use self::{redirect::Redirect, status::Status};
use crate::{
    check::{
        Check, OneOrMore, Touch,
        http::{Method, SentBody, SentHeaders},
    },
    model::{ProcessEnv, counted, without_contradiction},
    net::{http::Address, tls::TlsFiles},
};

/// The most redirects that are followed.
const MOST_REDIRECTS: u8 = 10;

/// An HTTP endpoint answers as demanded: status, headers, body, redirects, time. Without `expect` a 2xx status is
/// wanted. Certificates are always verified, no cookie is kept, no proxy is used.
///
/// Unknown is what could not be read: no answer, a body that is cut off or longer than is read, a charset or an encoding that
/// is not known here where its text is demanded, JSON that is none or has a key twice.
///
/// Not seen: what clients elsewhere or behind another address of the name are answered, and what a page's scripts make of it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(remote = "Self", rename_all = "kebab-case", deny_unknown_fields)]
pub struct Http {
    /// The address to ask. A login in it (`https://user:${PASSWORD}@…`) is sent as Basic authorization and never shown.
    pub url: Address,
    /// The method. Default `GET`. One that may change something (`POST`, `PUT`, `PATCH`, `DELETE`) is sent only
    /// because it stands here.
    pub method: Option<Method>,
    /// Headers to send. Give secrets as variables: `Authorization: Bearer ${API_TOKEN}`. The values of headers whose
    /// name looks secret are never shown.
    #[serde(default)]
    pub headers: SentHeaders,
    /// Content to send: a string, or a map or list that is sent as JSON. Needs a `method`.
    pub body: Option<SentBody>,
    /// How many redirects to follow, at most 10. Default 0: a redirect is the answer. Never from https to http; secret
    /// headers go only to the address's own origin.
    #[serde(default)]
    #[schemars(range(max = 10))]
    pub follow_redirects: u8,
    /// A PEM file of certificates to trust instead of the host's, relative to the plan's folder.
    pub ca_file: Option<PathBuf>,
    /// A PEM file with our own certificate, for servers that demand one. It goes only to the address's own origin. Goes with
    /// `key-file`.
    pub cert_file: Option<PathBuf>,
    /// A PEM file with the key of `cert-file`.
    pub key_file: Option<PathBuf>,
    /// What the answer must be. Default: a 2xx status.
    pub expect: Option<Expect>,
}

without_contradiction!(Http);

impl Http {
    /// Keys that cannot stand together.
    fn contradiction(&self) -> Option<String> {
        let method = self.method();
        let expect = self.expect.as_ref();
        if self.body.is_some() && self.method.is_none() {
            return Some("`body` needs a `method`: write `method: POST` to send it".into());
        }
        if method == Method::Head && self.body.is_some() {
            return Some("`method: HEAD` takes no `body`".into());
        }
        if let (Method::Head, Some(key)) = (method, expect.and_then(Expect::on_body)) {
            return Some(format!("the answer to HEAD has no body, so `{key}` can never hold"));
        }
        if method == Method::Head && expect.is_some_and(|expect| expect.max_size.is_some()) {
            return Some("the answer to HEAD has no body, so `max-size` always holds".into());
        }
        if self.cert_file.is_some() != self.key_file.is_some() {
            return Some("`cert-file` and `key-file` go together".into());
        }
        if self.cert_file.is_some() && !self.url.is_https() {
            return Some("`cert-file` is shown over TLS only: write an `https` address".into());
        }
        if self.follow_redirects > MOST_REDIRECTS {
            return Some(format!("`follow-redirects` is {}: at most {MOST_REDIRECTS} are followed", self.follow_redirects));
        }
        if self.follow_redirects > 0 && !matches!(method, Method::Get | Method::Head) {
            return Some(format!("redirects are followed for GET and HEAD, not for {method}"));
        }
        if expect.is_some_and(|expect| expect.latency.is_some()) && !method.is_safe() {
            return Some(format!("`latency` repeats the request, and {method} may change something each time"));
        }
        expect.and_then(|expect| self.redirect_contradiction(expect))
    }

    fn redirect_contradiction(&self, expect: &Expect) -> Option<String> {
        let never = |status: &OneOrMore<Status>| !status.iter().any(|one| one.takes_redirects());
        match &expect.redirect {
            Some(Redirect::Https) if self.url.is_https() => Some("`redirect: https` needs an `http` address to start from".into()),
            Some(Redirect::Https | Redirect::To(_)) if self.follow_redirects == 0 && expect.status.as_ref().is_some_and(never) => Some(
                "a redirect is demanded, and a status that is none: with `follow-redirects: 1` the status is that of the final answer"
                    .into(),
            ),
            _ => None,
        }
    }

    fn files(&self) -> TlsFiles {
        TlsFiles { ca: self.ca_file.clone(), identity: self.cert_file.clone().zip(self.key_file.clone()) }
    }

    fn method(&self) -> Method {
        self.method.unwrap_or(Method::Get)
    }
}

impl Check for Http {
    rooms!();

    fn touches(&self, _: &ProcessEnv) -> Vec<Touch> {
        let mut action = format!("{} {}", self.method(), self.url.path());
        if let Some(latency) = self.expect.as_ref().and_then(|expect| expect.latency.as_ref()) {
            action.push_str(&format!(", {} times", latency.samples + 1));
        }
        if self.follow_redirects > 0 {
            action.push_str(&format!(", following {}", counted(self.follow_redirects, "redirect")));
        }
        let mut touch = Touch::over_http(&self.url, &self.headers, action);
        touch.credentials.extend(self.key_file.iter().map(|file| file.display().to_string()));
        vec![touch]
    }
}
