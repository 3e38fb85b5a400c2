//! `gonogo deploy -- COMMAND`: gate, command, verification after it, record.

use std::{collections::VecDeque, pin::pin, process::Stdio, time::Duration};

use anyhow::{Context as _, anyhow};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

use super::{LARGEST_LOG, Told, emergency, log, put, recorder};
use crate::{
    cli::{
        Failure,
        arguments::{self, DeployRunOptions},
        case::Case,
        ci,
        edge::{self, Edge},
        gate::{Asked, named, nothing_to_look_at, say},
        signals, verify,
    },
    model::{DeploymentStatus, Exit, plain},
};

/// How long after its end the command's output is waited for: whatever it left behind may hold it open for ever.
const PIPES: Duration = Duration::from_secs(2);

/// Runs the command if the gate lets it.
pub(super) fn run(edge: &Edge, options: &DeployRunOptions) -> Result<Exit, Failure> {
    let after = after(options)?;
    let (gate, plan) = edge::block_on(async {
        let case = Case::open(edge, &options.record, false).await.map_err(nothing_to_look_at)?;
        let wanted = named(case.wanted(edge, &options.release))?;
        // A deployment that could not be put on record is not begun.
        recorder(edge, &case, &options.by).await?;
        let asked =
            Asked::of(edge, &case, &wanted, options.by.deployer.clone().or_else(|| ci::actor(&edge.env).map(str::to_owned))).await?;
        let ruling = asked.rule(&case)?;
        say(&case, &wanted, &ruling)?;
        if !matches!(ruling.exit(), Exit::Go | Exit::Untrusted)
            && let Some(opened) = emergency(&case, &[&wanted.release], Some(edge.now))
        {
            let text = format!("EMERGENCY: past the gate by entry {} of {}", opened.entry.seq, opened.signer().unwrap_or_default());
            edge::say(&plain(&text));
            return Ok((Exit::Go, case.plan));
        }
        Ok((ruling.exit(), case.plan))
    })?;
    if gate != Exit::Go {
        return Ok(gate);
    }
    // Whether there is anything to verify afterwards is found out while nothing has happened yet.
    let selects = verify::selects(edge, &after)?;
    let started = edge::clock();
    let ran = edge::block_on(carried_out(&options.command))?;
    if let Some(note) = &ran.note {
        edge::complain(note);
    }
    let outcome = if ran.succeeded { Outcome::of(edge, &after, selects) } else { Outcome::failed(ran.note) };
    edge::block_on(async {
        // By the plan as it was: the command may have changed the folder it stands in.
        let mut case = Case::of(edge, plan, &options.record, true).await?;
        let wanted = case.wanted(edge, &options.release);
        let log = Some(log::masked(edge, &case.plan, &ran.printed));
        let notes: Vec<String> = options.notes.clone().into_iter().chain(outcome.note).collect();
        let notes = Some(notes.join("; ")).filter(|notes| !notes.is_empty());
        let told = Told { status: outcome.status, notes, started: Some(started), log, verified: outcome.verified };
        put(edge, &mut case, &wanted, &options.by, told).await
    })?;
    Ok(outcome.exit)
}

/// How a deployment went, by the command and the verification after it.
struct Outcome {
    status: DeploymentStatus,
    exit: Exit,
    verified: bool,
    note: Option<String>,
}

impl Outcome {
    fn failed(note: Option<String>) -> Self {
        Self { status: DeploymentStatus::Failed, exit: Exit::Red, verified: false, note }
    }

    /// After a command that ended well.
    fn of(edge: &Edge, after: &arguments::VerifyOptions, selects: bool) -> Self {
        let unverified = |exit, note: &str| {
            edge::say(note);
            Self { status: DeploymentStatus::Succeeded, exit, verified: false, note: Some(note.to_owned()) }
        };
        if !selects {
            return unverified(Exit::Go, "not verified afterwards: no check is meant for `post-deploy`");
        }
        let exit = verify::verify(edge, after).unwrap_or_else(|failure| {
            if let Some(cause) = &failure.cause {
                edge::complain(&format!("{cause:#}"));
            }
            failure.exit
        });
        match exit {
            Exit::Go => Self { status: DeploymentStatus::Succeeded, exit, verified: true, note: None },
            Exit::Red | Exit::Unchecked | Exit::Hold => Self { exit, verified: true, ..Self::failed(None) },
            // The command has run, whatever became of the looking afterwards.
            Exit::Usage | Exit::Untrusted | Exit::Output => unverified(exit, "the verification afterwards could not be carried out"),
        }
    }
}

