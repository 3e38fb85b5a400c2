//! What is said in clear text before TLS begins, by protocol.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use super::Trouble;
use crate::model::{excerpt, plain};

/// A protocol that begins in clear text and turns to TLS when asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum StartTls {
    /// PostgreSQL: an SSLRequest first.
    Postgres,
    /// MySQL and MariaDB: an SSLRequest after the server's greeting.
    Mysql,
    /// LDAP: the extended operation of RFC 4511, 4.14.
    Ldap,
    /// SMTP and submission: `STARTTLS` (RFC 3207).
    Smtp,
    /// IMAP: `STARTTLS` (RFC 9051).
    Imap,
    /// POP3: `STLS` (RFC 2595).
    Pop3,
    /// FTP: `AUTH TLS` (RFC 4217).
    Ftp,
}

/// A dialogue in lines. Each step: what is sent, and how the last line of the answer begins.
type Lines = &'static [(&'static str, &'static str)];

const SMTP: Lines = &[("", "220 "), ("EHLO gonogo.invalid\r\n", "250 "), ("STARTTLS\r\n", "220 ")];
const IMAP: Lines = &[("", "* OK"), ("a STARTTLS\r\n", "a OK")];
const POP3: Lines = &[("", "+OK"), ("STLS\r\n", "+OK")];
const FTP: Lines = &[("", "220 "), ("AUTH TLS\r\n", "234 ")];

/// PostgreSQL's SSLRequest: the length, and a number no protocol version will have (PostgreSQL manual, 54.7).
const POSTGRES: [u8; 8] = [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f];

/// An LDAP message, number 1: the extended request 1.3.6.1.4.1.1466.20037.
const LDAP: &[u8] = b"\x30\x1d\x02\x01\x01\x77\x18\x80\x161.3.6.1.4.1.1466.20037";

/// Of MySQL's capabilities: `CLIENT_PROTOCOL_41`, `CLIENT_SSL` and `CLIENT_SECURE_CONNECTION`.
const MYSQL: [u16; 3] = [0x0200, 0x0800, 0x8000];

/// The most of an answer in clear text.
const MOST: usize = 16 * 1024;

impl StartTls {
    /// Brings the connection to where TLS begins. Nothing is read beyond that: what a man in the middle puts behind it must not
    /// pass for the encrypted answer (CVE-2021-23222, CVE-2021-38371).
    pub(super) async fn ask(self, stream: &mut TcpStream) -> Result<(), Trouble> {
        match self {
            Self::Postgres => postgres(stream).await,
            Self::Mysql => mysql(stream).await,
            Self::Ldap => ldap(stream).await,
            Self::Smtp => lines(stream, "SMTP", SMTP).await,
            Self::Imap => lines(stream, "IMAP", IMAP).await,
            Self::Pop3 => lines(stream, "POP3", POP3).await,
            Self::Ftp => lines(stream, "FTP", FTP).await,
        }
    }
}

fn lost(error: std::io::Error) -> Trouble {
    Trouble::connection(&error)
}

async fn lines(stream: &mut TcpStream, protocol: &str, steps: Lines) -> Result<(), Trouble> {
    for (at, (sent, wanted)) in steps.iter().enumerate() {
        stream.write_all(sent.as_bytes()).await.map_err(lost)?;
        let last = answer(stream, wanted, at == 0).await?;
        if !last.starts_with(wanted) {
            let said = excerpt(&plain(&last), 60);
            let why = if at == 0 {
                format!("is no {protocol} server: it greets with `{said}`")
            } else {
                format!("answers `{}` with `{said}`", sent.trim_end())
            };
            return Err(Trouble::Refused(if at + 1 == steps.len() { format!("offers no TLS: it {why}") } else { why }));
        }
    }
    Ok(())
}

