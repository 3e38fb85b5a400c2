//! Recorders that are known by the identity token of their CI: GitHub's, made for one key, and GitLab's, bound by its first use.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Query, State},
    http::{HeaderMap, StatusCode},
};
use data_encoding::{BASE64URL_NOPAD, HEXLOWER_PERMISSIVE};
use ring::{hmac, rand::SystemRandom, rsa::KeyPair, signature::RSA_PKCS1_SHA256};
use serde_json::{Value, json};

use crate::{
    gonogo::Ran,
    signoff::house::{House, now},
};

const GITHUB: &str = "https://token.actions.githubusercontent.com";
const GITLAB: &str = "https://gitlab.example.com";

/// Somebody who issues tokens: a key of `openssl`.
#[derive(Clone)]
struct Issuer {
    key: Arc<KeyPair>,
    jwk: Value,
}

impl Issuer {
    fn new(house: &House, id: &str) -> Self {
        let file = house.keys.path().join(format!("{id}.pem"));
        let file = file.to_str().expect("a path");
        let (made, said) = house.shell("openssl", &["genrsa", "-out", file, "2048"]);
        assert!(made, "{said}");
        let der = format!("{file}.der");
        let (made, said) = house.shell("openssl", &["rsa", "-in", file, "-traditional", "-outform", "DER", "-out", &der]);
        assert!(made, "{said}");
        let (_, modulus) = house.shell("openssl", &["rsa", "-in", file, "-noout", "-modulus"]);
        let modulus = modulus.trim().trim_start_matches("Modulus=").to_lowercase();
        let n = BASE64URL_NOPAD.encode(&HEXLOWER_PERMISSIVE.decode(modulus.as_bytes()).expect("hex"));
        let key = Arc::new(KeyPair::from_der(&std::fs::read(der).expect("a key")).expect("a key of RSA"));
        Self { key, jwk: json!({ "kty": "RSA", "use": "sig", "alg": "RS256", "kid": id, "n": n, "e": "AQAB" }) }
    }

    fn token(&self, claims: &Value) -> String {
        self.signed(&json!({ "alg": "RS256", "typ": "JWT", "kid": self.jwk["kid"] }), claims)
    }

    fn signed(&self, header: &Value, claims: &Value) -> String {
        let said = parts(header, claims);
        let mut signature = vec![0; self.key.public().modulus_len()];
        self.key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), said.as_bytes(), &mut signature).expect("a signature");
        format!("{said}.{}", BASE64URL_NOPAD.encode(&signature))
    }
}

/// What a token's signature is over.
fn parts(header: &Value, claims: &Value) -> String {
    [header, claims].map(|part| BASE64URL_NOPAD.encode(part.to_string().as_bytes())).join(".")
}

/// What GitLab says of a job on `main`, with these claims instead.
fn of_gitlab(other: &Value) -> Value {
    let at = now().as_second();
    let mut claims = json!({
        "iss": GITLAB, "aud": "gonogo:shop:prod", "sub": "project_path:acme/shop:ref_type:branch:ref:main", "project_path": "acme/shop", "ref": "main",
        "ref_type": "branch", "pipeline_source": "push", "environment": "production", "job_id": "7", "iat": at, "nbf": at - 5, "exp": at + 3600,
    });
    merge(&mut claims, other);
    claims
}

fn merge(claims: &mut Value, other: &Value) {
    for (name, value) in other.as_object().expect("claims") {
        claims[name] = value.clone();
    }
}

/// A house whose recorder is a CI job, by an issuer's keys.
async fn house(issuer_url: &str, more: &str) -> (House, Issuer) {
    let house = House::new().await.security_alone();
    let issuer = Issuer::new(&house, "k1");
    house.write("ci.jwks.json", json!({ "keys": [issuer.jwk] }).to_string());
    let rule = format!(
        "{{ ci: {{ issuer: \"{issuer_url}\", keys: ci.jwks.json, repository: acme/shop, ref: refs/heads/main, environment: production{more} }} }}"
    );
    let house = house.policy(&[("ci-tokens", &rule), ("unsigned-runs", "refused")]);
    (house, issuer)
}

fn with(house: &House, env: &[(&str, &str)], arguments: &[&str]) -> Ran {
    house.gonogo.run_with(env, arguments.iter().copied())
}

