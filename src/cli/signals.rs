//! Ctrl-C, SIGTERM and SIGHUP: the first ends a run with a report of what is known, the second ends at once. A deployment's
//! command is told of each, and how it ends is still put on record.

use tokio::{
    process::Child,
    signal::unix::{Signal, SignalKind, signal},
    sync::watch,
};

use crate::model::Exit;

/// Says why the run is to end, when a signal comes.
pub(super) fn watch_for() -> std::io::Result<watch::Receiver<Option<String>>> {
    let (sender, receiver) = watch::channel(None);
    let mut signals = Forwarded::watch()?;
    tokio::spawn(async move {
        let name = name(signals.next().await);
        // The run may be over already; then nobody listens.
        let _ = sender.send(Some(format!("{name} was received")));
        signals.next().await;
        std::process::exit(i32::from(Exit::Unchecked.code()));
    });
    Ok(receiver)
}

fn name(kind: SignalKind) -> &'static str {
    if kind == SignalKind::interrupt() {
        "an interrupt (Ctrl-C)"
    } else if kind == SignalKind::hangup() {
        "the end of the terminal"
    } else {
        "a request to terminate"
    }
}

/// The signals that ask a program to end, one after the other.
pub(super) struct Forwarded {
    interrupt: Signal,
    terminate: Signal,
    hangup: Signal,
}

impl Forwarded {
    pub(super) fn watch() -> std::io::Result<Self> {
        let of = |kind: fn() -> SignalKind| signal(kind());
        Ok(Self { interrupt: of(SignalKind::interrupt)?, terminate: of(SignalKind::terminate)?, hangup: of(SignalKind::hangup)? })
    }

    /// The next one.
    pub(super) async fn next(&mut self) -> SignalKind {
        tokio::select! {
            _ = self.interrupt.recv() => SignalKind::interrupt(),
            _ = self.terminate.recv() => SignalKind::terminate(),
            _ = self.hangup.recv() => SignalKind::hangup(),
        }
    }
}

/// Passes a signal on to the command. A terminal sends Ctrl-C to both; a second one does no harm.
pub(super) fn pass_on(child: &Child, kind: SignalKind) {
    let pid = child.id().and_then(|pid| i32::try_from(pid).ok()).and_then(rustix::process::Pid::from_raw);
    let signal = rustix::process::Signal::from_named_raw(kind.as_raw_value());
    if let (Some(pid), Some(signal)) = (pid, signal) {
        // It may have ended meanwhile.
        let _ = rustix::process::kill_process(pid, signal);
    }
}
