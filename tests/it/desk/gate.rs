//! What controllers ask.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::office::{Office, TOKEN, told};
use crate::signoff::house::House;

async fn asked(office: &Office, path: &str, token: &str) -> (StatusCode, Value) {
    let answer = office.ask(Method::GET, path, "").bearer_auth(token).send().await.expect("an answer");
    let (status, text) = told(answer).await;
    (status, serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}")))
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_go_is_200() {
    let house = House::new().await;
    let office = Office::over(&house, crate::port::unused(), &[]);
    let path = "/gate/shop/prod?version=1.4.2";
    // A file's ledger that is not there yet.
    assert_eq!(asked(&office, path, TOKEN).await.0, StatusCode::SERVICE_UNAVAILABLE);
    house.verify(&[]).exits(0);
    let (status, said) = asked(&office, path, TOKEN).await;
    assert_eq!((status, &said["verdict"], &said["exit"], &said["go"]), (StatusCode::CONFLICT, &json!("hold"), &json!(4), &json!(false)));
    assert!(said["reasons"][0].as_str().expect("a reason").contains("has not signed"), "{said}");
    house.all_sign();
    let (status, said) = asked(&office, path, TOKEN).await;
    assert_eq!((status, &said["verdict"], &said["exit"], &said["go"]), (StatusCode::OK, &json!("go"), &json!(0), &json!(true)), "{said}");
    for (other, status) in [
        ("/gate/shop/prod?version=1.4.3", StatusCode::CONFLICT),
        ("/gate/shop/staging?version=1.4.2", StatusCode::CONFLICT),
        ("/gate/other/prod?version=1.4.2", StatusCode::CONFLICT),
        ("/gate/shop/prod/p10?version=1.4.2", StatusCode::BAD_REQUEST),
        ("/gate/shop/prod", StatusCode::BAD_REQUEST),
        ("/gate/shop/prod?version=", StatusCode::BAD_REQUEST),
        ("/gate/shop/prod?version=%00", StatusCode::BAD_REQUEST),
        ("/gate/shop/prod?commit=abc", StatusCode::BAD_REQUEST),
    ] {
        let (got, said) = asked(&office, other, TOKEN).await;
        assert_eq!(got, status, "{other}: {said}");
        assert_ne!(said["go"], json!(true), "{other}: {said}");
    }
    house.service.first(500);
    house.verify(&[]).exits(1);
    let (status, said) = asked(&office, path, TOKEN).await;
    assert_eq!((status, &said["verdict"], &said["exit"]), (StatusCode::CONFLICT, &json!("no-go"), &json!(1)), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_says_the_release_in_its_metadata() {
    let house = House::new().await;
    house.verify(&[]).exits(0);
    house.all_sign();
    let office = Office::of(&house, &[]).await;
    let hook = |body: String| office.ask(Method::POST, "/gate/shop/prod", "").bearer_auth(TOKEN).body(body);
    let flagger = json!({ "name": "shop", "namespace": "prod", "phase": "Progressing", "checksum": "85d557f47b", "metadata": { "version": "1.4.2" } });
    assert_eq!(hook(flagger.to_string()).send().await.expect("an answer").status(), StatusCode::OK);
    for bad in ["{}", "", "{\"metadata\":7}", "[", "{\"metadata\":{\"version\":\"\"}}"] {
        assert_eq!(hook(bad.into()).send().await.expect("an answer").status(), StatusCode::BAD_REQUEST, "{bad}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_token_nothing_is_said() {
    let house = House::new().await;
    house.verify(&[]).exits(0);
    let office = Office::of(&house, &[]).await;
    for token in ["", "wrong", &TOKEN[1..], &format!("{TOKEN}x"), &TOKEN.to_uppercase()] {
        let (status, said) = asked(&office, "/gate/shop/prod?version=1.4.2", token).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{token}");
        assert!(!said.to_string().contains("signed"), "{said}");
    }
    // A person's session is none.
    let answer = office.ask(Method::GET, "/gate/shop/prod?version=1.4.2", "lead").send().await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_plan_demands_beyond_the_desks_policy_holds() {
    let house = House::new().await;
    let office = Office::over(&house, crate::port::unused(), &[]);
    let path = "/gate/shop/prod?version=1.4.2";
    let roles = "{ deployment-lead: [lead], devops: [dev], security: [sec], engineering-manager: [boss], legal: [guest], recorder: [ci] }";
    let require = "[deployment-lead, devops, security, engineering-manager, legal]";
    let house = house.policy(&[("roles", roles), ("require", require)]);
    house.verify(&[]).exits(0);
    house.all_sign();
    let (status, said) = asked(&office, path, TOKEN).await;
    assert_eq!((status, &said["verdict"]), (StatusCode::CONFLICT, &json!("hold")), "{said}");
    assert!(said["reasons"][0].as_str().expect("a reason").contains("demands the role `legal`"), "{said}");
    // Nor is it a time at which the plan lets anything go.
    let house = house.policy(&[("require", "[deployment-lead, devops, security, engineering-manager]")]);
    let house = house.policy(&[("freeze", "[{ from: 2020-01-01, to: 2199-12-31 }]")]);
    house.verify(&[]).exits(0);
    house.all_sign();
    let (status, said) = asked(&office, path, TOKEN).await;
    assert_eq!(status, StatusCode::CONFLICT, "{said}");
    assert!(said["reasons"][0].as_str().expect("a reason").contains("nothing is deployed now"), "{said}");
}
