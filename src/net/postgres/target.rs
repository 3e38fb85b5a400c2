//! Where a PostgreSQL database stands and how to log in to it.

use std::{
    net::IpAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use secrecy::{ExposeSecret as _, SecretString};

use super::{
    attrs::SessionAttrs,
    passfile::{self, Login},
    settings::{Settings, TargetError},
    tls::{Tls, home},
};
use crate::model::{Digest, ProcessEnv};

/// Everything a connection needs to know. Its password cannot be printed.
#[derive(Debug, Clone)]
pub struct Target {
    pub(super) hosts: Vec<Host>,
    pub(super) user: String,
    pub(super) database: String,
    pub(super) options: Option<String>,
    pub(super) tls: Tls,
    pub(super) channel_binding: tokio_postgres::config::ChannelBinding,
    pub(super) connect_timeout: Option<Duration>,
    pub(super) attrs: SessionAttrs,
    passfile: Option<PathBuf>,
    variables: Vec<&'static str>,
}

/// One of the hosts to try.
#[derive(Debug, Clone)]
pub(super) struct Host {
    pub(super) place: Place,
    /// The address to connect to instead of asking DNS.
    pub(super) address: Option<IpAddr>,
    pub(super) port: u16,
    pub(super) password: Password,
}

/// Where one host stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// By name or address.
    Tcp(String),
    /// The folder of a local socket.
    Socket(PathBuf),
}

/// The password, or why there is none.
#[derive(Debug, Clone)]
pub(super) enum Password {
    Known(SecretString),
    Absent(String),
}

impl Target {
    /// The database that `text` names: a URL or `key=value` settings. Without it, and for what it leaves out, PG*
    /// variables count, as in libpq. Opens nothing.
    ///
    /// # Errors
    /// When the settings are malformed, contradict each other, or demand what cannot be honoured.
    pub fn resolve(text: Option<&str>, env: &ProcessEnv) -> Result<Self, TargetError> {
        let settings = Settings::read(text, env)?;
        if text.is_none() && ["host", "hostaddr", "dbname", "user"].iter().all(|name| settings.given(name).is_none()) {
            return Err(TargetError::new("nothing says which database: give `database`, or PGHOST, PGDATABASE and PGUSER"));
        }
        let user = settings.value("user").or(env.get("USER")).or(env.get("LOGNAME"));
        let user = user.ok_or_else(|| TargetError::new("no user is given: write `user@` in the URL or set PGUSER"))?.to_owned();
        let password = settings.value("password").map(SecretString::from);
        let passfile = settings.value("passfile").map(PathBuf::from).or_else(|| Some(home(env)?.join(".pgpass")));
        Ok(Self {
            hosts: hosts(&settings, password.as_ref())?,
            database: settings.value("dbname").unwrap_or(&user).to_owned(),
            user,
            options: settings.value("options").map(str::to_owned),
            tls: Tls::resolve(&settings, env)?,
            channel_binding: channel_binding(&settings)?,
            connect_timeout: connect_timeout(&settings)?,
            attrs: SessionAttrs::resolve(&settings)?,
            passfile: passfile.filter(|_| password.is_none()),
            variables: ["password"].iter().filter_map(|name| settings.given(name)?.variable).collect(),
        })
    }

    /// With the certificate files taken from `root` where their paths are relative.
    #[must_use]
    pub fn under(mut self, root: &Path) -> Self {
        self.tls.under(root);
        self
    }

    /// With the password looked up in the password file, where none is given otherwise.
    #[must_use]
    pub fn with_passfile(mut self) -> Self {
        let Some(file) = &self.passfile else { return self };
        for host in &mut self.hosts {
            let names = host.names();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let login = Login { hosts: &names, port: host.port, database: &self.database, user: &self.user };
            host.password = match passfile::password(file, &login) {
                Ok(password) => Password::Known(SecretString::from(password)),
                Err(why) => Password::Absent(why),
            };
        }
        self
    }

    /// The passwords known so far, to be hidden before they are used.
    pub fn passwords(&self) -> impl Iterator<Item = &str> {
        self.hosts.iter().filter_map(|host| match &host.password {
            Password::Known(password) => Some(password.expose_secret()),
            Password::Absent(_) => None,
        })
    }

    /// The credentials taken from elsewhere than the text: `PGPASSWORD`, the path of the password file.
    pub fn credentials(&self) -> Vec<String> {
        let file = self.passfile.as_ref().filter(|_| self.hosts.iter().any(|host| matches!(host.password, Password::Absent(_))));
        let variables = self.variables.iter().map(|variable| (*variable).to_owned());
        variables.chain(file.map(|file| file.display().to_string())).collect()
    }

    /// Names the target in the report, without credentials: `postgres://db:5432/app`.
    pub fn shown(&self) -> String {
        let hosts: Vec<String> = self.hosts.iter().map(Host::shown).collect();
        format!("postgres://{}/{}", hosts.join(","), self.database)
    }

