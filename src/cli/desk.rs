//! `gonogo desk`: people read and sign in the browser.

use futures_util::future::BoxFuture;
use tokio::sync::watch;

use super::{
    Failure,
    arguments::{DeskOptions, DeskServeOptions},
    edge::{self, Edge},
    runtime, signals,
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
pub(super) fn desk(edge: &Edge, options: &DeskOptions, serve: Serve) -> Result<Exit, Failure> {
    let DeskServeOptions { listen, origin, policy, ledger, behind_proxy, public_board, tls_cert, tls_key, session_key, gate_token_file } =
        &options.serve;
    let request = DeskRequest { policy: policy.clone(), ledger: ledger.clone() };
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
