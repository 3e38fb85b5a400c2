//! Asks as browsers would.

use std::{
    collections::VecDeque,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use futures_util::{StreamExt as _, stream};

use super::{
    Cors,
    answer::{Answers, Came, Said},
    ask::{Ask, NO_ORIGIN, Way},
};
use crate::{
    check::{Context, Unseen, kind::http as kind},
    net::http::{self, Address, Bounds, HeaderMap, HeaderName, HeaderValue, HttpError, Method, Request, Trouble, header},
};

/// So many at once.
const AT_ONCE: usize = 4;

/// Bytes of a body that are read so that the connection can be used again; none is kept.
const BODY: u64 = 64 << 10;

/// The time before a question is asked again: at first, and at most.
const PACE: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(2));

/// Turned away so often one after the other, we give up.
const MOST_IN_A_ROW: u32 = 8;

/// One look's way to its target.
struct Sender<'a> {
    cors: &'a Cors,
    cx: &'a Context,
    ca_file: Option<PathBuf>,
    error_address: Address,
    preflight_address: Address,
    until: Instant,
    /// A single answer that takes longer than this is given up, so that it does not cost all the others.
    longest: Duration,
}

impl Cors {
    /// Every question with its answer.
    pub(super) async fn look(&self, cx: &Context) -> Result<Answers, Unseen> {
        let error_address = self.error_address();
        self.request_headers.hide(&self.url, cx);
        self.request_headers.hide(&error_address, cx);
        let until = kind::deadline(cx);
        let sender = Sender {
            cors: self,
            cx,
            ca_file: self.ca_file.as_ref().map(|file| cx.path(file)),
            error_address,
            preflight_address: self.preflight_address(),
            until,
            longest: until.saturating_duration_since(Instant::now()) / 2,
        };
        let asks = self.asks();
        let Some((first, rest)) = asks.split_first() else { return Err(Unseen::Unknown("there is nothing to ask".into())) };
        let mut came = vec![Ok(sender.ask(first).await.map_err(kind::unseen)?)];
        let questions: Vec<_> = rest.iter().map(|ask| sender.ask(ask)).collect();
        let others: Vec<Result<Said, HttpError>> = stream::iter(questions).buffered(AT_ONCE).collect().await;
        came.extend(others);
        sender.ask_again(&asks, &mut came).await;
        let came = came.into_iter().map(|came| -> Came { came.map_err(|error| error.why) });
        Ok(Answers::new(asks.into_iter().zip(came)))
    }
}

impl Sender<'_> {
    async fn ask(&self, ask: &Ask) -> Result<Said, HttpError> {
        let started = Instant::now();
        if started >= self.until {
            let why = "the check's `timeout` was over before: raise it".to_owned();
            return Err(HttpError { trouble: Trouble::Unreachable, why });
        }
        let (method, address) = match ask.way {
            Way::Get => (Method::GET, &self.cors.url),
            Way::Error => (Method::GET, &self.error_address),
            Way::Options => (Method::OPTIONS, &self.preflight_address),
        };
        let bounds = Bounds { keep: 0, limit: BODY, started, deadline: self.until.min(started + self.longest) };
        let ca_file: Option<&Path> = self.ca_file.as_deref();
        let request =
            Request { method, address, headers: self.headers(ask), body: None, ca_file, follow: 0, fresh: false, bounds, led: &|_| {} };
        let reply = http::send(self.cx.reach(), request).await?;
        Ok(Said::new(&reply, self.cors.wanted().contains(&ask.origin.as_str())))
    }

    fn headers(&self, ask: &Ask) -> HeaderMap {
        let mut headers = match ask.way {
            Way::Options => HeaderMap::new(),
            Way::Get | Way::Error => self.cors.request_headers.map(),
        };
        let mut set = |name: HeaderName, value: &str| {
            if let Ok(value) = HeaderValue::try_from(value) {
                headers.entry(name).or_insert(value);
            }
        };
        set(header::ACCEPT, "*/*");
        if ask.origin != NO_ORIGIN {
            set(header::ORIGIN, &ask.origin);
        }
        match &ask.method {
            // What we ask as a stranger must neither fill a cache nor come out of one.
            None => set(header::CACHE_CONTROL, "no-cache, no-store"),
            Some(method) => {
                set(header::ACCESS_CONTROL_REQUEST_METHOD, method);
                let mut names = self.cors.headers();
                names.sort_unstable();
                if !names.is_empty() {
                    set(header::ACCESS_CONTROL_REQUEST_HEADERS, &names.join(","));
                }
            }
        }
        headers
    }

    /// Asks again, one by one and ever more slowly, where a limit turned us away, and once where the connection broke;
    /// not if that is true of every question, for then nobody is there.
    async fn ask_again(&self, asks: &[Ask], came: &mut [Result<Said, HttpError>]) {
        let error = asks.iter().position(|ask| ask.way == Way::Error).and_then(|at| came[at].as_ref().ok()).map(|said| said.status);
        let turned_away =
            |at: usize, said: &Result<Said, HttpError>| said.as_ref().is_ok_and(|said| said.is_turned_away(asks[at].way, error));
        let broke = |said: &Result<Said, HttpError>| said.as_ref().is_err_and(|error| error.trouble == Trouble::Unreachable);
        // What hung may hang again and leave no time for the others, so it comes last.
        let refused = (0..came.len()).filter(|at| turned_away(*at, &came[*at]));
        let mut open: VecDeque<usize> = refused.chain((0..came.len()).filter(|at| broke(&came[*at]))).collect();
        if open.len() == came.len() {
            return;
        }
        let (mut pace, mut in_a_row) = (PACE.0, 0);
        while let Some(at) = open.pop_front().filter(|_| in_a_row < MOST_IN_A_ROW && Instant::now() + pace < self.until) {
            tokio::time::sleep(pace).await;
            let again = self.ask(&asks[at]).await;
            if turned_away(at, &again) {
                (pace, in_a_row) = ((pace * 2).min(PACE.1), in_a_row + 1);
                open.push_back(at);
            } else {
                in_a_row = 0;
            }
            if again.is_ok() {
                came[at] = again;
            }
        }
    }
}
