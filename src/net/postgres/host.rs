//! The hosts of a target.

use std::{
    net::IpAddr,
    path::{Path, PathBuf},
};

use secrecy::SecretString;

use super::{settings::Settings, trouble::TargetError};

#[derive(Debug, Clone)]
pub(super) struct Host {
    pub(super) place: Place,
    /// The address to connect to instead of asking DNS.
    pub(super) address: Option<IpAddr>,
    pub(super) port: u16,
    pub(super) password: Password,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    Tcp(String),
    /// The folder of a local socket.
    Socket(PathBuf),
}

#[derive(Debug, Clone)]
pub(super) enum Password {
    Known(SecretString),
    Absent(String),
}

/// Where libpq looks for a local server: Debian's and Red Hat's builds, and upstream's.
const SOCKET_FOLDERS: [&str; 2] = ["/var/run/postgresql", "/tmp"];

impl Host {
    /// The hosts that the settings name, in their order.
    pub(super) fn all(settings: &Settings, password: Option<&SecretString>) -> Result<Vec<Self>, TargetError> {
        let list = |name: &str| settings.value(name).map(|value| value.split(',').map(str::to_owned).collect::<Vec<_>>());
        let (names, addresses, ports) = (list("host"), list("hostaddr"), list("port").unwrap_or_default());
        let count = names.as_ref().or(addresses.as_ref()).map_or(1, Vec::len);
        if let (Some(names), Some(addresses)) = (&names, &addresses)
            && names.len() != addresses.len()
        {
            return Err(TargetError::new(format!("{} hosts but {} addresses in `hostaddr`", names.len(), addresses.len())));
        }
        if ports.len() > 1 && ports.len() != count {
            return Err(TargetError::new(format!("{} ports for {count} hosts: give one, or one a host", ports.len())));
        }
        let item =
            |list: &Option<Vec<String>>, i: usize| list.as_ref().and_then(|list| list.get(i)).filter(|item| !item.is_empty()).cloned();
        let host = |i: usize| {
            let address = item(&addresses, i).map(|text| text.parse().map_err(|_| TargetError::new("`hostaddr` is not an IP address")));
            let address = address.transpose()?;
            let place = match (item(&names, i), address) {
                (Some(name), _) if name.starts_with('/') => Place::Socket(PathBuf::from(name)),
                (Some(name), _) if name.starts_with('@') => return Err(TargetError::new("abstract sockets are not supported")),
                (Some(name), _) => Place::Tcp(name),
                (None, Some(address)) => Place::Tcp(IpAddr::to_string(&address)),
                (None, None) => Place::Socket(default_folder()),
            };
            let port = ports.get(i).or(ports.first()).map_or("", String::as_str).trim();
            let port = if port.is_empty() { Ok(5432) } else { port.parse() };
            let port = port.ok().filter(|port| *port != 0).ok_or_else(|| TargetError::new("a port is not a number from 1 to 65535"))?;
            let password = password.map_or_else(|| Password::Absent("none is given".into()), |known| Password::Known(known.clone()));
            Ok(Self { place, address, port, password })
        };
        (0..count).map(host).collect()
    }

    /// For people: `db:5432`, `db=10.0.0.7:5432`, `[::1]:5432`, `/run/postgresql:5432`.
    pub(super) fn shown(&self) -> String {
        match &self.place {
            Place::Tcp(name) => {
                // Where the name does not say where the connection goes, the address is said too.
                let address = self.address.map(|address| address.to_string()).filter(|address| address != name);
                let name = if name.contains(':') { format!("[{name}]") } else { name.clone() };
                format!("{name}{}:{}", address.map_or(String::new(), |address| format!("={address}")), self.port)
            }
            Place::Socket(folder) => format!("{}:{}", folder.display(), self.port),
        }
    }

    /// What a line of the password file may call it.
    pub(super) fn names(&self) -> Vec<String> {
        match &self.place {
            Place::Tcp(name) => vec![name.clone()],
            Place::Socket(folder) => {
                let mut names = vec![folder.display().to_string()];
                names.extend(SOCKET_FOLDERS.iter().any(|default| folder == Path::new(default)).then(|| "localhost".to_owned()));
                names
            }
        }
    }
}

fn default_folder() -> PathBuf {
    let folder = SOCKET_FOLDERS.into_iter().find(|folder| Path::new(folder).is_dir());
    PathBuf::from(folder.unwrap_or(SOCKET_FOLDERS[0]))
}
