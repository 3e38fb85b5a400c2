//! A service whose health is set by the test.

use std::sync::{
    Arc,
    atomic::{AtomicU16, AtomicUsize, Ordering},
};

/// A service whose answer can be set.
#[derive(Clone)]
pub(crate) struct Service {
    pub(crate) url: String,
    first: Arc<AtomicU16>,
    second: Arc<AtomicU16>,
    visits: Arc<AtomicUsize>,
}

impl Service {
    pub(crate) async fn start() -> Self {
        use axum::{Router, http::StatusCode, routing::get};
        let (first, second) = (Arc::new(AtomicU16::new(200)), Arc::new(AtomicU16::new(200)));
        let visits: Arc<AtomicUsize> = Arc::default();
        let answer = |status: &Arc<AtomicU16>| {
            let status = status.clone();
            let visits = visits.clone();
            get(move || async move {
                visits.fetch_add(1, Ordering::SeqCst);
                StatusCode::from_u16(status.load(Ordering::SeqCst)).expect("a status")
            })
        };
        let router =
            Router::new().route("/base", get(|| async { "well" })).route("/first", answer(&first)).route("/second", answer(&second));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, first, second, visits }
    }

    /// Its address.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// How often one of the two was asked.
    pub(crate) fn visits(&self) -> usize {
        self.visits.load(Ordering::SeqCst)
    }

    pub(crate) fn first(&self, status: u16) {
        self.first.store(status, Ordering::SeqCst);
    }

    pub(crate) fn second(&self, status: u16) {
        self.second.store(status, Ordering::SeqCst);
    }
}
