//! Asks as browsers would.

use std::{
    collections::VecDeque,
    net::SocketAddr,
    time::{Duration, Instant},
};

use futures_util::{StreamExt as _, stream};

use super::{
    Cors,
    addresses::{self, Door},
    ask::{Ask, NO_ORIGIN, Way},
    seen::{Came, Said, Seen},
};
use crate::{
    check::{Context, Unseen},
    net::{
        Trouble,
        http::{self, Address, Bounds, HeaderMap, HeaderName, HeaderValue, Method, Request, header},
        tls::TlsFiles,
    },
};

/// So many at once.
const AT_ONCE: usize = 6;

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
    files: TlsFiles,
    /// Where each way asks, in the order of `Way`.
    addresses: [Address; 4],
    until: Instant,
    /// Where the questions go in turn; nowhere in particular where the name has one address.
    sockets: Vec<SocketAddr>,
    /// A single answer that takes longer than this is given up, so that it does not cost all the others.
    longest: Duration,
}

/// Every question with its answer.
pub(super) async fn observe(cors: &Cors, cx: &Context) -> Result<Seen, Unseen> {
    let sockets = cors.sockets(cx).await?;
    observe_at(cors, cx, sockets).await
}

/// The same, at these addresses.
async fn observe_at(cors: &Cors, cx: &Context, mut sockets: Vec<SocketAddr>) -> Result<Seen, Unseen> {
    let addresses = [cors.url.clone(), cors.preflight_address(), cors.error_address(), cors.cached_address()];
    cors.request_headers.hide(&cors.url, cx);
    cors.request_headers.hide(&addresses[Way::Error as usize], cx);
    let until = cx.until();
    let mut sender = Sender {
        cors,
        cx,
        files: TlsFiles { ca: cors.ca_file.as_ref().map(|file| cx.path(file)), identity: None },
        addresses,
        until,
        sockets: Vec::new(),
        longest: until.saturating_duration_since(Instant::now()) / 2,
    };
    let asks = cors.asks(Some(&cx.shared.seed));
    let Some(first) = asks.first() else { return Err(Unseen::Unknown("there is nothing to ask".into())) };
    let (at_once, in_order): (Vec<usize>, Vec<usize>) = (1..asks.len()).partition(|nth| asks[*nth].way != Way::Cached);
    let not_asked = sockets.len().saturating_sub(addresses::MOST);
    sockets.truncate(addresses::MOST);
    let doors = sender.open(first, sockets).await?;
    let mut came = vec![Ok(sender.ask(first, 0).await?)];
    let questions: Vec<_> = at_once.into_iter().map(|nth| sender.ask(&asks[nth], nth)).collect();
    let others: Vec<Result<Said, Trouble>> = stream::iter(questions).buffered(AT_ONCE).collect().await;
    came.extend(others);
    for nth in in_order {
        came.push(sender.ask(&asks[nth], 0).await);
    }
    sender.ask_again(&asks, &mut came).await;
    sender.ask_afterwards(&asks, &mut came).await;
    let came = came.into_iter().map(|came| -> Came { came.map_err(|error| error.to_string()) });
    let answers = Seen::new(asks.into_iter().zip(came));
    Ok(Seen { seed: Some(cx.shared.seed.clone()), addresses: doors, not_asked, ..answers })
}

