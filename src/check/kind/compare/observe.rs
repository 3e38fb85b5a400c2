//! Sends each request to both, and compares.

use std::time::Instant;

use super::{
    Compare, Extent, body, latency,
    recorded::{self, Recorded},
    seen::Seen,
};
use crate::{
    check::{Context, Unseen, demand::json_text, http::essence},
    model::Size,
    net::{
        Trouble,
        http::{self, Address, Bounds, End, Reply, Request, header},
        regular_file,
        tls::TlsFiles,
    },
};

/// The file of requests, and a body.
const FILE: Size = Size(64 << 20);
const BODY: usize = 4 << 20;

pub(super) async fn observe(check: &Compare, cx: &Context) -> Result<Seen, Unseen> {
    let unread =
        |why: &dyn std::fmt::Display| Unseen::Unknown(format!("the requests in `{}` cannot be read: {why}", check.requests.display()));
    let text = regular_file::read_text(&cx.path(&check.requests), FILE).map_err(|error| unread(&error))?;
    let is_har = check.requests.extension().is_some_and(|end| end.eq_ignore_ascii_case("har"));
    let all = recorded::read(&text, is_har).map_err(|why| unread(&why))?;
    let mut seen = Seen {
        recorded: all.len() as u64,
        ignored: check.ignore.written().map(str::to_owned).collect(),
        tolerances: check.tolerances.written().collect(),
        ..Seen::default()
    };
    let mut chosen = Vec::new();
    for (number, one) in (1_usize..).zip(all) {
        match one {
            Ok(one) if !check.sends(one.method) => *seen.left_out.entry(one.method.to_string()).or_default() += 1,
            Ok(_) | Err(_) if chosen.len() == check.most => seen.over += 1,
            Ok(one) => chosen.push((number, one)),
            Err(why) => seen.open.add(&format!("request {number}: {why}")),
        }
    }
    for url in [&check.old, &check.new] {
        check.headers.hide(url, cx);
    }
    let files = TlsFiles { ca: check.ca_file.clone(), identity: None }.under(&cx.path(""));
    let mut differences = Vec::new();
    // The first opens the connections, whose time is nobody's.
    if let Some((_, first)) = chosen.first().filter(|_| check.latency.is_some()) {
        for url in [&check.old, &check.new] {
            send(check, url, first, &files, cx).await.map_err(Unseen::from)?;
        }
    }
    for (turn, (number, one)) in chosen.iter().enumerate() {
        let name = format!("request {number}, {} {}", one.method, one.path.split('?').next().unwrap_or_default());
        if Instant::now() >= cx.until() {
            seen.open.add(&format!("{name}: did not fit into the check's `timeout`"));
            continue;
        }
        let (first, second) = if turn % 2 == 0 { (&check.old, &check.new) } else { (&check.new, &check.old) };
        let replies = (send(check, first, one, &files, cx).await, send(check, second, one, &files, cx).await);
        let (old, new) = if turn % 2 == 0 { replies } else { (replies.1, replies.0) };
        match (old, new) {
            (Err(trouble), _) | (_, Err(trouble)) => seen.open.add(&format!("{name}: {trouble}")),
            (Ok(old), Ok(new)) => match pair(check, &old, &new) {
                Err(why) => seen.open.add(&format!("{name}: {why}")),
                Ok(found) => {
                    seen.compared += 1;
                    differences.push((new.total.as_secs_f64() - old.total.as_secs_f64()) * 1_000.0);
                    found
                        .into_iter()
                        .for_each(|(class, what)| seen.differences.entry(class.to_owned()).or_default().add(&format!("{name}: {what}")));
                }
            },
        }
    }
    seen.latency = check.latency.and_then(|_| latency::of(differences));
    Ok(seen)
}

async fn send(check: &Compare, base: &Address, one: &Recorded, files: &TlsFiles, cx: &Context) -> Result<Reply, Trouble> {
    let path = format!("{}{}", base.url().path().trim_end_matches('/'), one.path);
    let address = base.join(&path).map_err(Trouble::Unknown)?;
    if !address.same_origin(base) {
        return Err(Trouble::Unknown("its path leads to another host".into()));
    }
    let mut headers = one.headers.clone();
    headers.extend(check.headers.map());
    let request = Request {
        method: one.method.wire(),
        address: &address,
        headers,
        body: one.body.clone(),
        files,
        follow: 0,
        jar: None,
        fresh: false,
        bounds: Bounds { keep: BODY, limit: BODY as u64, deadline: cx.until() },
        led: &|_| {},
    };
    http::send(&cx.shared.reach, request).await
}

/// The classes in which two answers differ, each with the first place; or why they prove nothing.
fn pair(check: &Compare, old: &Reply, new: &Reply) -> Result<Vec<(&'static str, String)>, String> {
    if matches!(old.status, 401 | 403 | 429 | 500..) {
        return Err(format!("the old version answers with {}, which proves nothing", old.status));
    }
    let mut found = Vec::new();
    if old.status != new.status {
        found.push(("status", format!("{}, not {}", new.status, old.status)));
    }
    for name in check.same_headers.iter().flat_map(|names| names.iter()) {
        let of = |reply: &Reply| reply.headers.get_all(name.as_str()).iter().map(|value| value.as_bytes().to_vec()).collect::<Vec<_>>();
        if of(old) != of(new) {
            found.push(("headers", name.as_str().to_owned()));
        }
    }
    // Two bodies of different answers are different things.
    if check.body == Extent::Any || old.status != new.status {
        return Ok(found);
    }
    for (side, reply) in [("old", old), ("new", new)] {
        if !matches!(reply.body.end, End::Whole) {
            return Err(format!("the {side} version's body did not come whole, is coded, or larger than 4 MiB"));
        }
    }
    let is_json = |reply: &Reply| {
        let media = reply.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).map(essence).unwrap_or_default();
        !reply.body.bytes.is_empty() && (media.ends_with("/json") || media.ends_with("+json"))
    };
    if !is_json(old) && !is_json(new) {
        if check.body == Extent::Values && old.body.bytes != new.body.bytes {
            found.push(("values", format!("the body, of {} bytes, not {}", new.body.size, old.body.size)));
        }
        return Ok(found);
    }
    match (json_text::parse(&old.body.bytes), json_text::parse(&new.body.bytes)) {
        (Err(why), _) if is_json(old) => return Err(format!("the old version's body is no JSON: {why}")),
        (Err(_), _) => found.push(("structure", "the body is JSON, and was none".into())),
        (Ok(_), Err(_)) => found.push(("structure", "the body is no JSON".into())),
        (Ok(mut old), Ok(mut new)) => {
            check.ignore.take_out(&mut old);
            check.ignore.take_out(&mut new);
            check.tolerances.level(&old, &mut new);
            let difference = body::differ(&old, &new);
            found.extend(difference.structure.map(|place| ("structure", place)));
            found.extend(difference.value.filter(|_| check.body == Extent::Values).map(|place| ("values", place)));
        }
    }
    Ok(found)
}
