//! Takes the samples of a stage of a rollout: what its measures came to since the sample before, as Prometheus remembers it.
//!
//! Nothing is kept between two samples. Every number is read from the server's own past between the two times, so one that is taken
//! by another process, or later, is the same. A counter is read series by series, and its differences are taken here: `increase()`
//! makes up what it did not see.

mod buckets;
mod document;
mod fix;
mod part;
mod past;
mod reading;
mod rise;
mod stretch;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use jiff::Timestamp;

use self::{
    part::Parts,
    past::{Past, Stretch},
    reading::Reading,
};
use crate::{
    model::{Digest, Masker, Period, ProcessEnv, utc},
    net::{Reach, prometheus, tls::TlsFiles},
    plan::Plan,
    rollout::{Fixed, Measure, Origin, Pair, Rollout, Sample, Server, Stage, State, Terms, Trouble, Whose, key},
};

/// How far the server's clock may be off ours: times of data mean nothing by one that is wrong.
const CLOCK: Period = Period::seconds(30);

/// What was scraped is there a little later than its own time. Nothing is read before that, or it would be in no sample.
const SETTLING: Duration = Duration::from_secs(10);

/// For one query.
const PATIENCE: Period = Period::seconds(10);

/// Samples that one call takes later.
const MOST_LATE: usize = 2_000;

/// What is read of the past at once: more points would not fit into an answer.
const AT_ONCE: Duration = Duration::from_secs(1_800);

/// Takes the samples of one stage.
pub struct Sampler<'a> {
    rollout: &'a Rollout,
    terms: Terms,
    surroundings: &'a Surroundings,
    /// How long one query may take.
    pub patience: Period,
}

/// How the sources of measures are reached.
pub struct Surroundings {
    /// How to reach what answers.
    pub reach: Arc<Reach>,
    /// Whom to trust as Prometheus.
    pub files: TlsFiles,
    /// Paths in the plan are relative to this folder.
    pub root: PathBuf,
    /// The process environment.
    pub env: ProcessEnv,
    /// Hides secrets in what is said of a measure.
    pub masker: Arc<Masker>,
}

impl Surroundings {
    /// Those of a plan with this rollout; certificates are judged as of `now`.
    pub fn of(plan: &Plan, rollout: &Rollout, env: &ProcessEnv, now: Timestamp) -> Self {
        let ca = rollout.prometheus.as_ref().and_then(|server| server.ca_file.clone());
        Self {
            reach: Arc::new(Reach::new(env.clone(), plan.pins.clone(), now)),
            files: TlsFiles { ca, identity: None }.under(&plan.root),
            root: plan.root.clone(),
            env: env.clone(),
            masker: Arc::new(Masker::of(plan.words.clone(), &plan.secrets, env)),
        }
    }
}

/// What a look at the measures came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Taken {
    /// The time of the data, by the server's clock.
    pub until: Timestamp,
    /// Whether it was taken later.
    pub late: bool,
    /// Counters that began anew.
    pub resets: u32,
    /// The values, by measure.
    pub values: BTreeMap<String, Pair>,
    /// Why a measure of a version has no value.
    pub troubles: BTreeMap<String, Trouble>,
}

impl Taken {
    /// It as a sample that was taken at `at` by our clock; what the checks came to, and who looked, is for the caller to add.
    pub fn sample(self, number: u64, at: Timestamp, prev: Digest) -> Sample {
        let Self { until, late, resets, values, troubles } = self;
        let (since, checks, verdict, by) = (None, BTreeMap::new(), None, None);
        Sample { number, at, until, since, late, resets, values, troubles, checks, verdict, by, prev }
    }

    /// What a measure of a version came to.
    fn add(&mut self, measure: &str, whose: Whose, values: Result<Vec<f64>, Trouble>) {
        match values {
            Ok(values) => {
                let pair = self.values.entry(measure.to_owned()).or_default();
                *(if whose == Whose::New { &mut pair.new } else { &mut pair.old }) = Some(values);
            }
            Err(trouble) => _ = self.troubles.insert(key(measure, whose), trouble),
        }
    }

    /// Nothing could be looked at.
    fn failed(until: Timestamp, trouble: Trouble) -> Self {
        let troubles = BTreeMap::from([(String::new(), trouble)]);
        Self { until, late: false, resets: 0, values: BTreeMap::new(), troubles }
    }
}

impl<'a> Sampler<'a> {
    /// One for a stage.
    pub fn new(rollout: &'a Rollout, stage: &Stage, surroundings: &'a Surroundings) -> Self {
        Self { rollout, terms: Terms::of(rollout, stage), surroundings, patience: PATIENCE }
    }

    /// What came since the sample whose data went up to `since`, or since the stage began; `now` is what our clock says. `None` where
    /// the server has nothing newer. What came longer ago than two intervals is in no sample of now: it is for [`Self::catch_up`].
    pub async fn take(&self, fixed: &Fixed, since: Timestamp, now: Timestamp) -> Option<Taken> {
        let instant = match self.settled(now).await {
            Ok(instant) => instant,
            Err(trouble) => return Some(Taken::failed(now.max(since), trouble)),
        };
        let most = Period::from(self.rollout.interval.get() * 2).max(self.rollout.max_stale());
        self.take_at(fixed, since.max(before(instant, most)), instant).await
    }

