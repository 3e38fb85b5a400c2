//! The windows after the deployment of the release that is live: what of them was looked at, and what is due.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{AskedRelease, GateInput, History, LedgerError, LinkedEntry, PolicyInForce, VerifiedEntry};
use crate::model::{
    Act, Deployment, DeploymentStatus, Digest, Exit, Phase, Release, Run, Stretch, UnsignedRuns, Verdict, Window, Windows, utc,
};

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

/// What the windows are judged by.
#[derive(Clone, Copy)]
pub struct WindowsInput<'a> {
    /// Project and environment.
    pub place: (&'a str, &'a str),
    /// The windows, as the policy's own plan has them.
    pub windows: &'a Windows,
    /// The files of the plan as they are now: a run was made with these, or with those that its release was deployed with.
    pub plan_files: &'a BTreeMap<String, Digest>,
    /// Policy, people, moment; `None` where nobody has to sign.
    pub policy: Option<PolicyInForce<'a>>,
}

/// Each window of the release that is live, in the order of time; none where nothing is live, or the plan has none. Where two
/// ledgers know of the environment, what is live and what was looked at may stand in either.
pub fn windows_after<'h>(histories: &[&'h History], input: WindowsInput<'_>) -> Result<Vec<DueWindow<'h>>, LedgerError> {
    if *input.windows == Windows::default() {
        return Ok(Vec::new());
    }
    let each = histories.iter().map(|history| live(history, input)).collect::<Result<Vec<_>, _>>()?;
    let Some(live) = each.into_iter().max_by_key(|live| live.last().map(|(entry, _)| entry.own)).filter(|live| !live.is_empty()) else {
        return Ok(Vec::new());
    };
    let (entry, deployment) = live[0];
    let asked = asked(input, &deployment.release);
    let runs = runs(histories, &asked)?;
    let deployed = runs.iter().find(|(_, run)| live.iter().any(|(_, one)| one.report.as_ref() == Some(&run.report)));
    let plans: Vec<_> = deployed.map(|(_, run)| &run.files).into_iter().chain([input.plan_files]).collect();
    let due = input.windows.after(deployment.finished.min(entry.own)).into_iter().map(|stretch| {
        let (mut counts, mut near) = (None, None);
        let own = |run: &Run| run.phase == Phase::PostDeploy && run.window.unwrap_or_default() == stretch.window;
        for (made, run) in runs.iter().copied().filter(|(_, run)| own(run)) {
            let by_deploy = stretch.window == Window::Immediate && live.iter().any(|(_, one)| one.verified.as_ref() == Some(&run.report));
            let why = why_not((made, run), input.policy.as_ref()).map(str::to_owned).or_else(|| match () {
                () if by_deploy => None,
                () if made.looked(run) < stretch.begins => Some(format!("looked before the window began, {}", utc(stretch.begins))),
                () => (!plans.contains(&&run.files)).then(|| "was made with another plan".into()),
            });
            match why {
                None => counts = Some((made, run)),
                Some(why) => near = Some(format!("the run of entry {} {why}", made.entry.seq)),
            }
        }
        DueWindow { release: &deployment.release, deployed: entry.entry.seq, stretch, run: counts, near }
    });
    Ok(due.collect())
}

/// The runs of the release, the oldest look first. Put on record again a run is no newer; of the same looks a no counts.
fn runs<'h>(histories: &[&'h History], asked: &AskedRelease) -> Result<Vec<(&'h VerifiedEntry, &'h Run)>, LedgerError> {
    let mut runs: Vec<(&VerifiedEntry, &Run)> = Vec::new();
    for history in histories {
        // What a bundle has of another release is nothing but links, unless the ruling that it was made of rested on it.
        let whole = |one: &&LinkedEntry| one.entry.bare.is_none() && one.is_of(asked.place(), &[Act::RUN]) && asked.touches(one.label());
        let entries = history.linked().iter().filter(whole).map(|linked| history.verified(linked)).collect::<Result<Vec<_>, _>>()?;
        runs.extend(entries.into_iter().filter_map(VerifiedEntry::run).filter(|(_, run)| asked.covered(&run.release).is_ok()));
    }
    runs.sort_by_key(|(entry, run)| (entry.looked(run), run.verdict != Verdict::Go));
    Ok(runs)
}

