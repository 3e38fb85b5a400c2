//! Asks for the pages and follows where they lead.

use std::time::{Duration, Instant};

use futures_util::{StreamExt as _, future::join_all, stream};

use super::{
    SecurityHeaders, cookie, html,
    judge::{self, HTML},
    rule::Rule,
    seen::{Answer, Html, Page, Plain, Seen},
};
use crate::{
    check::{Context, Unseen, http::essence},
    model::{Digest, excerpt, plain},
    net::{
        Trouble,
        http::{self, Address, Bounds, End, Method, Reply, Request, header},
        tcp::{Knock, knock},
        tls::{TlsFiles, addresses},
    },
};

/// The most redirects that are followed.
const MOST_REDIRECTS: usize = 10;

/// How much of a page is read.
const LARGEST: usize = 1 << 20;

/// The longest value of a header that is judged.
const LONGEST: usize = 16 << 10;

/// Pages that are asked at once.
const AT_ONCE: usize = 4;

/// The addresses that were asked, what each set, and the last answer.
struct Route {
    urls: Vec<String>,
    cookies: Vec<super::seen::Cookie>,
    reply: Reply,
    stopped: Option<String>,
}

pub(super) async fn observe(check: &SecurityHeaders, cx: &Context) -> Result<Seen, Unseen> {
    check.headers.hide(&check.url, cx);
    let files = TlsFiles { ca: check.ca_file.as_ref().map(|file| cx.path(file)), identity: None };
    let mut wanted: Vec<(String, Address, bool)> = check.pages().into_iter().map(|(path, url)| (path, url, false)).collect();
    if check.not_found {
        let drawn = Digest::of(format!("not found\n{}\n{}", cx.shared.seed, check.url).as_bytes());
        let path = format!("/gonogo-{}", drawn.as_str().chars().filter(char::is_ascii_alphabetic).take(12).collect::<String>());
        let url = check.url.join(&path).map_err(Unseen::Unknown)?;
        wanted.push((path, url, true));
    }
    let files = &files;
    let asked = stream::iter(wanted).map(|(path, url, not_found)| async move {
        let shown = url.to_string();
        match check.route(url, false, files, cx).await {
            Ok(route) => (page(route, path, not_found), None),
            Err(why) => (Page { path, not_found, url: shown, stopped: Some(excerpt(&why.to_string(), 300)), ..Page::default() }, Some(why)),
        }
    });
    let pages = asked.buffered(AT_ONCE).collect::<Vec<_>>();
    let plain = async {
        match check.plain() {
            Some(from) => Some(check.plain_answer(from, files, cx).await),
            None => None,
        }
    };
    let (pages, plain) = tokio::join!(pages, plain);
    let (pages, lost): (Vec<Page>, Vec<Option<Trouble>>) = pages.into_iter().unzip();
    let seen = Seen { pages, plain };
    // Another try may reach it, unless one that was reached is red.
    match lost.into_iter().flatten().next() {
        Some(why) if !judge::judge(check, &seen, cx.shared.at).iter().any(|one| one.met == Some(false)) => Err(why.into()),
        _ => Ok(seen),
    }
}

impl SecurityHeaders {
    /// Follows from one address to the next on the host, and to its `www.`. Whatever leads elsewhere is told, not asked; `away` from plain
    /// http, so is the first address over https.
    async fn route(&self, start: Address, away: bool, files: &TlsFiles, cx: &Context) -> Result<Route, Trouble> {
        let (mut address, mut urls, mut cookies) = (start, Vec::new(), Vec::new());
        loop {
            let reply = self.ask(&address, files, cx).await?;
            urls.push(address.to_string());
            let lines = reply.headers.get_all(header::SET_COOKIE).iter();
            cookies.extend(lines.filter_map(|line| cookie::read(&String::from_utf8_lossy(line.as_bytes()), cx.shared.at)));
            let to = match reply.leads_to().filter(|_| http::is_redirect(reply.status)) {
                Some(to) => to,
                None => {
                    let stopped = http::is_redirect(reply.status).then(|| "a redirect that leads nowhere".to_owned());
                    return Ok(Route { urls, cookies, reply, stopped });
                }
            };
            let stopped = self.refused(&address, &to, &urls).or_else(|| (away && to.is_https()).then(|| "it leads to https".to_owned()));
            if stopped.is_some() {
                urls.extend(away.then(|| to.to_string()));
                return Ok(Route { urls, cookies, reply, stopped });
            }
            if !address.same_origin(&to) {
                cx.lead(to.target());
            }
            address = to;
        }
    }

