//! The command that deploys: run with what it prints shown as it comes, and kept.

use std::{collections::VecDeque, pin::pin, process::Stdio, time::Duration};

use anyhow::{Context as _, anyhow};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

use crate::{
    acts::deploy::{LARGEST_LOG, Ran},
    cli::{Failure, edge, signals},
};

/// How long after its end the command's output is waited for: whatever it left behind may hold it open for ever.
const PIPES: Duration = Duration::from_secs(2);

/// Runs it with what it prints shown as it comes, and kept.
pub(super) async fn carried_out(command: &[String], token: &str) -> Result<Ran, Failure> {
    let (program, arguments) = command.split_first().ok_or_else(|| Failure::usage(anyhow!("there is no command")))?;
    // How it ends is put on record whatever comes.
    let mut signals = signals::Forwarded::watch().context("signals cannot be watched for").map_err(Failure::output)?;
    let mut child = tokio::process::Command::new(program)
        .args(arguments)
        .env("GONOGO_BEGUN", token)
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
                signal = signals.next() => signals::pass_on(&child, signal),
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