fn asked(input: WindowsInput<'_>, release: &Release) -> AskedRelease {
    AskedRelease { project: input.place.0.to_owned(), environment: input.place.1.to_owned(), release: release.clone() }
}

/// The deployments of the release that is live, the first of them first: its windows are counted from that one, and to put it
/// in place once more, or to say so, moves none of them.
fn live<'h>(history: &'h History, input: WindowsInput<'_>) -> Result<Vec<(&'h VerifiedEntry, &'h Deployment)>, LedgerError> {
    let mut stand: Vec<Vec<(&VerifiedEntry, &Deployment)>> = Vec::new();
    let linked = history.linked().iter().filter(|linked| linked.is_of(input.place, &[Act::DEPLOYMENT]));
    for entry in linked.map(|linked| history.verified(linked)) {
        let entry = entry?;
        let Act::Deployment(deployment) = &entry.statement.act else { continue };
        let same = |other: &Deployment| asked(input, &other.release).covered(&deployment.release).is_ok();
        match deployment.status {
            // What nobody vouches for neither begins nor ends anything where that is demanded.
            _ if entry.aside.is_some() || (entry.signer().is_none() && refuses_unsigned(input.policy.as_ref())) => {}
            DeploymentStatus::Failed => {}
            // What was live before it is live again.
            DeploymentStatus::RolledBack => stand.retain(|one| !same(one[0].1)),
            DeploymentStatus::Succeeded => match stand.last_mut() {
                Some(last) if same(last[0].1) => last.push((entry, deployment)),
                _ => stand.push(vec![(entry, deployment)]),
            },
        }
    }
    Ok(stand.pop().unwrap_or_default())
}

/// Whether what nobody signed counts for nothing.
pub(super) fn refuses_unsigned(policy: Option<&PolicyInForce<'_>>) -> bool {
    policy.is_some_and(|policy| policy.policy.unsigned_runs == UnsignedRuns::Refused)
}

/// Why a run looked at nothing that could be relied on.
fn why_not((entry, run): (&VerifiedEntry, &Run), policy: Option<&PolicyInForce<'_>>) -> Option<&'static str> {
    let recorder = |policy: &PolicyInForce<'_>| entry.signer().is_some_and(|signer| policy.is_recorder(signer));
    match () {
        () if entry.aside.is_some() => Some("is set aside"),
        () if !run.full => Some("is not a full run"),
        () if run.verdict == Verdict::Hold => Some("waits for people's answers"),
        () if !matches!(Exit::of_code(run.exit), Some(Exit::Go | Exit::Red)) => Some("could not look at everything"),
        () if refuses_unsigned(policy) && !policy.is_some_and(recorder) => Some("is not signed by a `recorder`"),
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
pub(super) fn standing(history: &History, input: GateInput<'_>) -> Result<(Vec<String>, Vec<String>), LedgerError> {
    let GateInput { asked, windows, plan_files, policy, elsewhere, .. } = input;
    let histories: Vec<&History> = std::iter::once(history).chain(elsewhere).collect();
    let (mut holds, mut told) = (Vec::new(), Vec::new());
    for window in windows_after(&histories, WindowsInput { place: asked.place(), windows, plan_files, policy: Some(policy) })? {
        let Some(text) = window.trouble(policy.now) else { continue };
        let next = asked.covered(window.release).is_err();
        let all = if window.stretch.required && window.is_overdue(policy.now) && next { &mut holds } else { &mut told };
        all.push(text);
    }
    Ok((holds, told))
}
