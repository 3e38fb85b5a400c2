//! Where a PostgreSQL database stands and how to log in to it.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use secrecy::{ExposeSecret as _, SecretString};

use super::{
    attrs::SessionAttrs,
    host::{Host, Password},
    passfile::{self, Login},
    settings::Settings,
    tls::{Tls, home},
    trouble::TargetError,
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
    schemas: Vec<String>,
    passfile: Option<PathBuf>,
    variables: Vec<&'static str>,
}

impl Target {
    /// The database that `text` names: a URL or `key=value` settings. Without it, and for what it leaves out, PG*
    /// variables count, as in libpq. Opens nothing.
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
            hosts: Host::all(&settings, password.as_ref())?,
            database: settings.value("dbname").unwrap_or(&user).to_owned(),
            user,
            options: settings.value("options").map(str::to_owned),
            tls: Tls::resolve(&settings, env)?,
            channel_binding: channel_binding(&settings)?,
            connect_timeout: connect_timeout(&settings)?,
            attrs: SessionAttrs::resolve(&settings)?,
            schemas: settings.schemas(),
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

    /// The schemas that the text puts on the search path, as Prisma's and Java's URLs do.
    pub fn schemas(&self) -> &[String] {
        &self.schemas
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

    proptest::proptest! {
        /// Whatever somebody forgets to encode, no error and no name shows it, and nothing panics.
        #[test]
        fn a_password_as_it_is_never_shows(before in "[ -~]{0,4}[ /?@=&:]?", after in "[ =&@/?]?[ -~]{0,4}", rest in "[ -~]{0,20}") {
            for text in [
                format!("postgres://app:{before}s3cret{after}@db/app"),
                format!("postgres://app:{before}s3cret{after}@db/app?{rest}"),
                format!("host=db password={before}s3cret{after} dbname=app"),
            ] {
                let shown = match Target::resolve(Some(&text), &env(&[("USER", "app")])) {
                    Ok(target) => format!("{} {target:?}", target.shown()),
                    Err(error) => error.to_string(),
                };
                proptest::prop_assert!(!shown.contains("s3cret"), "{text}: {shown}");
            }
        }
    }
}
