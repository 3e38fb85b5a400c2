//! Files that cannot sign, each with its own error; what an agent may do wrong.

use std::{path::PathBuf, time::Duration};

use gonogo::ledger::signing::{Agent, KeyError, KeyPlace, PublicKey};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::UnixListener,
};

use super::workshop::Workshop;

async fn refused(shop: &Workshop, file: PathBuf, passphrases: &[&str]) -> KeyError {
    shop.signs(&KeyPlace::File(file), passphrases).await.expect_err("a refusal")
}

#[tokio::test]
async fn files_that_cannot_sign_say_why() {
    let shop = Workshop::new();
    let key = shop.key("key", "ed25519", "");
    for mode in [0o640, 0o604, 0o660, 0o644] {
        shop.permit("key", mode);
        let error = refused(&shop, key.clone(), &[]).await;
        assert!(matches!(error, KeyError::Open(..)) && error.to_string().contains("chmod 600"), "{error}");
    }
    shop.permit("key", 0o400);
    assert!(shop.signs(&KeyPlace::File(key), &[]).await.is_ok());

    for kind in ["rsa-2048", "ecdsa-256"] {
        let (name, bits) = kind.split_once('-').expect("bits");
        let file = format!("legacy-{name}");
        assert!(shop.keygen(&["-q", "-m", "PEM", "-t", name, "-b", bits, "-N", "", "-f", &file]).status.success());
        let error = refused(&shop, shop.file(&file), &[]).await;
        assert!(matches!(error, KeyError::Legacy(..)) && error.to_string().contains("ssh-keygen -p -f"), "{error}");
    }
    assert!(matches!(refused(&shop, shop.file("none"), &[]).await, KeyError::File(..)));
    assert!(matches!(refused(&shop, shop.path().to_owned(), &[]).await, KeyError::File(..)));
    for text in ["", "hello", "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n"] {
        let file = shop.write("text", text);
        shop.permit("text", 0o600);
        let error = refused(&shop, file, &[]).await;
        assert!(matches!(error, KeyError::NotAKey(..)), "{error}");
    }
}

#[tokio::test]
async fn a_passphrase_is_asked_for_three_times() {
    let shop = Workshop::new();
    let key = shop.key("key", "ed25519", "correct horse");
    let error = refused(&shop, key.clone(), &["a", "b", "c", "correct horse"]).await;
    assert_eq!(error, KeyError::Passphrase(key.clone(), 3));
    assert_eq!(refused(&shop, key.clone(), &[]).await, KeyError::NoPassphrase(key.clone()));
    assert_eq!(refused(&shop, key.clone(), &["wrong"]).await, KeyError::NoPassphrase(key.clone()));
    assert!(shop.signs(&KeyPlace::File(key), &["a", "b", "correct horse"]).await.is_ok());
}

#[tokio::test]
async fn a_public_file_means_the_agents_key() {
    let shop = Workshop::new();
    for name in ["bob", "eve"] {
        shop.key(name, "ed25519", "");
    }
    assert_eq!(KeyPlace::of(&shop.file("bob.pub"), None).expect_err("no agent"), KeyError::NoAgent);
    let running = shop.agent(&["bob"]);
    let (place, _) = KeyPlace::of(&shop.file("bob.pub"), Some(&running.socket)).expect("a place");
    assert!(shop.signs(&place, &[]).await.is_ok());
    let (place, _) = KeyPlace::of(&shop.file("eve.pub"), Some(&running.socket)).expect("a place");
    let error = shop.signs(&place, &[]).await.expect_err("not there");
    assert!(matches!(&error, KeyError::NotInAgent(_, has) if has.len() == 1 && has[0].contains("a comment")), "{error}");

    let locked = shop.program("ssh-add").env("SSH_AUTH_SOCK", &running.socket).arg("-D").output().expect("ssh-add");
    assert!(locked.status.success());
    let (place, _) = KeyPlace::of(&shop.file("bob.pub"), Some(&running.socket)).expect("a place");
    let error = shop.signs(&place, &[]).await.expect_err("empty");
    assert!(error.to_string().contains("it has nothing: load the key with `ssh-add`"), "{error}");
}

/// An agent that sends these bytes to whatever it is asked, then closes.
pub(super) async fn scripted(shop: &Workshop, name: &str, answer: Vec<u8>) -> Agent {
    let socket = shop.file(name);
    let listener = UnixListener::bind(&socket).expect("a socket");
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0; 4];
            let _ = stream.read_exact(&mut request).await;
            let mut rest = vec![0; u32::from_be_bytes(request) as usize];
            let _ = stream.read_exact(&mut rest).await;
            let _ = stream.write_all(&answer).await;
        }
    });
    Agent::new(socket)
}

#[tokio::test]
async fn agents_that_misbehave_are_told() {
    let shop = Workshop::new();
    shop.key("key", "ed25519", "");
    let public = PublicKey::read(&shop.file("key.pub")).expect("a key");
    let framed = |body: &[u8]| [&(body.len() as u32).to_be_bytes()[..], body].concat();
    let forged = {
        let signature = [&11u32.to_be_bytes()[..], b"ssh-ed25519", &64u32.to_be_bytes(), &[7; 64]].concat();
        framed(&[&[14][..], &(signature.len() as u32).to_be_bytes(), &signature].concat())
    };
    for (name, answer, said) in [
        ("huge", vec![0xff; 16], "impossible length"),
        ("empty", vec![0; 4], "impossible length"),
        ("cut", vec![0, 0, 0, 9, 14, 0], "in the middle of an answer"),
        ("closed", vec![], "cannot be asked"),
        ("other", framed(&[99]), "does not sign"),
        ("garbled", framed(&[14, 0, 0, 0, 9]), "cannot be read"),
        ("refusing", framed(&[5]), "does not have the key"),
        ("forging", forged, "the signature that was made does not hold"),
    ] {
        let agent = scripted(&shop, name, answer).await;
        let place = KeyPlace::Agent { public: public.clone(), agent };
        let error = tokio::time::timeout(Duration::from_secs(10), shop.signs(&place, &[])).await.expect("an end").expect_err("an error");
        assert!(error.to_string().contains(said), "{name}: {error}");
    }
    let error = Agent::new(shop.file("nothing")).keys().await.expect_err("nobody there");
    assert!(error.to_string().contains("cannot be asked: No such file"), "{error}");
    // Far more keys than bytes.
    let agent = scripted(&shop, "many", framed(&[12, 0xff, 0xff, 0xff, 0xff])).await;
    assert!(agent.keys().await.expect_err("unreadable").to_string().contains("cannot be read"));
}