/// The verification after a deployment, asked for as on the command line.
fn after(options: &DeployRunOptions) -> Result<arguments::VerifyOptions, Failure> {
    let mut words: Vec<std::ffi::OsString> = vec!["gonogo".into(), "verify".into(), "--phase".into(), "post-deploy".into()];
    let mut say = |flag: &str, value: Option<std::ffi::OsString>| {
        if let Some(value) = value {
            words.extend([flag.into(), value]);
        }
    };
    say("--config", Some(options.record.plan.config.clone().into()));
    say("--env", options.record.plan.env.clone().map(Into::into));
    say("--ledger", options.record.ledger.clone().map(Into::into));
    say("--policy-from", options.record.policy_from.clone().map(Into::into));
    say("--release", options.release.release.clone().map(Into::into));
    say("--commit", options.release.commit.clone().map(Into::into));
    say("--artifact", options.release.artifact.clone().map(Into::into));
    say("--recorder-key", options.by.recorder_key.clone().map(Into::into));
    arguments::verify(&words).map_err(Failure::usage)
}

/// What became of the command.
struct Ran {
    succeeded: bool,
    printed: Vec<u8>,
    note: Option<String>,
}

/// Runs it with what it prints shown as it comes, and kept.
async fn carried_out(command: &[String]) -> Result<Ran, Failure> {
    let (program, arguments) = command.split_first().ok_or_else(|| Failure::usage(anyhow!("there is no command")))?;
    // Ctrl-C reaches the command too; how it ends is still put on record.
    let _stop = signals::watch_for().context("signals cannot be watched for").map_err(Failure::output)?;
    let mut child = tokio::process::Command::new(program)
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("`{program}` cannot be started"))
        .map_err(Failure::usage)?;
    let (out, err) = (child.stdout.take(), child.stderr.take());
    let printed = tokio::sync::Mutex::new(Printed::default());
    let status = {
        let mut shown =
            pin!(async { tokio::join!(copied(out, tokio::io::stdout(), &printed), copied(err, tokio::io::stderr(), &printed)) });
        let mut closed = false;
        let status = loop {
            tokio::select! {
                status = child.wait() => break status,
                _ = &mut shown, if !closed => closed = true,
            }
        };
        if !closed && tokio::time::timeout(PIPES, &mut shown).await.is_err() {
            edge::say("something that the command started still holds its output: what it prints from now on is not kept");
        }
        status
    };
    let status = status.with_context(|| format!("`{program}` was lost")).map_err(Failure::output)?;
    let note = (!status.success()).then(|| format!("the command ended with {status}"));
    Ok(Ran { succeeded: status.success(), printed: printed.into_inner().kept(), note })
}

/// The end of what was printed, which is where it says how it went.
#[derive(Default)]
struct Printed {
    bytes: VecDeque<u8>,
    cut: bool,
}

impl Printed {
    fn add(&mut self, bytes: &[u8]) {
        let most = usize::try_from(LARGEST_LOG.0).unwrap_or(usize::MAX);
        self.bytes.extend(bytes);
        let over = self.bytes.len().saturating_sub(most);
        self.cut |= over > 0;
        self.bytes.drain(..over);
    }

    /// From the start of a line on: half a secret would not be known for one.
    fn kept(mut self) -> Vec<u8> {
        if self.cut {
            let half = self.bytes.iter().position(|byte| *byte == b'\n').map_or(self.bytes.len(), |end| end + 1);
            self.bytes.drain(..half);
        }
        self.bytes.into()
    }
}

async fn copied(from: Option<impl AsyncRead + Unpin>, mut to: impl AsyncWrite + Unpin, printed: &tokio::sync::Mutex<Printed>) {
    let Some(mut from) = from else { return };
    let mut buffer = vec![0; 16 << 10];
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        printed.lock().await.add(&buffer[..read]);
        // A terminal that is gone must not keep the deployment from ending.
        let _ = to.write_all(&buffer[..read]).await;
        let _ = to.flush().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_too_much_the_end_is_kept_in_whole_lines() {
        let mut printed = Printed::default();
        let block = vec![b'x'; 1 << 20];
        (0..LARGEST_LOG.0 >> 20).for_each(|_| printed.add(&block));
        printed.add(b"yyy\nfailed at the end\n");
        assert_eq!(String::from_utf8_lossy(&printed.kept()), "failed at the end\n");
        let mut short = Printed::default();
        short.add(b"all of it");
        assert_eq!(short.kept(), b"all of it");
    }
}