impl Sender<'_> {
    /// Asks each address the first question; those that answer get the others.
    async fn open(&mut self, first: &Ask, sockets: Vec<SocketAddr>) -> Result<Vec<Door>, Trouble> {
        let questions: Vec<_> = sockets.iter().map(|socket| self.ask_at(first, Some(*socket), self.longest / 2)).collect();
        let came: Vec<Result<Said, Trouble>> = stream::iter(questions).buffered(AT_ONCE).collect().await;
        self.sockets = sockets.iter().zip(&came).filter(|(_, came)| came.is_ok()).map(|(socket, _)| *socket).collect();
        if self.sockets.is_empty()
            && let Some(error) = came.iter().find_map(|came| came.as_ref().err())
        {
            return Err(error.clone());
        }
        Ok(sockets.iter().zip(came).map(|(socket, came)| Door::new(socket.ip(), came.map_err(|error| error.to_string()))).collect())
    }

    /// The `nth` question.
    async fn ask(&self, ask: &Ask, nth: usize) -> Result<Said, Trouble> {
        let at = self.sockets.get(nth.checked_rem(self.sockets.len()).unwrap_or_default());
        self.ask_at(ask, at.copied(), self.longest).await
    }

    async fn ask_at(&self, ask: &Ask, at: Option<SocketAddr>, longest: Duration) -> Result<Said, Trouble> {
        let started = Instant::now();
        if started >= self.until {
            let why = "the check's `timeout` was over before: raise it".to_owned();
            return Err(Trouble::Unreachable(why));
        }
        let method = if ask.way == Way::Options { Method::OPTIONS } else { Method::GET };
        let address = &self.addresses[ask.way as usize].reached_at(at);
        let bounds = Bounds { keep: 0, limit: BODY, deadline: self.until.min(started + longest) };
        let request = Request {
            method,
            address,
            headers: self.headers(ask),
            body: None,
            files: &self.files,
            follow: 0,
            jar: None,
            fresh: false,
            bounds,
            led: &|_| {},
        };
        let reply = http::send(&self.cx.shared.reach, request).await?;
        let said = Said::new(&reply, self.cors.wanted().contains(&ask.origin.as_str()));
        Ok(Said { at: at.map(|at| at.ip().to_string()), ..said })
    }

    fn headers(&self, ask: &Ask) -> HeaderMap {
        let mut headers = match ask.way {
            Way::Options => HeaderMap::new(),
            Way::Get | Way::Error | Way::Cached => self.cors.request_headers.map(),
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
            None if ask.way == Way::Cached => {}
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
    async fn ask_again(&self, asks: &[Ask], came: &mut [Result<Said, Trouble>]) {
        let error = asks.iter().position(|ask| ask.way == Way::Error).and_then(|at| came[at].as_ref().ok()).map(|said| said.status);
        let turned_away =
            |at: usize, said: &Result<Said, Trouble>| said.as_ref().is_ok_and(|said| said.is_turned_away(asks[at].way, error));
        let broke = |said: &Result<Said, Trouble>| said.as_ref().is_err_and(|error| matches!(error, Trouble::Unreachable(_)));
        // What hung may hang again and leave no time for the others, so it comes last.
        let refused = (0..came.len()).filter(|at| turned_away(*at, &came[*at]));
        let mut open: VecDeque<usize> = refused.chain((0..came.len()).filter(|at| broke(&came[*at]))).collect();
        if open.len() == came.len() {
            return;
        }
        let (mut pace, mut in_a_row) = (PACE.0, 0);
        while let Some(at) = open.pop_front().filter(|_| in_a_row < MOST_IN_A_ROW && Instant::now() + pace < self.until) {
            tokio::time::sleep(pace).await;
            let again = self.ask(&asks[at], at).await;
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

    /// Asks the first question once more, if others were answered with an error or sent elsewhere where it was not: a guard
    /// that shuts us out after so many questions, with whatever status, says nothing of origins.
    async fn ask_afterwards(&self, asks: &[Ask], came: &mut [Result<Said, Trouble>]) {
        let is_out = |said: &Result<Said, Trouble>| said.as_ref().is_ok_and(|said| said.status >= 300);
        // What a limit turned away is told as such.
        let is_odd = |(ask, came): (&Ask, &Result<Said, Trouble>)| {
            ask.way != Way::Error && is_out(came) && came.as_ref().is_ok_and(|said| !said.is_turned_away(ask.way, None))
        };
        if is_out(&came[0]) || !asks.iter().zip(&*came).any(is_odd) {
            return;
        }
        let again = self.ask(&asks[0], 0).await;
        if is_out(&again) || again.is_err() {
            let how = again.map_or_else(|error| error.to_string(), |said| format!("it is answered with {}", said.status()));
            let why = format!("asked again afterwards, {} is shut out too ({how}): let the check past what guards the API", asks[0].told());
            for said in came.iter_mut().filter(|said| said.as_ref().is_ok_and(|said| said.status >= 300 && said.allow_origin.is_empty())) {
                *said = Err(Trouble::Unreachable(why.clone()));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::TcpListener,
    };

    use super::{super::judge::judge as judge_at, *};
    use crate::{
        check::Shared,
        model::ProcessEnv,
        net::{Pins, Reach},
    };

    const APP: &str = "https://app.example.com";

    fn context() -> Context {
        let at = "2026-11-20T12:00:00Z".parse().expect("an instant");
        let reach = Reach::new(ProcessEnv::default(), Pins::default(), at);
        let shared =
            Shared { at, seed: "shop 1".into(), ..Shared::of_look(".".into(), ProcessEnv::default(), Arc::new(reach), Arc::default()) };
        Context::new(Arc::new(shared), "it", Instant::now() + Duration::from_secs(20))
    }

    fn judge(cors: &Cors, seen: &Seen) -> Vec<crate::model::Expectation> {
        judge_at(cors, seen, jiff::Timestamp::UNIX_EPOCH)
    }

    /// An instance of the API that lets in the wanted, and others as `lets` says.
    async fn instance(address: &str, lets: fn(&str) -> bool) -> Option<SocketAddr> {
        let listener = TcpListener::bind(address).await.ok()?;
        let bound = listener.local_addr().ok()?;
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut head = vec![0; 4096];
                let read = stream.read(&mut head).await.unwrap_or_default();
                let head = String::from_utf8_lossy(&head[..read]).to_ascii_lowercase();
                let origin = head.lines().find_map(|line| line.strip_prefix("origin: ")).unwrap_or_default().to_owned();
                let status = if head.contains("no-such-page") { "404 No" } else { "200 OK" };
                let allow =
                    if origin == APP || lets(&origin) { format!("access-control-allow-origin: {origin}\r\n") } else { String::new() };
                let answer = format!("HTTP/1.1 {status}\r\nvary: origin\r\nconnection: close\r\ncontent-length: 0\r\n{allow}\r\n");
                let _ = stream.write_all(answer.as_bytes()).await;
            }
        });
        Some(bound)
    }

    #[tokio::test]
    async fn every_address_is_asked_and_a_leak_at_one_of_them_says_where() {
        let good = instance("127.0.0.1:0", |_| false).await.expect("an instance");
        let port = good.port();
        let bad = instance(&format!("127.0.0.2:{port}"), |origin| origin.starts_with("http://localhost")).await.expect("an instance");
        let cors: Cors =
            serde_json::from_value(json!({ "url": format!("http://api.example.test:{port}/"), "origins": APP })).expect("settings");
        let fine = observe_at(&cors, &context(), vec![good]).await.expect("answers");
        assert!(judge(&cors, &fine).iter().all(|one| one.met == Some(true)), "{:#?}", judge(&cors, &fine));
        let seen = observe_at(&cors, &context(), vec![good, bad]).await.expect("answers");
        let judged = judge(&cors, &seen);
        let red: Vec<_> = judged.iter().filter(|one| one.met == Some(false)).collect();
        assert!(red.len() == 1 && red[0].name == "refuses:dev" && red[0].got.ends_with(" at 127.0.0.2"), "{red:#?}");
        // One that nobody listens at is unknown, and the others are judged.
        let dead: SocketAddr = format!("127.0.0.3:{port}").parse().expect("an address");
        let judged = judge(&cors, &observe_at(&cors, &context(), vec![good, dead]).await.expect("answers"));
        let open: Vec<_> = judged.iter().filter(|one| one.met != Some(true)).map(|one| (one.name.as_str(), one.met)).collect();
        assert_eq!(open, [("addresses", None)]);
        assert!(observe_at(&cors, &context(), vec![dead]).await.is_err());
    }
}
