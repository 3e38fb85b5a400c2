//! Asks a server whether it still speaks an old protocol version, and reads its answer.

use std::time::{Duration, Instant};

use rustls::pki_types::{CertificateDer, ServerName};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

use super::{Door, Version, client_hello};
use crate::model::Period;

/// The most that is read of an answer.
const MOST: usize = 128 * 1024;

/// What became of the offer of one protocol version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The server chose that very version.
    Accepted {
        /// The cipher suite it chose, by its IANA number.
        cipher: u16,
        /// The certificates it showed, in clear; empty if they did not come.
        chain: Vec<CertificateDer<'static>>,
    },
    /// It does not speak the version.
    Refused(String),
    /// It did not accept this offer, which does not prove that the version is off: another cipher suite might do.
    NotUsable(String),
    /// Nothing is known.
    Unknown(String),
}

/// Offers `version` and nothing newer to the server behind `door`, within `limit`.
pub async fn offer(door: Door, version: Version, name: Option<&ServerName<'_>>, limit: Duration) -> Answer {
    let start = Instant::now();
    let hello = match client_hello(version, name.and_then(dns)) {
        Ok(hello) => hello,
        Err(error) => return Answer::Unknown(error.to_string()),
    };
    let mut stream = match door.open(limit).await {
        Ok(stream) => stream,
        Err(trouble) => return Answer::Unknown(trouble.to_string()),
    };
    let mut heard = Heard::default();
    let asked = timeout(limit.saturating_sub(start.elapsed()), ask(&mut stream, &hello, &mut heard)).await;
    match (heard.hello(), asked) {
        (Some((chosen, cipher)), _) if chosen == version.bytes() => Answer::Accepted { cipher, chain: heard.chain() },
        (Some((chosen, _)), _) => Answer::Refused(format!("it answers with {} instead", named(chosen))),
        (None, Ok(end)) => end.unwrap_or_else(|| Answer::Unknown("the answer makes no sense".into())),
        (None, Err(_)) => Answer::Unknown(format!("no answer within {}", Period::from(limit))),
    }
}

/// Only host names are sent: an address is no SNI (RFC 6066, section 3).
fn dns<'a>(name: &'a ServerName<'_>) -> Option<&'a str> {
    match name {
        ServerName::DnsName(name) => Some(name.as_ref()),
        _ => None,
    }
}

async fn ask(stream: &mut TcpStream, hello: &[u8], heard: &mut Heard) -> Option<Answer> {
    if stream.write_all(hello).await.is_err() {
        return Some(Answer::Refused("it closes the connection".into()));
    }
    let mut stream = stream.take(MOST as u64);
    loop {
        match record(&mut stream).await {
            Err(error) if stream.limit() == 0 => return Some(Answer::Unknown(format!("it sends more than {} KiB: {error}", MOST / 1024))),
            Err(_) if heard.is_empty() => return Some(Answer::Refused("it closes the connection".into())),
            Err(_) => return None,
            // A warning, like "unrecognized name", is followed by the real answer.
            Ok((21, alert)) if alert.first() == Some(&1) && alert.get(1) != Some(&0) => {}
            Ok((21, alert)) => return Some(alert.get(1).map_or_else(|| Answer::Unknown("an empty alert".into()), |code| refusal(*code))),
            Ok((22, part)) => heard.0.extend(part),
            Ok(_) => return Some(Answer::Unknown("it answers with something that is not TLS".into())),
        }
        if heard.is_whole() {
            return None;
        }
    }
}

/// The type and the content of the next record; at most 2^14 + 2048 bytes (RFC 5246, section 6.2.3).
async fn record(stream: &mut (impl AsyncRead + Unpin)) -> std::io::Result<(u8, Vec<u8>)> {
    let mut head = [0; 5];
    stream.read_exact(&mut head).await?;
    let length = usize::from(u16::from_be_bytes([head[3], head[4]]));
    if head[1] != 3 || length > (1 << 14) + 2048 {
        return Ok((0, Vec::new()));
    }
    let mut content = vec![0; length];
    stream.read_exact(&mut content).await?;
    Ok((head[0], content))
}

