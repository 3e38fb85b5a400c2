//! The pages in a real browser.

use super::{browser::Browser, office::Office};
use crate::{gonogo::now, signoff::house::House};

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_open_without_a_complaint() {
    let house = House::new().await;
    house.verify(&[]).exits(0);
    let office = Office::of(&house, &[]).await;
    office.board_says("lead", "HOLD").await;
    let mut browser = Browser::start();
    browser.cookie(&office.origin, &office.cookie("lead", now().as_second()));
    for (path, said) in
        [("/", "Where every service stands"), ("/p/shop/prod", "What waits for you"), ("/p/shop/prod/log", "Deployments of shop")]
    {
        browser.open(&format!("{}{path}", office.origin));
        let text = browser.text();
        assert!(text.contains(said), "{path}: {text}");
        assert_eq!(browser.complaints(), Vec::<String>::new(), "{path}");
        // Its styles are in force.
        assert_eq!(browser.eval("getComputedStyle(document.body).margin"), serde_json::json!("0px"), "{path}");
    }
}
