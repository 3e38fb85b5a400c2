//! Values fetched once a run and shared: what many checks ask alike.

use std::{
    any::Any,
    collections::HashMap,
    future::Future,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::OnceCell;

use super::Unseen;

type Shared = Arc<dyn Any + Send + Sync>;

/// Remembers answers by a key that names the target and the question.
#[derive(Default)]
pub struct Memo {
    cells: Mutex<HashMap<String, Arc<OnceCell<Shared>>>>,
}

impl Memo {
    /// The answer to `key`, fetched by the first who asks; the others wait for it. A failure is not remembered, so
    /// that each check reports its own attempt; a fetcher that is cancelled hands its place to the next.
    ///
    /// # Errors
    /// What `fetch` says.
    ///
    /// # Panics
    /// If one key is used for two types.
    pub async fn once<T: Send + Sync + 'static>(
        &self,
        key: String,
        fetch: impl Future<Output = Result<T, Unseen>>,
    ) -> Result<Arc<T>, Unseen> {
        let cell = self.cells.lock().unwrap_or_else(PoisonError::into_inner).entry(key).or_default().clone();
        let value = cell.get_or_try_init(async || fetch.await.map(|value| Arc::new(value) as Shared)).await?;
        match value.clone().downcast::<T>() {
            Ok(value) => Ok(value),
            Err(_) => panic!("one memo key for two types"),
        }
    }
}
