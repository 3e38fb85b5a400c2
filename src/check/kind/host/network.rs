//! What listens, and the interfaces.

use std::{
    collections::BTreeMap,
    fs,
    net::{Ipv4Addr, Ipv6Addr},
    path::Path,
};

use serde_json::{Map, Value, json};

use super::{
    facts::{Facts, Wanted},
    observe::{printed, text},
};
use crate::check::Context;

const INTERFACES: &str = "/sys/class/net";

/// States of the kernel (`net/tcp_states.h`): TCP that listens, UDP that is bound and talks to nobody.
const STATES: [(&str, &str); 2] = [("tcp", "0A"), ("udp", "07")];

/// By interface, with their prefix.
pub(super) type Addresses = BTreeMap<String, Vec<String>>;

pub(super) fn read(wanted: &Wanted, addresses: Option<Result<Addresses, String>>, facts: &mut Facts) {
    if wanted.names("ports").is_some() {
        let lists = STATES.iter().map(|(name, state)| Ok(((*name).to_owned(), Value::Array(listening(name, state)?))));
        facts.put("ports", lists.collect::<Result<Map<_, _>, String>>().map(Value::Object));
    }
    if wanted.names("interfaces").is_some() {
        let mut all = interfaces();
        match (addresses, &mut all) {
            (Some(Ok(addresses)), Ok(all)) => {
                for (name, interface) in all.iter_mut() {
                    interface["addresses"] = addresses.get(name).cloned().unwrap_or_default().into();
                }
            }
            (Some(Err(why)), _) => facts.lack(&["interfaces"], Some("addresses"), why),
            _ => {}
        }
        facts.put("interfaces", all.map(Value::Object));
    }
}

fn listening(protocol: &str, state: &str) -> Result<Vec<Value>, String> {
    let mut said = text(&format!("/proc/net/{protocol}"))?;
    // Where the kernel has no IPv6 nothing listens on it.
    if Path::new("/proc/sys/net/ipv6").exists() {
        said.push_str(&text(&format!("/proc/net/{protocol}6"))?);
    }
    let mut all: Vec<(u16, String)> = said.lines().filter_map(|line| socket(line, state)).collect();
    all.sort();
    all.dedup();
    Ok(all.into_iter().map(|(port, address)| json!({ "port": port, "address": address })).collect())
}

/// proc_pid_net(5): number, own address and port in hexadecimal, the other's, state.
fn socket(line: &str, state: &str) -> Option<(u16, String)> {
    let mut fields = line.split_whitespace();
    let (own, found) = (fields.nth(1)?, fields.nth(1)?);
    let (address, port) = own.split_once(':').filter(|_| found == state)?;
    // Each four bytes stand as the number that this machine makes of them.
    let word = |at: usize| u32::from_str_radix(address.get(at * 8..at * 8 + 8)?, 16).ok().map(u32::to_ne_bytes);
    let shown = match address.len() {
        8 => Ipv4Addr::from(word(0)?).to_string(),
        32 => {
            let bytes: Vec<u8> = [word(0)?, word(1)?, word(2)?, word(3)?].concat();
            Ipv6Addr::from(<[u8; 16]>::try_from(bytes).ok()?).to_canonical().to_string()
        }
        _ => return None,
    };
    Some((u16::from_str_radix(port, 16).ok()?, shown))
}

fn interfaces() -> Result<Map<String, Value>, String> {
    let failed = |error: std::io::Error| format!("`{INTERFACES}` cannot be read: {error}");
    let mut all = Map::new();
    for entry in fs::read_dir(INTERFACES).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let read = |file: &str| fs::read_to_string(entry.path().join(file)).map(|said| said.trim().to_owned());
        // A file among them is that of the bonding driver.
        let Ok(flags) = read("flags") else { continue };
        let flags = u32::from_str_radix(flags.trim_start_matches("0x"), 16).unwrap_or_default();
        let state = read("operstate").map_err(failed)?;
        let mtu = read("mtu").map_err(failed)?.parse::<u64>().map_err(|error| format!("the MTU of `{name}` is no number: {error}"))?;
        // IFF_UP is what an administrator set; loopback has no state beyond that.
        let up = flags & 1 == 1 && matches!(state.as_str(), "up" | "unknown");
        all.insert(name, json!({ "up": up, "state": state, "mtu": mtu, "mac": read("address").unwrap_or_default() }));
    }
    if all.is_empty() { Err(format!("`{INTERFACES}` is empty")) } else { Ok(all) }
}

/// The addresses of each, which no file tells; `None` where they are not asked for.
pub(super) async fn addresses(wanted: &Wanted, cx: &Context) -> Option<Result<Addresses, String>> {
    wanted.names("interfaces").filter(|names| names.mention("addresses"))?;
    let said = printed(cx, &["ip", "-json", "address", "show"], &[0]).await;
    Some(said.map_err(|error| error.to_string()).and_then(|(said, _)| {
        serde_json::from_str(&said)
            .map_err(|error| format!("`ip -json address show` prints something else: {error}"))
            .map(|all| listed(&all))
    }))
}

fn listed(all: &Value) -> Addresses {
    let of = |interface: &Value| {
        let all = interface["addr_info"].as_array()?.iter();
        let addresses = all.filter_map(|one| Some(format!("{}/{}", one["local"].as_str()?, one["prefixlen"].as_u64()?)));
        Some((interface["ifname"].as_str()?.to_owned(), addresses.collect()))
    };
    all.as_array().into_iter().flatten().filter_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::socket;

    #[test]
    fn a_socket_is_read_as_this_machine_writes_it() {
        let at = |bytes: [u8; 4]| format!("{:08X}", u32::from_ne_bytes(bytes));
        let line = |address: &str, state: &str| format!("   0: {address}:1538 00000000:0000 {state} 00000000:00000000 00:00000000 0 0 0 1");
        let four = line(&at([127, 0, 0, 1]), "0A");
        assert_eq!(socket(&four, "0A"), Some((5432, "127.0.0.1".into())));
        assert_eq!(socket(&four, "07"), None);
        let six = [[0x20, 1, 0xd, 0xb8], [0; 4], [0; 4], [0, 0, 0, 1]].map(at).concat();
        assert_eq!(socket(&line(&six, "0A"), "0A"), Some((5432, "2001:db8::1".into())));
        let mapped = [[0; 4], [0; 4], [0, 0, 0xff, 0xff], [10, 0, 0, 5]].map(at).concat();
        assert_eq!(socket(&line(&mapped, "0A"), "0A"), Some((5432, "10.0.0.5".into())));
        assert_eq!(socket("  sl  local_address rem_address   st tx_queue", "0A"), None);
    }
}
