//! What the person is shown before they sign.

use crate::{
    acts::{ActError, EnvironmentRecord, signer::Signer},
    ledger::{self, RecordedRun},
    model::{Act, Decision, Report, SignOff, utc},
};

/// What the person puts their name to.
pub(super) async fn shown(record: &EnvironmentRecord, run: &RecordedRun, act: &Act, signer: &Signer<'_>) -> Result<Vec<String>, ActError> {
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
    lines.extend(since(record, run, signer.id()).await?);
    lines.push(format!("fingerprint {}", run.run.report));
    lines.extend(record.remarks.iter().cloned());
    if let Act::SignOff(said) = act
        && !said.beside.is_empty()
    {
        let others: Vec<&str> = said.beside.iter().map(|other| other.project.as_str()).collect();
        lines.push(format!("one word with {}", others.join(", ")));
    }
    lines.push(match act {
        Act::SignOff(said) => {
            let decision = if said.decision == Decision::Go { "GO" } else { "NO-GO" };
            let whose = match &said.deputy_of {
                Some(principal) => format!(" as deputy for {principal}"),
                None if said.person == signer.id() => String::new(),
                None => format!(" for {}", said.person),
            };
            format!("{} signs {decision}{whose} as {} with {}: \"{}\"", signer.id(), said.role, signer.key(), said.meaning)
        }
        _ => format!("{} withdraws a sign-off with {}", signer.id(), signer.key()),
    });
    Ok(lines)
}

/// What changed since this person last signed.
pub(in crate::acts) async fn since(record: &EnvironmentRecord, run: &RecordedRun, person: &str) -> Result<Vec<String>, ActError> {
    let other = |said: &SignOff| said.person == person && said.report != run.run.report;
    let last = record.newest_whole(&[Act::SIGN_OFF], |entry| matches!(&entry.statement.act, Act::SignOff(said) if other(said)))?;
    let last = last.and_then(|entry| if let Act::SignOff(said) = &entry.statement.act { Some(said.report.clone()) } else { None });
    let Some(last) = last else {
        let links = record.history.linked().iter().any(|linked| linked.entry.bare.is_some());
        let said = if links { "what you may have signed before is here as a link alone" } else { "you have signed nothing before" };
        return Ok(vec![said.into()]);
    };
    let Some(bytes) = record.store.blob(&last).await? else { return Ok(Vec::new()) };
    let before = Report::from_json(&bytes).map_err(|error| ActError::Usage(error.to_string()))?;
    let changes = ledger::changes((&before, last), (&run.report, run.run.report.clone()));
    if changes.is_empty() {
        return Ok(vec!["nothing has changed since you last signed".into()]);
    }
    Ok(std::iter::once("since you last signed:".to_owned()).chain(changes.into_iter().map(|change| format!("  {change}"))).collect())
}
