//! What an endpoint answered, as evidence: what the demands name, and no more; of several requests, of each.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    check::http::{BodySeen, millis},
    model::{excerpt, looks_secret},
    net::http::{HeaderMap, Hop, Reply, shown_location},
};

/// Bytes of one header's value that are kept.
const LARGEST_HEADER: usize = 4 << 10;

/// Values of one header that are kept.
const MOST_VALUES: usize = 20;

/// Headers that are kept whether a demand names them or not: they tell what went wrong.
const TELLING: [&str; 7] = ["content-type", "location", "server", "via", "age", "retry-after", "www-authenticate"];

/// What was seen.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Seen {
    /// Of a flow: each step, in its order.
    Steps {
        /// Those that were looked at.
        steps: Vec<Part>,
    },
    /// Of every address: each.
    Addresses {
        /// Those that were asked, by their address.
        addresses: Vec<Part>,
        /// How many more there are.
        #[serde(default, rename = "not-asked")]
        not_asked: usize,
    },
    /// Of the one request.
    One(Box<Answer>),
}

/// One of several requests.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// The step, or the address that was asked.
    pub name: String,
    /// What was answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<Answer>,
    /// Why nothing was: it was not asked, or gave no answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unseen: Option<String>,
    /// What was captured of it, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub captured: BTreeMap<String, Found>,
}

impl Part {
    /// One without an answer.
    pub(super) fn unseen(name: impl Into<String>, why: impl Into<String>) -> Self {
        Self { name: name.into(), answer: None, unseen: Some(why.into()), captured: BTreeMap::new() }
    }
}

/// What a capture found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Found {
    /// A value, here its beginning.
    Value(String),
    /// A value that nobody may see.
    Secret,
    /// No value: what is there instead.
    Nothing(String),
}

/// What the endpoint answered.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Answer {
    /// The address that gave the final answer.
    pub url: String,
    /// The redirects that were followed to get there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hops: Vec<Hop>,
    /// Where the final answer, itself a redirect, leads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leads_to: Option<String>,
    /// Why that one was not followed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<String>,
    /// The status.
    pub status: u16,
    /// The protocol: `HTTP/1.1`, `HTTP/2`.
    #[serde(default)]
    pub http: String,
    /// The headers that the demands name and a few that explain, by lower-case name; all values of each. Of cookies
    /// the value is not kept, of other headers that look secret neither.
    #[serde(default)]
    pub headers: BTreeMap<String, Vec<String>>,
    /// Headers of which more came than is kept.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers_cut: Vec<String>,
    /// The body.
    pub body: BodySeen,
    /// Until the last header, in milliseconds, rounded up; redirects included.
    #[serde(default)]
    pub headers_ms: u64,
    /// Until the end of the answer, in milliseconds, rounded up.
    #[serde(default)]
    pub total_ms: u64,
    /// The requests after the first, where latency is demanded.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub samples: Vec<Sample>,
}

/// One of the requests that latency counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sample {
    /// To the end of the answer, in milliseconds, rounded up.
    pub ms: u64,
    /// The status; none when no answer came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Why no answer came, or why it is no whole one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

impl Answer {
    /// From what came back, with the body's findings; `named` are the headers that demands name.
    pub(super) fn new<'n>(reply: &Reply, body: BodySeen, named: impl Iterator<Item = &'n str>) -> Self {
        let names: Vec<&str> = named.chain(TELLING).collect();
        let (headers, headers_cut) = kept(&reply.headers, &names);
        Self {
            url: reply.address.to_string(),
            hops: reply.hops.clone(),
            leads_to: reply.leads_to().map(|to| excerpt(&to.to_string(), LARGEST_HEADER)),
            stopped: reply.stopped.clone(),
            status: reply.status,
            http: reply.version.to_owned(),
            headers,
            headers_cut,
            body,
            headers_ms: millis(reply.to_headers),
            total_ms: millis(reply.total),
            samples: Vec::new(),
        }
    }
}

fn kept(headers: &HeaderMap, names: &[&str]) -> (BTreeMap<String, Vec<String>>, Vec<String>) {
    let (mut all, mut cut) = (BTreeMap::new(), Vec::new());
    for name in names {
        let values: Vec<_> = headers.get_all(*name).iter().collect();
        if values.is_empty() {
            continue;
        }
        if values.len() > MOST_VALUES || values.iter().any(|value| value.len() > LARGEST_HEADER) {
            cut.push((*name).to_owned());
        }
        let kept = values.into_iter().take(MOST_VALUES).map(|value| shown(name, value.as_bytes()));
        all.insert((*name).to_owned(), kept.collect());
    }
    (all, cut)
}

/// A value as evidence. Of a cookie its name and attributes are kept; of an address its query's secrets are hidden.
fn shown(name: &str, value: &[u8]) -> String {
    let value = String::from_utf8_lossy(value);
    match name {
        "set-cookie" => {
            let (pair, attributes) = value.split_once(';').map_or((&*value, ""), |(pair, rest)| (pair, rest));
            let cookie = pair.split_once('=').map_or("", |(cookie, _)| cookie);
            let separator = if attributes.is_empty() { "" } else { ";" };
            excerpt(&format!("{}=***{separator}{attributes}", cookie.trim()), LARGEST_HEADER)
        }
        "location" => excerpt(&shown_location(&value), LARGEST_HEADER),
        name if looks_secret(name) => "***".into(),
        _ => excerpt(&value, LARGEST_HEADER),
    }
}
