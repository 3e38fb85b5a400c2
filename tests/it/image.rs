//! Kind `image`: a real registry with images pushed by skopeo, and registries with tokens, redirects and tricks.

use std::{collections::BTreeMap, fs, sync::Arc};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use gonogo::model::{Digest, Outcome, Release};
use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256};
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair},
};
use serde_json::{Value, json};

use crate::{
    hostile::Hostile,
    look::Look,
    servers::registry::{Registry, layout},
};

/// Documents by their path below `/v2/shop/api/`.
pub(crate) type Documents = BTreeMap<String, Vec<u8>>;

fn digest(bytes: &[u8]) -> String {
    format!("sha256:{}", Digest::of(bytes).as_str())
}

/// One image for linux/amd64, tagged `1`; the digest it has.
pub(crate) fn documents(manifest_type: &str) -> (Documents, String) {
    let config = br#"{"os":"linux","architecture":"amd64"}"#.to_vec();
    let manifest = json!({ "schemaVersion": 2, "mediaType": manifest_type, "config": { "digest": digest(&config) }, "layers": [] })
        .to_string()
        .into_bytes();
    let digest_of = digest(&manifest);
    let all = [
        (format!("blobs/{}", digest(&config)), config),
        ("manifests/1".to_owned(), manifest.clone()),
        (format!("manifests/{digest_of}"), manifest),
    ];
    (all.into(), digest_of)
}

