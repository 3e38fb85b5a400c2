//! Signatures that must not count: altered, swapped, of another namespace, of weak keys.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use gonogo::ledger::{
    pae,
    signing::{KeyError, KeyPlace, SignatureError, verify},
};
use proptest::prelude::*;

use super::{BOB, NOW, PAYLOAD, signers, time, workshop::Workshop};

const KINDS: [&str; 5] = ["ed25519", "ecdsa-256", "ecdsa-384", "ecdsa-521", "rsa-2048"];

fn armored(blob: &[u8]) -> String {
    format!("-----BEGIN SSH SIGNATURE-----\n{}\n-----END SSH SIGNATURE-----\n", STANDARD.encode(blob))
}

fn blob(signature: &str) -> Vec<u8> {
    STANDARD.decode(signature.lines().filter(|line| !line.starts_with('-')).collect::<String>()).expect("base64")
}

#[test]
fn no_byte_of_a_signature_can_be_altered() {
    let shop = Workshop::new();
    for kind in KINDS {
        shop.key(kind, kind, "");
        let signature = shop.ssh_signs(kind, "gonogo", &pae(PAYLOAD));
        assert!(verify(&pae(PAYLOAD), &signature).is_ok());
        let blob = blob(&signature);
        assert!(verify(&pae(PAYLOAD), &armored(&blob)).is_ok());
        // Every byte of the fast kinds, some of the slow ones.
        let step = if ["ecdsa-384", "ecdsa-521"].contains(&kind) { 4 } else { 1 };
        for (place, bit) in (0..blob.len()).step_by(step).flat_map(|place| [0, 7].map(|bit| (place, bit))) {
            let mut altered = blob.clone();
            altered[place] ^= 1 << bit;
            assert!(verify(&pae(PAYLOAD), &armored(&altered)).is_err(), "{kind}: byte {place}, bit {bit}");
        }
        for cut in 0..blob.len() {
            assert!(verify(&pae(PAYLOAD), &armored(&blob[..cut])).is_err(), "{kind}: the first {cut} bytes");
        }
        assert!(verify(&pae(PAYLOAD), &armored(&[&blob[..], &[0]].concat())).is_err(), "{kind}: a byte more");
    }
}

#[test]
fn no_character_of_its_armor_can_be_altered() {
    let shop = Workshop::new();
    shop.key("ed25519", "ed25519", "");
    let signature = shop.ssh_signs("ed25519", "gonogo", &pae(PAYLOAD));
    // Every bit of the characters that carry nothing, one of the others.
    let carries = |place: usize| signature.as_bytes()[place].is_ascii_alphanumeric();
    let bits = |place| if carries(place) { 1..2 } else { 0..7 };
    for (place, bit) in (0..signature.len()).flat_map(|place| bits(place).map(move |bit| (place, bit))) {
        let mut altered = signature.clone().into_bytes();
        altered[place] ^= 1 << bit;
        let altered = String::from_utf8(altered).expect("ASCII");
        assert!(verify(&pae(PAYLOAD), &altered).is_err(), "character {place}, bit {bit}");
    }
}

#[test]
fn every_kind_of_wrong_has_its_own_error() {
    let shop = Workshop::new();
    for name in ["bob", "eve"] {
        shop.key(name, "ed25519", "");
    }
    let signers = signers(&format!("{BOB} {}\neve@example.com {}", shop.public("bob"), shop.public("eve")), None).expect("signers");
    let check = |payload: &[u8], signature: &str, principal: &str| {
        signers.check(payload, signature, principal, time(NOW), time(NOW)).expect_err("a refusal")
    };
    let good = shop.ssh_signs("bob", "gonogo", &pae(PAYLOAD));
    assert!(matches!(check(b"{}", &good, BOB), SignatureError::Forged(..)), "an altered payload");
    let other = shop.ssh_signs("bob", "gonogo", &pae(b"{}"));
    assert!(matches!(check(PAYLOAD, &other, BOB), SignatureError::Forged(..)), "a swapped signature");
    let file = shop.ssh_signs("bob", "file", &pae(PAYLOAD));
    let error = check(PAYLOAD, &file, BOB);
    assert!(matches!(&error, SignatureError::Namespace(_, namespace) if namespace == "file"), "{error}");
    let bare = shop.ssh_signs("bob", "gonogo", PAYLOAD);
    assert!(matches!(check(PAYLOAD, &bare, BOB), SignatureError::Forged(..)), "over the payload instead of its encoding");
    let error = check(PAYLOAD, &good, "eve@example.com");
    assert!(matches!(&error, SignatureError::WrongPrincipal { is, said, .. } if is == &[BOB] && said == "eve@example.com"), "{error}");
    assert!(matches!(check(PAYLOAD, &good, "mallory@example.com"), SignatureError::WrongPrincipal { .. }));
    assert!(matches!(check(PAYLOAD, "", BOB), SignatureError::Malformed(_)));
    shop.key("mallory", "ed25519", "");
    let error = check(PAYLOAD, &shop.ssh_signs("mallory", "gonogo", &pae(PAYLOAD)), BOB);
    assert!(matches!(&error, SignatureError::UnknownKey(_, principal) if principal == BOB), "{error}");
    assert!(error.to_string().contains("SHA256:"), "{error}");
}

