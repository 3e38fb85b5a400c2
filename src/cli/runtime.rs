//! Carries out what waits for others: files, databases, agents, targets.

use std::pin::Pin;

use anyhow::Context as _;
use tokio::runtime::Builder;

use super::Failure;

/// Carries out `work` on the thread that asks.
pub(super) fn block_on<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    block_on_runtime(Builder::new_current_thread(), work)
}

/// The same on so many threads.
pub(super) fn block_on_threads<T>(threads: usize, work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let mut runtime = Builder::new_multi_thread();
    runtime.worker_threads(threads);
    block_on_runtime(runtime, work)
}

fn block_on_runtime<T>(mut runtime: Builder, work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = runtime.enable_all().build().context("the command could not be started").map_err(Failure::output)?;
    // Every command has a work of its own type: in a box they share one runtime's code.
    let work: Pin<Box<dyn Future<Output = Result<T, Failure>>>> = Box::pin(work);
    let done = runtime.block_on(work);
    // What hangs in a system call must not keep the program from ending.
    runtime.shutdown_background();
    done
}
