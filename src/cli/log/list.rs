//! The deployment log, and the whole trail, for people and for an auditor's table.

use crate::{
    acts::{
        EnvironmentRecord,
        log::{self, Span},
    },
    cli::Failure,
    ledger::{JobSignature, SignatureStanding, VerifiedEntry},
    model::{Act, Choice, Decision, Period, Reply, RollbackOutcome, RolloutStep, StageStep, counted, one_line, utc, when},
    render::log::{source, status},
    rollout::ROLLBACK,
};

/// The deployments of one environment, newest first, as a table: date, version, deployer, status, notes.
pub(super) async fn deployments(record: &EnvironmentRecord, span: Span) -> Result<String, Failure> {
    let rows = log::deployments(record, span).await?;
    let open: String = log::unended(record)?.iter().map(|open| format!("OPEN: {}\n", one_line(open))).collect();
    if rows.is_empty() {
        return Ok(format!("{open}no deployment to {} is on record\n", record.plan.environment));
    }
    let cells: Vec<[String; 5]> = rows
        .iter()
        .map(|row| {
            let (notes, unverified) = (row.notes.clone().unwrap_or_default(), row.unverified.clone().unwrap_or_default());
            let mark = if row.emergency { "EMERGENCY " } else { "" };
            let unsigned = if row.signed { "" } else { " (entry unsigned)" };
            [
                utc(row.at),
                row.release.name().unwrap_or_default(),
                format!("{} ({})", row.deployer.name, source(row.deployer.source)),
                if row.unverified.is_some() { "rolled out, not verified" } else { status(row.status) }.to_owned(),
                format!(
                    "{mark}{}{unsigned}",
                    [&notes, &unverified].iter().filter(|text| !text.is_empty()).map(|text| text.as_str()).collect::<Vec<_>>().join("; ")
                ),
            ]
        })
        .collect();
    let windows: String = log::windows(record)?.iter().map(|window| format!("{}\n", one_line(window))).collect();
    Ok(open + &table(["Date", "Version", "Deployer", "Status", "Notes"], &cells) + &windows)
}

/// Every entry of the ledger's environment, oldest first.
pub(super) fn trail(record: &EnvironmentRecord, span: Span) -> Result<String, Failure> {
    let entries = log::trail(record, span)?;
    let cells: Vec<[String; 5]> = entries
        .into_iter()
        .map(|proven| {
            let mut by = proven.statement.made.by.clone().unwrap_or_default();
            // Whose job it was is what a job's key is worth.
            if let Some(job) = proven.key().filter(|_| proven.entry.signature.as_deref().is_some_and(JobSignature::is_kept_as)) {
                by = format!("{by}, {job}");
            }
            let standing = match &proven.standing {
                SignatureStanding::Unsigned => "unsigned".to_owned(),
                SignatureStanding::Signed { since: None, .. } => format!("signed by {by}"),
                SignatureStanding::Signed { since: Some(since), .. } => format!("signed by {by} ({since})"),
                SignatureStanding::Untrusted(why) => format!("NOT TRUSTED: {why}"),
            };
            [proven.entry.seq.to_string(), utc(proven.entry.recorded), proven.statement.act.word().to_owned(), said(proven), standing]
        })
        .collect();
    let mut text = table(["Entry", "Recorded", "What", "Says", "Standing"], &cells);
    text.push_str(&format!(
        "{} entries, {} of the newest unsigned, ledger head {}\n",
        record.history.len(),
        record.history.unsigned()?,
        record.history.head()
    ));
    Ok(text)
}

