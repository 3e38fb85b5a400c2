//! `gonogo desk`: people read and sign in the browser.

mod check;

use futures_util::future::BoxFuture;
use tokio::sync::watch;

use super::{
    Failure,
    arguments::{DeskCommand, DeskOptions, DeskServeOptions},
    edge::{self, Edge},
    passkey, runtime, signals,
};
use crate::{
    acts::{
        ActError, Caller,
        desk::{DeskRequest, DoorRequest},
    },
    model::Exit,
};

/// The door that is opened: the command line knows no web.
pub(crate) type Serve =
    fn(Caller, DeskRequest, DoorRequest, fn(&str), watch::Receiver<Option<String>>) -> BoxFuture<'static, Result<(), ActError>>;

/// Threads that serve.
const THREADS: usize = 4;

/// Runs the command.
pub(super) fn desk(edge: &Edge, options: &DeskOptions, door: Serve) -> Result<Exit, Failure> {
    match &options.command {
        None => serve(edge, &options.serve, door),
        Some(DeskCommand::Check(options)) => check::check(edge, options),
        Some(DeskCommand::Invite(options)) => passkey::invite(edge, options),
        Some(DeskCommand::Confirm(options)) => passkey::confirm(edge, options),
        Some(DeskCommand::Revoke(options)) => passkey::revoke(edge, options),
    }
}

fn serve(edge: &Edge, options: &DeskServeOptions, serve: Serve) -> Result<Exit, Failure> {
    let DeskServeOptions { listen, origin, desk, behind_proxy, public_board, tls_cert, tls_key, session_key, gate_token_file } = options;
    let request = DeskRequest { policy: desk.policy.clone(), ledger: desk.ledger.clone() };
    let door = DoorRequest {
        listen: listen.clone(),
        origin: origin.clone(),
        behind_proxy: behind_proxy.clone(),
        public_board: *public_board,
        tls: tls_cert.clone().zip(tls_key.clone()),
        session_key: session_key.clone(),
        gate_token: gate_token_file.clone(),
    };
    runtime::block_on_threads(THREADS, async {
        let stop = signals::watch_for().map_err(Failure::output)?;
        serve(edge.caller(), request, door, edge::tell, stop).await?;
        Ok(Exit::Go)
    })
}
