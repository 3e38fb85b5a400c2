//! Something listens at an address, or nothing does.

mod counterexamples;
mod judge;
mod observe;
mod seen;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    check::{
        Check, OneOrMore, Touch, Which,
        demand::{Demand, Fields},
        host_port::HostPort,
    },
    model::{Period, ProcessEnv, without_contradiction},
};

/// So long a connection is waited for: the first packet and its two repeats, after one second and three, fit in.
const WITHIN: Period = Period::seconds(4);

/// A connection to `host:port` can be made, or, with `closed`, cannot. Open, refused, silent and a name that leads nowhere are
/// four different answers. Nothing is sent; the connection is closed at once, or after `banner` was heard.
///
/// Every address of a name must hold. Unknown is a name that has no address, an address that this machine has no route to, and
/// what this machine itself keeps from going out: none of them ever counts as closed. What is closed is so as seen from one place
/// only: the report says which address of this machine looked, and `from` on the check says where it must be run.
///
/// Not seen: what listens there, unless `banner` says; other ports and UDP; and, of a silence, whose it is: a firewall near us
/// that lets nothing out is as silent as one near the target. `control` names something that must answer from here all the same.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(remote = "Self", rename_all = "kebab-case", deny_unknown_fields)]
pub struct Tcp {
    /// Where to connect, as `host:port`, or a list of them: a name, `10.0.0.7:5432`, `[::1]:443`.
    pub address: OneOrMore<HostPort>,
    /// It must not be open: `refused` (something says no), `silent` (no answer within `within`: a firewall drops it) or `any` of
    /// the two. Default: it must be open.
    pub closed: Option<Closed>,
    /// Where `closed`: an address as `host:port` that must be open from here, so that a silence is the target's and not that of
    /// our own network. Default: none.
    pub control: Option<HostPort>,
    /// How long an answer is waited for, from `1s` on; it must fit into the check's `timeout`. Default: `4s`.
    pub within: Option<Period>,
    /// Which addresses of a name are tried, at most 16: `all`, `first`, `ipv4` or `ipv6`. Default: `all`; where this
    /// machine has no IPv6, `ipv4` leaves those out.
    #[serde(default)]
    pub addresses: Which,
    /// What the server must say first, like `{matches: "SSH-2\\.0-.*"}`: its first line, or what comes before a pause. A server that
    /// waits for its client says nothing, which is red. Of more than 500 bytes nothing is known. Default: not listened for.
    pub banner: Option<Demand>,
}

/// How an address must be closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub enum Closed {
    /// The connection is refused.
    Refused,
    /// There is no answer.
    Silent,
    /// Either.
    Any,
}

without_contradiction!(Tcp);

impl Tcp {
    fn contradiction(&self) -> Option<String> {
        if self.closed.is_some() && self.banner.is_some() {
            return Some("what is `closed` says nothing: give `closed` or `banner`, not both".into());
        }
        if self.closed.is_none() && self.control.is_some() {
            return Some("`control` goes with `closed`: what is open proves by itself that it can be reached from here".into());
        }
        if self.within.is_some_and(|within| within < Period::seconds(1)) {
            return Some("`within` is at least `1s`: a lost packet is sent again only after a second".into());
        }
        self.control.as_ref().filter(|one| self.address.contains(one)).map(|one| format!("`{one}` must be closed and is the `control`"))
    }

    fn within(&self) -> Period {
        self.within.unwrap_or(WITHIN)
    }

    fn banner(&self) -> Option<Fields> {
        self.banner.as_ref().map(|banner| banner.of("banner"))
    }
}

impl Check for Tcp {
    rooms!();

    fn touches(&self, _: &ProcessEnv) -> Vec<Touch> {
        let action = if self.banner.is_some() { "a TCP connection, listens" } else { "a TCP connection" };
        self.address.iter().chain(&self.control).map(|one| Touch::new(format!("tcp://{one}"), action)).collect()
    }
}
