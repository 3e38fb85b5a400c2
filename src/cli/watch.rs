//! `gonogo watch`: what a stage of a rollout has shown, sample by sample.

use super::{
    Failure,
    arguments::WatchOptions,
    edge::{self, Edge},
    rollout::{request, said},
    runtime, signals,
};
use crate::{
    acts::rollout::{OpenRollout, RolloutRequest, Seen, Tick, Until, Watch, WatchRequest},
    model::{Exit, Period, excerpt, plain},
    plan::Purpose,
    render::{rollout::live, terminal::Style},
    rollout::{ROLLBACK, StageEvidence, Standing},
};

/// Runs the command.
pub(super) fn watch(edge: &Edge, options: &WatchOptions) -> Result<Exit, Failure> {
    let rollout = request(edge, &options.rollout)?;
    let until = if options.once { Until::Once } else { options.until.unwrap_or(Until::Over) };
    let wanted = WatchRequest { stage: options.stage.clone(), until, may_go_back: options.rollback };
    let seen = looked(edge, &rollout, wanted.clone(), options.quiet)?;
    tell(&seen)?;
    match &seen.went_back {
        Some(went) if went.recovers => Ok(seen.exit().and(recovery(edge, &rollout, &went.stage, (until, options.quiet)))),
        // However well the old version does, the stage that went back has not earned the next one.
        _ if seen.is_of_recovery() && seen.exit() == Exit::Go => Ok(Exit::Red),
        _ => Ok(seen.exit()),
    }
}

/// After a way back from a stage, whether the old version recovers: 0 where it has.
pub(super) fn recovery(edge: &Edge, rollout: &RolloutRequest, stage: &str, (until, quiet): (Until, bool)) -> Exit {
    let wanted = WatchRequest { stage: Some(stage.to_owned()), until, may_go_back: false };
    let exit = looked(edge, rollout, wanted, quiet).and_then(|seen| tell(&seen).map(|_| seen.exit()));
    exit.unwrap_or_else(Failure::told)
}

/// Watches until it is over.
fn looked(edge: &Edge, rollout: &RolloutRequest, wanted: WatchRequest, quiet: bool) -> Result<Seen, Failure> {
    let caller = edge.caller();
    runtime::block_on_threads(4, async {
        let stop = signals::watch_for().map_err(Failure::output)?;
        let open = OpenRollout::of(&caller, rollout, Purpose::Run).await?;
        let watch = Watch::of(&caller, &edge::TOLD, open, wanted).await?;
        let mut screen = (edge.watched && !quiet)
            .then(|| Screen { style: Style { colour: edge.coloured(), width: edge.width, verbose: false }, lines: 0 });
        let show = |tick: &Tick<'_>| match &mut screen {
            Some(screen) => screen.show(tick),
            None if quiet => {}
            None => {
                edge::say(&line(tick.evidence));
                tick.notes.iter().for_each(|note| edge::complain(note));
            }
        };
        Ok(watch.carry_out(&caller, &edge::TOLD, stop, show).await?)
    })
}

/// Tells what it came to.
fn tell(seen: &Seen) -> Result<Exit, Failure> {
    let over = seen.over.iter().map(|over| format!("  ! {over}\n"));
    let lost = seen.lost.iter().map(|lost| format!("  ! the last look is not on record: {lost}\n"));
    let went = seen.went_back.iter().map(said);
    let text: String = [concluded(&seen.evidence)].into_iter().chain(over).chain(lost).chain(went).collect();
    edge::printed(&text)
}

/// A terminal on which each look takes the place of the one before.
struct Screen {
    style: Style,
    /// How many lines of the last look stand there.
    lines: usize,
}

impl Screen {
    fn show(&mut self, tick: &Tick<'_>) {
        let mut lines = live(tick.evidence, self.style);
        lines.extend(tick.notes.iter().map(|note| excerpt(&plain(note), self.style.width)));
        let back = if self.lines > 0 { format!("\x1b[{}A\x1b[J", self.lines) } else { String::new() };
        edge::say(&format!("{back}{}", lines.join("\n")));
        self.lines = lines.len();
    }
}

/// One look in one line.
fn line(evidence: &StageEvidence) -> String {
    let judgement = &evidence.judgement;
    let (covered, soak) = (Period::seconds(judgement.covered), Period::seconds(judgement.soak));
    let why = judgement.reasons.first().map(|reason| format!(": {reason}")).unwrap_or_default();
    plain(&format!("{} {} sample {}, {covered} of {soak}{why}", evidence.stage, judgement.standing, judgement.samples)).into_owned()
}

/// What it has come to: the answer first, then why.
fn concluded(evidence: &StageEvidence) -> String {
    let judgement = &evidence.judgement;
    let (what, words) = match evidence.stage == ROLLBACK {
        true => ("the old version", ["RECOVERED", "RECOVERING", "NOT RECOVERED"]),
        false => (&*evidence.stage, ["EARNED", "HELD", "BREACHED"]),
    };
    let word = match judgement.standing {
        Standing::Earned => words[0],
        Standing::Held => words[1],
        Standing::Breached => words[2],
        Standing::Unseen => "COULD NOT LOOK",
    };
    let head = format!("{word}: {what}");
    let reasons = judgement.reasons.iter().map(|reason| format!("  ✗ {}", plain(reason)));
    let lines: Vec<String> = [head].into_iter().chain(reasons).collect();
    format!("{}\n", lines.join("\n"))
}
