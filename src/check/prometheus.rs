//! What every kind that asks Prometheus shares: each question once a run for all checks that ask it alike.

mod query;

use std::{future::Future, sync::Arc};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub(crate) use query::Query;

use super::{Context, Unseen, http::SentHeaders};
use crate::{
    model::{CLOCK_TOLERANCE, Digest, Period, excerpt, plain, utc},
    net::{
        Trouble,
        http::Address,
        prometheus::{Data, Rule, Server, Window},
        tls::TlsFiles,
    },
};

/// Metrics of a similar name that are named.
const MOST_SIMILAR: usize = 3;

/// A metric that a query names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Metric {
    /// Its name.
    pub name: String,
    /// Whether the server has it.
    pub exists: bool,
    /// Others with such a name, where it has not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub similar: Vec<String>,
}

/// The server of a check.
pub(crate) struct Asker<'a> {
    cx: &'a Context,
    server: Server<'a>,
    /// Tells it, and who asks, from all others.
    who: String,
}

impl<'a> Asker<'a> {
    /// Asks the server at `url`; from now on nothing secret of it is shown.
    pub(crate) fn new(url: &'a Address, headers: &SentHeaders, files: &'a TlsFiles, cx: &'a Context) -> Self {
        headers.hide(url, cx);
        let headers = headers.map();
        let mut who = format!("{:?} {files:?}", url.url().as_str()).into_bytes();
        for (name, value) in
            headers.iter().map(|(name, value)| (name.as_str(), value)).chain(url.authorization().iter().map(|login| ("", login)))
        {
            who.extend([b"\n", name.as_bytes(), b":", value.as_bytes()].concat());
        }
        let server = Server { reach: &cx.shared.reach, address: url, headers, files, until: cx.until() };
        Self { cx, server, who: format!("prometheus {}", Digest::of(&who)) }
    }

    /// What the server's clock says now: how far it is off ours is asked once.
    pub(crate) async fn now(&self) -> Result<Timestamp, Unseen> {
        let ours = || self.cx.shared.reach.now();
        let off = self.once("clock", async { Ok(self.server.clock().await?.duration_since(ours())) }).await?;
        Ok(ours().saturating_add(*off).unwrap_or(Timestamp::MAX))
    }

    /// The value of a query now, or so long ago.
    pub(crate) async fn instant(&self, query: &str, ago: Option<Period>) -> Result<Arc<Data>, Unseen> {
        let at = match ago {
            None => None,
            Some(ago) => Some(self.now().await?.saturating_sub(ago.signed()).unwrap_or(Timestamp::MIN)),
        };
        self.once(&format!("{ago:?} ago {query}"), self.server.instant(query, at)).await
    }

    /// The values of a query over the last stretch of time.
    pub(crate) async fn range(&self, query: &str, stretch: Period, step: Period) -> Result<Arc<Data>, Unseen> {
        let to = self.now().await?;
        let window = Window { from: to.saturating_sub(stretch.signed()).unwrap_or(Timestamp::MIN), to, step };
        self.once(&format!("over {stretch:?} by {step:?} {query}"), self.server.range(query, window)).await
    }

    pub(crate) async fn metric_names(&self) -> Result<Arc<Vec<String>>, Unseen> {
        self.once("names", self.server.metric_names()).await
    }

    pub(crate) async fn alerting_rules(&self) -> Result<Arc<Vec<Rule>>, Unseen> {
        self.once("rules", self.server.alerting_rules()).await
    }

    /// How many Alertmanagers it sends to.
    pub(crate) async fn alertmanagers(&self) -> Result<usize, Unseen> {
        Ok(*self.once("alertmanagers", self.server.alertmanagers()).await?)
    }

    /// What the server's clock says; ages and stretches of time mean nothing by one that is wrong.
    pub(crate) async fn same_clock(&self) -> Result<Timestamp, Unseen> {
        let (now, ours) = (self.now().await?, self.cx.shared.reach.now());
        if now.duration_since(ours).abs() <= CLOCK_TOLERANCE.signed() {
            return Ok(now);
        }
        let who = self.server.address.target();
        Err(Unseen::Unknown(format!("the clock of {who} says {}, ours {}: set the one that is wrong", utc(now), utc(ours))))
    }

    /// Whether the server has a metric, and what it has instead.
    pub(crate) async fn metric(&self, name: &str) -> Result<Metric, Unseen> {
        // These series are there only while an alert is, their rules always.
        let exists = if matches!(name, "ALERTS" | "ALERTS_FOR_STATE") {
            !self.alerting_rules().await?.is_empty()
        } else {
            self.has(&format!("{{__name__={}}}", Value::from(name))).await?
        };
        let similar = if exists { Vec::new() } else { similar(name, self.metric_names().await?.iter()) };
        Ok(Metric { name: name.to_owned(), exists, similar })
    }

    /// Whether a selector gives any series now.
    pub(crate) async fn has(&self, selector: &str) -> Result<bool, Unseen> {
        let count = self.instant(&format!("count({selector})"), None).await?;
        Ok(matches!(&*count, Data::Vector(series) if !series.is_empty()))
    }

    async fn once<T: Send + Sync + 'static>(&self, what: &str, fetch: impl Future<Output = Result<T, Trouble>>) -> Result<Arc<T>, Unseen> {
        self.cx.shared.memo.once(format!("{} {what}", self.who), async { Ok(fetch.await?) }).await
    }
}

/// Those of the known names that look most like `name`.
pub(crate) fn similar<'n>(name: &str, known: impl Iterator<Item = &'n String>) -> Vec<String> {
    let mut near: Vec<(f64, &String)> = known.map(|known| (strsim::jaro_winkler(name, known), known)).collect();
    near.retain(|(score, known)| *score > 0.85 && *known != name);
    near.sort_by(|a, b| b.0.total_cmp(&a.0));
    near.dedup_by(|a, b| a.1 == b.1);
    near.into_iter().take(MOST_SIMILAR).map(|(_, known)| excerpt(&plain(known), 200)).collect()
}
