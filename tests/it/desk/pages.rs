//! What people read at the desk, who may, and what each answer says to the browser.

use reqwest::{Method, StatusCode};

use super::office::Office;
use crate::{gonogo::now, signoff::house::House};

/// A house with a run that waits for four signatures.
async fn waiting() -> (House, Office) {
    let house = House::new().await;
    house.verify(&[]).exits(0);
    let office = Office::of(&house, &[]).await;
    (house, office)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_board_follows_the_record() {
    let (house, office) = waiting().await;
    let board = office.board_says("lead", "HOLD").await;
    for said in ["shop", "prod", "1.4.2", "deployment-lead, devops, security, engineering-manager", "Bea Boss", "Sepp Security"] {
        assert!(board.contains(said), "{said}: {board}");
    }
    house.all_sign();
    let board = office.board_says("lead", "mark go").await;
    assert!(!board.contains("Sepp Security"), "{board}");
    house.gonogo.run(["deploy", "record", "--release", "1.4.2", "--status", "succeeded"]).exits(0);
    let board = office.board_says("lead", "mark live").await;
    assert!(board.contains("1.4.2"), "{board}");
    house.service.first(500);
    house.gonogo.run(["verify", "-q", "--release", "1.4.3"]).exits(1);
    let board = office.board_says("lead", "mark no-go").await;
    assert!(board.contains("1.4.3") && board.contains("1.4.2"), "{board}");
    for (query, found) in [
        ("?q=SHOP", true),
        ("?q=shop+nothing", false),
        ("?verdict=no-go", true),
        ("?verdict=go", false),
        ("?q=1.4.3&verdict=no-go&sort=oldest&page=7", true),
        ("?page=-1&sort=%00&verdict=", true),
    ] {
        let page = office.shown(&format!("/{query}"), "lead").await;
        assert_eq!(page.contains(">shop</a>"), found, "{query}: {page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_is_its_report_with_what_waits_for_whoever_looks() {
    let (house, office) = waiting().await;
    let page = office.shown("/p/shop/prod", "sec").await;
    for said in ["Sign-off", "This run", "You have not signed as <strong>security</strong>", "you have signed nothing before"] {
        assert!(page.contains(said), "{said}: {page}");
    }
    assert!(!page.contains("signed as <strong>devops"), "{page}");
    let (run, _) = house.newest_run().await;
    let named = office.shown(&format!("/p/shop/prod/r/{}", run.report), "dev").await;
    assert!(named.contains(run.report.as_str()) && named.contains("You have not signed as <strong>devops</strong>"), "{named}");
    house.sign("security", "sec", &["--comment", "for <b>you</b>"]).exits(0);
    let page = office.shown("/p/shop/prod", "sec").await;
    assert!(page.contains("You have signed as <strong>security</strong>") && page.contains("for &lt;b&gt;you"), "{page}");
    house.verify(&[]).exits(0);
    let old = office.shown(&format!("/p/shop/prod/r/{}", run.report), "dev").await;
    assert!(old.contains("Not the newest") && !old.contains("What waits for you"), "{old}");
    for missing in [
        "/p/shop/staging",
        "/p/other/prod",
        "/p/shop/prod/r/00",
        &format!("/p/shop/prod/r/{}", "0".repeat(64)),
        "/p/shop/prod/rollout",
        "/nothing",
    ] {
        let (status, page) = office.page(missing, "sec").await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{missing}: {page}");
        assert!(page.contains("<h1>") && !page.contains("Error"), "{page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_is_a_page_and_the_same_table_as_the_command_has() {
    let (house, office) = waiting().await;
    house.all_sign();
    house.gonogo.run(["deploy", "record", "--release", "1.4.2", "--status", "succeeded", "--notes", "=1+1 <b>"]).exits(0);
    let page = office.shown("/p/shop/prod/log", "boss").await;
    assert!(page.contains("1.4.2") && page.contains("&lt;b&gt;") && page.contains("Bea Boss"), "{page}");
    let table = office.shown("/p/shop/prod/log.csv", "boss").await;
    assert_eq!(table, house.gonogo.run(["log", "--format", "csv"]).exits(0).stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_not_signed_in_or_has_no_role_sees_nothing() {
    let (_house, office) = waiting().await;
    office.board_says("lead", "shop").await;
    for path in ["/", "/p/shop/prod", "/p/shop/prod/log", "/p/shop/prod/log.csv", "/p/shop/prod/rollout", "/p/none/none"] {
        let (status, page) = office.page(path, "").await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{path}: {page}");
        assert!(!page.contains("shop"), "{path}: {page}");
        for stranger in ["guest"] {
            let (status, page) = office.page(path, stranger).await;
            assert_eq!(status, StatusCode::FORBIDDEN, "{path} as {stranger}: {page}");
            assert!(!page.contains("1.4.2") && !page.contains("<b>"), "{path} as {stranger}: {page}");
        }
    }
    // A session that has run out, one of another key, one that was changed.
    let long_ago = office.cookie("lead", now().as_second() - 9 * 3600);
    let good = office.cookie("lead", now().as_second());
    let changed = good.replace('.', "A.");
    for bad in [long_ago.as_str(), &changed, &good[..good.len() - 3], "__Host-gonogo=", "__Host-gonogo=a.b"] {
        let request = office.client.get(format!("{}/", office.origin)).header("cookie", bad);
        assert_eq!(request.send().await.expect("an answer").status(), StatusCode::UNAUTHORIZED, "{bad}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_public_board_shows_verdicts_alone() {
    let house = House::new().await;
    house.verify(&[]).exits(0);
    let office = Office::of(&house, &["--public-board"]).await;
    let board = office.board_says("", "HOLD").await;
    assert!(board.contains("shop"), "{board}");
    for hidden in ["1.4.2", "security", "Sepp", "href=\"/p/"] {
        assert!(!board.contains(hidden), "{hidden}: {board}");
    }
    assert_eq!(office.page("/p/shop/prod", "").await.0, StatusCode::UNAUTHORIZED);
    // Nothing can be found out by trying either.
    let found = async |what: &str| office.page(&format!("/?q={what}"), "").await.1;
    assert!(found("sho").await.contains("HOLD"));
    for hidden in ["1.4.2", "security", "Sepp"] {
        assert!(!found(hidden).await.contains("shop"), "{hidden}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_is_dressed() {
    let (_house, office) = waiting().await;
    for (path, person) in
        [("/", "lead"), ("/", ""), ("/p/shop/prod", "lead"), ("/nothing", ""), ("/healthz", ""), ("/p/shop/prod/log", "lead")]
    {
        let answer = office.ask(Method::GET, path, person).send().await.expect("an answer");
        let header = |name: &str| answer.headers().get(name).map(|value| value.to_str().expect("text").to_owned()).unwrap_or_default();
        let policy = header("content-security-policy");
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
        assert!(!policy.contains("unsafe-inline") || policy.contains("style-src-attr 'unsafe-inline'"), "{path}: {policy}");
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert_eq!(header("referrer-policy"), "same-origin");
        assert_eq!(header("cache-control"), "no-store", "{path}");
        assert_eq!(header("server"), "", "it does not say what it is");
    }
    assert_eq!(office.page("/healthz", "").await, (StatusCode::OK, "ok\n".into()));
}
