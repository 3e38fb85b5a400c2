//! Documents in pages.

use gonogo::model::Outcome::{self, Fail, Pass, Unknown};
use serde_json::{Value, json};

use crate::{hostile::Hostile, look::Look};

/// Answers each page with what `body` says of its number, and with its `Link` header where it has one.
async fn book(body: impl Fn(usize) -> (String, Option<String>) + Send + Sync + Clone + 'static) -> Hostile {
    Hostile::new(move |mut visit| {
        let body = body.clone();
        Box::pin(async move {
            let page = visit.path().split("page=").nth(1).and_then(|number| number.parse().ok()).unwrap_or(1);
            let (text, link) = body(page);
            let mut headers = vec!["Content-Type: application/json".to_owned()];
            headers.extend(link.map(|link| format!("Link: {link}")));
            let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
            visit.answer(200, &headers, text).await
        })
    })
    .await
}

async fn asked(server: &Hostile, next: &str, items: &str, expect: Value) -> (Outcome, String) {
    let settings = json!({ "url": server.url("/list"), "next": next, "items": items, "expect": expect });
    Look::new("document", settings).outcome().await
}

fn linked(pages: usize) -> impl Fn(usize) -> (String, Option<String>) + Clone {
    move |page| {
        (json!([{ "n": page }, { "n": page }]).to_string(), (page < pages).then(|| format!("</list?page={}>; rel=\"next\"", page + 1)))
    }
}

fn told(pages: usize) -> impl Fn(usize) -> (String, Option<String>) + Clone {
    move |page| {
        let next = if page < pages { json!(format!("/list?page={}", page + 1)) } else { Value::Null };
        (json!({ "total": 2 * pages, "data": { "items": [{ "n": page }, { "n": page }] }, "next": next }).to_string(), None)
    }
}

#[tokio::test]
async fn the_items_of_all_pages_are_one_list() {
    for pages in [1, 3, 100] {
        let server = book(linked(pages)).await;
        let (outcome, reason) = asked(&server, "link", "$", json!({ "$[*]": { "count": 2 * pages }, "$[-1].n": pages })).await;
        assert_eq!((outcome, server.heads().len()), (Pass, pages), "{reason}");
        let server = book(told(pages)).await;
        let demands = json!({ "$.data.items[*]": { "count": 2 * pages }, "$.total": 2 * pages, "$.data.items[*].n": { "max": 99 } });
        let (outcome, reason) = asked(&server, "$.next", "$.data.items", demands).await;
        assert_eq!(outcome, if pages == 100 { Fail } else { Pass }, "{reason}");
    }
}

#[tokio::test]
async fn a_page_that_cannot_be_read_leaves_the_whole_unknown() {
    let count = json!({ "$[*]": { "count": { "min": 1 } } });
    let book_of = async |second: &'static str, link: Option<&'static str>| {
        book(move |page| match page {
            1 => (json!([1]).to_string(), Some("</list?page=2>; rel=next".to_owned())),
            _ => (second.to_owned(), link.map(str::to_owned)),
        })
        .await
    };
    for (second, link, wanted) in [
        ("[2", None, "page 2: it is no JSON"),
        ("", None, "page 2: it is empty"),
        ("{\"a\": 1}", None, "page 2: it has no list at `$`"),
        ("[2]", Some("</list>; rel=next"), "a page that was before"),
        ("[2]", Some("</list?page=2>; rel=next"), "a page that was before"),
        ("[2]", Some("<http://127.0.0.1:1/list>; rel=next"), "to another origin, http://127.0.0.1:1/list, which is not followed"),
        ("[2]", Some("<javascript:alert(1)>; rel=next"), "leads on to `javascript:alert(1)`"),
        ("[2]", Some("</a>; rel=next, </b>; rel=next"), "2 `Link`s"),
    ] {
        let server = book_of(second, link).await;
        let (outcome, reason) = asked(&server, "link", "$", count.clone()).await;
        assert_eq!(outcome, Unknown, "{second} {link:?}: {reason}");
        assert!(reason.contains(wanted), "{wanted}: {reason}");
    }
    let endless = book(linked(usize::MAX)).await;
    let (outcome, reason) = asked(&endless, "link", "$", count.clone()).await;
    assert_eq!((outcome, endless.heads().len()), (Unknown, 100), "{reason}");
    assert!(reason.contains("goes on after 100 pages"), "{reason}");
    let (outcome, reason) = asked(&book(told(3)).await, "$.total", "$.data.items", json!({ "$.total": 6 })).await;
    assert_eq!(outcome, Unknown);
    assert!(reason.contains("has no address at `$.total`: `6`"), "{reason}");
    let (outcome, reason) = asked(&book(told(3)).await, "$.next", "$.data.rows", json!({ "$.total": 6 })).await;
    assert_eq!(outcome, Unknown);
    assert!(reason.contains("has nothing at `$.data.rows`"), "{reason}");
}

#[tokio::test]
async fn all_pages_together_have_one_limit() {
    let large = format!("[\"{}\"]", "x".repeat(30 << 20));
    let server = book(move |page| (large.clone(), Some(format!("</list?page={}>; rel=next", page + 1)))).await;
    let mut look =
        Look::new("document", json!({ "url": server.url("/list"), "next": "link", "items": "$", "expect": { "$[*]": { "count": 1 } } }));
    look.timeout = std::time::Duration::from_secs(60);
    let (outcome, reason) = look.outcome().await;
    assert_eq!((outcome, server.heads().len()), (Unknown, 3), "{reason}");
    assert!(reason.contains("is larger than 64 MiB"), "{reason}");
}
