//! Asks the name servers of a check, each question once a run.

use std::{net::SocketAddr, sync::Arc, time::Instant};

use futures_util::future::join_all;

use super::Dns;
use crate::{
    check::{Context, Unseen},
    model::excerpt,
    net::dns::{self, Answer, Name, Question, RecordType, system_servers},
};

/// An answer, or why there is none.
type Reply = Result<Arc<Answer>, Unseen>;

/// The name servers to ask, and how long.
pub(super) struct Asker<'a> {
    cx: &'a Context,
    servers: Vec<SocketAddr>,
    /// Each of them is meant, not the first that answers.
    each: bool,
    until: Instant,
}

impl<'a> Asker<'a> {
    pub(super) fn new(check: &Dns, cx: &'a Context) -> Result<Self, Unseen> {
        let named = check.servers.as_ref().map(|servers| servers.iter().map(|server| server.0).collect());
        let each = named.is_some();
        let servers = named.map_or_else(|| system_servers().map_err(Unseen::Unknown), Ok)?;
        Ok(Self { cx, servers, each, until: cx.until() })
    }

    /// What each server says, by its address; the machine's own are asked one after the other until one answers, as
    /// programs do, and count as one.
    pub(super) async fn all(&self, name: &Name, record: RecordType) -> Vec<(String, Reply)> {
        let question = Question { name: name.clone(), record, recursion: true };
        if self.each {
            let asked = self.servers.iter().map(|server| self.one(*server, &question, self.until));
            return self.servers.iter().map(ToString::to_string).zip(join_all(asked).await).collect();
        }
        let mut last = Vec::new();
        for (index, server) in self.servers.iter().enumerate() {
            let left = self.until.saturating_duration_since(Instant::now());
            let share = left / u32::try_from(self.servers.len() - index).unwrap_or(1);
            let reply = self.one(*server, &question, Instant::now() + share).await;
            let found = reply.is_ok();
            last = vec![(server.to_string(), reply)];
            if found {
                break;
            }
        }
        last
    }

    /// What all servers say alike; else why nothing is known.
    pub(super) async fn agreed(&self, name: &Name, record: RecordType) -> Result<Arc<Answer>, String> {
        let mut first: Option<Arc<Answer>> = None;
        for (server, reply) in self.all(name, record).await {
            let reply = reply.map_err(|error| shown(&error))?;
            if first.as_ref().is_some_and(|first| !first.same(&reply)) {
                return Err(format!("the servers differ about {record} {}, {server} from the first", dns::written(name)));
            }
            first.get_or_insert(reply);
        }
        first.ok_or_else(|| "there is no name server to ask".into())
    }

    /// What a name server of the zone says itself.
    pub(super) async fn authority(&self, server: SocketAddr, name: &Name, record: RecordType) -> Reply {
        let question = Question { name: name.clone(), record, recursion: false };
        self.one(server, &question, self.until).await
    }

    async fn one(&self, server: SocketAddr, question: &Question, until: Instant) -> Reply {
        let key = format!("dns {server} {question} {}", question.recursion);
        self.cx.shared.memo.once(key, async { Ok(dns::ask(server, question, until).await?) }).await
    }
}

/// For the report.
pub(super) fn shown(error: &Unseen) -> String {
    excerpt(&error.to_string(), 300)
}
