//! DNS as evidence: one question to one server, and what its answer means. Nothing is remembered between two questions.

mod answer;
mod exchange;
mod record;

use std::{
    net::{IpAddr, SocketAddr},
    path::Path,
};

pub use answer::{Answer, Said};
pub use exchange::{Question, ask};
pub use hickory_proto::rr::{Name, RecordType};
pub use record::Record;

use super::regular_file;
use crate::model::Size;

/// Where questions are taken.
pub const PORT: u16 = 53;

/// The C library asks no more of them than this.
const MOST_SERVERS: usize = 3;

/// The servers of this machine, from `/etc/resolv.conf` (resolv.conf(5)); the local one where it names none.
///
/// # Errors
/// Why the file cannot be read.
pub fn system_servers() -> Result<Vec<SocketAddr>, String> {
    let file = Path::new("/etc/resolv.conf");
    let text = regular_file::read_text(file, Size(64 << 10)).map_err(|error| format!("{} cannot be read: {error}", file.display()))?;
    let named = text.lines().filter_map(|line| line.trim_start().strip_prefix("nameserver")?.split_whitespace().next()?.parse().ok());
    let mut servers: Vec<SocketAddr> = named.map(|ip: IpAddr| SocketAddr::new(ip, PORT)).take(MOST_SERVERS).collect();
    if servers.is_empty() {
        servers.push((std::net::Ipv4Addr::LOCALHOST, PORT).into());
    }
    Ok(servers)
}

/// A name without its trailing dot, in small letters: names are the same in any case (RFC 4343).
pub fn written(name: &Name) -> String {
    let text = name.to_ascii().to_ascii_lowercase();
    if text == "." { text } else { text.trim_end_matches('.').to_owned() }
}
