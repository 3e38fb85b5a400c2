//! No passphrase and nothing of a private key is in any error.

use std::path::Path;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use gonogo::ledger::signing::{KeyError, KeyPlace};

use super::workshop::Workshop;

const PASSPHRASE: &str = "Zyx-canary-98765";

/// The base64 of a key file, line by line.
fn body(text: &str) -> Vec<&str> {
    text.lines().filter(|line| !line.starts_with('-')).collect()
}

fn clean(error: &KeyError, secrets: &[&str]) {
    for shown in [error.to_string(), format!("{error:?}"), format!("{:#}", anyhow::Error::from(error.clone()))] {
        for secret in secrets {
            // Any part of it that is long enough to be told from chance.
            for part in secret.as_bytes().windows(12).map(String::from_utf8_lossy) {
                assert!(!shown.contains(&*part), "{shown}");
            }
        }
    }
}

#[tokio::test]
async fn errors_show_neither_passphrase_nor_key() {
    let shop = Workshop::new();
    for (kind, passphrase) in [("ed25519", ""), ("ed25519", PASSPHRASE), ("ecdsa-521", ""), ("rsa-2048", ""), ("rsa-2048", PASSPHRASE)] {
        let name = format!("{kind}{}", passphrase.len());
        let file = shop.key(&name, kind, passphrase);
        let text = shop.read(&name);
        let mut secrets = body(&text);
        secrets.extend([PASSPHRASE, "wrong-passphrase-1"]);
        let blob = STANDARD.decode(body(&text).concat()).expect("base64");
        // Damaged in every eighth byte in turn, also where the private numbers stand.
        for place in (0..blob.len()).step_by(8) {
            let mut damaged = blob.clone();
            damaged[place] ^= 0xff;
            let armored = format!("-----BEGIN OPENSSH PRIVATE KEY-----\n{}\n-----END OPENSSH PRIVATE KEY-----\n", STANDARD.encode(damaged));
            let other = shop.write("damaged", armored);
            shop.permit("damaged", 0o600);
            // One round only: a passphrase takes its time.
            let entered: &[&str] = if place % 512 == 0 { &[PASSPHRASE] } else { &[] };
            if let Err(error) = shop.signs(&KeyPlace::File(other), entered).await {
                clean(&error, &secrets);
            }
        }
        if !passphrase.is_empty() {
            let error = shop.signs(&KeyPlace::File(file.clone()), &["wrong-passphrase-1"; 3]).await.expect_err("wrong");
            clean(&error, &secrets);
        }
        shop.permit(&name, 0o644);
        clean(&shop.signs(&KeyPlace::File(file), &[]).await.expect_err("open"), &secrets);
    }
}

/// A private key where a public one is wanted, and the other way round.
#[tokio::test]
async fn a_private_key_in_the_wrong_place_is_not_quoted() {
    let shop = Workshop::new();
    shop.key("key", "ed25519", "");
    let text = shop.read("key");
    for problem in super::signers(&text, Some(text.as_bytes())).expect_err("no signers") {
        for line in body(&text) {
            assert!(!problem.to_string().contains(&line[..12.min(line.len())]), "{problem}");
        }
    }
    let public = shop.write("wrong.pub", &text);
    let error = KeyPlace::of(&public, Some(Path::new("/nowhere"))).expect_err("no public key");
    clean(&error, &body(&text));
}
