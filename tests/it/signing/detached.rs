//! A statement and its signature as files for OpenSSH's own tools.

use std::fs;

use gonogo::ledger::{
    pae,
    signing::{Detached, DetachedError, KeyPlace},
};

use super::{BOB, PAYLOAD, workshop::Workshop};

/// The two files `sign-off.pae` and, where there is a signature, `sign-off.pae.sig`.
fn written(shop: &Workshop, payload: &[u8], signature: Option<&str>) -> Detached {
    let files = Detached::of(&shop.path().join("sign-off.pae"));
    fs::write(&files.statement, pae(payload)).expect("written");
    signature.iter().for_each(|signature| fs::write(&files.signature, signature).expect("written"));
    files
}

#[tokio::test]
async fn ours_is_confirmed_by_the_commands_that_the_documentation_shows() {
    let shop = Workshop::new();
    let key = shop.key("bob", "ed25519", "");
    let signature = shop.signs(&KeyPlace::File(key), &[]).await.expect("signed");
    let files = written(&shop, PAYLOAD, Some(&signature));
    shop.write("allowed_signers", format!("{BOB} {}\n", shop.public("bob")));
    let arguments = ["-Y", "verify", "-f", "allowed_signers", "-I", BOB, "-n", "gonogo", "-s", "sign-off.pae.sig"];
    let verified = shop.run("ssh-keygen", &arguments, &fs::read(&files.statement).expect("a file"));
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stderr));
    let envelope = files.read().expect("taken in");
    assert_eq!((envelope.payload.as_slice(), envelope.signature), (PAYLOAD, signature));
}

#[test]
fn one_of_ssh_keygen_is_taken_in() {
    let shop = Workshop::new();
    shop.key("bob", "ecdsa-384", "");
    let files = written(&shop, PAYLOAD, None);
    assert!(matches!(files.read(), Err(DetachedError::File(..))), "there is no signature yet");
    let signed = shop.keygen(&["-q", "-Y", "sign", "-n", "gonogo", "-f", "bob", "sign-off.pae"]);
    assert!(signed.status.success(), "{}", String::from_utf8_lossy(&signed.stderr));
    let theirs = shop.read("sign-off.pae.sig");
    let envelope = Detached::of(&files.statement).read().expect("taken in");
    assert_eq!((envelope.payload.as_slice(), &envelope.signature), (PAYLOAD, &theirs));
    // As mail brings it.
    fs::write(&files.signature, format!("\r\n{}\r\n", theirs.replace('\n', "\r\n"))).expect("written");
    assert_eq!(files.read().expect("taken in").signature, theirs);
}

#[test]
fn what_does_not_fit_is_not_taken_in() {
    let shop = Workshop::new();
    shop.key("bob", "ed25519", "");
    let files = written(&shop, b"{}", Some(&shop.ssh_signs("bob", "gonogo", &pae(PAYLOAD))));
    assert!(matches!(files.read(), Err(DetachedError::Signature(..))));
    fs::write(&files.statement, PAYLOAD).expect("written");
    let error = files.read().expect_err("no statement");
    assert!(matches!(&error, DetachedError::NotAStatement(..)), "{error}");
}
