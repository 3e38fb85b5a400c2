//! Values that are JSON Web Tokens: when they expire, whom they name, and whether a published secret signed them.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use ring::hmac;
use serde_json::Value as Json;

use super::{
    flaw::{Class, Flaw},
    known, placeholder,
};

/// What matters of a token.
pub(super) struct Token {
    /// When it expires, where it says so.
    pub expires: Option<Timestamp>,
    /// What is wrong with it whatever the time.
    pub flaw: Option<Flaw>,
}

/// The token that `text` is, if it is one (RFC 7519, in the compact form of RFC 7515).
pub(super) fn read(text: &str) -> Option<Token> {
    let text = text.trim();
    let (signed, signature) = text.rsplit_once('.')?;
    let (head, claims) = signed.split_once('.')?;
    let json = |part: &str| {
        URL_SAFE_NO_PAD.decode(part).ok().and_then(|bytes| serde_json::from_slice::<Json>(&bytes).ok()).filter(Json::is_object)
    };
    let (head, claims) = (json(head)?, json(claims)?);
    let algorithm = head.get("alg").and_then(Json::as_str)?;
    let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
    let expires = claims.get("exp").and_then(Json::as_f64).and_then(|seconds| Timestamp::from_second(seconds as i64).ok());
    let flaw = signer(algorithm, signed, &signature).or_else(|| demo(&claims));
    Some(Token { expires, flaw })
}

fn signer(algorithm: &str, signed: &str, signature: &[u8]) -> Option<Flaw> {
    let algorithm = match algorithm.to_ascii_lowercase().as_str() {
        "none" => return Some(Flaw::new(Class::KnownDefault, "a token that nobody signed (`alg: none`)")),
        "hs256" => hmac::HMAC_SHA256,
        "hs384" => hmac::HMAC_SHA384,
        "hs512" => hmac::HMAC_SHA512,
        _ => return None,
    };
    let verifies = |secret: &str| hmac::verify(&hmac::Key::new(algorithm, secret.as_bytes()), signed.as_bytes(), signature).is_ok();
    let (_, product) = known::signing_secrets().find(|(secret, _)| verifies(secret))?;
    Some(Flaw::new(Class::KnownDefault, format!("a token signed with a published secret ({product})")))
}

fn demo(claims: &Json) -> Option<Flaw> {
    let said = ["iss", "aud", "sub", "name"].iter().filter_map(|claim| claims.get(*claim).and_then(Json::as_str));
    let example = said.into_iter().any(|text| text == "1234567890" || text == "John Doe" || placeholder::flaw(text).is_some());
    example.then(|| Flaw::new(Class::Placeholder, "a token that names an example as its issuer or subject"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(head: &str, claims: &str, secret: &str) -> String {
        let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(head), URL_SAFE_NO_PAD.encode(claims));
        let signature = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()), signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    const HEAD: &str = r#"{"alg":"HS256","typ":"JWT"}"#;

    #[test]
    fn whose_secret_signed_it() {
        // The example of jwt.io as it stood for years.
        let published = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c";
        for text in [published, &token(HEAD, r#"{"iss":"api"}"#, "your-256-bit-secret")] {
            let flaw = read(text).and_then(|token| token.flaw).expect("a flaw");
            assert!(flaw.what.starts_with("a token signed with a published secret"), "{}", flaw.what);
        }
        let own = token(HEAD, r#"{"iss":"https://id.corp.com","exp":1893456000}"#, "Zk3Rw9Lm7Qx2Vb8Nc4Ts6Yh1Jd5Fg0Pa");
        let read = read(&own).expect("a token");
        assert_eq!((read.flaw, read.expires.map(Timestamp::as_second)), (None, Some(1_893_456_000)));
    }

    #[test]
    fn examples_and_no_tokens() {
        let class = |text: &str| read(text).and_then(|token| token.flaw).map(|flaw| flaw.class);
        assert_eq!(class(&token(HEAD, r#"{"iss":"supabase-demo"}"#, "Zk3Rw9Lm7Qx2Vb8Nc4Ts6Yh1Jd5Fg0Pa")), Some(Class::Placeholder));
        assert_eq!(class(&token(r#"{"alg":"none"}"#, "{}", "")), Some(Class::KnownDefault));
        for text in ["a.b.c", "eyJhbGciOiJIUzI1NiJ9", "1.2.3", ""] {
            assert!(read(text).is_none(), "{text}");
        }
    }
}
