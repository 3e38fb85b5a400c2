//! Signatures of a CI job that proves itself by its identity token: the token vouches for a key that lives as long as the job.
//!
//! Where the CI lets a job name the audience (GitHub), the token is made for that one key. Where it does not (GitLab), its audience names
//! project and environment, and the first statement that bears it binds it to its key.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{
    CLOCKS, Checked,
    jwt::{KeySet, unchecked},
    pae,
    signing::{SignatureError, named_key, verify},
};
use crate::model::{Act, CiToken, Digest, excerpt, one_line, unique_keys, utc};

/// How long a claim may be in a sentence.
const SHOWN: usize = 80;

/// A signature of a CI job as it is kept: one line of JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct JobSignature {
    /// The token (RFC 7519), which is over when it is read.
    pub ci_token: String,
    /// The signature of the job's own key, armored.
    pub signature: String,
}

impl JobSignature {
    /// Whether a signature is kept like this.
    pub fn is_kept_as(signature: &str) -> bool {
        signature.starts_with("{\"ciToken\":")
    }

    /// Takes it apart.
    pub fn read(signature: &str) -> Result<Self, String> {
        let broken = |error: serde_json::Error| format!("its signature is none of a CI job: {error}");
        unique_keys(signature.as_bytes()).map_err(broken)?;
        serde_json::from_str(signature).map_err(broken)
    }

    /// As it is kept.
    pub fn kept(&self) -> String {
        // A struct of strings always serialises.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Which token was used with which key. Nobody has looked at either: whoever does not have the token cannot name it first.
    pub(super) fn use_of(signature: &str) -> Option<(Digest, Digest)> {
        let job = Some(signature).filter(|signature| Self::is_kept_as(signature)).and_then(|kept| Self::read(kept).ok())?;
        // What the issuer has signed is the token, however its signature is written.
        let (token, _) = job.ci_token.rsplit_once('.')?;
        Some((Digest::of(token.as_bytes()), Digest::of(&named_key(&job.signature)?)))
    }
}

impl JobSignature {
    /// From when on a token may have been used before where it was not made for one key: the oldest instant at which it counted.
    pub(super) fn open_since(signature: &str) -> Option<Timestamp> {
        let claims = unchecked(&Self::read(signature).ok()?.ci_token)?;
        (!claims.contains_key("repository")).then(|| from(&claims).unwrap_or(Timestamp::MIN))
    }

