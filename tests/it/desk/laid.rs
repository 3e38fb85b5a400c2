//! Signing at the desk without a browser: forms sent by hand, signed with an authenticator of the tests'.

use data_encoding::BASE64URL_NOPAD;
use gonogo::ledger::Assertion;
use reqwest::{Method, StatusCode};
use url::form_urlencoded::Serializer;

use super::office::{Office, told};
use crate::{gonogo::now, signoff::passkeys::Asked};

/// What was laid before somebody.
pub(crate) struct Laid {
    pub(crate) page: String,
    pub(crate) sealed: String,
    pub(crate) challenge: Vec<u8>,
    pub(crate) blobs: Vec<String>,
}

impl Office {
    /// Sends a form of somebody's session; its answer.
    pub(crate) async fn send(&self, path: &str, person: &str, fields: &[(&str, &str)]) -> (StatusCode, String) {
        let since = now().as_second();
        let body = Serializer::new(String::new()).append_pair("token", &self.token(person, since)).extend_pairs(fields).finish();
        let request = self.client.request(Method::POST, format!("{}{path}", self.origin)).header("cookie", self.cookie(person, since));
        let request = request.header("origin", &self.origin).header("content-type", "application/x-www-form-urlencoded");
        told(request.body(body).send().await.expect("an answer")).await
    }

    /// Has something laid out.
    pub(crate) async fn lay(&self, path: &str, person: &str, fields: &[(&str, &str)]) -> Laid {
        let (status, page) = self.send(path, person, fields).await;
        assert_eq!(status, StatusCode::OK, "{page}");
        Laid::of(page)
    }

    /// Signs what was laid out with somebody's passkey, asked so, and sends it.
    pub(crate) async fn sign(&self, laid: &Laid, person: &str, change: impl Fn(&mut Asked)) -> (StatusCode, String) {
        self.put(laid, person, &self.asserted(person, &laid.challenge, change)).await
    }

    /// Sends a signature of what was laid out.
    pub(crate) async fn put(&self, laid: &Laid, person: &str, assertion: &Assertion) -> (StatusCode, String) {
        let mut fields = signature(assertion);
        fields.push(("sealed", &laid.sealed));
        fields.extend(laid.blobs.iter().map(|blob| ("blob", blob.as_str())));
        self.send("/put", person, &fields).await
    }

    /// Signs a challenge with somebody's passkey.
    pub(crate) fn asserted(&self, person: &str, challenge: &[u8], change: impl Fn(&mut Asked)) -> Assertion {
        self.keys[person].assert(challenge, |asked| {
            (asked.origin, asked.rp_id) = (self.origin.clone(), "localhost".into());
            change(asked);
        })
    }

    /// Signs in, and gives the answer.
    pub(crate) async fn sign_in(&self, laid: &Laid, assertion: &Assertion) -> (StatusCode, String) {
        let mut fields = signature(assertion);
        fields.push(("sealed", &laid.sealed));
        let body = Serializer::new(String::new()).extend_pairs(fields).finish();
        told(self.client.post(format!("{}/login", self.origin)).header("origin", &self.origin).body(body).send().await.expect("an answer"))
            .await
    }
}

impl Laid {
    /// Reads a page that calls for a passkey.
    pub(crate) fn of(page: String) -> Self {
        let values = |before: &str| -> Vec<String> {
            page.split(before)
                .skip(1)
                .map(|rest| rest.split('"').next().unwrap_or_default().replace("&#x2f;", "/").replace("&#x3d;", "="))
                .collect()
        };
        let one = |before: &str| values(before).into_iter().next().unwrap_or_else(|| panic!("no {before}: {page}"));
        let challenge = BASE64URL_NOPAD.decode(one("data-challenge=\"").as_bytes()).expect("base64url");
        Self { sealed: one("name=\"sealed\" value=\""), challenge, blobs: values("name=\"blob\" value=\""), page }
    }
}

fn signature(assertion: &Assertion) -> Vec<(&'static str, &str)> {
    vec![
        ("credential", &assertion.credential),
        ("authenticator", &assertion.authenticator_data),
        ("client", &assertion.client_data),
        ("signature", &assertion.signature),
    ]
}
