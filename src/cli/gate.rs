//! `gonogo gate`: may this release be deployed now? What a deploy job calls.

use anyhow::anyhow;

use super::{
    Failure,
    arguments::GateOptions,
    bundled,
    case::Case,
    ci,
    edge::{self, Edge},
    release, sign,
    signer::{self, Signer},
};
use crate::{
    ledger::{self, AskedRelease, LedgerError, Question, Ruling},
    model::{Act, Authors, BreakGlass, Decision, Emergency, Exit, Method, Release, SignOffRow, SignOffState, Subject, Verdict, plain, utc},
};

/// Runs the command.
pub(super) fn gate(edge: &Edge, options: &GateOptions) -> Result<Exit, Failure> {
    edge::block_on(async {
        let mut case = match &options.bundle {
            Some(bundle) => bundled::taken_in(edge, &options.record, bundle).await?,
            None => Case::open(edge, &options.record, false).await.map_err(nothing_to_look_at)?,
        };
        sign::take_in(&mut case, &options.signatures, &[]).await?;
        let wanted = named(case.wanted(edge, &options.release))?;
        if options.break_glass && case.elsewhere.is_some() {
            return Err(Failure::usage(anyhow!("an emergency goes on record in the ledger here: leave `--bundle` out")));
        }
        if options.break_glass {
            return break_glass(edge, options, &mut case, &wanted).await;
        }
        case.in_time()?;
        let deployer = options.deployer.clone().or_else(|| ci::actor(&edge.env).map(str::to_owned));
        let asked = Asked::of(edge, &case, &wanted, deployer).await?;
        let ruling = asked.rule(&case)?;
        say(&case, &wanted, &ruling)?;
        Ok(ruling.exit())
    })
}

/// A gate that is not told which release would let through whatever was signed last.
pub(super) fn named(wanted: AskedRelease) -> Result<AskedRelease, Failure> {
    let Release { version, commit, artifact, .. } = &wanted.release;
    if version.is_none() && commit.is_none() && artifact.is_none() {
        return Err(Failure::usage(anyhow!("say which release is to be deployed: `--release VERSION` or `--commit SHA`")));
    }
    Ok(wanted)
}

/// Without a ledger nothing was looked at, which is a no-go and no mistake of whoever asks.
pub(super) fn nothing_to_look_at(failure: Failure) -> Failure {
    let missing = failure.cause.as_ref().and_then(|cause| cause.downcast_ref::<LedgerError>());
    let exit = if matches!(missing, Some(LedgerError::Missing(_))) { Exit::Unchecked } else { failure.exit };
    Failure { exit, ..failure }
}

/// What the gate has to know beside the record.
pub(super) struct Asked<'a> {
    wanted: &'a AskedRelease,
    runs: Vec<ledger::RecordedRun>,
    authors: Option<Authors>,
    deployer: Option<String>,
    /// What CI or git say is here.
    here: Release,
}

impl<'a> Asked<'a> {
    /// Reads the runs of the release, and who wrote it.
    pub(super) async fn of(edge: &Edge, case: &Case, wanted: &'a AskedRelease, deployer: Option<String>) -> Result<Self, Failure> {
        let runs = ledger::runs(case.store.as_ref(), &case.history, wanted).await?;
        let release = runs.last().map_or(&wanted.release, |run| &run.report.release);
        let authors = case.authors(edge, release).await;
        let here = release::release(Release::default(), &Release::default(), &edge.env, &case.plan.root);
        Ok(Self { wanted, runs, authors, deployer, here })
    }

    /// The question in the words of the rules.
    pub(super) fn question<'q>(&'q self, case: &'q Case) -> Result<Question<'q>, Failure> {
        Ok(Question {
            wanted: self.wanted,
            rules: case.rules()?,
            plan_files: &case.plan.files,
            authors: self.authors.as_ref(),
            deployer: self.deployer.as_deref(),
        })
    }

    /// The gate's answer.
    pub(super) fn rule<'c>(&self, case: &'c Case) -> Result<Ruling<'c>, Failure> {
        let mut ruling = ledger::gate(&case.history, &self.runs, self.question(case)?);
        if let (Some(elsewhere), Some(run)) = (&case.elsewhere, self.runs.last()) {
            for vote in ledger::votes(elsewhere, self.wanted, case.rules()?, &[], run) {
                if vote.counts() && vote.sign_off.decision == Decision::NoGo {
                    ruling.object(
                        Exit::Red,
                        format!("{} ({}) says no-go in the ledger here", vote.row(&case.people).name, vote.sign_off.role),
                    );
                }
            }
            for proven in elsewhere.of_environment(&self.wanted.project, &self.wanted.environment) {
                if let Act::Run(known) = &proven.statement.act
                    && known.full
                    && known.verdict == Verdict::NoGo
                    && self.wanted.is(&known.release)
                    && proven.entry.recorded > run.recorded
                {
                    ruling.object(Exit::Red, format!("a newer full run in the ledger here (entry {}) says no-go", proven.entry.seq));
                }
            }
        }
        if let Some(text) = self.other_commit() {
            ruling.object(Exit::Hold, text);
        }
        Ok(ruling)
    }

    /// Why what is here is not what was looked at, where only a version was said: the run took its commit from the same
    /// place, and there stands another one now.
    fn other_commit(&self) -> Option<String> {
        let run = &self.runs.last()?.report.release;
        let same_place = run.source.split(", ").any(|source| source == self.here.source);
        let (then, now) = (run.commit.as_ref()?, self.here.commit.as_ref()?);
        (same_place && self.wanted.release.commit.is_none() && then != now).then(|| {
            let version = self.wanted.name();
            format!(
                "the newest full run of {version} looked at the commit {then}, and {now} is here: say which is deployed, `--commit SHA`"
            )
        })
    }
}

