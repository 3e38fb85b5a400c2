//! `gonogo answer`: a signed answer to a manual item.

use anyhow::anyhow;

use super::{
    Failure,
    arguments::{AnswerOptions, Said},
    case::Case,
    edge::{self, Edge},
    evidence,
    signer::{self, Signer},
};
use crate::model::{Act, Answer, Digest, Exit, Method, Reply, Subject, plain};

/// Runs the command: 0 when the answer is on record.
pub(super) fn answer(edge: &Edge, options: &AnswerOptions) -> Result<Exit, Failure> {
    edge::block_on(async {
        let mut case = Case::open(edge, &options.record, true).await?;
        let manual = question(&case, &options.id)?;
        let people = who(&case, &manual.by)?;
        let signer = Signer::find(edge, &case, options.key.key.as_deref(), &people).await?;
        let evidence = evidence::of(&options.evidence)?;
        wanted(&manual, options)?;
        let reply = match options.said {
            Said::Yes => Reply::Yes,
            Said::No => Reply::No,
            Said::NotApplicable => Reply::NotApplicable,
        };
        let word = match reply {
            Reply::Yes => "yes",
            Reply::No => "no",
            Reply::NotApplicable => "not applicable",
        };
        edge::say(&plain(&format!("{}: {}", options.id, manual.question)));
        edge::say(&plain(&format!("{} answers {word} with {}", signer.id(), signer.key())));
        signer::confirm(&options.key, "Sign this answer?")?;
        let mut subject = vec![Subject::sha256("question", &Digest::of(manual.question.as_bytes()))];
        subject.extend(evidence.named.iter().filter_map(|shown| Some(Subject::sha256(&shown.name, shown.digest.as_ref()?))));
        let act = Answer {
            check: options.id.clone(),
            question: manual.question,
            reply,
            reason: options.reason.clone(),
            evidence: evidence.named,
        };
        let entry = signer.record(&mut case, subject, Method::Ssh, Act::Answer(act), evidence.blobs).await?;
        edge::print(&format!("on record: entry {}, ledger head {}\n", entry.seq, case.history.head())).map_err(Failure::output)?;
        Ok(Exit::Go)
    })
}

/// A manual item as far as its answer needs it.
struct Manual {
    question: String,
    /// What evidence is wanted.
    evidence: Option<String>,
    /// Roles or people who may answer; everybody where empty.
    by: Vec<String>,
}

fn question(case: &Case, id: &str) -> Result<Manual, Failure> {
    let items = &case.plan.items;
    let item = items.iter().find(|item| item.id == id).ok_or_else(|| {
        let near =
            items.iter().map(|item| item.id.as_str()).max_by(|a, b| strsim::jaro_winkler(id, a).total_cmp(&strsim::jaro_winkler(id, b)));
        Failure::usage(anyhow!("the plan has no check `{id}`{}", near.map(|near| format!(": did you mean `{near}`?")).unwrap_or_default()))
    })?;
    if item.kind.name != "manual" {
        return Err(Failure::usage(anyhow!("`{id}` is of the kind `{}`: it looks for itself and takes no answer", item.kind.name)));
    }
    let settings = item.settings.value();
    let question = settings["question"].as_str().map(str::to_owned);
    let question = question.ok_or_else(|| Failure::usage(anyhow!("`{id}` is not meant for `{}`", case.plan.environment)))?;
    let by = match &settings["by"] {
        serde_json::Value::String(one) => vec![one.clone()],
        serde_json::Value::Array(all) => all.iter().filter_map(|one| one.as_str().map(str::to_owned)).collect(),
        _ => Vec::new(),
    };
    let evidence = settings["evidence"].as_str().map(str::to_owned);
    Ok(Manual { question, evidence, by })
}

/// A yes that shows nothing of what is asked for says why.
fn wanted(manual: &Manual, options: &AnswerOptions) -> Result<(), Failure> {
    match &manual.evidence {
        Some(evidence) if options.said == Said::Yes && options.evidence.is_empty() && options.reason.is_none() => {
            Err(Failure::usage(anyhow!(
                "`{}` asks for evidence, {evidence}: show it with `--evidence FILE|URL`, or say with `--reason` why there is none",
                options.id
            )))
        }
        _ => Ok(()),
    }
}

/// The ids of those who may answer.
fn who(case: &Case, by: &[String]) -> Result<Vec<String>, Failure> {
    let policy = case.policy()?;
    if by.is_empty() {
        return Ok(case.everybody());
    }
    let named = by.iter().flat_map(|name| policy.roles.get(name).map_or_else(|| vec![name.clone()], |role| role.people.clone()));
    Ok(named.collect())
}
