//! Every address behind a name: a pin of the plan, else all that the host's own resolver knows.

use std::{
    io,
    net::{IpAddr, SocketAddr},
};

use crate::net::{
    Pins,
    trouble::{EXHAUSTED, exhausted},
};

/// The addresses of `host`, each once, in the resolver's order. A pin replaces them all; an address is its own.
///
/// # Errors
/// Why there is none, as a sentence.
pub async fn addresses(pins: &Pins, host: &str, port: u16) -> Result<Vec<SocketAddr>, String> {
    if let Some(pin) = pins.get(host) {
        return Ok(vec![pin.socket(port)]);
    }
    if let Ok(ip) = host.parse::<IpAddr>() {
        return Ok(vec![SocketAddr::new(ip, port)]);
    }
    let why = |error: &io::Error| {
        if exhausted(error) { format!("{host} {EXHAUSTED}") } else { format!("the name {host} has no address: {error}") }
    };
    let found = tokio::net::lookup_host((host, port)).await.map_err(|error| why(&error))?;
    let mut all: Vec<SocketAddr> = Vec::new();
    for address in found {
        if !all.contains(&address) {
            all.push(address);
        }
    }
    if all.is_empty() { Err(format!("the name {host} has no address")) } else { Ok(all) }
}
