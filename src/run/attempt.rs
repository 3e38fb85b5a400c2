//! One check, tried as often as its `retry` allows, each attempt fenced off from all others.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use crate::{
    check::{Context, Judged, Shared, Unseen},
    plan::{Item, Plan, Standing},
};

/// What came of all attempts at one check.
pub(super) struct Attempted {
    pub(super) result: Result<Judged, Unseen>,
    pub(super) attempts: u32,
    pub(super) took: Duration,
    /// Where else than to the plan's own targets the attempts were led.
    pub(super) led: Vec<String>,
}

/// Tries the check at `index`. `retrying` is called when an attempt came to nothing and another one follows.
pub(super) async fn attempt(plan: &Arc<Plan>, index: usize, shared: &Arc<Shared>, mut retrying: impl FnMut()) -> Attempted {
    let item = &plan.items[index];
    let began = Instant::now();
    let (mut attempts, mut led) = (0, Vec::new());
    loop {
        attempts += 1;
        let cx = Context::new(shared.clone(), &item.id, Instant::now() + item.timeout.get());
        let result = once(plan, index, &cx).await;
        led.extend(cx.led());
        match result {
            Err(Unseen::Unreachable(_)) if attempts < item.retry.attempts => {
                retrying();
                tokio::time::sleep(item.retry.delay.get()).await;
            }
            result => return Attempted { result: told(result, attempts), attempts, took: began.elapsed(), led },
        }
    }
}

/// One attempt in a task of its own, so that a panic or a hang costs only this check.
async fn once(plan: &Arc<Plan>, index: usize, cx: &Context) -> Result<Judged, Unseen> {
    let timeout = plan.items[index].timeout;
    let (plan, cx) = (plan.clone(), cx.clone());
    let task = tokio::spawn(async move {
        match &plan.items[index] {
            Item { standing: Standing::Ready(check), .. } => check.look(&cx).await,
            Item { standing: Standing::Excluded(reason), .. } => Err(Unseen::Unknown(reason.clone())),
        }
    });
    let _abort = AbortOnDrop(task.abort_handle());
    match tokio::time::timeout(timeout.get(), task).await {
        Ok(Ok(result)) => result,
        Ok(Err(crash)) if crash.is_panic() => {
            Err(Unseen::Unknown("the check crashed: a bug in gonogo, please report it with the plan's lines".into()))
        }
        Ok(Err(_)) => Err(Unseen::Unknown("the check was cancelled".into())),
        Err(_) => Err(Unseen::Unreachable(format!("no result within {timeout}, its `timeout`"))),
    }
}

/// An abandoned attempt must not go on touching its target.
struct AbortOnDrop(tokio::task::AbortHandle);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

fn told(result: Result<Judged, Unseen>, attempts: u32) -> Result<Judged, Unseen> {
    match result {
        Err(Unseen::Unreachable(why)) if attempts > 1 => Err(Unseen::Unreachable(format!("{why} ({attempts} attempts)"))),
        result => result,
    }
}
