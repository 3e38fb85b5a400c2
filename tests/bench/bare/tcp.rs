//! A bare client that connects, and does no more.

use std::fs;

use anyhow::bail;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use tokio::net::TcpStream;

/// `ADDRESSES-FILE AT-ONCE`.
pub(crate) fn run(settings: &[&str]) -> anyhow::Result<()> {
    let [addresses, at_once] = settings else { bail!("file of addresses, number at once") };
    let (addresses, at_once) = (fs::read_to_string(addresses)?, at_once.parse()?);
    let connected = stream::iter(addresses.lines().map(|address| async move { TcpStream::connect(address).await.map(drop) }));
    Ok(tokio::runtime::Runtime::new()?.block_on(connected.buffer_unordered(at_once).try_collect::<()>())?)
}