/// What an alert says about the version that was offered, as measured on OpenSSL 3: 70 when it is switched off, 80 when
/// it is on but the security level forbids it, 40 when there is no common cipher suite.
fn refusal(code: u8) -> Answer {
    match code {
        70 => Answer::Refused("alert 70 protocol_version".into()),
        40 => Answer::NotUsable("alert 40 handshake_failure".into()),
        71 => Answer::NotUsable("alert 71 insufficient_security".into()),
        80 => Answer::NotUsable("alert 80 internal_error".into()),
        // These complain about the offer itself or its name, not about the version.
        20 | 22 | 50 | 112 => Answer::Unknown(format!("it answers with alert {code}, which says nothing about the version")),
        _ => Answer::NotUsable(format!("alert {code}")),
    }
}

fn named(version: [u8; 2]) -> String {
    match version {
        [3, 0] => "SSL 3.0".into(),
        [3, minor @ 1..=4] => format!("TLS 1.{}", minor - 1),
        [major, minor] => format!("version 0x{major:02x}{minor:02x}"),
    }
}

/// The handshake messages so far: each a type, three bytes of length, and that many bytes.
#[derive(Debug, Default)]
struct Heard(Vec<u8>);

impl Heard {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn messages(&self) -> impl Iterator<Item = (u8, &[u8])> {
        let mut rest = self.0.as_slice();
        std::iter::from_fn(move || {
            let (head, tail) = rest.split_at_checked(4)?;
            let (body, after) = tail.split_at_checked(counted(&head[1..]))?;
            rest = after;
            Some((head[0], body))
        })
    }

    /// Whether the ServerHello and the certificates behind it, or what comes in their place, are all there.
    fn is_whole(&self) -> bool {
        self.messages().any(|(kind, _)| !matches!(kind, 0 | 2))
    }

    /// The version and the cipher suite of the ServerHello.
    fn hello(&self) -> Option<([u8; 2], u16)> {
        let (_, body) = self.messages().find(|(kind, _)| *kind == 2)?;
        let version = [*body.first()?, *body.get(1)?];
        let after_session = 35 + usize::from(*body.get(34)?);
        let cipher = u16::from_be_bytes([*body.get(after_session)?, *body.get(after_session + 1)?]);
        Some((version, cipher))
    }

    /// The certificates of the Certificate message.
    fn chain(&self) -> Vec<CertificateDer<'static>> {
        let Some((_, body)) = self.messages().find(|(kind, _)| *kind == 11) else { return Vec::new() };
        let mut rest = body.get(3..).unwrap_or_default();
        let mut chain = Vec::new();
        while let Some((head, tail)) = rest.split_at_checked(3)
            && let Some((certificate, after)) = tail.split_at_checked(counted(head))
        {
            chain.push(CertificateDer::from(certificate.to_vec()));
            rest = after;
        }
        chain
    }
}

fn counted(length: &[u8]) -> usize {
    length.iter().fold(0, |all, byte| all << 8 | usize::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alerts_mean_what_was_measured() {
        assert_eq!(refusal(70), Answer::Refused("alert 70 protocol_version".into()));
        for code in [40, 71, 80] {
            assert!(matches!(refusal(code), Answer::NotUsable(_)), "{code}");
        }
        for code in [50, 112] {
            assert!(matches!(refusal(code), Answer::Unknown(_)), "{code}");
        }
    }

    #[test]
    fn half_an_answer_is_no_panic() {
        let mut hello = vec![2, 0, 0, 38, 3, 1];
        hello.extend([7; 32]);
        hello.extend([0, 0xc0, 0x13, 0]);
        hello.extend([11, 0, 0, 8, 0, 0, 5, 0, 0, 2, 0x30, 0x00]);
        for end in 0..hello.len() {
            let heard = Heard(hello[..end].to_vec());
            assert!(heard.chain().is_empty() && !heard.is_whole());
            assert_eq!(heard.hello().is_some(), end >= 42);
        }
        let heard = Heard(hello);
        assert_eq!(heard.hello(), Some(([3, 1], 0xc013)));
        assert_eq!(heard.chain(), [CertificateDer::from(vec![0x30, 0])]);
    }
}