/// The last line of an answer: lines before it have a hyphen behind their number (SMTP, FTP), or are untagged (IMAP).
async fn answer(stream: &mut TcpStream, wanted: &str, greeting: bool) -> Result<String, Trouble> {
    let mut read = 0;
    loop {
        let mut line = Vec::new();
        while line.last() != Some(&b'\n') {
            line.push(stream.read_u8().await.map_err(lost)?);
            read += 1;
            if read > MOST {
                return Err(Trouble::Refused(format!("sends more than {} KiB before TLS", MOST / 1024)));
            }
        }
        let goes_on = line.get(3) == Some(&b'-') || !greeting && wanted.starts_with('a') && line.starts_with(b"* ");
        if !goes_on {
            return Ok(String::from_utf8_lossy(&line).trim_end().to_owned());
        }
    }
}

async fn postgres(stream: &mut TcpStream) -> Result<(), Trouble> {
    stream.write_all(&POSTGRES).await.map_err(lost)?;
    match stream.read_u8().await.map_err(lost)? {
        b'S' => Ok(()),
        b'N' => Err(Trouble::Refused("offers no TLS: PostgreSQL answers `N` to the request for it (`ssl = off`)".into())),
        b'E' => Err(Trouble::Refused("answers the request for TLS with an error".into())),
        other => Err(Trouble::Refused(format!("is no PostgreSQL: it answers the request for TLS with byte 0x{other:02x}"))),
    }
}

/// The greeting says what the server can; the request is the head of a login without a name (MySQL manual, "SSLRequest").
async fn mysql(stream: &mut TcpStream) -> Result<(), Trouble> {
    let mut head = [0; 4];
    stream.read_exact(&mut head).await.map_err(lost)?;
    let mut greeting = vec![0; usize::from(head[0]) | usize::from(head[1]) << 8];
    if head[2] != 0 || greeting.len() > MOST {
        return Err(Trouble::Refused("is no MySQL: its greeting makes no sense".into()));
    }
    stream.read_exact(&mut greeting).await.map_err(lost)?;
    // Protocol 10, the version up to a zero, four bytes of thread, eight of salt, one zero, then the capabilities.
    let version = greeting.iter().position(|byte| *byte == 0).filter(|_| greeting.first() == Some(&10));
    let Some(&[low, high]) = version.and_then(|end| greeting.get(end + 14..end + 16)) else {
        let said = excerpt(&plain(&String::from_utf8_lossy(&greeting)), 60);
        return Err(Trouble::Refused(format!("greets with no MySQL handshake: `{said}`")));
    };
    if u16::from_le_bytes([low, high]) & MYSQL[1] == 0 {
        return Err(Trouble::Refused("offers no TLS: MySQL's greeting lacks the capability".into()));
    }
    let mut request = vec![32, 0, 0, 1];
    request.extend(MYSQL.iter().sum::<u16>().to_le_bytes());
    request.extend([0, 0, 0, 0, 0, 1, 33]);
    request.resize(36, 0);
    stream.write_all(&request).await.map_err(lost)
}

async fn ldap(stream: &mut TcpStream) -> Result<(), Trouble> {
    stream.write_all(LDAP).await.map_err(lost)?;
    let mut head = [0; 2];
    stream.read_exact(&mut head).await.map_err(lost)?;
    // A length of 0x81 to 0x84 is that of so many bytes that follow.
    let mut length = usize::from(head[1]);
    if let 0x81..=0x84 = head[1] {
        length = 0;
        for _ in 0x80..head[1] {
            length = length << 8 | usize::from(stream.read_u8().await.map_err(lost)?);
        }
    }
    if head[0] != 0x30 || length > MOST {
        return Err(Trouble::Refused("is no LDAP server: its answer to the request for TLS makes no sense".into()));
    }
    let mut answer = vec![0; length];
    stream.read_exact(&mut answer).await.map_err(lost)?;
    // The result code is the only enumeration (tag 10) of one byte in an extended response (tag 0x78).
    let code = answer.windows(3).find(|three| three[..2] == [10, 1]).map(|three| three[2]);
    match code.filter(|_| answer.get(3) == Some(&0x78)) {
        Some(0) => Ok(()),
        Some(code) => Err(Trouble::Refused(format!("offers no TLS: LDAP answers the request for it with result {code}"))),
        None => Err(Trouble::Refused("answers the request for TLS with something else".into())),
    }
}
