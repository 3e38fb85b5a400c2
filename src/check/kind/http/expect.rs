//! What the answer must be: the keys under `expect`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    header::HeaderDemands,
    latency::Latency,
    media_type::MediaType,
    redirect::Redirect,
    status::Status,
    version::{Http3, Spoken},
};
use crate::{
    check::OneOrMore,
    check::demand::{Demands, Pattern, Text, Texts, as_they_stand},
    model::{Period, Size, without_contradiction},
};

/// The largest body that is read unless `max-size` says otherwise.
const DEFAULT_SIZE: Size = Size(1 << 20);

/// The largest `max-size`.
const LARGEST_SIZE: Size = Size(64 << 20);

/// What the answer must be. Everything given must hold.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(remote = "Self", rename_all = "kebab-case", deny_unknown_fields)]
pub struct Expect {
    /// The status: a code, a class like `2xx`, or a list of them. Default: `2xx`; with `redirect` a redirect. It is the
    /// status of the final answer; a redirect is followed only with `follow-redirects`.
    pub status: Option<OneOrMore<Status>>,
    /// Headers by name: a value to equal, or `{matches: …}`, `{one-of: […]}`, `{present: true}`, `{present: false}`.
    pub headers: Option<HeaderDemands>,
    /// The media type, without parameters: `application/json`.
    pub content_type: Option<MediaType>,
    /// Text that must be in the body, or a list of texts; upper and lower case differ.
    pub contains: Option<OneOrMore<Text>>,
    /// Text that must not be in the body, or a list of texts, as it stands: no wildcards, no expression. An empty body proves nothing: the check is then unknown.
    #[serde(default, deserialize_with = "as_they_stand")]
    pub not_contains: Option<OneOrMore<Text>>,
    /// A regular expression that must match somewhere in the body, or a list of them; anchor with `^` and `$` where
    /// the place matters.
    pub matches: Option<OneOrMore<Pattern>>,
    /// A regular expression that must not match anywhere in the body, or a list of them. An empty body proves nothing.
    pub not_matches: Option<OneOrMore<Pattern>>,
    /// Values in a JSON body by JSONPath (RFC 9535): a value to equal, type included, or a map of demands: `equals`,
    /// `one-of`, `not`, `matches` (the whole string), `exists`, `min`, `max`, `number`, `age`, `in`, `version`, `contains`,
    /// `length`. A path that leads to several places demands it of each; `any`, `none`, `count` and `same-as` are about all of
    /// them: `{count: {min: 2}}` counts the places. One that leads nowhere meets only `{exists: false}` and a `count`.
    pub json: Option<Demands>,
    /// `https`: the first answer is a redirect to https on the same host. An address: it is a redirect exactly there.
    /// `none`: there is none.
    pub redirect: Option<Redirect>,
    /// The version of HTTP that is spoken: `HTTP/2` or `HTTP/1.1`. Both are offered to a server over TLS, and it chooses.
    pub version: Option<Spoken>,
    /// `offered`: the header `Alt-Svc` (RFC 7838) says that HTTP/3 is spoken too. Offered, not proven: it is not tried.
    pub http3: Option<Http3>,
    /// The whole answer, connecting included, takes at most this.
    pub max_time: Option<Period>,
    /// How long answers may take, over several requests: `{p95: 300ms, samples: 20}`.
    pub latency: Option<Latency>,
    /// The body is at most this large; no more is read. Default `1MiB`, at most `64MiB`.
    pub max_size: Option<Size>,
}

without_contradiction!(Expect);

impl Expect {
    fn contradiction(&self) -> Option<String> {
        if self.is_empty() {
            return Some("`expect` is empty: say what the answer must be, or leave the key out to want a 2xx status".into());
        }
        match self.max_size? {
            Size(0) => Some("`max-size` is 0: to demand an empty body write `headers: {content-length: \"0\"}`".into()),
            size => (size > LARGEST_SIZE).then(|| format!("`max-size` is {size}: at most {LARGEST_SIZE} is read")),
        }
    }

    fn is_empty(&self) -> bool {
        let Self {
            status,
            headers,
            content_type,
            contains,
            not_contains,
            matches,
            not_matches,
            json,
            redirect,
            version,
            http3,
            max_time,
            latency,
            max_size,
        } = self;
        let protocol = version.is_none() && http3.is_none();
        let others = redirect.is_none() && max_time.is_none() && latency.is_none() && max_size.is_none();
        let body = contains.is_none() && not_contains.is_none() && matches.is_none() && not_matches.is_none() && json.is_none();
        status.is_none() && headers.is_none() && content_type.is_none() && body && protocol && others
    }

    /// The key of a demand on the body, if there is one.
    pub(super) fn on_body(&self) -> Option<&'static str> {
        let keys = [
            ("contains", self.contains.is_some()),
            ("not-contains", self.not_contains.is_some()),
            ("matches", self.matches.is_some()),
            ("not-matches", self.not_matches.is_some()),
            ("json", self.json.is_some()),
        ];
        keys.into_iter().find(|(_, given)| *given).map(|(key, _)| key)
    }

    /// The demands on the body's text.
    pub(super) fn texts(&self) -> Texts<'_> {
        Texts {
            contains: self.contains.as_deref().unwrap_or_default(),
            not_contains: self.not_contains.as_deref().unwrap_or_default(),
            matches: self.matches.as_deref().unwrap_or_default(),
            not_matches: self.not_matches.as_deref().unwrap_or_default(),
        }
    }

    /// The statuses wanted, given or by default.
    pub(super) fn statuses(&self, follows: bool) -> OneOrMore<Status> {
        let default = if self.leads(follows) { Status::Redirect } else { Status::Class(2) };
        self.status.clone().unwrap_or_else(|| vec![default].into())
    }

    /// Whether the answer itself is to be a redirect.
    pub(super) fn leads(&self, follows: bool) -> bool {
        matches!(self.redirect, Some(Redirect::Https | Redirect::To(_))) && !follows
    }

    pub(super) fn limit(&self) -> Size {
        self.max_size.unwrap_or(DEFAULT_SIZE)
    }
}
