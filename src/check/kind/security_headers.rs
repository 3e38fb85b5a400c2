//! Pages and APIs send the headers by which browsers protect those who use them.

mod browser;
mod cookie;
mod counterexamples;
mod html;
mod judge;
mod observe;
mod policy;
mod rule;
mod scripts;
mod seen;

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Deserialize;

pub use self::rule::Rule;
use crate::{
    check::{
        Check, OneOrMore, Touch,
        http::{HostPath, SentHeaders},
    },
    model::{ProcessEnv, without_contradiction},
    net::http::Address,
};

/// Pages and APIs send the headers by which browsers protect those who use them, as the rules of MDN's HTTP Observatory want it.
///
/// Each path is asked with GET, redirects are followed on the host and to its `www.`, and the page where that ends is judged, with every cookie
/// that was set on the way. So is a page that is not there: what a proxy adds to a 200 only is missing on its errors. Asked
/// too is where plain `http` leads. Each rule is one line of the result, with what the Observatory calls it and what to write instead:
///
/// - `strict-transport-security`: sent once, `max-age` at least 15552000 (180 days).
/// - `content-security-policy`: no `'unsafe-inline'`, `data:`, `https:` or `*` for scripts, no `*` for plugins, no `'unsafe-eval'`, no source over
///   plain http. Each policy (header or `meta`) is judged by itself, as browsers do: a flaw counts where all have it.
/// - `x-frame-options`: `DENY` or `SAMEORIGIN`, or `frame-ancestors` in the policy. `x-content-type-options`: `nosniff`.
/// - `referrer-policy`: absent, or the last valid word is one that shows no path to others.
/// - `cookies`: `Secure`; sessions (`sess`, `login` in the name) `HttpOnly`; `SameSite` valid, and there where the name has `csrf`.
/// - `cross-origin-resource-policy`, `cross-origin-opener-policy`, `cross-origin-embedder-policy`: absent or valid.
/// - `subresource-integrity`: scripts of other sites come over https with `integrity`. `redirection`: http leads to https on the same host first.
///
/// Stricter than the Observatory: `ALLOW-FROM`, `frame-ancestors *`, a `script-src-elem` or `-attr` that is weaker, a wildcard with
/// a port, a subdomain beside the host as a script's source, `http:` in one policy and `https:` in another, which let in any host over https;
/// no preload list of browsers stands for the header or the redirect.
///
/// Unknown is a listed path that answers 400 or more, what leads to another site, over 1 MiB of HTML or more than 16 KiB of one header where
/// the rule needs it, an invalid certificate (kind `tls` says what is wrong), and port 80 that is silent. CORS is kind `cors`.
///
/// Not seen: pages behind a login that `headers` do not give, other addresses of the name, what scripts set, whether a policy lets the page work.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(remote = "Self", rename_all = "kebab-case", deny_unknown_fields)]
pub struct SecurityHeaders {
    /// The page, or the host where `paths` are: an `https` address.
    pub url: Address,
    /// Paths on that host that answer, at most 20. Default: the one of `url`.
    pub paths: Option<OneOrMore<HostPath>>,
    /// What answers there: `page` (what browsers show) or `api`. It decides which `rules` hold unless they are named; HTML is no `api`.
    #[serde(default)]
    pub profile: Profile,
    /// The rules that must hold. Default for `page`: all of them; for `api`: `strict-transport-security`, `x-content-type-options`,
    /// `cookies`, `cross-origin-resource-policy` and `redirection`.
    pub rules: Option<OneOrMore<Rule>>,
    /// Rules of which more is wanted, for which the Observatory gives a bonus: a policy without any unsafe source, `SameSite` on each
    /// cookie, the header there and strict. Default: none.
    pub bonus: Option<OneOrMore<Rule>>,
    /// Whether a path that does not exist is asked too: `/gonogo-` and letters drawn by the release. Default: true.
    #[serde(default = "crate::check::yes")]
    pub not_found: bool,
    /// Where plain http is asked. Default: `http://` and the host of `url`, unless that names a port.
    pub redirect_from: Option<Address>,
    /// Headers to send, like `Authorization: Bearer ${API_TOKEN}`; the values of those whose name looks secret are never shown.
    #[serde(default)]
    pub headers: SentHeaders,
    /// A PEM file of certificates to trust instead of the host's, relative to the plan's folder.
    pub ca_file: Option<PathBuf>,
}