/// What an entry says, in a few words.
fn said(proven: &VerifiedEntry) -> String {
    let name = |release: &crate::model::Release| release.name().unwrap_or_else(|| "a release without a name".into());
    match &proven.statement.act {
        Act::Run(run) => {
            format!(
                "{} {}: {}{}",
                name(&run.release),
                when(run.phase, run.window),
                run.verdict,
                if run.full { "" } else { ", not a full run" }
            )
        }
        Act::Answer(answer) => {
            let reply = match answer.reply {
                Reply::Yes => "yes",
                Reply::No => "no",
                Reply::NotApplicable => "not applicable",
            };
            format!("{}: {reply}", answer.check)
        }
        Act::Waiver(waiver) => format!("{} until {}: {}", waiver.check, utc(waiver.expires), waiver.reason),
        Act::SignOff(said) => {
            let decision = if said.decision == Decision::Go { "go" } else { "NO-GO" };
            let comment = said.comment.as_ref().map(|comment| format!(": {comment}")).unwrap_or_default();
            let train: String = said.beside.iter().map(|other| format!(", one word with {}", other.project)).collect();
            format!("{} {decision} by {} as {}{train}{comment}", name(&said.release), said.person, said.role)
        }
        Act::Withdrawal(withdrawal) => format!("of {}: {}", &withdrawal.sign_off.as_str()[..12], withdrawal.reason),
        Act::Deployment(deployment) => {
            let mark = if deployment.emergency.is_some() { "EMERGENCY " } else { "" };
            format!("{mark}{} {} by {}", name(&deployment.release), status(deployment.status), deployment.deployer.name)
        }
        Act::Emergency(emergency) => format!("EMERGENCY {}: {} ({})", name(&emergency.release), emergency.reason, emergency.ticket),
        Act::Review(review) => review.comment.clone(),
        Act::Begun(begun) => format!("{} begun by {}", name(&begun.release), begun.deployer.name),
        Act::VouchedAuthors(vouched) => format!("{}: {}", name(&vouched.release), vouched.comment),
        Act::Rollout(step) => format!("{} {}", name(&step.release), happened(step)),
        Act::StageDecision(said) => {
            let comment = said.comment.as_ref().map(|comment| format!(": {comment}")).unwrap_or_default();
            let choice = if said.choice == Choice::NoGo { "NO-GO" } else { said.choice.word() };
            format!("{} {choice} after stage {} by {} as {}{comment}", name(&said.release), said.stage, said.person, said.role)
        }
        Act::Deputation(said) => format!("{} may sign for {} as {} until {}", said.deputy, said.principal, said.role, utc(said.until)),
        Act::Passkey(step) => step.sentence(),
        Act::Repair(repair) => format!("{} rows set aside: {}", repair.rows.len(), repair.comment),
        Act::Checkpoint(checkpoint) => format!("the heads of {} chains", checkpoint.heads.len()),
        Act::Closing(_) => "each project goes on in a chain of its own".into(),
        Act::Other(foreign) => foreign.clone(),
    }
}

/// What happened in a stage of a rollout, for after the release.
fn happened(RolloutStep { stage, attempt, step, .. }: &RolloutStep) -> String {
    let again = if *attempt > 1 { format!(" (attempt {attempt})") } else { String::new() };
    match step {
        StageStep::Begun(begun) if begun.after.is_some() => format!("is rolled back: whether {} recovers is looked at{again}", begun.old),
        StageStep::Begun(begun) => {
            format!("begins stage {stage}{again} with {} of the traffic, in place of {}", begun.traffic, begun.old)
        }
        StageStep::Started(started) => match started.faults.first() {
            Some(fault) => format!("could not start stage {stage}{again}: {fault}"),
            None => format!("started stage {stage}{again}"),
        },
        StageStep::Evidence(evidence) => {
            // What comes after a way back stands under its phase.
            let place = if stage == ROLLBACK { "after the way back".into() } else { format!("in stage {stage}{again}") };
            format!("{place}: {} after {}", evidence.standing, counted(evidence.samples, "sample"))
        }
        StageStep::RollbackBegun(begun) => format!("goes back from stage {stage}{again} ({}): {}", begun.kind, begun.why),
        StageStep::RollbackEnded(ended) => {
            let came = match ended.outcome {
                RollbackOutcome::Back => "is rolled back",
                RollbackOutcome::Late => "is rolled back LATE",
                RollbackOutcome::Failed => "is NOT rolled back",
            };
            let way = ended.way.as_ref().map(|way| format!(" by {way}")).unwrap_or_default();
            let notes: String = ended.notes.iter().map(|note| format!("; {note}")).collect();
            format!("{came} from stage {stage}{again}{way} after {}{notes}", Period::millis(ended.took))
        }
    }
}

/// Columns as wide as their widest cell, the last one as it is.
pub(in crate::cli) fn table<const N: usize>(heads: [&str; N], rows: &[[String; N]]) -> String {
    let all: Vec<[String; N]> = std::iter::once(heads.map(str::to_owned))
        .chain(rows.iter().map(|row| row.clone().map(|cell| one_line(&cell).into_owned())))
        .collect();
    let width = |column: usize| all.iter().map(|row| unicode_width::UnicodeWidthStr::width(row[column].as_str())).max().unwrap_or(0);
    let widths: Vec<usize> = (0..N).map(width).collect();
    let mut text = String::new();
    for row in &all {
        for (column, cell) in row.iter().enumerate() {
            text.push_str(cell);
            if column + 1 < N {
                let room = widths[column] + 2 - unicode_width::UnicodeWidthStr::width(cell.as_str());
                text.extend(std::iter::repeat_n(' ', room));
            }
        }
        text.truncate(text.trim_end_matches(' ').len());
        text.push('\n');
    }
    text
}
