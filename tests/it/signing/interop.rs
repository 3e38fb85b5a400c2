//! What is signed here, `ssh-keygen -Y verify` confirms; what `ssh-keygen -Y sign` signs, is confirmed here.

use gonogo::ledger::{
    pae,
    signing::{Agent, KeyPlace, PublicKey},
};

use super::{BOB, NOW, PAYLOAD, signers, time, workshop::Workshop};

/// Every kind of key that `ssh-keygen` makes without a device.
const KINDS: [&str; 7] = ["ed25519", "ecdsa-256", "ecdsa-384", "ecdsa-521", "rsa-2048", "rsa-3072", "rsa-4096"];

/// Both sides say of `signature` that it is Bob's, by a key of this kind.
fn confirmed(shop: &Workshop, name: &str, signature: &str, said: &str) {
    let allowed = format!("{BOB} {}\n", shop.public(name));
    assert!(shop.ssh_confirms(&allowed, BOB, signature, &[]), "{name}: ssh-keygen does not confirm {said}");
    let now = time(NOW);
    let signed = signers(&allowed, None).expect("signers").check(PAYLOAD, signature, BOB, now, now);
    let signed = signed.unwrap_or_else(|error| panic!("{name}: {said}: {error}"));
    let listed = String::from_utf8(shop.keygen(&["-l", "-f", &format!("{name}.pub")]).stdout).expect("text");
    assert!(listed.contains(&signed.key.fingerprint), "{listed} {}", signed.key);
    assert!(listed.contains(&format!("({})", signed.key.kind)), "{listed} {}", signed.key);
    assert_eq!(signed.since, None);
}

#[tokio::test]
async fn every_kind_of_key_in_a_file() {
    let shop = Workshop::new();
    for kind in KINDS {
        let file = shop.key(kind, kind, "");
        let ours = shop.signs(&KeyPlace::File(file), &[]).await.unwrap_or_else(|error| panic!("{kind}: {error}"));
        confirmed(&shop, kind, &ours, "our signature");
        confirmed(&shop, kind, &shop.ssh_signs(kind, "gonogo", &pae(PAYLOAD)), "its signature");
    }
}

/// OpenSSH writes a secret number without leading zeros: one of these in four is shorter than the others.
#[tokio::test]
async fn keys_whose_number_is_short() {
    let shop = Workshop::new();
    for n in 0..16 {
        let name = format!("short-{n}");
        let file = shop.key(&name, "ecdsa-521", "");
        let ours = shop.signs(&KeyPlace::File(file.clone()), &[]).await.unwrap_or_else(|error| panic!("{name}: {error}"));
        confirmed(&shop, &name, &ours, "our signature");
        let encrypted = shop.keygen(&["-q", "-p", "-a", "1", "-P", "", "-N", "correct horse", "-f", &name]);
        assert!(encrypted.status.success(), "{}", String::from_utf8_lossy(&encrypted.stderr));
        let ours = shop.signs(&KeyPlace::File(file), &["wrong", "correct horse"]).await;
        confirmed(&shop, &name, &ours.unwrap_or_else(|error| panic!("{name}, encrypted: {error}")), "our signature");
    }
}

#[tokio::test]
async fn encrypted_keys_ask_for_their_passphrase() {
    let shop = Workshop::new();
    for kind in ["ed25519", "ecdsa-256", "rsa-2048"] {
        let file = shop.key(kind, kind, "correct horse");
        let ours = shop.signs(&KeyPlace::File(file), &["wrong", "correct horse"]).await.unwrap_or_else(|error| panic!("{kind}: {error}"));
        confirmed(&shop, kind, &ours, "our signature");
    }
}

/// Every cipher that `ssh-keygen` encrypts a key with.
#[tokio::test]
async fn every_cipher_of_an_encrypted_key() {
    let shop = Workshop::new();
    for cipher in
        ["aes256-ctr", "aes256-cbc", "aes128-ctr", "aes256-gcm@openssh.com", "aes128-gcm@openssh.com", "chacha20-poly1305@openssh.com"]
    {
        let made = shop.keygen(&["-q", "-t", "ed25519", "-N", "correct horse", "-Z", cipher, "-f", cipher]);
        assert!(made.status.success(), "{cipher}: {}", String::from_utf8_lossy(&made.stderr));
        let ours = shop.signs(&KeyPlace::File(shop.file(cipher)), &["correct horse"]).await;
        confirmed(&shop, cipher, &ours.unwrap_or_else(|error| panic!("{cipher}: {error}")), "our signature");
    }
}

#[tokio::test]
async fn keys_of_an_agent() {
    let shop = Workshop::new();
    for kind in KINDS {
        shop.key(kind, kind, "");
    }
    let running = shop.agent(&KINDS);
    let agent = Agent::new(&running.socket);
    let held = agent.keys().await.expect("keys");
    assert_eq!(held.len(), KINDS.len());
    assert!(held.iter().all(|key| key.comment == "a comment"), "{held:?}");
    for kind in KINDS {
        let public = PublicKey::read(&shop.file(&format!("{kind}.pub"))).expect("a key");
        let place = KeyPlace::Agent { public, agent: agent.clone() };
        let ours = shop.signs(&place, &[]).await.unwrap_or_else(|error| panic!("{kind}: {error}"));
        confirmed(&shop, kind, &ours, "the agent's signature");
    }
}

/// Both hashes and both RSA signatures are read, whichever this program writes.
#[test]
fn the_other_hash_and_the_other_rsa_signature() {
    let shop = Workshop::new();
    for kind in ["ed25519", "rsa-2048"] {
        shop.key(kind, kind, "");
        let output = shop.run("ssh-keygen", &["-q", "-Y", "sign", "-n", "gonogo", "-O", "hashalg=sha256", "-f", kind], &pae(PAYLOAD));
        confirmed(&shop, kind, &String::from_utf8(output.stdout).expect("text"), "its signature with sha256");
    }
}