/// What answers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub enum Profile {
    /// What browsers show.
    #[default]
    Page,
    /// What programs read.
    Api,
}

without_contradiction!(SecurityHeaders);

impl SecurityHeaders {
    fn contradiction(&self) -> Option<String> {
        let rules = self.rules();
        let needs_tls = rules.iter().find(|rule| matches!(rule, Rule::StrictTransportSecurity | Rule::Redirection));
        let beyond = self.bonus.iter().flat_map(|all| all.iter()).find(|rule| !rules.contains(rule));
        let without = self.bonus.iter().flat_map(|all| all.iter()).find(|rule| !rule.has_bonus());
        if let Some(rule) = needs_tls.filter(|_| !self.url.is_https()) {
            return Some(format!("`{rule}` cannot hold over plain http: write an `https` address, or name the `rules` without it"));
        }
        if let Some(rule) = beyond {
            return Some(format!("`bonus` wants more of `{rule}`, which is not among the `rules`: add it there"));
        }
        if let Some(rule) = without {
            return Some(format!("there is no `bonus` for `{rule}`: it holds or it does not"));
        }
        if self.paths.as_ref().is_some_and(|paths| paths.len() > 20) {
            return Some("at most 20 `paths` are asked: write several checks".into());
        }
        match (&self.redirect_from, rules.contains(&Rule::Redirection)) {
            (Some(_), false) => Some("`redirect-from` is of use to the rule `redirection` only, which is not among the `rules`".into()),
            (Some(from), true) if from.is_https() || from.host() != self.url.host() => {
                Some(format!("`redirect-from` is where plain http of the same host answers: `http://{}`, with its port", self.url.host()))
            }
            (None, true) if self.url.url().port().is_some() => {
                Some("`url` names a port, so where plain http answers is not known: write `redirect-from: http://…`, or name the `rules` without `redirection`".into())
            }
            _ => None,
        }
    }

    fn rules(&self) -> &[Rule] {
        match (&self.rules, self.profile) {
            (Some(rules), _) => rules,
            (None, Profile::Page) => &Rule::ALL,
            (None, Profile::Api) => &Rule::OF_AN_API,
        }
    }

    fn wants_bonus(&self, rule: Rule) -> bool {
        self.bonus.as_ref().is_some_and(|all| all.contains(&rule))
    }

    /// The addresses of the paths, as the plan writes them.
    fn pages(&self) -> Vec<(String, Address)> {
        match &self.paths {
            None => vec![(self.url.path(), self.url.clone())],
            Some(paths) => paths.iter().filter_map(|path| Some((path.to_string(), self.url.join(path.as_str()).ok()?))).collect(),
        }
    }

    /// Where plain http is asked.
    fn plain(&self) -> Option<Address> {
        let default = || format!("http://{}/", self.url.host()).parse().ok();
        self.redirect_from.clone().or_else(default).filter(|_| self.rules().contains(&Rule::Redirection))
    }
}

impl Check for SecurityHeaders {
    rooms!();

    fn touches(&self, _: &ProcessEnv) -> Vec<Touch> {
        let mut paths: Vec<String> = self.pages().into_iter().map(|(path, _)| path).collect();
        if self.not_found {
            paths.push("a path that is not there".into());
        }
        let plain = self.plain().map(|plain| Touch::new(plain.target(), format!("GET {}, to see where it leads", plain.path())));
        let action = format!("GET {}, following redirects on the host", paths.join(", "));
        std::iter::once(Touch::over_http(&self.url, &self.headers, action)).chain(plain).collect()
    }
}
