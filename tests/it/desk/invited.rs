//! Invitations that are not good any more, or never were.

use gonogo::model::{Digest, Invitation, PasskeyStep};
use jiff::SignedDuration;
use reqwest::StatusCode;

use super::office::{Office, at};
use crate::{
    gonogo::now,
    port,
    signoff::{house::House, passkeys::says},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_late_one_and_one_that_nobody_sent_open_nothing() {
    let port = port::unused();
    let house = House::new().await.security_alone().policy(&[("desk", &at(port))]);
    house.verify(&[]).exits(0);
    let invited = |token: &str, left: i64| {
        let expires = now() + SignedDuration::from_secs(left);
        PasskeyStep::Invited(Invitation { person: "sec".into(), token: Digest::of(token.as_bytes()), expires })
    };
    says(&house, None, invited("late", -1)).await;
    says(&house, None, invited("good", 3600)).await;
    let office = Office::at(&house, port, &[]).await;
    let (status, page) = office.page("/invite/good", "").await;
    assert!(status == StatusCode::OK && page.contains("Make the passkey"), "{page}");
    for (token, why) in [("late", "was good until"), ("other", "there is no such invitation"), ("%3Cb%3E", "there is no such invitation")] {
        let (status, page) = office.page(&format!("/invite/{token}"), "").await;
        assert!(status.is_client_error() && page.contains(why) && !page.contains("Make the passkey"), "{token}: {status} {page}");
    }
}