/// Eve's signature under Bob's key, and Bob's under Eve's.
#[test]
fn a_key_does_not_lend_its_name() {
    let shop = Workshop::new();
    let parts = |name: &str| {
        shop.key(name, "ed25519", "");
        let blob = blob(&shop.ssh_signs(name, "gonogo", &pae(PAYLOAD)));
        // The magic, the version and the length come first; a key of this kind has 51 bytes.
        (blob[..14].to_vec(), blob[14..65].to_vec(), blob[65..].to_vec())
    };
    let ((head, bob, _), (_, _, eve)) = (parts("bob"), parts("eve"));
    let mixed = armored(&[head, bob, eve].concat());
    assert!(matches!(verify(&pae(PAYLOAD), &mixed), Err(SignatureError::Forged(..))));
}

#[tokio::test]
async fn weak_keys_prove_nothing_and_do_not_sign() {
    let shop = Workshop::new();
    shop.key("small", "rsa-1024", "");
    let allowed = format!("{BOB} {}", shop.public("small"));
    let known = signers(&allowed, None).expect("signers");
    let error = known.check(PAYLOAD, &shop.ssh_signs("small", "gonogo", &pae(PAYLOAD)), BOB, time(NOW), time(NOW)).expect_err("weak");
    assert!(matches!(&error, SignatureError::Weak(_, why) if why.contains("1024 bits")), "{error}");
    assert_eq!(known.remarks().len(), 1, "{:?}", known.remarks());
    let error = shop.signs(&KeyPlace::File(shop.file("small")), &[]).await.expect_err("weak");
    assert!(matches!(error, KeyError::Weak(..)), "{error}");

    // OpenSSH 10 cannot even make one.
    if !shop.keygen(&["-q", "-t", "dsa", "-N", "", "-f", "dsa"]).status.success() {
        return;
    }
    let error = known.check(PAYLOAD, &shop.ssh_signs("dsa", "gonogo", &pae(PAYLOAD)), BOB, time(NOW), time(NOW)).expect_err("weak");
    assert!(matches!(&error, SignatureError::Weak(_, why) if why.contains("DSA")), "{error}");
    let error = shop.signs(&KeyPlace::File(shop.file("dsa")), &[]).await.expect_err("weak");
    assert!(matches!(error, KeyError::Weak(..)), "{error}");
}

/// RSA with SHA-1, which ssh-keygen itself does not make any more.
#[test]
fn sha1_is_refused() {
    let shop = Workshop::new();
    shop.key("rsa", "rsa-2048", "");
    let blob = blob(&shop.ssh_signs("rsa", "gonogo", &pae(PAYLOAD)));
    let name = b"rsa-sha2-512";
    let at = blob.windows(name.len()).position(|window| window == name).expect("the algorithm");
    // `ssh-rsa` is 5 shorter: its own length and that of the signature around it change.
    let mut altered = blob[..at].to_vec();
    let inner = u32::from_be_bytes(altered[at - 8..at - 4].try_into().expect("4")) - 5;
    altered[at - 8..at - 4].copy_from_slice(&inner.to_be_bytes());
    altered[at - 4..at].copy_from_slice(&7u32.to_be_bytes());
    altered.extend_from_slice(b"ssh-rsa");
    altered.extend_from_slice(&blob[at + name.len()..]);
    let error = verify(&pae(PAYLOAD), &armored(&altered)).expect_err("weak");
    assert!(matches!(&error, SignatureError::Weak(_, why) if why.contains("SHA-1")), "{error}");
}

proptest! {
    /// Whatever stands where a signature should: an error, and no panic.
    #[test]
    fn any_text_is_refused(text in ".{0,300}", bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(verify(PAYLOAD, &text).is_err());
        prop_assert!(verify(PAYLOAD, &armored(&bytes)).is_err());
        prop_assert!(verify(PAYLOAD, &armored(&[b"SSHSIG\0\0\0\x01".as_slice(), &bytes].concat())).is_err());
        let _ = signers(&text, Some(&bytes));
        let _ = signers(&format!("{BOB} {text} ssh-ed25519 AAAA"), Some(text.as_bytes()));
    }
}