    /// The database's name.
    pub fn database(&self) -> &str {
        &self.database
    }

    /// Tells targets apart, logins and passwords included, without revealing them.
    pub fn fingerprint(&self) -> Digest {
        let mut text = format!(
            "{:?}\0{}\0{}\0{:?}\0{:?}\0{:?}\0{:?}\0{:?}",
            self.hosts, self.user, self.database, self.options, self.tls, self.channel_binding, self.connect_timeout, self.attrs
        );
        for password in self.passwords() {
            text.push('\0');
            text.push_str(password);
        }
        Digest::of(text.as_bytes())
    }
}

impl Host {
    /// For people: `db:5432`, `[::1]:5432`, `/run/postgresql:5432`.
    pub(super) fn shown(&self) -> String {
        match &self.place {
            Place::Tcp(name) if name.contains(':') => format!("[{name}]:{}", self.port),
            Place::Tcp(name) => format!("{name}:{}", self.port),
            Place::Socket(folder) => format!("{}:{}", folder.display(), self.port),
        }
    }

    /// What a line of the password file may call it.
    fn names(&self) -> Vec<String> {
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

/// Where libpq looks for a local server: Debian's and Red Hat's builds, and upstream's.
const SOCKET_FOLDERS: [&str; 2] = ["/var/run/postgresql", "/tmp"];

fn hosts(settings: &Settings, password: Option<&SecretString>) -> Result<Vec<Host>, TargetError> {
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
    let item = |list: &Option<Vec<String>>, i: usize| list.as_ref().and_then(|list| list.get(i)).filter(|item| !item.is_empty()).cloned();
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
        Ok(Host { place, address, port, password })
    };
    (0..count).map(host).collect()
}

fn default_folder() -> PathBuf {
    let folder = SOCKET_FOLDERS.into_iter().find(|folder| Path::new(folder).is_dir());
    PathBuf::from(folder.unwrap_or(SOCKET_FOLDERS[0]))
}

fn channel_binding(settings: &Settings) -> Result<tokio_postgres::config::ChannelBinding, TargetError> {
    use tokio_postgres::config::ChannelBinding;
    match settings.value("channel_binding") {
        None | Some("prefer") => Ok(ChannelBinding::Prefer),
        Some("disable") => Ok(ChannelBinding::Disable),
        Some("require") => Ok(ChannelBinding::Require),
        Some(_) => Err(TargetError::new("`channel_binding` is one of `disable`, `prefer` and `require`")),
    }
}

/// libpq: seconds; zero or less is no limit of its own, and 1 counts as 2.
fn connect_timeout(settings: &Settings) -> Result<Option<Duration>, TargetError> {
    let Some(text) = settings.value("connect_timeout") else { return Ok(None) };
    let seconds: i64 = text.trim().parse().map_err(|_| TargetError::new("`connect_timeout` is not a whole number of seconds"))?;
    Ok(u64::try_from(seconds).ok().filter(|seconds| *seconds > 0).map(|seconds| Duration::from_secs(seconds.max(2))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(variables: &[(&str, &str)]) -> ProcessEnv {
        variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn several_hosts_and_ports() {
        let target = Target::resolve(Some("postgres://u:pw@a:1,b,[::1]:3/app"), &env(&[])).expect("valid");
        assert_eq!(target.shown(), "postgres://a:1,b:5432,[::1]:3/app");
        let error = Target::resolve(Some("host=a,b,c port=1,2 user=u"), &env(&[])).expect_err("invalid");
        assert_eq!(error.to_string(), "2 ports for 3 hosts: give one, or one a host");
    }

    #[test]
    fn variables_alone_name_a_database() {
        let env = env(&[("PGHOST", "/run/pg"), ("PGUSER", "app"), ("PGPASSWORD", "hunter2hunter2")]);
        let target = Target::resolve(None, &env).expect("valid");
        assert_eq!(target.shown(), "postgres:///run/pg:5432/app");
        assert_eq!(target.credentials(), ["PGPASSWORD"]);
        assert!(!format!("{target:?}").contains("hunter2"));
    }

    #[test]
    fn nothing_given_is_an_error_and_not_the_local_server() {
        let error = Target::resolve(None, &env(&[("USER", "root"), ("HOME", "/root")])).expect_err("nothing given");
        assert!(error.to_string().starts_with("nothing says which database"), "{error}");
    }

    #[test]
    fn another_password_is_another_target() {
        let of = |text: &str| Target::resolve(Some(text), &env(&[])).expect("valid").fingerprint();
        assert_eq!(of("postgres://u:one@db/app"), of("user=u password=one host=db dbname=app"));
        assert_ne!(of("postgres://u:one@db/app"), of("postgres://u:two@db/app"));
    }
}
