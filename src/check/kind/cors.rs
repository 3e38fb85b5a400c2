//! Browsers let the team's own websites use the API, and no others.

mod addresses;
mod ask;
mod counterexamples;
mod draw;
mod fetch;
mod header_name;
mod hostile;
mod judge;
mod observe;
mod origin;
mod refusal;
mod seen;
mod vary;

use std::{
    hash::{BuildHasher as _, RandomState},
    path::PathBuf,
};

use schemars::JsonSchema;
use serde::Deserialize;

use origin::{Domain, Origin};

use self::header_name::{ExposedHeader, RequestHeader};
use crate::{
    check::{
        Check, OneOrMore, Touch, Which,
        http::{HostPath, Method, SentHeaders},
    },
    model::{ProcessEnv, without_contradiction},
    net::http::Address,
};

/// More would make too many requests.
const MOST_ORIGINS: usize = 20;

/// Browsers let scripts of the wanted origins use an API, and no others (CORS). Each wanted origin must be allowed by
/// name, with the methods, headers and credentials it needs, as the Fetch standard demands it; all others must be refused.
///
/// **What is tried.** 20 classes of other origins. Always, on GET, on OPTIONS and where an error is answered: any website,
/// `null`, names that begin or end like a wanted one or have another character for a dot, `_`, a backtick, `%60` or `@`
/// after the name, subdomains, the domain above, plain http, another port, 11 development machines and tunnels, and what
/// `refused` names. Besides, 42 origins drawn by the run's seed, mostly on GET alone: 9 of development machines (other
/// ports, `https`, `[::1]`), 10 of private networks and local names (`192.168.…`, `10.…`, `172.16.…`, `.local`, `.lan`), 9 of
/// hosting where everybody gets a name (`github.io`, `netlify.app`: 52 suffixes from the private section of the Public
/// Suffix List of 2026-08-19), 3 of browser extensions, 3 of the shells of applications (`tauri:`, `ionic:`), 3 with another
/// ending or a name cut short, and 5 more look-alikes, subdomains, ports and schemes. The seed is made of project and
/// release, stands in the report as `seed`, and `verify --seed` says another one.
///
/// **Requests.** Only GET and OPTIONS, six at a time: about 95, and 40 more for each wanted origin; `gonogo plan` tells
/// how many. Where the name has several addresses (at most 11), each is asked once first and the rest goes to them in turn.
/// Two GETs with a key `gonogo` in the query show whether a cache on the way mixes up origins; not where the API refuses
/// keys that it does not know.
///
/// **What it cannot see.** A single origin that is allowed and not among those drawn; a website that the plan lets in and
/// that is not trustworthy; what is allowed at another path or to another method. **Unknown** is what got no answer, what a
/// limit (429) or a gateway (502 to 504) answered, and every refusal after which the wanted origin was shut out as well.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(remote = "Self", rename_all = "kebab-case", deny_unknown_fields)]
pub struct Cors {
    /// What scripts ask: an address that answers GET with a 2xx status, best with little. A login in it is sent as Basic
    /// authorization and never shown.
    pub url: Address,
    /// The origins whose scripts may use it, as browsers send them: `https://app.example.com`; at most 20. None of them
    /// counts as hostile, so `http://localhost:3000` may stand here for staging.
    pub origins: Option<OneOrMore<Origin>>,
    /// The API is meant for every website: `Access-Control-Allow-Origin: *` is wanted, and no credentials. Instead of
    /// `origins`. Default `false`.
    #[serde(default)]
    pub public: bool,
    /// The methods that scripts use. Each that browsers ask about beforehand is asked for with OPTIONS; it is never
    /// sent itself. Default `GET`.
    pub methods: Option<OneOrMore<Method>>,
    /// The request headers that scripts set and browsers ask about: `Authorization`, `Content-Type` (for JSON).
    pub headers: Option<OneOrMore<RequestHeader>>,
    /// The answer's headers that scripts read beyond the few they always may: `X-Total-Count`.
    pub exposes: Option<OneOrMore<ExposedHeader>>,
    /// Whether scripts send cookies or other credentials of the browser. `true`: must be allowed. `false`: must not be
    /// allowed. Not given: not judged for the wanted origins.
    pub credentials: Option<bool>,
    /// Domains all of whose subdomains may be allowed too, over https: `example.com`. Default: none, so that every
    /// subdomain that is no wanted origin must be refused.
    pub subdomains_of: Option<OneOrMore<Domain>>,
    /// Whether the wanted hosts may be allowed on other ports too. Default `refuse`.
    #[serde(default)]
    pub other_ports: Policy,
    /// Further origins that must be refused: an old domain, the staging website.
    pub refused: Option<OneOrMore<Origin>>,
    /// A path on the same host where GET is answered with an error status (400 or more), best by the application itself.
    /// Default: `gonogo-no-such-page` below the path of `url`.
    pub error_path: Option<HostPath>,
    /// Whether answers that depend on the origin must say `Vary: Origin`, so that no cache hands one origin's answer to
    /// another. Answers to OPTIONS and those with `Cache-Control: no-store` need not. Tried too: whether a wanted origin is
    /// still let in right after a request without `Origin`, as a cache that does not look at `Vary` would spoil it. Default
    /// `true`.
    #[serde(default = "crate::check::yes")]
    pub vary: bool,
    /// Which addresses of the name are asked: `all`, `first`, `ipv4` or `ipv6`. Default `all`: each must let the first of
    /// `origins` in, and the other questions go to them in turn. A family to which this machine has no route is left out
    /// and named, if the other one answered; `ipv6` demands it.
    #[serde(default)]
    addresses: Which,
    /// Headers to send with GET, never with OPTIONS, as browsers do; secrets by variable, like
    /// `Authorization: Bearer ${API_TOKEN}`.
    #[serde(default)]
    pub request_headers: SentHeaders,
    /// A PEM file of certificates to trust instead of the host's, relative to the plan's folder.
    pub ca_file: Option<PathBuf>,
}

