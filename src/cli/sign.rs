//! `gonogo sign`: a role holder's decision on one report, signed with their own key.

mod bundle;
mod taking;

use std::path::Path;

use anyhow::{Context as _, anyhow};

use super::{
    Failure,
    arguments::SignOptions,
    case::Case,
    edge::{self, Edge},
    evidence,
    signer::{self, Signer},
};
use crate::{
    ledger::{self, Blob, Envelope, RecordedRun, pae},
    model::{
        Act, Decision, Digest, Evidence, Exit, Finding, Method, Phase, Report, SignOff, SignedException, Signoff, Subject, Verdict,
        Withdrawal, plain, utc,
    },
};

pub(super) use taking::take_in;

/// Runs the command: 0 when the decision is on record or in its file.
pub(super) fn sign(edge: &Edge, options: &SignOptions) -> Result<Exit, Failure> {
    edge::block_on(async {
        if let Some(bundle) = &options.bundle {
            return bundle::sign(edge, options, bundle).await;
        }
        let mut case = Case::open(edge, &options.record, false).await?;
        if !options.add.is_empty() || options.dsse.is_some() {
            return taking::add(&mut case, options).await;
        }
        let made = decide(edge, options, &case, None).await?;
        let Some(made) = made else { return Ok(Exit::Go) };
        match &options.out {
            Some(file) => write(file, &made),
            None => {
                let entry = case.append(made.draft(), made.blobs).await?;
                let said = format!("on record: entry {}, ledger head {}\n", entry.seq, case.history.head());
                edge::print(&said).map_err(Failure::output)?;
                Ok(Exit::Go)
            }
        }
    })
}

/// A signed decision with what must be kept beside it.
struct Made {
    envelope: Envelope,
    blobs: Vec<Blob>,
    key: String,
    by: String,
}

impl Made {
    fn draft(&self) -> ledger::Draft {
        ledger::Draft { payload: self.envelope.payload.clone(), signature: Some(self.envelope.signature.clone()) }
    }
}

fn write(file: &Path, made: &Made) -> Result<Exit, Failure> {
    std::fs::write(file, made.envelope.to_json(&made.key))
        .with_context(|| format!("`{}` could not be written", file.display()))
        .map_err(Failure::output)?;
    edge::print(&format!("{}\n", file.display())).map_err(Failure::output)?;
    Ok(Exit::Go)
}

/// Shows what is decided on, and has it signed; `None` where it was only exported.
async fn decide(edge: &Edge, options: &SignOptions, case: &Case, report: Option<&Digest>) -> Result<Option<Made>, Failure> {
    let policy = case.policy()?;
    let role = options.role.as_deref().unwrap_or_default();
    let known = policy.roles.get(role).ok_or_else(|| Failure::usage(no_role(role, policy)))?;
    let run = newest(edge, options, case, report).await?;
    // Whoever enters somebody else's decision may have any role but a machine's.
    let everybody: Vec<String> = policy.roles.values().flat_map(|role| role.people.clone()).filter(|id| policy.is_of_people(id)).collect();
    let method = if options.person.is_some() { Method::Recorded } else { Method::Ssh };
    if !known.methods.contains(&method) {
        return Err(Failure::usage(anyhow!(
            "the role `{role}` must be signed with the person's own key: its `methods` have no `recorded`"
        )));
    }
    let evidence = evidence::read(&options.evidence)?;
    if let (Some(export), Some(signer)) = (&options.export, &options.signer) {
        let act = act(options, case, &run, policy, signer, &evidence.named)?;
        let statement = case.statement(subject(&run), Some(signer.clone()), method, act);
        std::fs::write(export, pae(&statement.to_json())).map_err(Failure::output)?;
        let file = export.display();
        let said =
            format!("{file}\nsign it with `ssh-keygen -Y sign -n gonogo -f KEY {file}`, take it in with `gonogo sign --dsse {file}`\n");
        edge::print(&said).map_err(Failure::output)?;
        return Ok(None);
    }
    let people = if options.person.is_some() { &everybody } else { &known.people };
    let signer = Signer::find(edge, case, options.key.key.as_deref(), people).await?;
    let act = act(options, case, &run, policy, signer.id(), &evidence.named)?;
    show(case, &run, &act, &signer).await?;
    signer::confirm(&options.key, "Sign this?")?;
    let envelope = signer.statement(case, subject(&run), method, act).await?;
    Ok(Some(Made { envelope, blobs: evidence.blobs, key: signer.key(), by: signer.id().to_owned() }))
}

