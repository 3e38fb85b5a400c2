//! Every address of the name, asked one by one.

use std::net::SocketAddr;

use futures_util::future::join_all;

use super::{
    Http, observe,
    seen::{Part, Seen},
};
use crate::{
    check::{Context, Unseen, Which, http::Captured},
    net::{Trouble, tls::addresses},
};

/// The most addresses that are asked.
const MOST: usize = 16;

/// What each of them answers. One that cannot be reached is told as such.
pub(super) async fn observe(check: &Http, which: Which, cx: &Context) -> Result<Seen, Unseen> {
    let host = check.url.host().trim_start_matches('[').trim_end_matches(']');
    let found = tokio::time::timeout(cx.remaining() / 2, addresses(cx.shared.reach.pins(), host, check.url.port())).await;
    let found = found.unwrap_or_else(|_| Err(format!("the name {host} could not be looked up in time"))).map_err(Unseen::Unreachable)?;
    let mut chosen = which.among(found);
    if chosen.is_empty() {
        return Err(Unseen::Unknown(format!("{host} has no address of the family that `addresses` names")));
    }
    let not_asked = chosen.len().saturating_sub(MOST);
    chosen.truncate(MOST);
    // Each run tells them in the same order.
    chosen.sort_unstable();
    Ok(Seen::Addresses { addresses: each(check, chosen, cx).await?, not_asked })
}

/// What each of these answers.
async fn each(check: &Http, sockets: Vec<SocketAddr>, cx: &Context) -> Result<Vec<Part>, Unseen> {
    let (ask, files) = (check.ask(), check.files().under(&cx.path("")));
    let asked = sockets.into_iter().map(async |at| {
        let ready = ask.ready(check.url.reached_at(Some(at)), &Captured::default(), cx).await.map_err(Trouble::Unknown)?;
        let looked = observe::look(&ask, &ready, &files, None, cx, cx.until()).await;
        Ok::<_, Trouble>((at.to_string(), looked.map(|(answer, _)| answer)))
    });
    let asked = join_all(asked).await.into_iter().collect::<Result<Vec<_>, Trouble>>()?;
    // Where none answers, another try may help.
    if let Some((_, Err(trouble))) = asked.first().filter(|_| asked.iter().all(|(_, looked)| looked.is_err())) {
        return Err(trouble.clone().into());
    }
    let part = |(name, looked): (String, Result<_, Trouble>)| match looked {
        Ok(answer) => Part { answer: Some(answer), unseen: None, ..Part::unseen(name, "") },
        Err(trouble) => Part::unseen(name, trouble.to_string()),
    };
    Ok(asked.into_iter().map(part).collect())
}

#[cfg(test)]
mod tests {
    use std::{
        io::{Read as _, Write as _},
        net::TcpListener,
        sync::Arc,
        thread,
        time::{Duration, Instant},
    };

    use jiff::Timestamp;
    use serde_json::json;

    use super::*;
    use crate::{
        check::{Check as _, Shared},
        model::Outcome,
        net::Reach,
    };

    fn context() -> Context {
        let reach = Reach::new(Default::default(), Default::default(), Timestamp::UNIX_EPOCH);
        let shared = Shared::of_look(".".into(), Default::default(), Arc::new(reach), Arc::default());
        Context::new(Arc::new(shared), "it", Instant::now() + Duration::from_secs(5))
    }

    /// A server that answers once, with this status.
    fn answering(status: u16) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let at = listener.local_addr().expect("an address");
        thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("a visitor");
            let _ = stream.read(&mut [0; 1024]);
            let _ = write!(stream, "HTTP/1.1 {status} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        });
        at
    }

    #[tokio::test]
    async fn one_that_differs_is_red_and_one_out_of_reach_is_open() {
        let check: Http = serde_json::from_value(json!({ "url": "http://api.example/", "addresses": "all" })).expect("settings");
        let deaf = || TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port");
        for (sockets, outcome) in [
            (vec![answering(200), answering(204)], Outcome::Pass),
            (vec![answering(200), answering(502)], Outcome::Fail),
            (vec![answering(200), deaf()], Outcome::Unknown),
            (vec![deaf(), answering(502)], Outcome::Fail),
        ] {
            let addresses = each(&check, sockets.clone(), &context()).await.expect("an answer");
            let names: Vec<String> = addresses.iter().map(|part| part.name.clone()).collect();
            assert_eq!(names, sockets.iter().map(ToString::to_string).collect::<Vec<_>>());
            let judged = check.judge(&Seen::Addresses { addresses, not_asked: 0 }, Timestamp::UNIX_EPOCH);
            assert_eq!(Outcome::of(&judged), outcome, "{judged:?}");
        }
        assert!(matches!(each(&check, vec![deaf(), deaf()], &context()).await, Err(Unseen::Unreachable(_))));
    }
}
