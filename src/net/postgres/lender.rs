//! A few sessions per target, each lent to one check at a time.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use tokio::{
    runtime::Handle,
    sync::{OwnedSemaphorePermit, Semaphore},
    task::JoinSet,
    time::{timeout, timeout_at},
};

use super::{attempt::Purpose, dial::Dialer, session::Session, target::Target, trouble::Trouble};
use crate::{model::Digest, net::Reach};

/// How many sessions one target gets at once.
const SESSIONS: usize = 4;

/// How long the ending of all sessions may take.
const CLOSING: Duration = Duration::from_secs(5);

/// Lends sessions. One that comes back in the midst of something is cancelled and dropped.
#[derive(Default)]
pub struct Lender {
    pools: Mutex<HashMap<Digest, Arc<Pool>>>,
    endings: Arc<Mutex<JoinSet<()>>>,
}

struct Pool {
    dialer: Dialer,
    slots: Arc<Semaphore>,
    idle: Mutex<Vec<Session>>,
}

/// A session on loan; it returns when it is dropped.
pub struct Loan {
    session: Option<Session>,
    /// Nothing is running and no transaction is open.
    clean: bool,
    pool: Arc<Pool>,
    endings: Arc<Mutex<JoinSet<()>>>,
    _slot: OwnedSemaphorePermit,
}

impl Lender {
    /// A session to `target`, opened if none is idle; waits for one where all are lent.
    pub async fn lend(&self, target: &Target, reach: &Reach, until: Instant) -> Result<Loan, Trouble> {
        let pool = self.pool(target, reach)?;
        let started = Instant::now();
        let slot = match timeout_at(until.into(), pool.slots.clone().acquire_owned()).await {
            Ok(Ok(slot)) => slot,
            // The semaphore is never closed, so this is the time-out.
            Ok(Err(_)) | Err(_) => {
                let who = format!("{}: all {SESSIONS} connections are in use; none", target.shown());
                return Err(Trouble::timed_out(&who, "became free", started.elapsed()));
            }
        };
        let session = loop {
            let idle = locked(&pool.idle).pop();
            match idle {
                Some(session) if session.is_alive(until).await => break session,
                Some(dead) => drop(dead),
                None => break pool.dialer.open(until).await?,
            }
        };
        session.replenish();
        Ok(Loan { session: Some(session), clean: true, pool, endings: self.endings.clone(), _slot: slot })
    }

    /// Ends every session, and waits a little for what is being cancelled. To be called when a run ends.
    pub async fn close(&self) {
        let mut endings = std::mem::take(&mut *locked(&self.endings));
        let pools: Vec<_> = locked(&self.pools).drain().map(|(_, pool)| pool).collect();
        for session in pools.iter().flat_map(|pool| std::mem::take(&mut *locked(&pool.idle))) {
            endings.spawn(session.close());
        }
        drop(timeout(CLOSING, async { while endings.join_next().await.is_some() {} }).await);
    }

    fn pool(&self, target: &Target, reach: &Reach) -> Result<Arc<Pool>, Trouble> {
        let key = target.fingerprint();
        if let Some(pool) = locked(&self.pools).get(&key) {
            return Ok(pool.clone());
        }
        let dialer = Dialer::new(target, Purpose::Look, reach)?;
        let pool = Pool { dialer, slots: Arc::new(Semaphore::new(SESSIONS)), idle: Mutex::default() };
        Ok(locked(&self.pools).entry(key).or_insert(Arc::new(pool)).clone())
    }
}

impl Loan {
    pub(super) fn session(&self) -> Result<&Session, Trouble> {
        self.session.as_ref().ok_or_else(|| Trouble::Unknown("the session has been given back".into()))
    }

    pub(super) fn set_clean(&mut self, clean: bool) {
        self.clean = clean;
    }
}

impl Drop for Loan {
    fn drop(&mut self) {
        let Some(session) = self.session.take() else { return };
        if self.clean && !session.client.is_closed() {
            locked(&self.pool.idle).push(session);
        } else if let Ok(runtime) = Handle::try_current() {
            let mut endings = locked(&self.endings);
            while endings.try_join_next().is_some() {}
            endings.spawn_on(session.cancel(), &runtime);
        }
    }
}

/// Nothing panics while it holds one of these locks, and a pool of sessions has no invariant to break.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