/// Says what the gate came to: the answer first, then why, then what it rests on.
pub(super) fn say(case: &Case, wanted: &AskedRelease, ruling: &Ruling<'_>) -> Result<(), Failure> {
    let what = format!("{} {}", case.plan.project, wanted.name());
    let mut lines = vec![match ruling.exit() {
        Exit::Go => format!("GO: {what} may be deployed to {}", case.plan.environment),
        Exit::Hold => format!("HOLD: {what} may not be deployed to {} yet", case.plan.environment),
        _ => format!("NO-GO: {what} may not be deployed to {}", case.plan.environment),
    }];
    lines.extend(ruling.objections.iter().map(|objection| format!("  ✗ {}", objection.text)));
    for vote in &ruling.votes {
        let row = vote.row(&case.people);
        let (decision, counting) = if row.decision == Decision::Go { ("go", '✓') } else { ("no-go", '✗') };
        let (sign, why) = match &row.state {
            SignOffState::Counts => (counting, String::new()),
            SignOffState::Noted(note) => (counting, format!(" ({note})")),
            SignOffState::Void(why) => ('-', format!(" does not count: {why}")),
        };
        lines.push(format!("  {sign} {decision} by {} as {}, {}, {}{why}", row.name, vote.sign_off.role, utc(row.at), how(&row)));
    }
    if let Some(run) = &ruling.run {
        lines.push(format!("  run    entry {}, ended {}, report {}", run.seq, utc(run.report.finished), run.run.report));
    }
    if let Some(signed) = &ruling.confirms {
        lines.push(format!("  signed on the report {signed}, confirmed by this run"));
    }
    lines.extend(ruling.remarks.iter().chain(&case.remark).map(|remark| format!("  note   {remark}")));
    lines.push(format!("  ledger head {}", case.history.head()));
    let text: String = lines.iter().map(|line| format!("{}\n", plain(line))).collect();
    edge::print(&text).map_err(Failure::output)
}

/// With which key it was signed, or who entered it: that is no signature of the person's.
pub(super) fn how(row: &SignOffRow) -> String {
    match row.method {
        Method::Ssh => row.key.clone(),
        Method::Recorded => format!("not signed but entered by {}", row.transcriber.as_deref().unwrap_or("nobody who can be named")),
    }
}

/// Opens the gate in an emergency: signed, on record, to be reviewed.
async fn break_glass(edge: &Edge, options: &GateOptions, case: &mut Case, wanted: &AskedRelease) -> Result<Exit, Failure> {
    let policy = case.policy()?;
    let role = options.role.as_deref().unwrap_or_default();
    let Some(BreakGlass { roles, review_within }) = policy.break_glass.clone() else {
        return Err(Failure::usage(anyhow!("nobody may pass this gate in an emergency: the policy has no `break-glass`")));
    };
    if !roles.iter().any(|allowed| allowed == role) {
        return Err(Failure::usage(anyhow!("the role `{role}` may not pass the gate in an emergency: {} may", roles.join(", "))));
    }
    let people = policy.roles.get(role).map(|role| role.people.clone()).unwrap_or_default();
    let signer = Signer::find(edge, case, options.key.key.as_deref(), &people).await?;
    let review_by = review_within.after(edge::clock());
    let emergency = Emergency {
        release: wanted.release.clone(),
        role: role.to_owned(),
        reason: options.reason.clone().unwrap_or_default(),
        ticket: options.ticket.clone().unwrap_or_default(),
        review_by,
    };
    edge::say(&format!("EMERGENCY: {} {} past the gate of {}", case.plan.project, wanted.name(), case.plan.environment));
    signer::confirm(&options.key, "Pass the gate in an emergency?")?;
    let subject: Vec<Subject> = wanted.release.commit.as_deref().map(Subject::commit).into_iter().collect();
    let entry = signer.record(case, subject, Method::Ssh, Act::Emergency(emergency), Vec::new()).await?;
    let text = format!(
        "EMERGENCY: {} {} may be deployed to {}, by {} as {role}\n  on record as entry {}; to be reviewed by {}: `gonogo deploy review {}`\n  ledger head {}\n",
        case.plan.project,
        wanted.name(),
        case.plan.environment,
        signer.id(),
        entry.seq,
        utc(review_by),
        entry.seq,
        case.history.head()
    );
    edge::print(&plain_lines(&text)).map_err(Failure::output)?;
    Ok(Exit::Go)
}

/// Each line made harmless, the line ends kept.
fn plain_lines(text: &str) -> String {
    text.lines().map(|line| format!("{}\n", plain(line))).collect()
}
