//! A bare connection of the `redis` crate: one parameter after the other.

use std::fs;

use anyhow::{bail, ensure};

/// `URL NAMES-FILE`.
pub(crate) fn run(settings: &[&str]) -> anyhow::Result<()> {
    let [url, names] = settings else { bail!("url, file of names") };
    let names = fs::read_to_string(names)?;
    tokio::runtime::Runtime::new()?.block_on(async {
        let mut connection = redis::Client::open(*url)?.get_multiplexed_async_connection().await?;
        for name in names.lines() {
            let answer: Vec<String> = redis::cmd("CONFIG").arg("GET").arg(name).query_async(&mut connection).await?;
            ensure!(answer.len() == 2, "{name}: {answer:?}");
        }
        Ok(())
    })
}
