//! Pages that break one rule each.

use jiff::Timestamp;

use super::{
    SecurityHeaders,
    seen::{Answer, Cookie, Html, Page, Plain, Script, Seen},
};

pub(super) fn counterexamples(check: &SecurityHeaders, _: Timestamp) -> Vec<Seen> {
    let page = |path: String, not_found: bool| Page { path, not_found, url: check.url.to_string(), status: 200, ..Page::default() };
    let mut pages: Vec<Page> = check.pages().into_iter().map(|(path, _)| page(path, false)).collect();
    if check.not_found {
        pages.push(page("/".into(), true));
    }
    let plain = check.plain().map(|from| Plain { from: from.to_string(), answer: Answer::Route(vec![from.to_string()]) });
    let of = |change: &dyn Fn(&mut Page)| {
        let mut pages = pages.clone();
        pages.iter_mut().for_each(change);
        Seen { pages, plain: plain.clone() }
    };
    let odd = ["referrer-policy", "cross-origin-resource-policy", "cross-origin-opener-policy", "cross-origin-embedder-policy"];
    vec![
        of(&|page| page.status = 503),
        of(&|page| page.headers.push(("content-type".into(), "application/json".into()))),
        of(&|page| {
            page.headers = odd.map(|name| (name.to_owned(), "anything".to_owned())).to_vec();
            page.headers.push(("content-type".into(), "application/json".into()));
            page.cookies = vec![Cookie { name: "session".into(), ..Cookie::default() }];
        }),
        of(&|page| {
            let script = Script { src: "http://other.example/a.js".into(), integrity: false };
            page.html = Some(Html { has_scripts: true, scripts: vec![script], ..Html::default() });
        }),
    ]
}
