//! One way in: an address, and what has to be said there before TLS can begin.

use std::{net::SocketAddr, time::Duration};

use tokio::{net::TcpStream, time::timeout};

use super::{StartTls, Trouble};

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
    pub async fn open(self, limit: Duration) -> Result<TcpStream, Trouble> {
        timeout(limit, self.enter()).await.unwrap_or_else(|_| Err(Trouble::silence(limit)))
    }

    async fn enter(self) -> Result<TcpStream, Trouble> {
        let mut stream = TcpStream::connect(self.address).await.map_err(|error| Trouble::connection(&error))?;
        // A hello waits for its answer; nothing is gained by holding it back.
        stream.set_nodelay(true).map_err(|error| Trouble::connection(&error))?;
        if let Some(starttls) = self.starttls {
            starttls.ask(&mut stream).await?;
        }
        Ok(stream)
    }
}