fn no_role(role: &str, policy: &Signoff) -> anyhow::Error {
    let names: Vec<&str> = policy.roles.keys().map(String::as_str).collect();
    anyhow!("the plan has no role `{role}`: there are {}", names.join(", "))
}

/// The newest full run of the release, of any release where none is said; or the run of this report.
async fn newest(edge: &Edge, options: &SignOptions, case: &Case, report: Option<&Digest>) -> Result<RecordedRun, Failure> {
    let mut wanted = case.wanted(edge, &options.release);
    let said = options.release.release.is_some() || options.release.commit.is_some() || options.release.artifact.is_some();
    if !said {
        // Whatever was run last is what people talk about.
        wanted.release = crate::model::Release::default();
    }
    let run = match report {
        Some(report) => of_report(case, report).await?,
        None => ledger::runs(case.store.as_ref(), &case.history, &wanted).await?.pop(),
    };
    run.ok_or_else(|| {
        Failure::usage(anyhow!("no full run of {} in `{}` is on record: run `gonogo verify` first", wanted.name(), case.plan.environment))
    })
}

async fn of_report(case: &Case, report: &Digest) -> Result<Option<RecordedRun>, Failure> {
    for proven in case.history.entries().iter().rev() {
        if let Act::Run(run) = &proven.statement.act
            && run.report == *report
        {
            return Ok(Some(ledger::recorded(case.store.as_ref(), proven, run).await?));
        }
    }
    Ok(None)
}

fn subject(run: &RecordedRun) -> Vec<Subject> {
    let mut subject = vec![Subject::sha256("report.json", &run.run.report)];
    subject.extend(run.report.release.commit.as_deref().map(Subject::commit));
    let artifact = run.report.release.artifact.as_deref().and_then(|artifact| artifact.rsplit_once("@sha256:"));
    if let Some((name, digest)) = artifact {
        subject.push(Subject { name: name.to_owned(), digest: [("sha256".to_owned(), digest.to_owned())].into() });
    }
    subject
}

/// What is signed: a decision, or the withdrawal of one.
fn act(
    options: &SignOptions,
    case: &Case,
    run: &RecordedRun,
    policy: &Signoff,
    signer: &str,
    evidence: &[Evidence],
) -> Result<Act, Failure> {
    let role = options.role.clone().unwrap_or_default();
    let person = options.person.clone().unwrap_or_else(|| signer.to_owned());
    if options.withdraw {
        return withdrawal(options, case, run, &role, &person);
    }
    if !policy.has_role(&person, &role) {
        return Err(Failure::usage(anyhow!("`{person}` does not have the role `{role}`")));
    }
    let decision = if options.no_go { Decision::NoGo } else { Decision::Go };
    if decision == Decision::Go {
        signable(run).map_err(Failure::usage)?;
    }
    Ok(Act::SignOff(Box::new(SignOff {
        report: run.run.report.clone(),
        release: run.report.release.clone(),
        verdict: run.report.verdict,
        meaning: policy.meaning(&role),
        role,
        decision,
        comment: options.comment.clone(),
        exceptions: run.report.findings.iter().filter(|finding| finding.is_exception()).map(exception).collect(),
        person,
        evidence: evidence.to_vec(),
    })))
}

/// Why nobody can sign the report as go.
fn signable(run: &RecordedRun) -> anyhow::Result<()> {
    let report = &run.report;
    if !report.is_full() || report.phase != Phase::PreDeploy {
        return Err(anyhow!("the report is of no full run before a deployment, so nobody can sign it as go: run `gonogo verify`"));
    }
    if report.verdict != Verdict::Go {
        return Err(anyhow!("the report says {}, which nobody can sign as go: `--no-go` signs a no", report.headline()));
    }
    if report.release.version.is_none() && report.release.commit.is_none() {
        return Err(anyhow!("the report names neither a version nor a commit: run `gonogo verify --release VERSION`"));
    }
    Ok(())
}

