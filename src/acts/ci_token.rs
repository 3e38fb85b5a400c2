//! The identity token of the CI job that this is: what records beside a recorder's key.

use std::time::{Duration, Instant};

use serde::Deserialize;

use super::{ActError, Caller};
use crate::{
    ledger::{Checked, JobSignature, audience_of, check_ci_token, signing::JobKey},
    model::{CiToken, Secret, Signoff},
    net::{
        Pins, Reach,
        http::{self, Address, Bounds, End, HeaderMap, HeaderValue, Method, Request},
        tls::TlsFiles,
    },
};

/// How long the CI may take to give a token.
const PATIENCE: Duration = Duration::from_secs(10);
/// No token is larger.
const LARGEST: u64 = 64 << 10;
/// Where a CI puts a token that it makes before the job (GitLab's `id_tokens`).
const GIVEN: &str = "GONOGO_ID_TOKEN";
/// What only a job of GitLab knows.
const SECRET: &str = "CI_JOB_TOKEN";
/// Where GitHub Actions says how a job gets one, where its permissions have `id-token: write`.
const ASK_AT: &str = "ACTIONS_ID_TOKEN_REQUEST_URL";
const ASK_WITH: &str = "ACTIONS_ID_TOKEN_REQUEST_TOKEN";

/// A job that may record, with the key that it made for itself.
pub(super) struct Job {
    /// As whom it records.
    pub(super) id: String,
    rule: CiToken,
    key: JobKey,
}

impl Job {
    /// The recorder that this job is by the policy; nobody where the policy knows none or the CI gives no token. An error says why
    /// the token counts for none of them.
    pub(super) async fn of(caller: &Caller, policy: &Signoff, place: (&str, &str)) -> Result<Option<Self>, String> {
        if policy.ci_tokens.is_empty() || (caller.env.get(GIVEN).is_none() && caller.env.get(ASK_AT).is_none()) {
            return Ok(None);
        }
        let mut refused = Vec::new();
        for (id, rule) in &policy.ci_tokens {
            // All calls of one job are one job: whoever reads the record has its token, and not its secret.
            let key = match (caller.env.get(GIVEN), caller.env.get(SECRET)) {
                (Some(token), Some(secret)) => JobKey::of_job(secret, token),
                _ => JobKey::new().map_err(|error| error.to_string())?,
            };
            let job = Self { id: id.clone(), rule: rule.clone(), key };
            let probe = job.sign(caller, b"whose token is it").await.map_err(|error| error.to_string())?;
            match check_ci_token(rule, b"whose token is it", &probe, (caller.clock)(), place) {
                Checked::Signed { .. } => return Ok(Some(job)),
                Checked::Untrusted(why) | Checked::Forged(why) => refused.push(format!("`{id}`: {why}")),
            }
        }
        Err(refused.join("; "))
    }

    /// The job's signature as it is kept: its own, with the token that vouches for its key.
    pub(super) async fn sign(&self, caller: &Caller, payload: &[u8]) -> Result<String, ActError> {
        let token = match caller.env.get(GIVEN) {
            Some(token) => Secret::new(token, GIVEN),
            None => self.asked(caller).await.map_err(|why| ActError::Output(format!("the CI gives no token: {why}")))?,
        };
        Ok(JobSignature { ci_token: token.expose().to_owned(), signature: self.key.sign(payload)? }.kept())
    }

    /// A token that is made for this key.
    async fn asked(&self, caller: &Caller) -> Result<Secret, String> {
        #[derive(Deserialize)]
        struct Answer {
            value: String,
        }
        let env = |name: &str| caller.env.get(name).ok_or_else(|| format!("`{name}` is not set"));
        let address: Address = env(ASK_AT)?.parse().map_err(|_| format!("`{ASK_AT}` is no address"))?;
        let mut url = address.url().clone();
        url.query_pairs_mut().append_pair("audience", &audience_of(&self.rule, &self.key.fingerprint()));
        let address: Address = url.as_str().parse().map_err(|_| format!("`{ASK_AT}` is no address"))?;
        let bearer = HeaderValue::from_str(&format!("bearer {}", env(ASK_WITH)?)).map_err(|_| format!("`{ASK_WITH}` is no header"))?;
        let headers = HeaderMap::from_iter([(http::header::AUTHORIZATION, bearer)]);
        let reach = Reach::new(caller.env.clone(), Pins::default(), (caller.clock)());
        let request = Request {
            method: Method::GET,
            address: &address,
            headers,
            body: None,
            files: &TlsFiles::default(),
            follow: 0,
            jar: None,
            fresh: false,
            bounds: Bounds { keep: LARGEST as usize, limit: LARGEST, deadline: Instant::now() + PATIENCE },
            led: &|_| {},
        };
        let reply = http::send(&reach, request).await;
        reach.close().await;
        let reply = reply.map_err(|_| format!("what `{ASK_AT}` names does not answer"))?;
        if reply.status != 200 || reply.body.end != End::Whole {
            return Err(format!("what `{ASK_AT}` names answers with status {}", reply.status));
        }
        let answer: Answer = serde_json::from_slice(&reply.body.bytes).map_err(|_| "its answer holds no token".to_owned())?;
        Ok(Secret::new(answer.value, ASK_AT))
    }
}
