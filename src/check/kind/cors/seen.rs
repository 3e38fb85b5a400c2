//! What was answered, as evidence: like answers stand together, only the headers that matter are kept.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    addresses::Door,
    ask::{Ask, Way},
};
use crate::{
    model::excerpt,
    net::http::{HeaderMap, Reply, is_redirect},
};

/// Bytes that are kept of what names an origin or says `true`.
const SHORT: usize = 400;

/// Bytes that are kept of a list, kept for wanted origins only.
const LIST: usize = 4 << 10;

/// Values of one header that are kept.
const MOST_VALUES: usize = 8;

/// Everything that was answered.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Seen {
    /// What drew the origins: `--seed` with it asks the same again. None were drawn where it is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) seed: Option<String>,
    /// The addresses of the name, where it has several or the plan chooses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) addresses: Vec<Door>,
    /// Addresses beyond those.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(super) not_asked: usize,
    pub(super) answers: Vec<Group>,
}

/// Questions that were answered alike.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Group {
    /// In which way it was asked.
    pub(super) ask: Way,
    /// The method that was asked for, where it is OPTIONS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) method: Option<String>,
    /// What `Origin` said; `(none)` where there was none.
    pub(super) origins: Vec<String>,
    #[serde(flatten)]
    pub(super) reply: Kept,
}

/// An answer, or why none came, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Kept {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) answer: Option<Said>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) lost: Option<String>,
}

impl From<Came> for Kept {
    fn from(came: Came) -> Self {
        came.map_or_else(|why| Self { answer: None, lost: Some(why) }, |said| Self { answer: Some(said), lost: None })
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Said {
    pub(super) status: u16,
    /// Which address answered, where the name has several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) at: Option<String>,
    /// Where it leads, if it is a redirect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) leads_to: Option<String>,
    /// There is one `Access-Control-Allow-Origin`, and it is the origin that asked. Set where answers are stored, so that
    /// like answers to many origins stand together.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) itself: bool,
    /// Every `Access-Control-Allow-Origin`, unless there is only the origin that asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) allow_origin: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) allow_credentials: Vec<String>,
    /// Every `Access-Control-Allow-Methods`; kept for the wanted origins.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) allow_methods: Vec<String>,
    /// Every `Access-Control-Allow-Headers`; kept for the wanted origins.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) allow_headers: Vec<String>,
    /// Every `Access-Control-Expose-Headers`; kept for the wanted origins.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) expose_headers: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) vary: Vec<String>,
    /// `Cache-Control: no-store`: no cache keeps it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) no_store: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_zero(value: &usize) -> bool {
    *value == 0
}

pub(super) type Came = Result<Said, String>;

impl Said {
    /// From what came back; `wanted` says whether a wanted origin asked.
    pub(super) fn new(reply: &Reply, wanted: bool) -> Self {
        let location = reply.location().filter(|_| is_redirect(reply.status));
        let values = |name: &str| kept(&reply.headers, name, SHORT);
        let of_wanted = |name: &str| if wanted { kept(&reply.headers, name, LIST) } else { Vec::new() };
        Self {
            status: reply.status,
            at: None,
            leads_to: location.and_then(|to| reply.address.join(&to).ok()).map(|to| excerpt(&to.to_string(), 500)),
            itself: false,
            allow_origin: values("access-control-allow-origin"),
            allow_credentials: values("access-control-allow-credentials"),
            allow_methods: of_wanted("access-control-allow-methods"),
            allow_headers: of_wanted("access-control-allow-headers"),
            expose_headers: of_wanted("access-control-expose-headers"),
            vary: values("vary"),
            no_store: items(&values("cache-control")).any(|directive| directive.eq_ignore_ascii_case("no-store")),
        }
    }

    /// The origin that asked is left out where it stands alone.
    fn stored(mut self, origin: &str) -> Self {
        if self.allow_origin.len() == 1 && self.allow_origin[0] == origin {
            self.allow_origin.clear();
            self.itself = true;
        }
        self
    }

    fn restored(mut self, origin: &str) -> Self {
        if std::mem::take(&mut self.itself) {
            self.allow_origin.insert(0, origin.to_owned());
        }
        self
    }

    /// "status 403", "a redirect (301) to https://…".
    pub(super) fn status(&self) -> String {
        match &self.leads_to {
            Some(to) => format!("a redirect ({}) to {to}", self.status),
            None => format!("status {}", self.status),
        }
    }

    /// Whether somebody before the API said this: too many requests, or nobody there. It proves nothing about origins,
    /// unless it is the very `error` that wanted origins are answered where errors are asked for.
    pub(super) fn is_turned_away(&self, way: Way, error: Option<u16>) -> bool {
        let nobody = matches!(self.status, 502..=504 | 520..);
        self.is_limited() || nobody && !(way == Way::Error && error == Some(self.status))
    }

    /// Whether there were too many requests, by the standard's status or one of those in use beside it.
    pub(super) fn is_limited(&self) -> bool {
        matches!(self.status, 420 | 429 | 430 | 509)
    }
}

/// The items of a list header, whatever they are.
pub(super) fn items(values: &[String]) -> impl Iterator<Item = &str> {
    values.iter().flat_map(|value| value.split(',')).map(str::trim).filter(|item| !item.is_empty())
}

/// The values of a header until so many bytes are kept. What is cut is longer than any origin, so it matches none.
fn kept(headers: &HeaderMap, name: &str, mut bytes: usize) -> Vec<String> {
    let mut all = Vec::new();
    for value in headers.get_all(name).iter().take(MOST_VALUES) {
        if bytes == 0 {
            break;
        }
        all.push(excerpt(&String::from_utf8_lossy(value.as_bytes()), bytes));
        bytes = bytes.saturating_sub(value.len());
    }
    all
}

impl Seen {
    /// Puts like answers together, in the order of asking.
    pub(super) fn new(came: impl IntoIterator<Item = (Ask, Came)>) -> Self {
        let mut answers: Vec<Group> = Vec::new();
        for (ask, came) in came {
            let reply = Kept::from(came.map(|said| said.stored(&ask.origin)));
            let alike = |group: &&mut Group| group.ask == ask.way && group.method == ask.method && group.reply == reply;
            match answers.iter_mut().find(alike) {
                Some(group) => group.origins.push(ask.origin),
                None => answers.push(Group { ask: ask.way, method: ask.method, origins: vec![ask.origin], reply }),
            }
        }
        Self { seed: None, addresses: Vec::new(), not_asked: 0, answers }
    }

    /// Each question with its answer. Of two answers to one question the later counts.
    pub(super) fn by_ask(&self) -> BTreeMap<Ask, Came> {
        let each = |group: &Group| -> Vec<(Ask, Came)> {
            let came = |origin: &str| match (&group.reply.answer, &group.reply.lost) {
                (Some(said), _) => Ok(said.clone().restored(origin)),
                (None, Some(why)) => Err(why.clone()),
                (None, None) => Err("none is recorded".to_owned()),
            };
            let ask = |origin: &String| Ask { way: group.ask, method: group.method.clone(), origin: origin.clone() };
            group.origins.iter().map(|origin| (ask(origin), came(origin))).collect()
        };
        self.answers.iter().flat_map(each).collect()
    }
}
