//! An authenticator in software: it signs what a browser would have signed, or nearly that.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use data_encoding::BASE64URL_NOPAD;
use gonogo::{ledger::Assertion, model::Passkey};
use ring::{
    rand::{SecureRandom as _, SystemRandom},
    rsa,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256},
};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::{ORIGIN, RP_ID};

/// The algorithms that platforms have.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    Es256,
    Ed25519,
    Rs256,
}

enum Key {
    Es256(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
    Rs256(rsa::KeyPair, Vec<u8>),
}

/// One with one credential.
pub(crate) struct Authenticator {
    key: Key,
    id: Vec<u8>,
}

/// What it is asked, and what it says.
pub(crate) struct Asked {
    pub(crate) kind: String,
    pub(crate) challenge: Vec<u8>,
    pub(crate) origin: String,
    pub(crate) rp_id: String,
    pub(crate) flags: u8,
    pub(crate) counter: u32,
    /// More fields of the client data, as JSON text that begins with a comma.
    pub(crate) more: String,
}

impl Authenticator {
    pub(crate) fn new(kind: Kind) -> Self {
        let random = SystemRandom::new();
        let mut id = vec![0; 16];
        random.fill(&mut id).expect("random bytes");
        let key = match kind {
            Kind::Es256 => {
                let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).expect("a key");
                Key::Es256(EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pkcs8.as_ref(), &random).expect("a key"))
            }
            Kind::Ed25519 => {
                Key::Ed25519(Ed25519KeyPair::from_pkcs8(Ed25519KeyPair::generate_pkcs8(&random).expect("a key").as_ref()).expect("a key"))
            }
            Kind::Rs256 => {
                let folder = tempfile::TempDir::new().expect("a folder");
                let openssl = |arguments: &[&str]| {
                    let mut command = std::process::Command::new("openssl");
                    command.args(arguments).current_dir(folder.path()).env("RANDFILE", "rnd").stderr(std::process::Stdio::null());
                    assert!(command.status().expect("openssl").success());
                };
                openssl(&["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-outform", "DER", "-out", "key"]);
                openssl(&["pkcs8", "-topk8", "-nocrypt", "-inform", "DER", "-in", "key", "-outform", "DER", "-out", "pkcs8"]);
                openssl(&["pkey", "-inform", "DER", "-in", "key", "-pubout", "-outform", "DER", "-out", "public"]);
                let read = |name: &str| std::fs::read(folder.path().join(name)).expect("a file");
                Key::Rs256(rsa::KeyPair::from_pkcs8(&read("pkcs8")).expect("a key"), read("public"))
            }
        };
        Self { key, id }
    }

    /// Its passkey as that of a person.
    pub(crate) fn passkey(&self, person: &str) -> Passkey {
        let der = |prefix: &str, key: &[u8]| [data_encoding::HEXLOWER.decode(prefix.as_bytes()).expect("hex").as_slice(), key].concat();
        let (algorithm, spki) = match &self.key {
            Key::Es256(pair) => (-7, der("3059301306072a8648ce3d020106082a8648ce3d030107034200", pair.public_key().as_ref())),
            Key::Ed25519(pair) => (-8, der("302a300506032b6570032100", pair.public_key().as_ref())),
            Key::Rs256(_, public) => (-257, public.clone()),
        };
        Passkey {
            person: person.to_owned(),
            credential: BASE64URL_NOPAD.encode(&self.id),
            public_key: STANDARD.encode(spki),
            algorithm,
            rp_id: RP_ID.into(),
            origin: ORIGIN.into(),
        }
    }

    /// Signs a challenge at the desk, with its user present and verified, unless it is asked otherwise.
    pub(crate) fn assert(&self, challenge: &[u8], change: impl Fn(&mut Asked)) -> Assertion {
        let mut asked = Asked {
            kind: "webauthn.get".into(),
            challenge: challenge.to_vec(),
            origin: ORIGIN.into(),
            rp_id: RP_ID.into(),
            flags: 0b0101,
            counter: 0,
            more: String::new(),
        };
        change(&mut asked);
        let client =
            json!({ "type": asked.kind, "challenge": BASE64URL_NOPAD.encode(&asked.challenge), "origin": asked.origin }).to_string();
        let client = format!("{}{}}}", client.trim_end_matches('}'), asked.more);
        let hash = Sha256::digest(asked.rp_id.as_bytes());
        let data = [hash.as_slice(), &[asked.flags], &asked.counter.to_be_bytes()].concat();
        let signed = [data.as_slice(), Sha256::digest(&client).as_slice()].concat();
        let random = SystemRandom::new();
        let signature = match &self.key {
            Key::Es256(pair) => pair.sign(&random, &signed).expect("a signature").as_ref().to_vec(),
            Key::Ed25519(pair) => pair.sign(&signed).as_ref().to_vec(),
            Key::Rs256(pair, _) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, &signed, &mut signature).expect("a signature");
                signature
            }
        };
        Assertion {
            credential: BASE64URL_NOPAD.encode(&self.id),
            authenticator_data: BASE64URL_NOPAD.encode(&data),
            client_data: BASE64URL_NOPAD.encode(client.as_bytes()),
            signature: BASE64URL_NOPAD.encode(&signature),
        }
    }
}
