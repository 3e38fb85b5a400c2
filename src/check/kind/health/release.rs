//! Which release answers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json_path::JsonPath;

use crate::{
    check::{Shared, http::BodySeen},
    model::{Expectation, MayAnswer, Phase, Release, excerpt, looks_secret, quote, without_contradiction},
    net::http::{HeaderMap, HeaderName},
};

/// Where the answer says which release gave it.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(remote = "Self", rename_all = "kebab-case", deny_unknown_fields)]
pub struct ReleaseBinding {
    /// A JSONPath that leads to one place in the body: `$.version`.
    pub json: Option<String>,
    /// A header: `X-Version`.
    pub header: Option<String>,
    /// What stands there: the `version` (default) or the `commit`.
    #[serde(default)]
    pub field: Field,
}

/// What identifies a release.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Field {
    /// The version people say; a leading `v` does not matter.
    #[default]
    Version,
    /// The commit, whole or its first digits, at least 7.
    Commit,
}

/// Which release answered, and which one should.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Running {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) says: Option<String>,
    /// Why it does not say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) unsaid: Option<String>,
    /// What is being released, where the run knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) wanted: Option<String>,
    /// What it replaces, where the run knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) old: Option<String>,
    pub(super) phase: Phase,
    /// Which may answer, in a phase of a rollout.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) may: Option<MayAnswer>,
}

without_contradiction!(ReleaseBinding);

impl ReleaseBinding {
    fn contradiction(&self) -> Option<String> {
        match (&self.json, &self.header) {
            (Some(path), None) => JsonPath::parse(path).err().map(|error| format!("`{path}` is not a JSONPath (RFC 9535): {error}")),
            (None, Some(name)) if HeaderName::try_from(name).is_err() => Some(format!("`{name}` is not a header name")),
            (None, Some(name)) => looks_secret(name).then(|| format!("the value of `{name}` looks like a secret and is not kept")),
            _ => Some("say where the release stands: either `json: $.version` or `header: X-Version`".into()),
        }
    }

    /// What `headers` and `body` say; `body` is the answer's JSON, or why it is none.
    pub(super) fn look(&self, headers: &HeaderMap, body: &Result<Value, String>, shared: &Shared) -> Running {
        let of = |release: &Release| match self.field {
            Field::Version => release.version.clone(),
            Field::Commit => release.commit.clone(),
        };
        let stage = shared.stage.as_ref();
        let says = match (&self.json, &self.header) {
            (Some(path), _) => from_json(path, body),
            (None, Some(name)) => from_header(name, headers),
            (None, None) => Err("nothing".into()),
        };
        let (says, unsaid) = match says {
            Ok(text) => (Some(excerpt(&text, 200)), None),
            Err(why) => (None, Some(why)),
        };
        let (wanted, old) = (of(&shared.release), stage.and_then(|stage| of(&stage.old)));
        Running { says, unsaid, wanted, old, phase: shared.phase, may: stage.map(|stage| stage.may_answer) }
    }

    /// The demand, judged: after the deployment it is the one under sign-off; before it, it is known which one to go
    /// back to.
    pub(super) fn judge(&self, seen: &Running, body: &BodySeen) -> Expectation {
        let field = self.field.word();
        let demand = Expectation::new("release", format!("running {field}"));
        if let (Some(_), Err(why)) = (&self.json, body.readable()) {
            return demand.wanted(format!("to say its {field}")).undetermined(why);
        }
        let unsaid = seen.unsaid.as_deref().unwrap_or("nothing");
        let phase = match seen.may {
            None => seen.phase,
            Some(MayAnswer::Any) => Phase::PreDeploy,
            Some(MayAnswer::New) => Phase::PostDeploy,
            Some(may) => return self.in_rollout(seen, may, demand, unsaid),
        };
        match (phase, &seen.says, &seen.wanted) {
            (Phase::PreDeploy, Some(says), _) => demand.wanted("to be known, as the way back").got(quote(says)).met(true),
            (Phase::PreDeploy, None, _) => demand.wanted("to be known, as the way back").got(unsaid).met(false),
            (Phase::PostDeploy, _, None) => {
                let flag = if self.field == Field::Version { "--release" } else { "--commit" };
                demand
                    .wanted(format!("the {field} under sign-off"))
                    .undetermined(format!("this run does not know which {field} is released: give `{flag}`"))
            }
            (Phase::PostDeploy, None, Some(wanted)) => demand.wanted(quote(wanted)).got(unsaid).met(false),
            (Phase::PostDeploy, Some(says), Some(wanted)) => {
                demand.wanted(quote(wanted)).got(quote(says)).met(self.field.is_same(says, wanted))
            }
        }
    }
}