/// A run that this token records.
fn verify(house: &House, token: &str, secret: &str) -> Ran {
    with(house, &[("GONOGO_ID_TOKEN", token), ("CI_JOB_TOKEN", secret)], &["verify", "--release", "1.4.2"])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_of_gitlab_records_without_a_key() {
    let (house, issuer) = house(GITLAB, "").await;
    let token = issuer.token(&of_gitlab(&json!({})));
    verify(&house, &token, "the job's").exits(0);
    house.sign("security", "sec", &[]).exits(0);
    house.gate(&[]).exits(0);
    let log = house.log();
    assert!(log.contains("acme/shop at refs/heads/main, run 7, ED25519 SHA256:"), "{log}");
    // The same job deploys; so does what audits, a year later and offline.
    let env = [("GONOGO_ID_TOKEN", token.as_str()), ("CI_JOB_TOKEN", "the job's")];
    with(&house, &env, &["deploy", "--release", "1.4.2", "--deployer", "dev", "--", "true"]).exits(0);
    house.gonogo.run(["log", "verify"]).exits(0);
    house.gonogo.run(["report", "--release", "1.4.2", "--bundle", "bundle.zip"]).exits(0);
    house.gonogo.run(["audit", "bundle.zip", "--signers", "signers", "--policy", "gonogo.yaml"]).exits(0);
    // Whoever reads the record has the token, and not the job's secret.
    verify(&house, &token, "a thief's").exits(0);
    house.gate(&[]).says("unsigned").exits(3);
    assert!(house.log().contains("the CI's token was used before with another key, in entry 2"), "{}", house.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_not_of_this_job_vouches_for_nothing() {
    let (house, issuer) = house(GITLAB, ", claims: { project_id: \"42\" }").await;
    let (other, at) = (Issuer::new(&house, "k2"), now().as_second());
    let own = |more: Value| {
        let mut claims = of_gitlab(&json!({ "project_id": "42" }));
        merge(&mut claims, &more);
        claims
    };
    let forged = other.signed(&json!({ "alg": "RS256", "kid": "k1" }), &own(json!({})));
    // The public key, which everybody has, taken for a secret.
    let confused = parts(&json!({ "alg": "HS256", "kid": "k1" }), &own(json!({})));
    let secret = hmac::Key::new(hmac::HMAC_SHA256, issuer.jwk["n"].as_str().expect("a modulus").as_bytes());
    let confused = format!("{confused}.{}", BASE64URL_NOPAD.encode(hmac::sign(&secret, confused.as_bytes()).as_ref()));
    let unsigned = parts(&json!({ "alg": "none", "kid": "k1" }), &own(json!({}))) + ".";
    let critical = issuer.signed(&json!({ "alg": "RS256", "kid": "k1", "crit": ["exp"] }), &own(json!({})));
    let nameless = issuer.signed(&json!({ "alg": "RS256" }), &own(json!({})));
    let said = |more: Value| issuer.token(&own(more));
    let cases = [
        (said(json!({ "project_path": "eve/shop", "project_id": "99" })), "its repository is `eve/shop`, wanted `acme/shop`"),
        (said(json!({ "project_id": "99" })), "its project_id is `99`, wanted `42`"),
        (said(json!({ "ref": "feature" })), "its ref is `refs/heads/feature`, wanted `refs/heads/main`"),
        (said(json!({ "ref_type": "tag" })), "its ref is `refs/tags/main`"),
        (said(json!({ "ref_type": null })), "its ref is nothing"),
        (said(json!({ "pipeline_source": "merge_request_event" })), "it was started by `merge_request_event`"),
        (said(json!({ "pipeline_source": null })), "it was started by `nothing`"),
        (said(json!({ "environment": "staging" })), "its environment is `staging`, wanted `production`"),
        (said(json!({ "environment": null })), "its environment is nothing"),
        (said(json!({ "aud": "vault" })), "its audience is `vault`"),
        (said(json!({ "aud": "gonogo" })), "its audience is `gonogo`, wanted `gonogo:shop:prod`"),
        (said(json!({ "aud": "gonogo:pay:prod" })), "its audience is `gonogo:pay:prod`"),
        (said(json!({ "aud": ["gonogo:shop:prod"] })), "its audience is ``"),
        (said(json!({ "iss": "https://gitlab.example.com.evil" })), "its issuer is `https://gitlab.example.com.evil`"),
        (said(json!({ "exp": at - 100, "iat": at - 4000, "nbf": at - 4000 })), "it was over"),
        (said(json!({ "iat": at + 4000, "nbf": at + 4000, "exp": at + 8000 })), "it counted from"),
        (said(json!({ "exp": null })), "it does not say from when to when it counts"),
        (other.token(&own(json!({}))), "the key `k2` is not pinned"),
        (forged, "its signature is not the issuer's"),
        (confused, "it is signed by `HS256`, wanted RS256"),
        (unsigned, "it is signed by `none`, wanted RS256"),
        (critical, "wanted RS256 and nothing critical beside"),
        (nameless, "it does not name the key that signed it"),
        ("no token".into(), "it cannot be read"),
    ];
    for (token, why) in cases {
        let ran = verify(&house, &token, "the job's").exits(0);
        assert!(ran.stderr.contains("recorded without a signature: ") && ran.stderr.contains(why), "{why}: {}", ran.stderr);
        assert!(!ran.stderr.contains(&token) || token == "no token", "a token is shown");
    }
    house.sign("security", "sec", &[]).exits(0);
    house.gate(&[]).exits(3).says("unsigned");
    verify(&house, &said(json!({})), "the job's").exits(0);
    house.gate(&[]).exits(0);
    // The issuer has gone on to another key: what the old one signed counts as long as the file keeps it.
    house.write("ci.jwks.json", json!({ "keys": [other.jwk, issuer.jwk] }).to_string());
    verify(&house, &other.token(&own(json!({ "job_id": "8" }))), "another job's").exits(0);
    house.write("ci.jwks.json", json!({ "keys": [other.jwk] }).to_string());
    assert!(house.log().contains("the key `k1` is not pinned"), "{}", house.log());
}

/// Gives tokens as GitHub does: to whoever has the job's word, for any audience.
async fn github(issuer: Issuer) -> String {
    async fn give(
        State(issuer): State<Arc<Issuer>>,
        Query(asked): Query<std::collections::HashMap<String, String>>,
        headers: HeaderMap,
    ) -> (StatusCode, String) {
        if headers.get("authorization").is_none_or(|said| said != "bearer job-word") {
            return (StatusCode::FORBIDDEN, "{}".into());
        }
        let at = now().as_second();
        let claims = json!({
            "iss": GITHUB, "aud": asked.get("audience"), "repository": "acme/shop", "ref": "refs/heads/main", "ref_type": "branch",
            "event_name": "push", "environment": "production", "run_id": "4711", "iat": at, "nbf": at - 300, "exp": at + 300,
        });
        (StatusCode::OK, json!({ "value": issuer.token(&claims) }).to_string())
    }
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/token?api-version=2.0", listener.local_addr().expect("an address"));
    let router = Router::new().fallback(give).with_state(Arc::new(issuer));
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_of_github_gets_a_token_for_its_own_key() {
    let (house, issuer) = house(GITHUB, "").await;
    let url = github(issuer.clone()).await;
    let env = [("ACTIONS_ID_TOKEN_REQUEST_URL", url.as_str()), ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "job-word")];
    with(&house, &env, &["verify", "--release", "1.4.2"]).exits(0);
    house.sign("security", "sec", &[]).exits(0);
    with(&house, &env, &["deploy", "--release", "1.4.2", "--deployer", "dev", "--", "true"]).exits(0);
    let log = house.log();
    assert!(log.contains("acme/shop at refs/heads/main, run 4711, ED25519 SHA256:") && !log.contains("job-word"), "{log}");
    // What stands in the record is of no use to anybody else, nor is a token for everybody.
    let kept = house.entries().await[1].signature.clone().expect("a signature");
    let kept: Value = serde_json::from_str(&kept).expect("JSON");
    let stolen = kept["ciToken"].as_str().expect("a token");
    let ran = verify(&house, stolen, "a thief's").exits(0);
    assert!(ran.stderr.contains("its audience is `gonogo:SHA256:"), "{}", ran.stderr);
    let at = now().as_second();
    let for_all = json!({
        "iss": GITHUB, "aud": "gonogo", "repository": "acme/shop", "ref": "refs/heads/main", "event_name": "push", "environment": "production",
        "iat": at, "exp": at + 300,
    });
    let ran = verify(&house, &issuer.token(&for_all), "a thief's").exits(0);
    assert!(ran.stderr.contains("its audience is `gonogo`, wanted `gonogo:SHA256:"), "{}", ran.stderr);
    let refused = [env[0], ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "another-word")];
    let ran = with(&house, &refused, &["verify", "--release", "1.4.2"]).exits(0);
    assert!(ran.stderr.contains("answers with status 403") && !ran.stderr.contains("another-word"), "{}", ran.stderr);
}

/// The bundle of another release has the first use of the token whole: a thief's run counts as little there as in the ledger.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_was_used_before_is_known_in_a_bundle_too() {
    let (house, issuer) = house(GITLAB, "").await;
    let token = issuer.token(&of_gitlab(&json!({})));
    verify(&house, &token, "the job's").exits(0);
    let thief = [("GONOGO_ID_TOKEN", token.as_str()), ("CI_JOB_TOKEN", "a thief's")];
    let commit = "b".repeat(40);
    let release = ["--release", "2.0.0", "--commit", &commit];
    with(&house, &thief, &[&["verify"][..], &release].concat()).exits(0);
    let key = house.key("sec");
    house.gonogo.run(["sign", "--as", "security", "--release", "2.0.0", "--key", &key, "--yes"]).exits(0);
    house.gonogo.run([&["gate"][..], &release].concat()).exits(3).says("is not signed by a `recorder`");
    house.gonogo.run([&["report"][..], &release, &["--bundle", "theft.zip"]].concat()).exits(0);
    house
        .gonogo
        .run(["audit", "theft.zip", "--signers", "signers", "--policy", "gonogo.yaml"])
        .exits(5)
        .says("used before with another key");
    let apart = house.copied_without_ledger();
    for file in ["theft.zip", "ci.jwks.json"] {
        std::fs::copy(house.gonogo.path(file), apart.gonogo.path(file)).expect("a copy");
    }
    apart
        .gonogo
        .run([&["gate"][..], &release, &["--bundle", "theft.zip"]].concat())
        .exits(5)
        .says("used before with another key, in entry 2");
}

/// What the job signs beside what recorders record counts nothing, whatever the policy says of it.
#[tokio::test(flavor = "multi_thread")]
async fn a_job_signs_no_decision() {
    let (house, issuer) = house(GITLAB, "").await;
    let house = house.policy(&[("require", "[security, recorder]")]);
    let token = issuer.token(&of_gitlab(&json!({})));
    verify(&house, &token, "the job's").exits(0);
    house.sign("security", "sec", &[]).exits(0);
    house.gonogo.run(["sign", "--as", "recorder", "--export", "said.bin", "--signer", "ci"]).exits(0);
    let key = house.key("dev");
    let (signed, said) =
        house.shell("ssh-keygen", &["-q", "-Y", "sign", "-n", "gonogo", "-f", &key, &house.gonogo.path("said.bin").display().to_string()]);
    assert!(signed, "{said}");
    let kept = json!({ "ciToken": token, "signature": house.gonogo.read("said.bin.sig") }).to_string();
    house.write("said.bin.sig", &kept);
    house.gonogo.run(["sign", "--statement", "said.bin"]).exits(5);
    house.gate(&[]).exits(4);
    for (key, value) in [("deputies", "{ sec: [ci] }"), ("desk", "{ origin: \"http://localhost:1\", registrars: [ci, lead] }")] {
        house.copied().policy(&[(key, value)]).gonogo.run(["lint"]).exits(2).says("`ci` is a CI job, which only records");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_makes_nobody_an_approver() {
    let (house, _) = house(GITLAB, "").await;
    for roles in ["{ security: [sec, ci], recorder: [ci] }", "{ security: [sec] }"] {
        let plan = house.plan();
        let house = House::new().await.security_alone();
        house.write("ci.jwks.json", "{\"keys\": []}");
        let start = plan.find("roles:").expect("roles");
        let end = start + plan[start..].find('\n').expect("a line");
        house.write("gonogo.yaml", format!("{}roles: {roles}{}", &plan[..start], &plan[end..]));
        house.gonogo.run(["lint"]).exits(2).says("it is for those who only record");
    }
    let branch = house.plan().replacen("ref: refs/heads/main", "ref: main", 1);
    house.write("gonogo.yaml", branch);
    house.gonogo.run(["lint"]).exits(2).says("`main` is no full name of a branch or tag");
}