    /// Why a redirect is not followed.
    fn refused(&self, from: &Address, to: &Address, urls: &[String]) -> Option<String> {
        let site = |address: &Address| address.host().trim_start_matches("www.").to_owned();
        if from.is_https() && !to.is_https() {
            return Some(format!("it leads from https to {to}"));
        }
        if site(to) != site(&self.url) {
            return Some(format!("it leads to another site, {}: check that by itself", to.host()));
        }
        if urls.contains(&to.to_string()) {
            return Some(format!("the redirects turn in a circle at {to}"));
        }
        (urls.len() > MOST_REDIRECTS).then(|| format!("more than {MOST_REDIRECTS} redirects"))
    }

    async fn ask(&self, address: &Address, files: &TlsFiles, cx: &Context) -> Result<Reply, Trouble> {
        let mut headers = self.headers.map();
        if !address.same_origin(&self.url) {
            headers = headers
                .iter()
                .filter(|(name, value)| !value.is_sensitive() && *name != header::HOST)
                .map(|(n, v)| (n.clone(), v.clone()))
                .collect();
        }
        let bounds = Bounds { keep: LARGEST, limit: LARGEST as u64, deadline: cx.until() };
        let request =
            Request { method: Method::GET, address, headers, body: None, files, follow: 0, jar: None, fresh: false, bounds, led: &|_| {} };
        http::send(&cx.shared.reach, request).await
    }

    async fn plain_answer(&self, from: Address, files: &TlsFiles, cx: &Context) -> Plain {
        let answer = match self.route(from.clone(), true, files, cx).await {
            Ok(route) => Answer::Route(route.urls.iter().map(|url| excerpt(url, 500)).collect()),
            Err(Trouble::Unreachable(_)) if refuses(&from, cx).await => Answer::Refused,
            Err(why) => Answer::Unknown(format!(
                "{why}; where it is closed on purpose so that nothing answers, leave `redirection` out of the `rules` and demand that by kind `tcp`"
            )),
        };
        Plain { from: from.to_string(), answer }
    }
}

/// Whether every address of the host refuses the connection.
async fn refuses(address: &Address, cx: &Context) -> bool {
    let left = cx.until().saturating_duration_since(Instant::now());
    let host = address.host().trim_start_matches('[').trim_end_matches(']');
    let all = addresses(cx.shared.reach.pins(), host, address.port()).await.unwrap_or_default();
    let knocks = join_all(all.into_iter().take(16).map(|at| knock(at, left.min(Duration::from_secs(2)), false))).await;
    !knocks.is_empty() && knocks.iter().all(|knock| *knock == Knock::Refused)
}

fn page(route: Route, path: String, not_found: bool) -> Page {
    let reply = route.reply;
    let wanted = |name: &str| {
        Rule::ALL.iter().any(|rule| rule.word() == name) || ["content-type", "content-security-policy-report-only"].contains(&name)
    };
    let mut page = Page {
        path,
        not_found,
        url: excerpt(&reply.address.to_string(), 500),
        status: reply.status,
        stopped: route.stopped.map(|why| excerpt(&why, 300)),
        cookies: route.cookies,
        html: html_of(&reply),
        ..Page::default()
    };
    for (name, value) in reply.headers.iter().filter(|(name, _)| wanted(name.as_str())) {
        if value.len() > LONGEST {
            page.too_long = Some(name.to_string());
        }
        page.headers.push((name.to_string(), excerpt(&plain(&String::from_utf8_lossy(value.as_bytes())), LONGEST)));
    }
    page
}

fn html_of(reply: &Reply) -> Option<Html> {
    let types: Vec<String> =
        reply.headers.get_all(header::CONTENT_TYPE).iter().map(|value| essence(&String::from_utf8_lossy(value.as_bytes()))).collect();
    // Without a type browsers guess.
    if !types.is_empty() && !types.iter().any(|one| HTML.contains(&one.as_str())) {
        return None;
    }
    let bytes = &reply.body.bytes;
    let mut html = html::read(&String::from_utf8_lossy(bytes));
    match &reply.body.end {
        End::Whole if bytes.contains(&0) => html.unread = Some("is not in an encoding that is read here".into()),
        End::Whole => {}
        End::TooLarge => html.unread = Some("is larger than 1 MiB".into()),
        End::Broken(why) => html.unread = Some(format!("did not come whole: {}", excerpt(why, 200))),
        End::Coded(coding) => html.unread = Some(format!("came in the coding `{}`, which is not read", excerpt(coding, 40))),
    }
    Some(html)
}
