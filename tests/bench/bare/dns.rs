//! A bare resolver: one question a datagram, so many at once.

use std::{fs, net::SocketAddr, str::FromStr as _};

use anyhow::{bail, ensure};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use hickory_proto::{
    op::{Message, Query},
    rr::{Name, RecordType},
};
use tokio::net::UdpSocket;

/// `ADDRESS NAMES-FILE AT-ONCE`.
pub(crate) fn run(settings: &[&str]) -> anyhow::Result<()> {
    let [address, names, at_once] = settings else { bail!("address, file of names, number at once") };
    let (address, names, at_once): (SocketAddr, _, _) = (address.parse()?, fs::read_to_string(names)?, at_once.parse()?);
    let asked = stream::iter(names.lines().map(|name| ask(address, name)));
    tokio::runtime::Runtime::new()?.block_on(asked.buffer_unordered(at_once).try_collect())
}

async fn ask(server: SocketAddr, name: &str) -> anyhow::Result<()> {
    let mut message = Message::query();
    message.add_query(Query::query(Name::from_str(name)?, RecordType::A));
    let socket = UdpSocket::bind("127.0.0.1:0").await?;
    socket.connect(server).await?;
    socket.send(&message.to_vec()?).await?;
    let mut answer = [0; 1232];
    let length = socket.recv(&mut answer).await?;
    ensure!(Message::from_vec(&answer[..length])?.answers.len() == 1, "{name}: no answer");
    Ok(())
}