    /// What recorders sign, by what it is called: a token makes nobody more than that.
    pub fn may_sign(act: &str) -> bool {
        [Act::RUN, Act::BEGUN, Act::DEPLOYMENT, Act::ROLLOUT].contains(&act)
    }
}

/// The audience of a token that is made for one key alone.
pub fn audience_of(rule: &CiToken, fingerprint: &str) -> String {
    format!("{}:{fingerprint}", rule.audience)
}

/// The audience of a token that is made for whoever records in an environment of a project.
fn audience_in(rule: &CiToken, (project, environment): (&str, &str)) -> String {
    format!("{}:{project}:{environment}", rule.audience)
}

/// Whether a job's signature counts as that of the recorder whom `rule` describes, at the time of its entry in this environment of
/// a project.
pub fn check(rule: &CiToken, payload: &[u8], signature: &str, at: Timestamp, place: (&str, &str)) -> Checked {
    let job = match JobSignature::read(signature) {
        Ok(job) => job,
        Err(why) => return Checked::Forged(why),
    };
    let key = match verify(&pae(payload), &job.signature) {
        Ok(signer) => signer.name(),
        Err(error @ SignatureError::Weak(..)) => return Checked::Untrusted(error.to_string()),
        Err(error) => return Checked::Forged(error.to_string()),
    };
    let keys = KeySet::read(&rule.jwks).map_err(|why| format!("`{}` {why}", rule.keys));
    let said = keys.and_then(|keys| keys.claims(&job.ci_token)).and_then(|claims| {
        let objection = objection(rule, &claims, (&key.fingerprint, place), at);
        objection.map_or(Ok(claims), Err)
    });
    match said {
        Err(why) => Checked::Untrusted(format!("the CI's token does not count: {why}")),
        Ok(claims) => {
            let run = text(&claims, "run_id").or_else(|| text(&claims, "job_id")).map(|run| format!(", run {run}")).unwrap_or_default();
            let job = format!("{} at {}{run}, {key}", rule.repository, rule.reference);
            Checked::Signed { key: job, since: None, confirmed_by: Vec::new() }
        }
    }
}

/// Why these claims are not those of the job that may record.
fn objection(rule: &CiToken, claims: &Map<String, Value>, (fingerprint, place): (&str, (&str, &str)), at: Timestamp) -> Option<String> {
    let differs = |what: &str, said: Option<String>, wanted: &str| {
        let said_text = said.as_deref().map_or_else(|| "nothing".into(), |said| format!("`{}`", shown(said)));
        (said.as_deref() != Some(wanted)).then(|| format!("its {what} is {said_text}, wanted `{wanted}`"))
    };
    let either = |github: &str, gitlab: &str| text(claims, github).or_else(|| text(claims, gitlab));
    let event = either("event_name", "pipeline_source");
    let begun = event.as_ref().is_some_and(|event| rule.events.contains(event));
    // GitHub makes a token for any audience that the job names, so one for everybody was not made for this key.
    let audience = text(claims, "aud").unwrap_or_default();
    let is_bound = audience == audience_of(rule, fingerprint);
    let wanted = if claims.contains_key("repository") { audience_of(rule, fingerprint) } else { audience_in(rule, place) };
    differs("issuer", text(claims, "iss"), &rule.issuer)
        .or_else(|| differs("audience", Some(audience), &wanted).filter(|_| !is_bound))
        .or_else(|| differs("repository", either("repository", "project_path"), &rule.repository))
        .or_else(|| differs("ref", reference(claims), &rule.reference))
        .or_else(|| differs("environment", text(claims, "environment"), rule.environment.as_deref()?))
        .or_else(|| {
            (!begun).then(|| {
                format!("it was started by `{}`, which is none of {}", shown(event.as_deref().unwrap_or("nothing")), rule.events.join(", "))
            })
        })
        .or_else(|| rule.claims.iter().find_map(|(name, wanted)| differs(&shown(name), text(claims, name), wanted)))
        .or_else(|| outside(claims, at))
}

/// Why the moment is not one at which the token counted, by RFC 7519, 4.1.4 to 4.1.6.
fn outside(claims: &Map<String, Value>, at: Timestamp) -> Option<String> {
    let (Some(from), Some(to)) = (from(claims), moment(claims, "exp")) else {
        return Some("it does not say from when to when it counts".into());
    };
    if at > CLOCKS.after(to) {
        return Some(format!("it was over {}, and this was recorded {}", utc(to), utc(at)));
    }
    (CLOCKS.after(at) < from).then(|| format!("it counted from {} on, and this was recorded {}", utc(from), utc(at)))
}

fn from(claims: &Map<String, Value>) -> Option<Timestamp> {
    moment(claims, "nbf").max(moment(claims, "iat"))
}

fn moment(claims: &Map<String, Value>, name: &str) -> Option<Timestamp> {
    Timestamp::from_second(claims.get(name)?.as_i64()?).ok()
}

/// The full name of the branch or tag: GitHub says it so, GitLab in two claims.
fn reference(claims: &Map<String, Value>) -> Option<String> {
    let said = text(claims, "ref")?;
    match text(claims, "ref_type").as_deref() {
        _ if said.starts_with("refs/") && claims.contains_key("repository") => Some(said),
        Some("branch") => Some(format!("refs/heads/{said}")),
        Some("tag") => Some(format!("refs/tags/{said}")),
        _ => None,
    }
}

/// A claim that is text, or a number, which some issuers write as one.
fn text(claims: &Map<String, Value>, name: &str) -> Option<String> {
    match claims.get(name)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn shown(said: &str) -> String {
    excerpt(&one_line(said), SHOWN)
}