/// Whether something beyond the wanted origins may be allowed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Policy {
    /// It must be refused.
    #[default]
    Refuse,
    /// It may be allowed.
    Allow,
}

without_contradiction!(Cors);

impl Cors {
    /// Keys that cannot stand together.
    fn contradiction(&self) -> Option<String> {
        let ours = ["origin", "access-control-request-method", "access-control-request-headers"];
        let sent = self.request_headers.map();
        if let Some(name) = ours.into_iter().find(|name| sent.contains_key(*name)) {
            return Some(format!("`{name}` is what this check varies: it cannot stand under `request-headers`"));
        }
        let wanted = self.origins().count();
        match (self.public, &self.origins) {
            (false, None) => {
                return Some(
                    "`origins` is missing: name the websites that may use the API, or write `public: true` if every website may".into(),
                );
            }
            (true, Some(_)) => return Some("`public: true` allows every origin, so `origins` cannot stand beside it".into()),
            _ if wanted > MOST_ORIGINS => {
                return Some(format!("{wanted} origins are too many for one check: at most {MOST_ORIGINS}, split it"));
            }
            _ => {}
        }
        if self.public {
            return self.public_contradiction();
        }
        let both = self.refused.iter().flat_map(|all| all.iter()).find(|origin| self.welcomes(&origin.text));
        both.map(|origin| format!("{origin} is both allowed and `refused`"))
    }

    fn public_contradiction(&self) -> Option<String> {
        if self.credentials == Some(true) {
            return Some("browsers refuse `*` with credentials: name the `origins` instead of `public: true`".into());
        }
        let given = [
            ("subdomains-of", self.subdomains_of.is_some()),
            ("other-ports", self.other_ports == Policy::Allow),
            ("refused", self.refused.is_some()),
        ];
        let (key, _) = given.into_iter().find(|(_, given)| *given)?;
        Some(format!("`public: true` allows every origin, so `{key}` cannot stand beside it"))
    }

    /// The wanted origins; none where the API is public.
    fn origins(&self) -> impl Iterator<Item = &Origin> {
        self.origins.iter().flat_map(|all| all.iter())
    }

    fn methods(&self) -> Vec<Method> {
        self.methods.as_ref().map_or_else(|| vec![Method::Get], |methods| methods.iter().copied().collect())
    }

    fn headers(&self) -> Vec<&str> {
        self.headers.iter().flat_map(|all| all.iter()).map(RequestHeader::as_str).collect()
    }

    /// Whether the settings let this origin be allowed.
    fn welcomes(&self, origin: &str) -> bool {
        if self.origins().any(|wanted| wanted.text == origin) {
            return true;
        }
        let Ok(origin) = origin.parse::<Origin>() else { return false };
        let below = |domain: &Domain| origin.scheme == "https" && domain.is_above(&origin.host);
        let same_host = |wanted: &Origin| wanted.scheme == origin.scheme && wanted.host == origin.host;
        let port_fits = self.other_ports == Policy::Allow || origin.port.is_none();
        port_fits && self.subdomains_of.iter().flat_map(|all| all.iter()).any(below)
            || self.other_ports == Policy::Allow && self.origins().any(same_host)
    }

    /// Where an error is answered, as it is asked and shown.
    fn error_address(&self) -> Address {
        let default = || format!("{}/gonogo-no-such-page", self.url.url().path().trim_end_matches('/'));
        let path = self.error_path.as_ref().map_or_else(default, |path| path.as_str().to_owned());
        // A path that begins with one slash joins every http address.
        self.url.join(&path).unwrap_or_else(|_| self.url.clone())
    }

    /// The url with a key in its query that no cache has seen.
    fn cached_address(&self) -> Address {
        let query = self.url.url().query().map(|query| format!("{query}&")).unwrap_or_default();
        let key = RandomState::new().hash_one(());
        // A query alone joins every http address.
        self.url.join(&format!("?{query}gonogo={key:016x}")).unwrap_or_else(|_| self.url.clone())
    }

    /// What browsers do not send with a preflight: who we are.
    fn preflight_address(&self) -> Address {
        self.url.url().as_str().parse().unwrap_or_else(|_| self.url.clone())
    }
}

impl Check for Cors {
    rooms!();

    fn touches(&self, _: &ProcessEnv) -> Vec<Touch> {
        let (path, error) = (self.url.path(), self.error_address().path());
        // How many are drawn does not depend on the seed.
        let each = if self.url.url().domain().is_some() { ", and one to each address where the name has several" } else { "" };
        let action = format!("GET and OPTIONS {path}, GET {error}: {} requests{each}", self.asks(Some("")).len());
        vec![Touch::over_http(&self.url, &self.request_headers, action)]
    }
}