impl ReleaseBinding {
    /// In a stage both versions answer, and no third; on the way back it is the old one.
    fn in_rollout(&self, seen: &Running, may: MayAnswer, demand: Expectation, unsaid: &str) -> Expectation {
        let field = self.field.word();
        let fitting = [seen.wanted.as_ref().filter(|_| may == MayAnswer::Either), seen.old.as_ref()];
        let known: Vec<&String> = fitting.into_iter().flatten().collect();
        let all_known = seen.old.is_some() && (may == MayAnswer::Old || seen.wanted.is_some());
        let names: Vec<String> = known.iter().map(|name| quote(name)).collect();
        let demand = demand.wanted(if names.is_empty() { format!("the old {field}") } else { names.join(" or ") });
        match &seen.says {
            None => demand.got(unsaid).met(false),
            Some(says) if known.iter().any(|known| self.field.is_same(says, known)) => demand.got(quote(says)).met(true),
            Some(says) if all_known => demand.got(quote(says)).met(false),
            Some(says) => demand.undetermined(format!("{} answers, and which {field} is the old one is not known", quote(says))),
        }
    }
}

impl Field {
    fn word(self) -> &'static str {
        match self {
            Self::Version => "version",
            Self::Commit => "commit",
        }
    }

    fn is_same(self, says: &str, wanted: &str) -> bool {
        match self {
            Self::Version => bare(says) == bare(wanted) && !wanted.is_empty(),
            Self::Commit => {
                let (says, wanted) = (says.to_ascii_lowercase(), wanted.to_ascii_lowercase());
                let hex = |text: &str| text.len() >= 7 && text.bytes().all(|b| b.is_ascii_hexdigit());
                hex(&says) && hex(&wanted) && (says.starts_with(&wanted) || wanted.starts_with(&says))
            }
        }
    }
}

/// Without the `v` that tags put before a version.
fn bare(version: &str) -> &str {
    version.strip_prefix(['v', 'V']).filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit())).unwrap_or(version)
}

fn from_json(path: &str, body: &Result<Value, String>) -> Result<String, String> {
    let body = body.as_ref().map_err(|why| format!("no JSON ({})", quote(why)))?;
    let found = JsonPath::parse(path).map_err(|error| error.to_string())?;
    match found.query(body).all().as_slice() {
        [] => Err(format!("nothing at `{path}`")),
        [Value::String(text)] if !text.trim().is_empty() => Ok(text.trim().to_owned()),
        [Value::Number(number)] => Ok(number.to_string()),
        [other] => Err(format!("{} at `{path}`", quote(&other.to_string()))),
        many => Err(format!("{} places at `{path}`", many.len())),
    }
}

fn from_header(name: &str, headers: &HeaderMap) -> Result<String, String> {
    let values: Vec<String> =
        headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes()).trim().to_owned()).collect();
    match values.as_slice() {
        [] => Err(format!("no header `{name}`")),
        [one] if !one.is_empty() => Ok(one.clone()),
        [_] => Err(format!("an empty header `{name}`")),
        many => Err(format!("{} headers `{name}`", many.len())),
    }
}

#[cfg(test)]
mod tests {
    use super::Field;

    #[test]
    fn versions_and_commits_are_the_same_or_not() {
        for (says, wanted, same) in [("1.4.2", "v1.4.2", true), ("1.4.2", "1.4.20", false), ("", "", false), ("version", "ersion", false)] {
            assert_eq!(Field::Version.is_same(says, wanted), same, "{says} {wanted}");
        }
        let full = "5cbf8d3a9b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5e";
        for (says, same) in [("5CBF8D3", true), ("5cbf8d", false), (full, true), ("5cbf8d4", false), ("5cbf8d3-dirty", false), ("", false)]
        {
            assert_eq!(Field::Commit.is_same(says, full), same, "{says}");
        }
    }
}
