//! What Prometheus and those that speak like it (Thanos, Mimir, VictoriaMetrics) say to a query, read strictly: a partial
//! answer is none, a value that is no number is one (NaN), and nothing is made up where nothing is.

mod answer;
pub mod promql;

use std::time::Instant;

use jiff::Timestamp;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

pub use answer::{Data, Labels, Point, Rule, Series};

use super::{
    Reach, Trouble,
    http::{self, Address, Bounds, HeaderMap, Method, Request},
    tls::TlsFiles,
};
use crate::model::Period;

/// Bytes of an answer.
const LARGEST: usize = 4 << 20;

/// Series of an answer.
const MOST_SERIES: usize = 1_000;

/// Who is asked, and how.
pub struct Server<'a> {
    /// The ways to it.
    pub reach: &'a Reach,
    /// Where it is, without `/api/v1`: Mimir's and Cortex' has the path `/prometheus`.
    pub address: &'a Address,
    /// Headers to send.
    pub headers: HeaderMap,
    /// Whom to trust, and who we are.
    pub files: &'a TlsFiles,
    /// When to stop waiting.
    pub until: Instant,
}

/// The stretch of a range query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Its first instant.
    pub from: Timestamp,
    /// Its last.
    pub to: Timestamp,
    /// Between two evaluations.
    pub step: Period,
}

impl Server<'_> {
    /// The value of `query` at an instant, by default the server's own now. A range like `metric[5m]` gives the raw samples.
    ///
    /// # Errors
    /// When there is no answer, or one that is not whole.
    pub async fn instant(&self, query: &str, at: Option<Timestamp>) -> Result<Data, Trouble> {
        let at = at.map(|at| ("time", seconds(at)));
        self.ask("query", [("query", query.to_owned())].into_iter().chain(at), answer::of_query).await
    }

    /// The values of `query` from one instant to another, both included.
    ///
    /// # Errors
    /// When there is no answer, or one that is not whole.
    pub async fn range(&self, query: &str, window: Window) -> Result<Data, Trouble> {
        let step = format!("{}", window.step.get().as_secs_f64());
        let about = [("query", query.to_owned()), ("start", seconds(window.from)), ("end", seconds(window.to)), ("step", step)];
        self.ask("query_range", about.into_iter(), answer::of_query).await
    }

    /// What the server's clock says.
    ///
    /// # Errors
    /// When it does not say.
    pub async fn clock(&self) -> Result<Timestamp, Trouble> {
        match self.instant("time()", None).await? {
            Data::Scalar(point) => Timestamp::from_duration(jiff::SignedDuration::try_from_secs_f64(point.value).unwrap_or_default())
                .map_err(|_| self.odd("its clock says what is no time")),
            _ => Err(self.odd("it answers `time()` with something else")),
        }
    }

    /// The names of all metrics that it has samples of.
    ///
    /// # Errors
    /// When it does not say.
    pub async fn metric_names(&self) -> Result<Vec<String>, Trouble> {
        self.ask("label/__name__/values", [].into_iter(), answer::of_names).await
    }

    /// Its alerting rules.
    ///
    /// # Errors
    /// When it does not say, or not of all.
    pub async fn alerting_rules(&self) -> Result<Vec<Rule>, Trouble> {
        let about = [("type", "alert".to_owned()), ("exclude_alerts", "true".to_owned())];
        self.ask("rules", about.into_iter(), answer::of_rules).await
    }

    /// How many Alertmanagers it sends its alerts to.
    ///
    /// # Errors
    /// When it does not say.
    pub async fn alertmanagers(&self) -> Result<usize, Trouble> {
        self.ask("alertmanagers", [].into_iter(), answer::of_alertmanagers).await
    }

    async fn ask<T>(
        &self,
        what: &str,
        about: impl Iterator<Item = (&'static str, String)>,
        read: impl FnOnce(&[u8]) -> Result<T, String>,
    ) -> Result<T, Trouble> {
        let about: Vec<String> = about.map(|(name, value)| format!("{name}={}", utf8_percent_encode(&value, NON_ALPHANUMERIC))).collect();
        let path = format!("{}/api/v1/{what}?{}", self.address.url().path().trim_end_matches('/'), about.join("&"));
        let address = self.address.join(&path).map_err(Trouble::Unknown)?;
        let request = Request {
            method: Method::GET,
            address: &address,
            headers: self.headers.clone(),
            body: None,
            files: self.files,
            follow: 0,
            jar: None,
            fresh: false,
            bounds: Bounds { keep: LARGEST, limit: LARGEST as u64, deadline: self.until },
            led: &|_| {},
        };
        let reply = http::send(self.reach, request).await?;
        answer::whole(&reply).and_then(|bytes| read(bytes).map_err(Trouble::Unknown)).map_err(|trouble| match trouble {
            Trouble::Unreachable(why) => Trouble::Unreachable(format!("{} {why}", self.address.target())),
            Trouble::Unknown(why) => self.odd(&why),
        })
    }

    fn odd(&self, why: &str) -> Trouble {
        Trouble::Unknown(format!("{} {why}", self.address.target()))
    }
}

/// As the API takes an instant.
fn seconds(at: Timestamp) -> String {
    format!("{}.{:03}", at.as_second(), at.subsec_millisecond().max(0))
}