    /// The same as of an instant, by the server's clock.
    pub async fn take_at(&self, fixed: &Fixed, since: Timestamp, instant: Timestamp) -> Option<Taken> {
        self.looks(fixed, since, vec![instant], true).await.pop()
    }

    /// The samples that are missing since the one whose data went up to `since`, one for each interval up to `to` and 2,000 at most,
    /// from what the server remembers. What is left of the last interval is for [`Self::take`].
    ///
    /// # Errors
    /// When the server's clock cannot be believed, or asked.
    pub async fn catch_up(&self, fixed: &Fixed, since: Timestamp, to: Timestamp, now: Timestamp) -> Result<Vec<Taken>, Trouble> {
        let (to, interval) = (to.min(self.settled(now).await?), self.rollout.interval);
        let next = |at: &Timestamp| Some(interval.after(*at));
        let instants: Vec<Timestamp> =
            std::iter::successors(next(&since), next).take_while(|at| interval.after(*at) <= to).take(MOST_LATE).collect();
        let few = usize::try_from(AT_ONCE.as_nanos() / interval.get().as_nanos().max(1)).unwrap_or(1).max(1);
        let mut all: Vec<Taken> = Vec::with_capacity(instants.len());
        for instants in instants.chunks(few) {
            let since = all.last().map_or(since, |last| last.until);
            all.extend(self.looks(fixed, since, instants.to_vec(), false).await);
        }
        all.iter_mut().for_each(|taken| taken.late = true);
        Ok(all)
    }

    /// What came between each of these instants and the next; `now` is whether the last of them is.
    async fn looks(&self, fixed: &Fixed, since: Timestamp, instants: Vec<Timestamp>, now: bool) -> Vec<Taken> {
        let (interval, stale) = (self.rollout.interval, self.rollout.max_stale());
        let instants: Vec<Timestamp> = instants.into_iter().map(to_millis).filter(|instant| *instant > since).collect();
        let Some(stretch) = Stretch::of(to_millis(since), instants, interval, stale) else { return Vec::new() };
        let parts = Parts::of(self.rollout, &self.terms, fixed);
        let (past, spans) = Past::of(self, &stretch, &parts).await;
        let mut taken: Vec<Taken> = spans.iter().map(|span| Reading::new(&past, fixed, *span).taken(&parts)).collect();
        self.count(&parts, fixed, &spans, now, &mut taken).await;
        taken
    }

    /// Up to when the data is complete, wherever it comes from.
    async fn settled(&self, now: Timestamp) -> Result<Timestamp, Trouble> {
        let measured = |of: &dyn Fn(&Measure) -> bool| self.wanted().into_iter().filter_map(|name| self.rollout.measures.get(name)).any(of);
        let from_server = measured(&|measure| measure.document.is_none());
        let settled = match &self.rollout.prometheus {
            Some(server) if from_server => self.settled_at(server, now).await?,
            _ => to_millis(now),
        };
        let late = measured(&|measure| measure.document.as_ref().is_some_and(Origin::is_of_stretch));
        Ok(if late { settled.min(before(to_millis(now), self.rollout.counted_within)) } else { settled })
    }

    /// Up to when a server's data is complete: its own clock, which must be ours, less what a scrape takes.
    async fn settled_at(&self, server: &Server, now: Timestamp) -> Result<Timestamp, Trouble> {
        let address = server.url.target();
        let theirs = self.server(server, Instant::now() + self.patience.get()).clock().await.map_err(unseen)?;
        if theirs.duration_since(now).abs() > CLOCK.signed() {
            let why = format!("the clock of {address} says {}, ours {}: set the one that is wrong", utc(theirs), utc(now));
            return Err(Trouble { state: State::Error, why });
        }
        Ok(to_millis(before(theirs, SETTLING.min(self.rollout.interval.get() / 4).into())))
    }

    fn server<'s>(&'s self, server: &'s Server, until: Instant) -> prometheus::Server<'s> {
        prometheus::Server {
            reach: &self.surroundings.reach,
            address: &server.url,
            headers: server.headers.map(),
            files: &self.surroundings.files,
            until,
        }
    }

    /// The measures that must be seen.
    fn wanted(&self) -> BTreeSet<&str> {
        self.terms.wanted().map(|(measure, _)| measure).collect()
    }
}

/// So long before an instant.
fn before(instant: Timestamp, period: Period) -> Timestamp {
    instant.checked_sub(period.signed()).unwrap_or(Timestamp::MIN)
}

/// As the server keeps times.
fn to_millis(at: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at)
}

/// No answer, or one that cannot be believed.
fn unseen(why: crate::net::Trouble) -> Trouble {
    Trouble { state: State::Error, why: why.to_string() }
}
