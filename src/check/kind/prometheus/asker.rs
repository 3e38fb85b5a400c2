//! Asks one server, each question once a run for all checks that ask it alike.

use std::{future::Future, sync::Arc};

use jiff::Timestamp;

use super::Prometheus;
use crate::{
    check::{Context, Unseen},
    model::{Digest, Period},
    net::{
        Trouble,
        prometheus::{Data, Server, Window},
        tls::TlsFiles,
    },
};

/// The server of a check.
pub(super) struct Asker<'a> {
    cx: &'a Context,
    server: Server<'a>,
    /// Tells it, and who asks, from all others.
    who: String,
}

impl<'a> Asker<'a> {
    pub(super) fn new(check: &'a Prometheus, files: &'a TlsFiles, cx: &'a Context) -> Self {
        let headers = check.headers.map();
        let mut who = format!("{:?} {files:?}", check.url.url().as_str()).into_bytes();
        for (name, value) in
            headers.iter().map(|(name, value)| (name.as_str(), value)).chain(check.url.authorization().iter().map(|login| ("", login)))
        {
            who.extend([b"\n", name.as_bytes(), b":", value.as_bytes()].concat());
        }
        let server = Server { reach: &cx.shared.reach, address: &check.url, headers, files, until: cx.until() };
        Self { cx, server, who: format!("prometheus {}", Digest::of(&who)) }
    }

    /// What the server's clock says now: how far it is off ours is asked once.
    pub(super) async fn now(&self) -> Result<Timestamp, Unseen> {
        let ours = || self.cx.shared.reach.now();
        let off = self.once("clock", async { Ok(self.server.clock().await?.duration_since(ours())) }).await?;
        Ok(ours().saturating_add(*off).unwrap_or(Timestamp::MAX))
    }

    /// The value of a query now, or so long ago.
    pub(super) async fn instant(&self, query: &str, ago: Option<Period>) -> Result<Arc<Data>, Unseen> {
        let at = match ago {
            None => None,
            Some(ago) => Some(self.now().await?.saturating_sub(ago.signed()).unwrap_or(Timestamp::MIN)),
        };
        self.once(&format!("{ago:?} ago {query}"), self.server.instant(query, at)).await
    }

    /// The values of a query over the last stretch of time.
    pub(super) async fn range(&self, query: &str, stretch: Period, step: Period) -> Result<Arc<Data>, Unseen> {
        let to = self.now().await?;
        let window = Window { from: to.saturating_sub(stretch.signed()).unwrap_or(Timestamp::MIN), to, step };
        self.once(&format!("over {stretch:?} by {step:?} {query}"), self.server.range(query, window)).await
    }

    pub(super) async fn metric_names(&self) -> Result<Arc<Vec<String>>, Unseen> {
        self.once("names", self.server.metric_names()).await
    }

    pub(super) async fn alerting_rules(&self) -> Result<Arc<Vec<String>>, Unseen> {
        self.once("rules", self.server.alerting_rules()).await
    }

    async fn once<T: Send + Sync + 'static>(&self, what: &str, fetch: impl Future<Output = Result<T, Trouble>>) -> Result<Arc<T>, Unseen> {
        self.cx.shared.memo.once(format!("{} {what}", self.who), async { Ok(fetch.await?) }).await
    }
}