fn exception(finding: &Finding) -> SignedException {
    SignedException { id: finding.id.clone(), outcome: finding.outcome, reason: finding.reason.clone(), waiver: finding.waiver.clone() }
}

/// Takes back the newest sign-off of this person in this role, on the release of the run.
fn withdrawal(options: &SignOptions, case: &Case, run: &RecordedRun, role: &str, person: &str) -> Result<Act, Failure> {
    let of_release = |sign_off: &SignOff| {
        let (theirs, ours) = (&sign_off.release, &run.report.release);
        (&theirs.version, &theirs.commit, &theirs.artifact) == (&ours.version, &ours.commit, &ours.artifact)
    };
    let newest = case.history.of_environment(&case.plan.project, &case.plan.environment).rev().find(
        |proven| matches!(&proven.statement.act, Act::SignOff(said) if said.role == role && said.person == person && of_release(said)),
    );
    let sign_off: Digest = newest.map(|proven| proven.entry.statement()).ok_or_else(|| {
        let release = run.report.release.name().unwrap_or_default();
        Failure::usage(anyhow!("`{person}` has signed nothing as `{role}` on {release} in `{}` to withdraw", case.plan.environment))
    })?;
    Ok(Act::Withdrawal(Withdrawal { sign_off, reason: options.comment.clone().unwrap_or_default() }))
}

/// Shows the person what they put their name to.
async fn show(case: &Case, run: &RecordedRun, act: &Act, signer: &Signer<'_>) -> Result<(), Failure> {
    let report = &run.report;
    let mut lines = vec![
        format!("{}: {} {} → {}", report.headline(), report.project, report.release.name().unwrap_or_default(), report.environment),
        format!("run ended {}, entry {}", utc(report.finished), run.seq),
    ];
    let exceptions: Vec<String> = report
        .findings
        .iter()
        .filter(|finding| finding.is_exception())
        .map(|finding| {
            let waived = finding.waiver.as_ref().map(|waiver| format!(" (accepted until {}, {})", utc(waiver.expires), waiver.ticket));
            format!("  {} {}: {}{}", finding.outcome.phrase(), finding.id, finding.reason, waived.unwrap_or_default())
        })
        .collect();
    lines.push(if exceptions.is_empty() { "no exceptions".into() } else { "exceptions:".into() });
    lines.extend(exceptions);
    lines.extend(since(case, run, signer.id()).await?);
    lines.push(format!("fingerprint {}", run.run.report));
    lines.extend(case.remark.clone());
    lines.push(match act {
        Act::SignOff(said) => {
            let decision = if said.decision == Decision::Go { "GO" } else { "NO-GO" };
            let whose = if said.person == signer.id() { String::new() } else { format!(" for {}", said.person) };
            format!("{} signs {decision}{whose} as {} with {}: \"{}\"", signer.id(), said.role, signer.key(), said.meaning)
        }
        _ => format!("{} withdraws a sign-off with {}", signer.id(), signer.key()),
    });
    lines.iter().for_each(|line| edge::say(&plain(line)));
    Ok(())
}

/// What changed since this person last signed.
async fn since(case: &Case, run: &RecordedRun, person: &str) -> Result<Vec<String>, Failure> {
    let last =
        case.history.of_environment(&case.plan.project, &case.plan.environment).rev().find_map(|proven| match &proven.statement.act {
            Act::SignOff(said) if said.person == person && said.report != run.run.report => Some(said.report.clone()),
            _ => None,
        });
    let Some(last) = last else { return Ok(vec!["you have signed nothing before".into()]) };
    let Some(bytes) = case.store.blob(&last).await? else { return Ok(Vec::new()) };
    let before = Report::from_json(&bytes).map_err(Failure::usage)?;
    let changes = ledger::changes((&before, last), (&run.report, run.run.report.clone()));
    if changes.is_empty() {
        return Ok(vec!["nothing has changed since you last signed".into()]);
    }
    Ok(std::iter::once("since you last signed:".to_owned()).chain(changes.into_iter().map(|change| format!("  {change}"))).collect())
}
