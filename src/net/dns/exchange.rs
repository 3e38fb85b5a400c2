//! One exchange: over UDP, again where a packet is lost, over TCP where the answer does not fit.

use std::{
    io,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
    time::{Duration, Instant},
};

use hickory_proto::{
    op::{Edns, Message, MessageType, Query},
    rr::{Name, RecordType},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpStream, UdpSocket},
    time::timeout_at,
};

use super::{Answer, written};
use crate::{
    model::Period,
    net::{
        Trouble,
        trouble::{EXHAUSTED, exhausted},
    },
};

/// What fits into a packet on any path (DNS Flag Day 2020).
const PAYLOAD: u16 = 1232;

/// A question over UDP is sent again after so long.
const AGAIN: Duration = Duration::from_millis(1500);

/// One question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The name, whole.
    pub name: Name,
    /// What about it.
    pub record: RecordType,
    /// Whether the server is to find out, or to say what it knows itself.
    pub recursion: bool,
}

impl std::fmt::Display for Question {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.record, written(&self.name))
    }
}

/// Asks `server`, and says what its answer means.
///
/// # Errors
/// When there is no answer, or one that says neither what is there nor that nothing is.
pub async fn ask(server: SocketAddr, question: &Question, until: Instant) -> Result<Answer, Trouble> {
    let started = Instant::now();
    let message = packed(question);
    let message = message.map_err(|error| Trouble::Unknown(format!("{question} cannot be asked: {error}")))?;
    let exchanged = async {
        let reply = over_udp(server, &message, until).await?;
        if reply.metadata.truncation { over_tcp(server, &message).await } else { Ok(reply) }
    };
    let reply = match timeout_at(until.into(), exchanged).await {
        Ok(reply) => reply.map_err(|error| Trouble::Unreachable(format!("the name server {server} {}", lost(&error))))?,
        Err(_) => {
            let after = Period::from(started.elapsed());
            return Err(Trouble::Unreachable(format!("the name server {server} does not answer {question} within {after}")));
        }
    };
    Answer::of(&reply, question, server)
}

fn packed(question: &Question) -> Result<(u16, Query, Vec<u8>), hickory_proto::ProtoError> {
    let mut message = Message::query();
    let mut query = Query::query(question.name.clone(), question.record);
    query.name.set_fqdn(true);
    message.add_query(query.clone());
    message.metadata.recursion_desired = question.recursion;
    let mut edns = Edns::new();
    edns.set_max_payload(PAYLOAD);
    message.set_edns(edns);
    Ok((message.metadata.id, query, message.to_vec()?))
}

/// The answer in `bytes`, where they are one to this question: anybody can send packets.
fn opened(bytes: &[u8], (id, query, _): &(u16, Query, Vec<u8>)) -> Option<Message> {
    let reply = Message::from_vec(bytes).ok()?;
    let ours = reply.metadata.id == *id && reply.metadata.message_type == MessageType::Response;
    // A server that does not know the question may leave it out.
    (ours && reply.queries.first().is_none_or(|asked| asked == query)).then_some(reply)
}

async fn over_udp(server: SocketAddr, message: &(u16, Query, Vec<u8>), until: Instant) -> io::Result<Message> {
    let any: SocketAddr = if server.is_ipv4() { (Ipv4Addr::UNSPECIFIED, 0).into() } else { (Ipv6Addr::UNSPECIFIED, 0).into() };
    let socket = UdpSocket::bind(any).await?;
    // Only packets from there are taken.
    socket.connect(server).await?;
    // Room for the longest packet there is; memory is taken for what comes.
    let mut bytes = Vec::with_capacity(usize::from(u16::MAX));
    loop {
        socket.send(&message.2).await?;
        let again = until.min(Instant::now() + AGAIN);
        while let Ok(received) = timeout_at(again.into(), socket.recv_buf(&mut bytes)).await {
            received?;
            if let Some(reply) = opened(&bytes, message) {
                return Ok(reply);
            }
            bytes.clear();
        }
    }
}

async fn over_tcp(server: SocketAddr, message: &(u16, Query, Vec<u8>)) -> io::Result<Message> {
    let mut stream = TcpStream::connect(server).await?;
    let length = u16::try_from(message.2.len()).map_err(io::Error::other)?;
    stream.write_all(&[&length.to_be_bytes()[..], &message.2].concat()).await?;
    let mut bytes = vec![0; usize::from(stream.read_u16().await?)];
    stream.read_exact(&mut bytes).await?;
    opened(&bytes, message).ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "an answer over TCP that is none"))
}

fn lost(error: &io::Error) -> String {
    use io::ErrorKind::{ConnectionRefused, HostUnreachable, InvalidData, NetworkUnreachable, UnexpectedEof};
    match error.kind() {
        _ if exhausted(error) => EXHAUSTED.into(),
        ConnectionRefused => "refuses: nothing listens there".into(),
        NetworkUnreachable | HostUnreachable => "cannot be reached from this machine: there is no route to it".into(),
        UnexpectedEof => "closes the connection without an answer".into(),
        InvalidData => "sends what is no answer to the question".into(),
        _ => format!("cannot be asked: {error}"),
    }
}
