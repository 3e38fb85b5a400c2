//! Name servers: Knot has zones of its own, dnsmasq asks others.

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr, UdpSocket},
    path::Path,
    time::Duration,
};

use hickory_proto::{
    op::{Message, Query},
    rr::{Name, RecordType},
};

use super::{Guarded, folder, own};

/// A running name server.
pub(crate) struct NameServer {
    pub(crate) address: SocketAddr,
    _guarded: Guarded,
}

impl NameServer {
    /// Knot with these zones: their names, and their records as zone files write them.
    pub(crate) fn knot(zones: &[(&str, &str)]) -> Self {
        let (folder, port) = (folder(), crate::port::unused());
        let place = folder.display();
        let mut settings = format!(
            "server:\n    listen: 127.0.0.1@{port}\n    rundir: {place}\ndatabase:\n    storage: {place}/db\nlog:\n  - target: stderr\n    any: info\nzone:\n"
        );
        for (name, records) in zones {
            settings += &format!("  - domain: {name}\n    storage: {place}\n    file: {name}.zone\n");
            fs::write(folder.join(format!("{name}.zone")), format!("$ORIGIN {name}.\n{records}\n")).expect("written");
        }
        fs::write(folder.join("knot.conf"), settings).expect("written");
        own(&folder);
        Self::start(&folder, port, &["/usr/sbin/knotd", "-c", folder.join("knot.conf").to_str().expect("a plain path")], zones[0].0)
    }

    /// dnsmasq with these arguments.
    pub(crate) fn dnsmasq(arguments: &[&str], known: &str) -> Self {
        let (folder, port) = (folder(), crate::port::unused());
        let port_argument = format!("--port={port}");
        let all = ["/usr/sbin/dnsmasq", "-k", "--conf-file=/dev/null", "--no-resolv", "--no-hosts", "--pid-file=", "--bind-interfaces"];
        let own = ["--listen-address=127.0.0.1", "--user=", "--cache-size=0", port_argument.as_str()];
        Self::start(&folder, port, &[&all[..], &own, arguments].concat(), known)
    }

    fn start(folder: &Path, port: u16, command: &[&str], known: &str) -> Self {
        assert!(Path::new(command[0]).exists(), "no {}: `apt-get install knot dnsmasq-base`", command[0]);
        let guarded = Guarded::start(folder, "KILL", command);
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        guarded.wait_until(|| answers(address, known));
        Self { address, _guarded: guarded }
    }
}

/// Whether the server says something of `name` that is no error.
fn answers(address: SocketAddr, name: &str) -> bool {
    let mut message = Message::query();
    message.add_query(Query::query(format!("{name}.").parse::<Name>().expect("a name"), RecordType::SOA));
    let Ok(socket) = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)) else { return false };
    let _ = socket.set_read_timeout(Some(Duration::from_millis(200)));
    let mut reply = [0; 4096];
    let sent = socket.connect(address).and_then(|()| socket.send(&message.to_vec().expect("a message")));
    sent.and_then(|_| socket.recv(&mut reply))
        .is_ok_and(|length| Message::from_vec(&reply[..length]).is_ok_and(|reply| u16::from(reply.metadata.response_code) == 0))
}
