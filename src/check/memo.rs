//! What many checks of a run ask alike: asked once, or together.

use std::{
    any::Any,
    collections::{BTreeSet, HashMap},
    future::Future,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{sync::OnceCell, time::timeout};

use super::Unseen;

/// An answer, of whatever type.
type Answer = Arc<dyn Any + Send + Sync>;

/// So long a question waits for others like it: checks that are started together ask together.
const GATHERING: Duration = Duration::from_millis(2);

/// Remembers answers by a key that names the target and the question.
#[derive(Default)]
pub struct Memo {
    cells: Mutex<HashMap<String, Arc<OnceCell<Answer>>>>,
    rounds: Mutex<HashMap<String, Arc<Rounds>>>,
}

/// One question about changing things, asked round after round.
#[derive(Default)]
struct Rounds {
    /// What the next round is to be about.
    next: Mutex<BTreeSet<String>>,
    /// Held by whoever asks. What was answered, with what it was about.
    answered: tokio::sync::Mutex<Vec<(BTreeSet<String>, Answer)>>,
}

impl Memo {
    /// The answer to `key`, fetched by the first who asks; the others wait for it. A failure is not remembered, so
    /// that each check reports its own attempt; a fetcher that is cancelled hands its place to the next.
    ///
    /// # Panics
    /// If one key is used for two types.
    pub async fn once<T: Send + Sync + 'static>(
        &self,
        key: String,
        fetch: impl Future<Output = Result<T, Unseen>>,
    ) -> Result<Arc<T>, Unseen> {
        let cell = locked(&self.cells).entry(key).or_default().clone();
        let value = cell.get_or_try_init(async || fetch.await.map(|value| Arc::new(value) as Answer)).await?;
        Ok(typed(value))
    }

    /// An answer to `key` that covers at least `things`. What others want to know while one round is on its way is asked
    /// in one further round. Where a round about more than `things` fails, they are asked about alone: the others' may be
    /// to blame. So where it has not ended after `patience`.
    ///
    /// # Panics
    /// If one key is used for two types.
    pub async fn together<T: Send + Sync + 'static, F: Future<Output = Result<T, Unseen>>>(
        &self,
        key: String,
        things: &[String],
        patience: Duration,
        fetch: impl Fn(Vec<String>) -> F,
    ) -> Result<Arc<T>, Unseen> {
        let own: BTreeSet<String> = things.iter().cloned().collect();
        let rounds = locked(&self.rounds).entry(key).or_default().clone();
        locked(&rounds.next).extend(own.iter().cloned());
        tokio::time::sleep(GATHERING).await;
        let mut answered = rounds.answered.lock().await;
        if let Some((_, answer)) = answered.iter().find(|(about, _)| own.is_subset(about)) {
            return Ok(typed(answer));
        }
        let mut about = std::mem::take(&mut *locked(&rounds.next));
        about.extend(own.iter().cloned());
        let jointly =
            async { if about == own { None } else { timeout(patience, fetch(about.iter().cloned().collect())).await.ok()?.ok() } };
        let answer = match jointly.await {
            Some(answer) => answer,
            None => {
                about.clone_from(&own);
                fetch(own.into_iter().collect()).await?
            }
        };
        let answer: Answer = Arc::new(answer);
        answered.push((about, answer.clone()));
        Ok(typed(&answer))
    }
}

fn typed<T: Send + Sync + 'static>(answer: &Answer) -> Arc<T> {
    match answer.clone().downcast() {
        Ok(answer) => answer,
        Err(_) => panic!("one memo key for two types"),
    }
}

/// Nothing panics while it holds one of these locks.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use futures_util::future::join_all;

    use super::*;

    /// Ten checks want one thing each, five of them a little later; the rounds that were made for them.
    async fn rounds(bad: &str) -> (Vec<Result<usize, Unseen>>, Vec<usize>) {
        let (memo, asked) = (Memo::default(), Mutex::new(Vec::new()));
        let things: Vec<String> = (0..10).map(|number| format!("t{number}")).collect();
        let fetch = |about: Vec<String>| {
            locked(&asked).push(about.len());
            let is_bad = about.iter().any(|one| one == bad);
            async move {
                tokio::time::sleep(GATHERING * 10).await;
                if is_bad { Err(Unseen::Unknown("it is bad".into())) } else { Ok(about) }
            }
        };
        let asking = things.iter().enumerate().map(async |(number, thing)| {
            tokio::time::sleep(GATHERING * if number < 5 { 0 } else { 5 }).await;
            memo.together("q".into(), std::slice::from_ref(thing), GATHERING * 100, &fetch).await
        });
        let answers = join_all(asking).await.into_iter().zip(&things);
        let about_own = answers.map(|(answer, thing)| answer.map(|about| about.iter().filter(|one| *one == thing).count()));
        (about_own.collect(), asked.into_inner().expect("no panic"))
    }

    #[tokio::test]
    async fn what_is_asked_meanwhile_is_asked_in_one_further_round() {
        let (answers, rounds) = rounds("").await;
        assert!(answers.iter().all(|answer| *answer == Ok(1)), "{answers:?}");
        assert!(rounds.len() <= 2 && rounds.iter().sum::<usize>() == 10, "{rounds:?}");
    }

    #[tokio::test]
    async fn one_that_fails_takes_no_other_with_it() {
        let (answers, rounds) = rounds("t4").await;
        let failed: Vec<usize> = (0..10).filter(|number| answers[*number].is_err()).collect();
        assert_eq!(failed, [4]);
        assert!(rounds.iter().sum::<usize>() < 30, "{rounds:?}");
    }
}
