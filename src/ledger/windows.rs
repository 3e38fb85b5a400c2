//! The windows after the deployment of the release that is live: what of them was looked at, and what is due.

use jiff::Timestamp;

use super::{AskedRelease, History, LedgerError, LinkedEntry, PolicyInForce, VerifiedEntry, range::live};
use crate::model::{Act, Digest, Exit, Phase, Release, Run, Stretch, UnsignedRuns, Verdict, Window, Windows, utc};

/// A window after the last deployment.
pub struct DueWindow<'h> {
    /// What is live.
    pub release: &'h Release,
    /// The entry of its deployment.
    pub deployed: u64,
    /// Where it lies.
    pub stretch: Stretch,
    /// Its newest run.
    pub run: Option<(&'h VerifiedEntry, &'h Run)>,
    /// Why the newest run that is not its own is not.
    pub near: Option<String>,
}

/// Each window of the release that is live, in the order of time; none where nothing is live, or the plan has none.
pub fn windows_after<'h>(
    history: &'h History,
    place: (&'h str, &'h str),
    windows: &Windows,
    policy: Option<&PolicyInForce<'_>>,
) -> Result<Vec<DueWindow<'h>>, LedgerError> {
    if *windows == Windows::default() {
        return Ok(Vec::new());
    }
    let mut deployments = live(history, place).filter(|one| one.as_ref().map_or(true, |(entry, _)| may_count(entry, policy)));
    let Some((entry, deployment)) = deployments.next().transpose()? else { return Ok(Vec::new()) };
    let asked = AskedRelease { project: place.0.to_owned(), environment: place.1.to_owned(), release: deployment.release.clone() };
    // What a bundle has of another release is nothing but links, unless the ruling that it was made of rested on it.
    let whole = |linked: &&LinkedEntry| linked.entry.bare.is_none() && linked.is_of(place, &[Act::RUN]) && asked.touches(linked.label());
    let entries = history.linked().iter().filter(whole).map(|linked| history.verified(linked)).collect::<Result<Vec<_>, _>>()?;
    let about_it = |(_, run): &(&VerifiedEntry, &Run)| run.phase == Phase::PostDeploy && asked.covered(&run.release).is_ok();
    let runs: Vec<(&VerifiedEntry, &Run)> = entries.into_iter().filter_map(VerifiedEntry::run).filter(about_it).collect();
    let stretches = windows.after(deployment.finished.min(entry.own)).into_iter();
    let due = stretches.map(|stretch| {
        let own = runs.iter().filter(|(_, run)| run.window.unwrap_or_default() == stretch.window);
        let (mut counts, mut near) = (None, None);
        for (made, run) in own.copied() {
            match why_not((made, run), &stretch, deployment.verified.as_ref(), policy) {
                None => counts = Some((made, run)),
                Some(why) => near = Some(format!("the run of entry {} {why}", made.entry.seq)),
            }
        }
        DueWindow { release: &deployment.release, deployed: entry.entry.seq, stretch, run: counts, near }
    });
    Ok(due.collect())
}

/// Whether it is not set aside, and signed where the policy takes nothing that is not.
fn may_count(entry: &VerifiedEntry, policy: Option<&PolicyInForce<'_>>) -> bool {
    let signed = policy.is_some_and(|policy| policy.policy.unsigned_runs == UnsignedRuns::Refused);
    entry.aside.is_none() && (!signed || entry.signer().is_some())
}

/// Why a run is not that of the window. `verified` is the report that the deployment itself made.
fn why_not(
    (entry, run): (&VerifiedEntry, &Run),
    stretch: &Stretch,
    verified: Option<&Digest>,
    policy: Option<&PolicyInForce<'_>>,
) -> Option<String> {
    let unsigned = |policy: &&PolicyInForce<'_>| policy.policy.unsigned_runs == UnsignedRuns::Refused;
    let recorder = |policy: &PolicyInForce<'_>| entry.signer().is_some_and(|signer| policy.is_recorder(signer));
    let its_own = stretch.window == Window::Immediate && verified == Some(&run.report);
    match () {
        () if entry.aside.is_some() => Some("is set aside".into()),
        () if !run.full => Some("is not a full run".into()),
        () if run.verdict == Verdict::Hold => Some("waits for people's answers".into()),
        () if !matches!(Exit::of_code(run.exit), Some(Exit::Go | Exit::Red)) => Some("could not look at everything".into()),
        () if policy.filter(unsigned).is_some_and(|policy| !recorder(policy)) => Some("is not signed by a `recorder`".into()),
        () if !its_own && entry.looked(run) < stretch.begins => Some(format!("looked before the window began, {}", utc(stretch.begins))),
        () => None,
    }
}

impl DueWindow<'_> {
    /// Whether its time is over and nobody looked.
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        self.run.is_none() && self.stretch.due < now
    }

    /// What is to be told of it; `None` where it was looked at and all was well, or its time is not over.
    pub fn trouble(&self, now: Timestamp) -> Option<String> {
        let red = self.run.is_some_and(|(_, run)| run.verdict == Verdict::NoGo);
        (red || self.is_overdue(now)).then(|| self.sentence(now))
    }

    /// How it stands, and what to do.
    pub fn sentence(&self, now: Timestamp) -> String {
        let (window, due, name) = (self.stretch.window, utc(self.stretch.due), self.release.name().unwrap_or_else(|| "a release".into()));
        let what = format!("`{window}` after the deployment of {name} (entry {})", self.deployed);
        let command = format!("`gonogo verify --phase post-deploy --window {window}`");
        let near = self.near.as_ref().map(|near| format!("; {near}")).unwrap_or_default();
        match self.run {
            Some((entry, run)) => {
                let late = if entry.looked(run) > self.stretch.due { format!(", late: it was due by {due}") } else { String::new() };
                format!("{what}: {}, entry {}{late}", run.verdict, entry.entry.seq)
            }
            None if self.is_overdue(now) => format!("{what} was due by {due} and is not on record{near}: run {command}"),
            None if now < self.stretch.begins => format!("{what}: from {} to {due}{near}", utc(self.stretch.begins)),
            None => format!("{what} is due by {due}{near}: run {command}"),
        }
    }
}

/// What holds the next release, and what is only told. The live release itself may go out once more.
pub(super) fn standing(
    history: &History,
    asked: &AskedRelease,
    windows: &Windows,
    policy: &PolicyInForce<'_>,
) -> Result<(Vec<String>, Vec<String>), LedgerError> {
    let (mut holds, mut told) = (Vec::new(), Vec::new());
    for window in windows_after(history, asked.place(), windows, Some(policy))? {
        let Some(text) = window.trouble(policy.now) else { continue };
        let next = asked.covered(window.release).is_err();
        let all = if window.stretch.required && window.is_overdue(policy.now) && next { &mut holds } else { &mut told };
        all.push(text);
    }
    Ok((holds, told))
}
