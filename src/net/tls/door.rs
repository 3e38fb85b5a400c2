//! One way in: an address, and what has to be said there before TLS can begin.

use std::{net::SocketAddr, time::Duration};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

use super::Trouble;

/// PostgreSQL's SSLRequest: the length, and a number no protocol version will have (PostgreSQL manual, 54.7).
const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f];

/// A protocol that begins in clear text and turns to TLS when asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum StartTls {
    /// PostgreSQL: an SSLRequest first.
    Postgres,
}

/// Where and how a TLS server is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Door {
    /// The address.
    pub address: SocketAddr,
    /// What comes before TLS.
    pub starttls: Option<StartTls>,
}

impl Door {
    /// A connection on which TLS may begin, made within `limit`.
    ///
    /// # Errors
    /// When there is none, or the server offers no TLS.
    pub async fn open(self, limit: Duration) -> Result<TcpStream, Trouble> {
        timeout(limit, self.enter()).await.unwrap_or_else(|_| Err(Trouble::silence(limit)))
    }

    async fn enter(self) -> Result<TcpStream, Trouble> {
        let mut stream = TcpStream::connect(self.address).await.map_err(|error| Trouble::connection(&error))?;
        // A hello waits for its answer; nothing is gained by holding it back.
        stream.set_nodelay(true).map_err(|error| Trouble::connection(&error))?;
        match self.starttls {
            None => {}
            Some(StartTls::Postgres) => ask_postgres(&mut stream).await?,
        }
        Ok(stream)
    }
}

/// One byte is read and no more: what a man in the middle puts behind it must not pass for the encrypted answer
/// (CVE-2021-23222).
async fn ask_postgres(stream: &mut TcpStream) -> Result<(), Trouble> {
    let lost = |error: std::io::Error| Trouble::connection(&error);
    stream.write_all(&SSL_REQUEST).await.map_err(lost)?;
    match stream.read_u8().await.map_err(lost)? {
        b'S' => Ok(()),
        b'N' => Err(Trouble::Refused("offers no TLS: PostgreSQL answers `N` to the request for it (`ssl = off`)".into())),
        b'E' => Err(Trouble::Refused("answers the request for TLS with an error".into())),
        other => Err(Trouble::Refused(format!("is no PostgreSQL: it answers the request for TLS with byte 0x{other:02x}"))),
    }
}
