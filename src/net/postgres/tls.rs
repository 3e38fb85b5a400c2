//! `sslmode` and its companions, by libpq's rules. Source: libpq manual, "SSL Support".

use std::{
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

use rustls::ClientConfig;

use super::{settings::Settings, trouble::TargetError};
use crate::{
    model::ProcessEnv,
    net::{
        Reach,
        tls::{self, Identity, Verify},
    },
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SslMode {
    Disable,
    Allow,
    Prefer,
    Require,
    VerifyCa,
    VerifyFull,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Roots {
    /// `sslrootcert=system`.
    System,
    /// `sslrootcert=FILE`.
    File(PathBuf),
    /// `~/.postgresql/root.crt` where it exists.
    Default,
}

#[derive(Debug, Clone)]
pub(super) struct Tls {
    pub(super) mode: SslMode,
    pub(super) direct: bool,
    roots: Roots,
    certificate: Option<PathBuf>,
    key: Option<PathBuf>,
    /// `~/.postgresql`, where libpq looks for what is not given.
    folder: Option<PathBuf>,
}

/// How one attempt talks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wiring {
    Plain,
    /// With TLS; without it if the server has none.
    TlsIfOffered,
    /// With TLS or not at all.
    Tls,
}

impl Tls {
    pub(super) fn resolve(settings: &Settings, env: &ProcessEnv) -> Result<Self, TargetError> {
        let roots = match settings.value("sslrootcert") {
            None => Roots::Default,
            Some("system") => Roots::System,
            Some(file) => Roots::File(PathBuf::from(file)),
        };
        let mode = match (settings.value("sslmode"), &roots) {
            (None, Roots::System) => SslMode::VerifyFull,
            (None, _) if settings.value("requiressl") == Some("1") => SslMode::Require,
            (None | Some("prefer"), _) => SslMode::Prefer,
            (Some("disable"), _) => SslMode::Disable,
            (Some("allow"), _) => SslMode::Allow,
            (Some("require"), _) => SslMode::Require,
            (Some("verify-ca"), _) => SslMode::VerifyCa,
            (Some("verify-full"), _) => SslMode::VerifyFull,
            (Some(_), _) => {
                let known = "`disable`, `allow`, `prefer`, `require`, `verify-ca` and `verify-full`";
                return Err(TargetError::new(format!("`sslmode` is one of {known}")));
            }
        };
        if roots == Roots::System && mode != SslMode::VerifyFull {
            return Err(TargetError::new(
                "`sslrootcert=system` wants `sslmode=verify-full`: anyone can get a publicly trusted certificate",
            ));
        }
        let direct = match settings.value("sslnegotiation") {
            None | Some("postgres") => false,
            Some("direct") => true,
            Some(_) => return Err(TargetError::new("`sslnegotiation` is `postgres` or `direct`")),
        };
        if direct && matches!(mode, SslMode::Disable | SslMode::Allow | SslMode::Prefer) {
            return Err(TargetError::new("`sslnegotiation=direct` wants `sslmode=require` or stricter"));
        }
        let path = |name: &str| settings.value(name).map(PathBuf::from);
        let folder = home(env).map(|home| home.join(".postgresql"));
        Ok(Self { mode, direct, roots, certificate: path("sslcert"), key: path("sslkey"), folder })
    }

    pub(super) fn under(&mut self, root: &Path) {
        let roots = if let Roots::File(file) = &mut self.roots { Some(file) } else { None };
        for path in roots.into_iter().chain(&mut self.certificate).chain(&mut self.key) {
            *path = root.join(&path);
        }
    }

    /// The attempts one address is worth, in order.
    pub(super) fn wirings(&self) -> &'static [Wiring] {
        match self.mode {
            SslMode::Disable => &[Wiring::Plain],
            SslMode::Allow => &[Wiring::Plain, Wiring::Tls],
            SslMode::Prefer => &[Wiring::TlsIfOffered, Wiring::Plain],
            SslMode::Require | SslMode::VerifyCa | SslMode::VerifyFull => &[Wiring::Tls],
        }
    }

    /// What rustls is to do; `None` where TLS is never used. Reads certificate files.
    pub(super) fn config(&self, reach: &Reach) -> Result<Option<ClientConfig>, TargetError> {
        if self.mode == SslMode::Disable {
            return Ok(None);
        }
        let file = match &self.roots {
            Roots::System => None,
            Roots::File(file) => Some(file.clone()),
            Roots::Default => self.default_file("root.crt"),
        };
        // libpq: with a root file every mode verifies the chain, so `require` is then `verify-ca`.
        let verify = match self.mode {
            SslMode::VerifyFull => Verify::FullOrListed,
            SslMode::VerifyCa => Verify::Chain,
            _ if file.is_some() => Verify::Chain,
            _ => Verify::Nothing,
        };
        let wrong = |error: tls::TlsError| TargetError::new(error.to_string());
        let roots = file.map(|file| reach.file_roots(&file)).transpose().map_err(wrong)?;
        let roots = roots.unwrap_or_else(|| if verify == Verify::Nothing { rustls::RootCertStore::empty() } else { reach.roots().clone() });
        let mut config = tls::client_config(roots, verify, reach.at(), self.identity()?).map_err(wrong)?;
        if self.direct {
            // The protocol name that PostgreSQL 17 demands of direct connections.
            config.alpn_protocols = vec![b"postgresql".to_vec()];
        }
        Ok(Some(config))
    }

    fn identity(&self) -> Result<Option<Identity>, TargetError> {
        let Some(certificate) = self.certificate.clone().or_else(|| self.default_file("postgresql.crt")) else { return Ok(None) };
        let Some(key) = self.key.clone().or_else(|| self.default_file("postgresql.key")) else {
            return Err(TargetError::new(format!("the certificate {} has no key: give `sslkey`", certificate.display())));
        };
        let shown = key.display();
        let about = std::fs::metadata(&key).map_err(|error| TargetError::new(format!("the key {shown} cannot be read: {error}")))?;
        // libpq's rule: 0600, or 0640 if root owns it.
        let open = if about.uid() == 0 { 0o027 } else { 0o077 };
        if about.mode() & open != 0 {
            return Err(TargetError::new(format!("the key {shown} is open to others: `chmod 0600 {shown}`")));
        }
        Identity::read(&certificate, &key).map(Some).map_err(|error| TargetError::new(error.to_string()))
    }

    fn default_file(&self, name: &str) -> Option<PathBuf> {
        self.folder.as_ref().map(|folder| folder.join(name)).filter(|file| file.is_file())
    }
}

/// The user's folder.
pub(super) fn home(env: &ProcessEnv) -> Option<PathBuf> {
    env.get("HOME").map(PathBuf::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(text: &str) -> Result<SslMode, String> {
        let settings = Settings::read(Some(text), &ProcessEnv::default()).expect("valid");
        Tls::resolve(&settings, &ProcessEnv::default()).map(|tls| tls.mode).map_err(|error| error.to_string())
    }

    #[test]
    fn libpqs_defaults_and_refusals() {
        assert_eq!(mode("host=db"), Ok(SslMode::Prefer));
        assert_eq!(mode("host=db requiressl=1"), Ok(SslMode::Require));
        assert_eq!(mode("host=db sslrootcert=system"), Ok(SslMode::VerifyFull));
        for text in ["host=db sslrootcert=system sslmode=require", "host=db sslmode=verify", "host=db sslnegotiation=direct"] {
            assert!(mode(text).is_err(), "{text}");
        }
    }
}
