//! The demo's folder: plan, settings, throw-away keys and whose they are. Nothing is written anywhere else.

use std::{
    fs,
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use ring::rand::{SecureRandom as _, SystemRandom};
use ssh_key::{Algorithm, LineEnding, PrivateKey, rand_core::OsRng};

use crate::model::looks_secret;

const PLAN: &str = include_str!("../../templates/demo/gonogo.yaml");
const SETTINGS: &str = include_str!("../../templates/demo/prod.env");

/// Each key's file, and whose it is in the plan.
const KEYS: [(&str, &str); 2] = [("release-manager", "robin@shop.example"), ("pipeline", "pipeline@shop.example")];

/// Where the demo's files are.
pub struct DemoFolder {
    path: PathBuf,
    /// The ledger's file in it. gonogo remembers the newest entry of each ledger that it saw, so each demo has another one.
    ledger: String,
}

/// What was changed: the two lines of a difference, each time.
type Changes = io::Result<Vec<[String; 2]>>;

impl DemoFolder {
    /// Makes the folder with everything in it, for a shop on this port.
    ///
    /// # Errors
    /// [`io::ErrorKind::DirectoryNotEmpty`] where something is there already, else what the system says.
    pub fn make(path: PathBuf, port: u16) -> io::Result<Self> {
        if fs::read_dir(&path).is_ok_and(|mut entries| entries.next().is_some()) {
            return Err(io::Error::new(io::ErrorKind::DirectoryNotEmpty, "it is there already, and not empty"));
        }
        let folder = Self { path, ledger: format!(".gonogo/{}.db", &random()?[..8]) };
        folder.fill(port)?;
        Ok(folder)
    }

    fn fill(&self, port: u16) -> io::Result<()> {
        fs::create_dir_all(self.path.join("keys"))?;
        // Throw-away keys are nobody's work: git leaves all of it out.
        self.write(".gitignore", "*\n", 0o644)?;
        self.write("gonogo.yaml", &format!("{PLAN}\n# The record: a ledger of this demo's own.\nledger: {}\n", self.ledger), 0o644)?;
        self.write("prod.env", SETTINGS, 0o600)?;
        self.set([("SHOP_PORT", port.to_string())])?;
        let mut signers = String::from("# Whose keys are whose, as `ssh-keygen -Y verify` takes it.\n");
        for (name, person) in KEYS {
            let key = PrivateKey::random(&mut OsRng, Algorithm::Ed25519).map_err(io::Error::other)?;
            self.write(&format!("keys/{name}"), &key.to_openssh(LineEnding::LF).map_err(io::Error::other)?, 0o600)?;
            let public = key.public_key().to_openssh().map_err(io::Error::other)?;
            signers.push_str(&format!("{person} namespaces=\"gonogo\" {public}\n"));
        }
        self.write("signers", &signers, 0o644)
    }

    /// The folder itself.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The shop's settings.
    pub fn settings(&self) -> PathBuf {
        self.path.join("prod.env")
    }

    /// Mends what is wrong in the settings.
    ///
    /// # Errors
    /// Where they cannot be read or written.
    pub fn mend(&self) -> Changes {
        self.set([("SESSION_SECRET", random()?), ("CORS_ORIGINS", "https://shop.example".into()), ("ORDER_WORKERS", "2".into())])
    }

    /// Rolls the release out.
    ///
    /// # Errors
    /// Where the settings cannot be read or written.
    pub fn release(&self) -> Changes {
        self.set([("SHOP_VERSION", "1.4.2".into())])
    }

    /// Makes a GO of the NO-GO on record, in a copy of the ledger, `forged.db`.
    ///
    /// # Errors
    /// Where the copy cannot be made.
    pub fn forge(&self) -> Changes {
        // As long as it was: everything stays where it was. SQLite may have left the same bytes where nothing is any more.
        let [no, go] = ["\"verdict\":\"no-go\"", "\"verdict\":   \"go\""];
        let mut bytes = fs::read(self.path.join(&self.ledger))?;
        for at in 0..bytes.len().saturating_sub(no.len()) {
            if bytes[at..].starts_with(no.as_bytes()) {
                bytes[at..at + go.len()].copy_from_slice(go.as_bytes());
            }
        }
        fs::write(self.path.join("forged.db"), bytes)?;
        Ok(vec![[format!("-{no}"), format!("+{go}")]])
    }

    fn set<const N: usize>(&self, wanted: [(&str, String); N]) -> Changes {
        let mut lines: Vec<String> = fs::read_to_string(self.settings())?.lines().map(str::to_owned).collect();
        let mut changes = Vec::new();
        for (key, value) in wanted {
            let start = format!("{key}=");
            for line in lines.iter_mut().filter(|line| line.starts_with(&start)) {
                let before = std::mem::replace(line, format!("{start}{value}"));
                changes.push([format!("-{}", shown(key, &before)), format!("+{}", shown(key, line))]);
            }
        }
        fs::write(self.settings(), lines.join("\n") + "\n")?;
        Ok(changes)
    }

    fn write(&self, name: &str, text: &str, mode: u32) -> io::Result<()> {
        fs::File::options().write(true).create_new(true).mode(mode).open(self.path.join(name))?.write_all(text.as_bytes())
    }
}

/// A line of the settings. A secret is shown only where it is the one that this program publishes.
fn shown(key: &str, line: &str) -> String {
    if looks_secret(key) && !SETTINGS.lines().any(|published| published == line) {
        format!("{key}=(a secret, not shown)")
    } else {
        line.to_owned()
    }
}

/// A word of 64 hexadecimal digits that nobody can guess.
fn random() -> io::Result<String> {
    let mut bytes = [0; 32];
    SystemRandom::new().fill(&mut bytes).map_err(|_| io::Error::other("the system gives no random numbers"))?;
    Ok(data_encoding::HEXLOWER.encode(&bytes))
}
