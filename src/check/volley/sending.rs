//! Sends so many requests, never more, and hands each answer over as it comes.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Instant,
};

use futures_util::{StreamExt as _, stream};

use crate::{
    check::{Context, http::site::Site},
    net::{
        Trouble,
        http::{self, Bounds, HeaderMap, Jar, Method, Reply, Request},
    },
};

/// Bytes of an answer.
const LARGEST: usize = 64 << 10;

/// So many requests to one address, each over a connection of its own.
pub(crate) struct Volley<'a> {
    pub(crate) site: &'a Site<'a>,
    pub(crate) method: Method,
    pub(crate) body: Option<Vec<u8>>,
    /// How many.
    pub(crate) count: usize,
    /// How many of them at once.
    pub(crate) at_once: usize,
    /// Where cookies are kept and taken from.
    pub(crate) jar: Option<&'a Jar>,
    /// What else each says, by its number.
    pub(crate) more: &'a (dyn Fn(usize) -> HeaderMap + Sync),
    /// Whether no further one is to be sent.
    pub(crate) is_over: Option<&'a AtomicBool>,
}

impl<'a> Volley<'a> {
    /// So many GETs.
    pub(crate) fn new(site: &'a Site<'a>, count: usize, at_once: usize) -> Self {
        Self { site, method: Method::GET, body: None, count, at_once, jar: None, more: &|_| HeaderMap::new(), is_over: None }
    }

    /// Sends them, and calls `take` with each answer, in the order in which they come. Gives back how many were
    /// not sent: there was no time for them, or it was over.
    pub(crate) async fn send(&self, cx: &Context, mut take: impl FnMut(usize, Result<Reply, Trouble>)) -> usize {
        let numbers = stream::iter(0..self.count);
        let until = cx.until();
        let mut answers = numbers.map(|number| async move { (number, self.one(number, until, cx).await) }).buffer_unordered(self.at_once);
        let mut unsent = 0;
        while let Some((number, answer)) = answers.next().await {
            match answer {
                Some(answer) => take(number, answer),
                None => unsent += 1,
            }
        }
        unsent
    }

    async fn one(&self, number: usize, until: Instant, cx: &Context) -> Option<Result<Reply, Trouble>> {
        if Instant::now() >= until || self.is_over.is_some_and(|is_over| is_over.load(Ordering::Relaxed)) {
            return None;
        }
        let mut headers = self.site.headers.clone();
        headers.extend((self.more)(number));
        let request = Request {
            method: self.method.clone(),
            address: self.site.url,
            headers,
            body: self.body.clone(),
            files: &self.site.files,
            follow: 0,
            jar: self.jar,
            fresh: true,
            bounds: Bounds { keep: LARGEST, limit: LARGEST as u64, deadline: until },
            led: &|_| {},
        };
        Some(http::send(&cx.shared.reach, request).await)
    }
}