/// A registry that has these, and lets in whoever sends `wanted`.
pub(crate) async fn registry(documents: Documents, wanted: Option<&'static str>, challenge: String) -> Hostile {
    let documents = Arc::new(documents);
    Hostile::new(move |mut visit| {
        let (documents, challenge) = (documents.clone(), challenge.clone());
        Box::pin(async move {
            let asked = visit.path().to_owned();
            if asked.starts_with("/token") {
                let basic = format!("authorization: Basic {}", STANDARD.encode("ci:s3cr3tpassword"));
                let known = visit.head.to_ascii_lowercase().contains(&basic.to_ascii_lowercase());
                return if known { visit.answer(200, &[], r#"{"token":"s3cr3ttoken"}"#).await } else { visit.answer(401, &[], "{}").await };
            }
            if wanted.is_some_and(|wanted| !visit.head.contains(wanted)) {
                return visit.answer(401, &[&format!("WWW-Authenticate: {challenge}")], "{}").await;
            }
            match asked.strip_prefix("/v2/shop/api/").and_then(|path| documents.get(path)) {
                Some(bytes) => visit.answer(200, &[], bytes).await,
                None => visit.answer(404, &[], r#"{"errors":[{"code":"MANIFEST_UNKNOWN"}]}"#).await,
            }
        })
    })
    .await
}

pub(crate) async fn asked(server: &Hostile, settings: Value) -> (Outcome, String) {
    look(&format!("{}/shop/api:1", server.addr()), settings).outcome().await
}

fn look(image: &str, settings: Value) -> Look {
    let mut all = json!({ "image": image, "plain-http": true });
    all.as_object_mut().expect("an object").extend(settings.as_object().expect("an object").clone());
    Look::new("image", all)
}

const OCI: &str = "application/vnd.oci.image.manifest.v1+json";

#[tokio::test]
async fn a_real_registry_has_what_was_pushed() {
    let (server, folder) = (Registry::start(), tempfile::tempdir().expect("a folder"));
    let one = folder.path().join("one");
    let scanned = layout(&one, &["linux/amd64"]);
    // Before its layers are there as they are: those would be taken.
    server.push(&one, "shop/api:again", &[]);
    server.push(&one, "shop/api:1.0.0", &["--preserve-digests"]);
    let many = folder.path().join("many");
    let index = layout(&many, &["linux/amd64", "linux/arm64"]);
    server.push(&many, "shop/api:2.0.0", &["--all", "--preserve-digests"]);
    let at = format!("127.0.0.1:{}/shop/api", server.port);
    let cases = [
        (format!("{at}:1.0.0"), json!({ "digest": scanned, "platforms": "linux/amd64" }), Outcome::Pass, "digest in the registry"),
        (format!("{at}:1.0.0@{scanned}"), json!({}), Outcome::Pass, "image"),
        (format!("{at}@{scanned}"), json!({ "platforms": ["linux/amd64"] }), Outcome::Pass, "platform linux/amd64"),
        // Its layers were compressed on the way.
        (format!("{at}:again"), json!({ "digest": scanned }), Outcome::Fail, "`--preserve-digests`"),
        (format!("{at}:1.0.0"), json!({ "platforms": "linux/arm64" }), Outcome::Fail, "got only linux/amd64"),
        (format!("{at}:3.0.0"), json!({}), Outcome::Fail, "knows no such tag"),
        (format!("127.0.0.1:{}/shop/none:1", server.port), json!({}), Outcome::Fail, "knows no such tag"),
        (
            format!("{at}:2.0.0"),
            json!({ "digest": index, "platforms": ["linux/amd64", "linux/arm64"] }),
            Outcome::Pass,
            "platform linux/arm64",
        ),
        (format!("{at}:2.0.0"), json!({ "platforms": "linux/s390x" }), Outcome::Fail, "got only linux/amd64, linux/arm64"),
        // What was scanned is one image of the index.
        (format!("{at}:2.0.0"), json!({ "digest": scanned, "platforms": "linux/amd64" }), Outcome::Pass, "for linux/amd64, in the index"),
        (format!("{at}:2.0.0"), json!({ "digest": scanned }), Outcome::Fail, "name the `platforms`"),
        (format!("{at}:2.0.0"), json!({ "digest": "release" }), Outcome::Unknown, "give `--artifact"),
        (format!("{at}:latest"), json!({}), Outcome::Fail, "name of the image: got the tag `latest`"),
    ];
    for (image, settings, wanted, words) in cases {
        let (outcome, reason) = look(&image, settings.clone()).outcome().await;
        assert_eq!(outcome, wanted, "{image} {settings}: {reason}");
        assert!(wanted == Outcome::Pass || reason.contains(words), "{image} {settings}: {reason}");
    }
    let mut released = look(&format!("{at}:1.0.0"), json!({ "digest": "release" }));
    released.release = Release { artifact: Some(format!("registry.example.com/shop/api@{scanned}")), ..Release::default() };
    assert_eq!(released.outcome().await.0, Outcome::Pass);
}

#[tokio::test]
async fn tokens_are_fetched_where_they_belong_and_go_nowhere_else() {
    let login = json!({ "username": "ci", "password": "s3cr3tpassword" });
    let other = Hostile::answering(200, &[], r#"{"token":"s3cr3ttoken"}"#).await;
    let (documents, _) = documents(OCI);
    let bearer = |server: &str| format!(r#"Bearer realm="http://{server}/token",service="registry",scope="repository:shop/api:pull""#);
    let tokens = registry(Documents::new(), None, String::new()).await;
    let server = registry(documents.clone(), Some("Bearer s3cr3ttoken"), bearer(&tokens.addr().to_string())).await;
    assert_eq!(asked(&server, login.clone()).await.0, Outcome::Pass);
    assert!(tokens.heads()[0].starts_with("GET /token?service=registry&scope=repository%3Ashop%2Fapi%3Apull "), "{:?}", tokens.heads());
    let (outcome, reason) = asked(&server, json!({ "username": "ci", "password": "s3cr3twrong" })).await;
    assert!(outcome == Outcome::Unknown && reason.contains("is the login right?") && !reason.contains("s3cr3twrong"), "{reason}");

    let basic: &'static str = Box::leak(format!("Basic {}", STANDARD.encode("ci:s3cr3tpassword")).into_boxed_str());
    let simple = registry(documents.clone(), Some(basic), "Basic realm=\"it\"".into()).await;
    assert_eq!(asked(&simple, login.clone()).await.0, Outcome::Pass);
    let (outcome, reason) = asked(&simple, json!({})).await;
    assert!(outcome == Outcome::Unknown && reason.contains("give `username` and `password`"), "{reason}");

    // A registry that sends its visitors elsewhere for a token: the login does not go there.
    let stranger = format!("localhost:{}", other.addr().port());
    let lying = registry(documents.clone(), Some("Bearer s3cr3ttoken"), bearer(&stranger)).await;
    let (outcome, reason) = asked(&lying, login.clone()).await;
    assert!(outcome == Outcome::Unknown && reason.contains("write `token-server: https://localhost`"), "{reason}");
    assert_eq!(other.heads(), Vec::<String>::new());
    let mut named = login.clone();
    named["token-server"] = json!(format!("http://{stranger}"));
    assert_eq!(asked(&lying, named).await.0, Outcome::Pass);

    // A blob that lies elsewhere is fetched there without the token.
    let config = documents.iter().find(|(path, _)| path.starts_with("blobs/")).map(|(_, bytes)| bytes.clone()).expect("a blob");
    let storage = Hostile::answering(200, &[], config).await;
    let (to, kept) = (format!("Location: http://localhost:{}/blob", storage.addr().port()), Arc::new(documents));
    let leading = Hostile::new(move |mut visit| {
        let (to, kept) = (to.clone(), kept.clone());
        Box::pin(async move {
            if visit.path().contains("/blobs/") {
                return visit.answer(307, &[&to], "").await;
            }
            if !visit.head.contains(basic) {
                return visit.answer(401, &["WWW-Authenticate: Basic realm=it"], "").await;
            }
            visit.answer(200, &[], &kept["manifests/1"]).await
        })
    })
    .await;
    let (outcome, reason) = asked(&leading, login).await;
    assert_eq!(outcome, Outcome::Pass, "{reason}");
    let head = storage.heads().concat().to_ascii_lowercase();
    assert!(head.contains("get /blob") && !head.contains("authorization"), "{head}");
}

#[tokio::test]
async fn what_a_registry_does_not_say_is_unknown() {
    for (status, headers, body, words) in [
        (403, &[][..], "{}", "answers 403"),
        (429, &[], "{}", "answers 429"),
        (500, &[], "{}", "answers 500"),
        (401, &[], "{}", "does not say how to log in"),
        (401, &["WWW-Authenticate: Negotiate"], "{}", "does not say how to log in"),
        (200, &[], "<html>", "is no manifest"),
        (200, &[], "{\"a\":1,\"a\":1}", "is no manifest"),
        (200, &[], "{\"schemaVersion\":1,\"mediaType\":\"odd\"}", "of a kind that is not read: `odd`"),
        (
            200,
            &["Docker-Content-Digest: sha256:0000000000000000000000000000000000000000000000000000000000000000"],
            "{}",
            "another digest than it says",
        ),
    ] {
        let server = Hostile::answering(status, headers, body).await;
        let (outcome, reason) = asked(&server, json!({})).await;
        assert!(outcome == Outcome::Unknown && reason.contains(words), "{status} {body}: {reason}");
    }
    let (mut changed, digest) = documents(OCI);
    changed.insert(format!("manifests/{digest}"), b"{}".to_vec());
    let server = registry(changed, None, String::new()).await;
    let (outcome, reason) = look(&format!("{}/shop/api@{digest}", server.addr()), json!({})).outcome().await;
    assert!(outcome == Outcome::Unknown && reason.contains("another digest than it says"), "{reason}");
    for server in [Hostile::endless().await, Hostile::gzip_bomb().await] {
        assert_eq!(asked(&server, json!({})).await.0, Outcome::Unknown);
    }
}

/// A signature over a digest, as cosign stores it.
fn signed(documents: &mut Documents, digest_of: &str, says: &str, key: &KeyPair) {
    let payload = json!({ "critical": { "identity": { "docker-reference": "" }, "image": { "docker-manifest-digest": says }, "type": "cosign container image signature" }, "optional": null })
        .to_string()
        .into_bytes();
    let random = SystemRandom::new();
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &key.serialize_der(), &random).expect("a key");
    let signature = STANDARD.encode(pair.sign(&random, &payload).expect("a signature"));
    let layer =
        json!({ "digest": digest(&payload), "size": payload.len(), "annotations": { "dev.cosignproject.cosign/signature": signature } });
    documents.insert(format!("blobs/{}", digest(&payload)), payload);
    documents.insert(format!("manifests/{}.sig", digest_of.replace(':', "-")), json!({ "layers": [layer] }).to_string().into_bytes());
}

#[tokio::test]
async fn a_signature_is_by_the_key_and_over_the_digest() {
    let folder = tempfile::tempdir().expect("a folder");
    let new = || KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).expect("a key");
    let (key, stranger) = (new(), new());
    fs::write(folder.path().join("cosign.pub"), key.public_key_pem()).expect("written");
    let (plain, digest) = documents(OCI);
    for (by, says, wanted, words) in [
        (Some(&key), digest.as_str(), Outcome::Pass, "by this key"),
        (Some(&stranger), &digest, Outcome::Fail, "none of its signatures is by this key"),
        (Some(&key), "sha256:0000000000000000000000000000000000000000000000000000000000000000", Outcome::Fail, "another digest"),
        (None, "", Outcome::Fail, "where cosign stores them"),
    ] {
        let mut all = plain.clone();
        by.into_iter().for_each(|by| signed(&mut all, &digest, says, by));
        let server = registry(all, None, String::new()).await;
        let (outcome, reason) =
            look(&format!("{}/shop/api:1", server.addr()), json!({ "signed-by": "cosign.pub" })).root(folder.path()).outcome().await;
        assert!(outcome == wanted && (wanted == Outcome::Pass || reason.contains(words)), "{reason}");
    }
    fs::write(folder.path().join("cosign.pub"), "odd").expect("written");
    let server = registry(plain, None, String::new()).await;
    let (outcome, reason) =
        look(&format!("{}/shop/api:1", server.addr()), json!({ "signed-by": "cosign.pub" })).root(folder.path()).outcome().await;
    assert!(outcome == Outcome::Unknown && reason.contains("no `PUBLIC KEY`"), "{reason}");
}

#[tokio::test]
async fn a_password_that_a_program_prints_is_used_and_shown_nowhere() {
    let (documents, _) = documents(OCI);
    let basic: &'static str = Box::leak(format!("Basic {}", STANDARD.encode("AWS:s3cr3tprinted")).into_boxed_str());
    let server = registry(documents, Some(basic), "Basic realm=\"https://ecr/\",service=\"ecr.amazonaws.com\"".into()).await;
    let run = async |script: &str| {
        let settings = json!({ "username": "AWS", "password-command": ["sh", "-c", script] });
        look(&format!("{}/shop/api:1", server.addr()), settings).env(&[("PATH", "/usr/bin:/bin")]).outcome().await
    };
    assert_eq!(run("echo s3cr3tprinted").await.0, Outcome::Pass);
    for script in ["echo s3cr3tprinted more", "true", "echo s3cr3tprinted; exit 3"] {
        let (outcome, reason) = run(script).await;
        assert!(outcome == Outcome::Unknown && !reason.contains("s3cr3tprinted"), "{script}: {reason}");
    }
}

#[test]
fn what_is_no_image_or_gives_a_login_away_is_refused() {
    for (settings, words) in [
        (json!({ "image": "Shop/Api:1" }), "is no image"),
        (json!({ "image": "shop/api@sha256:12" }), "no digest `sha256:…`"),
        (json!({ "image": "a.example/b:1", "plain-http": true }), "on this machine only"),
        (json!({ "image": "a.example/b:1", "password": "x" }), "needs its `username`"),
        (json!({ "image": "a.example/b:1", "username": "x" }), "needs its `password`"),
        (json!({ "image": "a.example/b:1", "digest": "1.4.2" }), "`sha256:` and 64"),
        (json!({ "image": "a.example/b:1", "platforms": "amd64" }), "like `linux/amd64`"),
        (
            json!({ "image": "a.example/b:1", "username": "a", "password": "x", "token-server": "http://b.example" }),
            "write an `https` address",
        ),
    ] {
        let refused = gonogo::check::parse("image", &settings).expect("a kind").map(|_| ()).expect_err("refused").to_string();
        assert!(refused.contains(words), "{settings}: {refused}");
    }
}
