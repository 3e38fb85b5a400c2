//! Ctrl-C and SIGTERM: the first ends the run with a report of what is known, the second ends at once.

use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    sync::watch,
};

use crate::model::Exit;

/// Says why the run is to end, when a signal comes.
pub(super) fn watch_for() -> std::io::Result<watch::Receiver<Option<String>>> {
    let (sender, receiver) = watch::channel(None);
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::spawn(async move {
        let name = either(&mut interrupt, &mut terminate).await;
        // The run may be over already; then nobody listens.
        let _ = sender.send(Some(format!("{name} was received")));
        either(&mut interrupt, &mut terminate).await;
        std::process::exit(i32::from(Exit::Unchecked.code()));
    });
    Ok(receiver)
}

async fn either(interrupt: &mut Signal, terminate: &mut Signal) -> &'static str {
    tokio::select! {
        _ = interrupt.recv() => "an interrupt (Ctrl-C)",
        _ = terminate.recv() => "a request to terminate",
    }
}
