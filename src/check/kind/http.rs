//! An HTTP endpoint answers as demanded.

mod addresses;
mod ask;
mod capture;
mod contradiction;
mod counterexamples;
mod expect;
mod flow;
mod header;
mod judge;
mod latency;
mod media_type;
mod observe;
mod redirect;
mod seen;
mod status;
mod step;
mod version;

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Deserialize;

pub use expect::Expect;

use self::{ask::Ask, step::Step};
use crate::{
    check::{
        Check, Touch, Which,
        http::{Method, SentBody, SentForm, SentHeaders},
    },
    model::{ProcessEnv, without_contradiction},
    net::{http::Address, tls::TlsFiles},
};

/// An HTTP endpoint answers as demanded: status, headers, body, redirects, time, version. Without `expect` a 2xx status is
/// wanted. Certificates are always verified, no cookie is kept unless `cookies` says so, no proxy is used.
///
/// With `steps` it is a flow of several requests, made one after the other: log in, create, read, delete. What one step
/// captures is put into those after it where `{{name}}` stands; `${NAME}` is a variable of the plan, filled before. A step that
/// is not as demanded ends the flow; those after it are undetermined, but for those that say `always`. A `retry` of the check
/// begins again with the first step. A check that is cancelled in the midst sends nothing more.
///
/// Unknown is what could not be read: no answer, a body that is cut off or longer than is read, a charset or an encoding that
/// is not known here where its text is demanded, JSON that is none or has a key twice; a step that was not reached, or could not
/// be sent with what was captured.
///
/// Values under names that look secret are never shown. Not seen: what clients elsewhere are answered, or behind another
/// address of the name, unless `addresses` names all; whether HTTP/3 that is offered works; what a page's scripts make of it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(remote = "Self", rename_all = "kebab-case", deny_unknown_fields)]
pub struct Http {
    /// The address to ask; with `steps` only where their paths start. A login in it (`https://user:${PASSWORD}@…`) is sent as Basic authorization and never shown.
    pub url: Address,
    /// The method. Default `GET`. One that may change something (`POST`, `PUT`, `PATCH`, `DELETE`) is sent only
    /// because it stands here.
    pub method: Option<Method>,
    /// Headers to send, with `steps` in each; to another origin than that of `url` only those that say nothing of who asks. Give secrets as variables: `Authorization: Bearer ${API_TOKEN}`. The values of headers whose
    /// name looks secret are never shown.
    #[serde(default)]
    pub headers: SentHeaders,
    /// Content to send: a string, or a map or list that is sent as JSON. Needs a `method`.
    pub body: Option<SentBody>,
    /// A form to send, names and texts, as browsers do (`application/x-www-form-urlencoded`). Needs a `method`.
    pub form: Option<SentForm>,
    /// A file to send, relative to the plan's folder, at most 16 MiB, as `application/octet-stream` unless `headers` say a
    /// `Content-Type`. Needs a `method`.
    pub file: Option<PathBuf>,
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
    /// Which addresses of the name are asked, each by itself: `all`, `first`, `ipv4` or `ipv6`. Each must answer as demanded;
    /// one that cannot be reached is unknown, and so are those beyond 16. Default: any one, the first that lets us connect.
    /// A redirect that is followed leads to any one.
    pub addresses: Option<Which>,
    /// What the answer must be. Default: a 2xx status.
    pub expect: Option<Expect>,
    /// Several requests instead of the one, in their order; at most 50.
    steps: Option<Vec<Step>>,
    /// Whether the cookies that a step is given go along with those after it, each to the scheme, host and port that set it and
    /// below its path. Their `Domain` is not looked at, one that is `Secure` is taken over https only; at most 50. They are
    /// forgotten after the check, and their values never shown. Default: false.
    #[serde(default)]
    cookies: bool,
}

without_contradiction!(Http);

impl Http {
    /// The one request.
    fn ask(&self) -> Ask<'_> {
        Ask {
            method: self.method,
            headers: &self.headers,
            body: self.body.as_ref(),
            form: self.form.as_ref(),
            file: self.file.as_deref(),
            follow: self.follow_redirects,
            expect: self.expect.as_ref(),
            keeps: false,
        }
    }

    fn files(&self) -> TlsFiles {
        TlsFiles { ca: self.ca_file.clone(), identity: self.cert_file.clone().zip(self.key_file.clone()) }
    }
}

impl Check for Http {
    rooms!();

    fn touches(&self, _: &ProcessEnv) -> Vec<Touch> {
        let at = if self.addresses.is_some() { "at each address " } else { "" };
        let mut all = match &self.steps {
            None => self.ask().touches(&self.url, at),
            Some(steps) => steps.iter().flat_map(|step| self.step_touches(step)).collect(),
        };
        if let Some(first) = all.first_mut() {
            first.credentials.extend(self.key_file.iter().map(|file| file.display().to_string()));
        }
        all
    }
}

impl Http {
    fn step_touches(&self, step: &Step) -> Vec<Touch> {
        let Ok(address) = step.url.written(&self.url) else { return Vec::new() };
        let mut touches = step.ask().touches(&address, &format!("{}: ", step.name.0));
        if address.same_origin(&self.url)
            && let Some(first) = touches.first_mut()
        {
            first.credentials.extend(self.headers.credentials(&self.url));
            first.credentials.sort();
            first.credentials.dedup();
        }
        touches
    }
}
