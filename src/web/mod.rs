//! The desk in a browser: a second door to the acts. It shows what they say, and has no rule of its own.

mod access;
mod board;
mod called;
mod door;
mod form;
mod gate;
mod guard;
mod limits;
mod listen;
mod log;
mod login;
mod me;
mod once;
mod page;
mod release;
mod routes;
mod say;
mod sealed;
mod session;
mod tls;

use std::sync::Arc;

use tokio::{
    net::TcpListener,
    sync::{Semaphore, watch},
};

use crate::acts::{
    ActError, Caller,
    desk::{Desk, DeskRequest, DoorRequest, keep},
};
use door::Door;

/// What every page needs.
struct Web {
    desk: Arc<Desk>,
    door: Door,
    limits: limits::Limits,
    /// Challenges that were answered.
    answered: once::Once,
    /// Room for bodies.
    bodies: Semaphore,
}

/// Serves the desk until `stop` says why it is to end. `told` hears of what happens, a line each.
pub(crate) async fn serve(
    caller: Caller,
    request: DeskRequest,
    door: DoorRequest,
    told: fn(&str),
    stop: watch::Receiver<Option<String>>,
) -> Result<(), ActError> {
    let desk = Arc::new(Desk::open(&caller, &request).await?);
    let door = Door::open(&caller, &desk, &door, told).await?;
    let listener = TcpListener::bind(&door.listen).await;
    let listener = listener.map_err(|error| ActError::Output(format!("`{}` cannot be listened on: {error}", door.listen)))?;
    let at = listener.local_addr().map_err(|error| ActError::Output(error.to_string()))?;
    tokio::spawn(keep(desk.clone()));
    told(&format!("the desk is at {}, listening on {at}", door.origin));
    let web = Arc::new(Web {
        desk,
        door,
        limits: limits::Limits::default(),
        answered: once::Once::default(),
        bodies: Semaphore::new(guard::BODIES),
    });
    listen::serve(listener, web, stop).await;
    Ok(())
}
