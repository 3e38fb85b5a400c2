//! `gonogo gate`: may this release be deployed now? What a deploy job calls.

use super::{
    Failure,
    arguments::GateOptions,
    edge::{self, Edge},
    runtime,
};
use crate::{
    acts::{
        ActError, EnvironmentRecord,
        gate::{EmergencyRequest, GateRequest, break_glass, question, waited},
        rollout::{OpenRollout, RolloutRequest, gate as stage_gate},
    },
    ledger::{AskedRelease, LedgerError, Ruling},
    model::{Choice, Decision, Exit, Method, SignOffRow, SignOffState, utc},
    plan::Purpose,
};

/// Runs the command.
pub(super) fn gate(edge: &Edge, options: &GateOptions) -> Result<Exit, Failure> {
    let request = GateRequest {
        record: edge.of(&options.record)?,
        release: options.release.request()?,
        bundle: options.bundle.clone(),
        signatures: options.signatures.clone(),
        deployer: options.deployer.clone(),
        child_of: edge.child_of(),
    };
    if options.break_glass {
        return declare(edge, options, &request);
    }
    if let Some(stage) = &options.stage {
        return of_stage(edge, options, stage);
    }
    runtime::block_on(async {
        let asked = match options.wait {
            Some(patience) => waited(&edge.caller(), &edge.with(&options.key), &request, patience).await,
            None => question(&edge.caller(), &request).await,
        };
        let (record, question) = asked.map_err(nothing_to_look_at)?;
        let ruling = question.rule(&record)?;
        say(&record, &question.asked, &ruling)?;
        Ok(ruling.exit())
    })
}

/// May what follows a stage begin?
fn of_stage(edge: &Edge, options: &GateOptions, stage: &str) -> Result<Exit, Failure> {
    let request = RolloutRequest { record: edge.of(&options.record)?, release: options.release.request()?, recorder_key: None };
    let gate = runtime::block_on(async {
        let open = OpenRollout::of(&edge.caller(), &request, Purpose::Look).await?;
        Ok(stage_gate(&edge.caller(), &open, stage).await?)
    })?;
    let mut lines = vec![match gate.choice {
        Choice::Go => format!("GO: what follows {stage} may begin"),
        Choice::Hold => format!("HOLD: what follows {stage} may not begin yet"),
        Choice::NoGo => format!("NO-GO: what follows {stage} may not begin"),
    }];
    lines.extend(gate.reasons.iter().map(|reason| format!("  ✗ {reason}")));
    lines.extend(gate.remarks.iter().map(|remark| format!("  ! {remark}")));
    edge::printed(&format!("{}\n", lines.join("\n")))?;
    Ok(gate.exit())
}

/// Without a ledger nothing was looked at, which is a no-go and no mistake of whoever asks.
pub(super) fn nothing_to_look_at(error: ActError) -> Failure {
    let missing = matches!(error, ActError::Ledger(LedgerError::Missing(_)));
    let failure = Failure::from(error);
    if missing { Failure { exit: Exit::Unchecked, ..failure } } else { failure }
}

/// Says what the gate came to: the answer first, then why, then what it rests on.
pub(super) fn say(record: &EnvironmentRecord, asked: &AskedRelease, ruling: &Ruling<'_>) -> Result<(), Failure> {
    let (what, environment) = (format!("{} {}", record.plan.project, asked.name()), &record.plan.environment);
    let mut lines = vec![match ruling.exit() {
        Exit::Go => format!("GO: {what} may be deployed to {environment}"),
        Exit::Hold => format!("HOLD: {what} may not be deployed to {environment} yet"),
        _ => format!("NO-GO: {what} may not be deployed to {environment}"),
    }];
    lines.extend(ruling.objections.iter().map(|objection| format!("  ✗ {}", objection.text)));
    for vote in &ruling.votes {
        let row = vote.row(&record.policy.people);
        let (decision, counting) = if row.decision == Decision::Go { ("go", '✓') } else { ("no-go", '✗') };
        let (sign, why) = match &row.state {
            SignOffState::Counts => (counting, String::new()),
            SignOffState::Noted(note) => (counting, format!(" ({note})")),
            SignOffState::Void(why) => ('-', format!(" does not count: {why}")),
        };
        lines.push(format!("  {sign} {decision} by {} as {}, {}, {}{why}", row.who(), vote.sign_off.role, utc(row.at), how(&row)));
    }
    if let Some(run) = &ruling.run {
        let evidence = if ruling.vouched_for { "" } else { " (unsigned evidence)" };
        lines.push(format!("  run    entry {}{evidence}, ended {}, report {}", run.seq, utc(run.report.finished), run.run.report));
    }
    if let Some(signed) = &ruling.confirms {
        lines.push(format!("  signed on the report {signed}, confirmed by this run"));
    }
    if let Some(place) = &record.policy.place {
        lines.push(format!("  policy of {}, commit {}", place.reference, place.commit));
    }
    lines.extend(ruling.remarks.iter().map(|remark| format!("  note   {remark}")));
    lines.push(format!("  ledger head {}", record.history.head()));
    edge::print_lines(&lines)
}

/// With which key it was signed, or who entered it: that is no signature of the person's.
pub(super) fn how(row: &SignOffRow) -> String {
    match row.method {
        Method::Ssh | Method::Webauthn => row.key.clone(),
        Method::Recorded => format!("not signed but entered by {}", row.transcriber.as_deref().unwrap_or("nobody who can be named")),
    }
}

/// Opens the gate in an emergency.
fn declare(edge: &Edge, options: &GateOptions, request: &GateRequest) -> Result<Exit, Failure> {
    let why = EmergencyRequest {
        role: options.role.clone().unwrap_or_default(),
        reason: options.reason.clone().unwrap_or_default(),
        ticket: options.ticket.clone().unwrap_or_default(),
        key: options.key.key.clone(),
    };
    runtime::block_on(async {
        let (record, asked, declared) = break_glass(&edge.caller(), &edge.with(&options.key), request, &why).await?;
        let (seq, what) = (declared.entry.seq, format!("{} {}", record.plan.project, asked.name()));
        let (role, environment, review_by) = (&why.role, &record.plan.environment, utc(declared.emergency.review_by));
        let mut lines = vec![match &declared.not_yet {
            None => format!("EMERGENCY: {what} may be deployed to {environment}, by {} as {role}", declared.by),
            Some(_) => format!("HOLD: {what} may not be deployed to {environment} yet"),
        }];
        lines.extend(declared.not_yet.iter().map(|why| format!("  ✗ {why}")));
        lines.push(format!("  on record as entry {seq}; to be reviewed by {review_by}: `gonogo deploy review {seq}`"));
        lines.push(format!("  ledger head {}", record.history.head()));
        edge::print_lines(&lines)?;
        Ok(if declared.not_yet.is_some() { Exit::Hold } else { Exit::Go })
    })
}
