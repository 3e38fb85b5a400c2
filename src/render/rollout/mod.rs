//! A rollout for people: the account of a whole one, and what one stage has shown, which a report may carry.

mod axis;
mod chart;
mod lines;
mod view;
mod words;

use super::{head::Tone, html as page, markdown as text, template, terminal::PLAIN};
use crate::{
    model::Report,
    rollout::{Account, Level, Progress, StageAccount, StageEvidence, Standing},
};

pub use lines::{live, terminal};
pub(super) use {
    lines::block,
    view::{account, stage},
};

/// The account as one HTML file that needs nothing else.
pub fn html(account: &Account) -> String {
    page::whole(&template::render("rollout.html", view::account(account), || page::quote(&terminal(account, PLAIN))))
}

/// The account as Markdown, for a job summary or a ticket.
pub fn markdown(account: &Account) -> String {
    text::squeezed(&template::render("rollout.md", view::account(account), || text::quote(&terminal(account, PLAIN))))
}

/// What a report holds of a stage; `None` where it is none of a stage.
///
/// # Errors
/// Where this version cannot read it: whoever relies on the report must know that something is missing.
pub(super) fn of(report: &Report) -> Option<Result<StageEvidence, &'static str>> {
    let read =
        |text| serde_json::from_str(text).map_err(|_| "What the stage has shown is in the report but cannot be read by this version.");
    report.rollout.as_ref().map(|json| read(json.text()))
}

/// How the state of a rollout is to be taken.
fn tone(account: &Account) -> Tone {
    let unmet = account.success.iter().any(|shown| shown.met != Some(true));
    let excepted = || account.stages.iter().flat_map(|stage| &stage.decisions).any(|decision| !decision.exceptions.is_empty());
    match account.state {
        Progress::RolledBack | Progress::RollbackFailed => Tone::NoGo,
        Progress::Finished if unmet || excepted() => Tone::Caution,
        Progress::Finished => Tone::Go,
        Progress::Waiting => Tone::Hold,
        Progress::UnderWay => match account.stages.iter().rev().find(|stage| stage.attempt > 0) {
            Some(stage) if stage.standing == Some(Standing::Breached) => Tone::NoGo,
            Some(stage) if is_stuck(stage) => Tone::Caution,
            _ => Tone::Hold,
        },
    }
}

/// The state in a word or two.
fn headline(account: &Account) -> &'static str {
    match (account.state, tone(account)) {
        (Progress::Waiting, _) => "Not begun",
        (Progress::UnderWay, Tone::NoGo) => "Breached",
        (Progress::UnderWay, Tone::Caution) => "Held",
        (Progress::UnderWay, _) => "Under way",
        (Progress::Finished, Tone::Caution) => "Finished, with exceptions",
        (Progress::Finished, _) => "Finished",
        (Progress::RolledBack, _) => "Rolled back",
        (Progress::RollbackFailed, _) => "Rollback failed",
    }
}

/// Whether more than time is wanted of the stage that goes on.
fn is_stuck(stage: &StageAccount) -> bool {
    let decided = stage.decisions.iter().rev().find(|decision| decision.void.is_none());
    let said_no = decided.is_some_and(|decision| decision.choice != "go");
    let stuck = |evidence: &StageEvidence| {
        let judgement = &evidence.judgement;
        let blind = judgement.gaps.last().is_some_and(|gap| Some(gap.to) == judgement.last);
        let held = judgement.triggers.iter().any(|trigger| trigger.level == Level::Hold && trigger.open);
        let over = judgement.standing == Standing::Held && judgement.covered >= judgement.soak;
        blind || held || over
    };
    stage.void.is_some() || stage.standing == Some(Standing::Unseen) || said_no || stage.evidence.as_deref().is_some_and(stuck)
}
