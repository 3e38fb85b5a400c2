//! `gonogo deploy -- COMMAND`: gate, command, verification after it, record.

use std::process::Stdio;

use anyhow::{Context as _, anyhow};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

use super::{LARGEST_LOG, Told, log, put, recorder};
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
    model::{DeploymentStatus, Exit},
};

/// Runs the command if the gate lets it.
pub(super) fn run(edge: &Edge, options: &DeployRunOptions) -> Result<Exit, Failure> {
    let gate = edge::block_on(async {
        let case = Case::open(edge, &options.record, false).await.map_err(nothing_to_look_at)?;
        let wanted = named(case.wanted(edge, &options.release))?;
        // A deployment that could not be put on record is not begun.
        recorder(edge, &case, &options.by).await?;
        let asked =
            Asked::of(edge, &case, &wanted, options.by.deployer.clone().or_else(|| ci::actor(&edge.env).map(str::to_owned))).await?;
        let ruling = asked.rule(&case)?;
        say(&case, &wanted, &ruling)?;
        Ok(ruling.exit())
    })?;
    if gate != Exit::Go {
        return Ok(gate);
    }
    let started = edge::clock();
    let ran = edge::block_on(carried_out(&options.command))?;
    if let Some(note) = &ran.note {
        edge::complain(note);
    }
    let verified = match ran.succeeded {
        true => verify::verify(edge, &after(options)?)?,
        false => Exit::Red,
    };
    let status = if verified == Exit::Go { DeploymentStatus::Succeeded } else { DeploymentStatus::Failed };
    edge::block_on(async {
        let mut case = Case::open(edge, &options.record, true).await?;
        let wanted = case.wanted(edge, &options.release);
        let log = Some(log::masked(edge, &case.plan, &ran.printed));
        let told = Told { status, notes: options.notes.clone().or(ran.note), started: Some(started), log };
        put(edge, &mut case, &wanted, &options.by, told).await
    })?;
    Ok(verified)
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
    let printed = tokio::sync::Mutex::new(Vec::new());
    let shown = async {
        tokio::join!(copied(child.stdout.take(), tokio::io::stdout(), &printed), copied(child.stderr.take(), tokio::io::stderr(), &printed))
    };
    shown.await;
    let status = child.wait().await.with_context(|| format!("`{program}` was lost")).map_err(Failure::output)?;
    let note = (!status.success()).then(|| format!("the command ended with {status}"));
    Ok(Ran { succeeded: status.success(), printed: printed.into_inner(), note })
}

async fn copied(from: Option<impl AsyncRead + Unpin>, mut to: impl AsyncWrite + Unpin, kept: &tokio::sync::Mutex<Vec<u8>>) {
    let Some(mut from) = from else { return };
    let most = usize::try_from(LARGEST_LOG.0).unwrap_or(usize::MAX);
    let mut buffer = vec![0; 16 << 10];
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        // A terminal that is gone must not keep the deployment from ending.
        let _ = to.write_all(&buffer[..read]).await;
        let _ = to.flush().await;
        let mut kept = kept.lock().await;
        let room = most.saturating_sub(kept.len()).min(read);
        kept.extend_from_slice(&buffer[..room]);
    }
}
