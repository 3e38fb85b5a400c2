//! Asks a binary key revocation list, through `ssh-keygen -Q`.

use std::{
    collections::BTreeMap,
    fs, io,
    path::Path,
    time::{Duration, Instant},
};

use super::Revocation;
use crate::{
    ledger::signing::{private_folder, public::PublicKey},
    model::ProcessEnv,
    net::command::{Command, LARGEST},
};

/// How long `ssh-keygen` may take for one batch of keys.
const TIME: Duration = Duration::from_secs(20);
/// How many keys are asked about at once: their names must fit one command line.
const BATCH: usize = 500;

/// What the list says of each key, by fingerprint. A key of which it said nothing plain is [`Revocation::Unknown`].
pub(super) async fn ask(list: &[u8], keys: &[&PublicKey], env: &ProcessEnv) -> BTreeMap<String, Revocation> {
    let mut said = BTreeMap::new();
    for batch in keys.chunks(BATCH) {
        let answers = batch_of(list, batch, env).await;
        for (number, key) in batch.iter().enumerate() {
            let answer = match &answers {
                Ok(answers) => answer(answers, &name(number)),
                Err(why) => Revocation::Unknown(why.clone()),
            };
            said.insert(key.name().fingerprint, answer);
        }
    }
    said
}

fn name(number: usize) -> String {
    format!("{number}.pub")
}

/// A line `NAME (COMMENT): ok` or `NAME (COMMENT): REVOKED`.
fn answer(answers: &str, name: &str) -> Revocation {
    let line = answers.lines().filter_map(|line| line.rsplit_once(": ")).find(|(of, _)| of.split(' ').next() == Some(name));
    match line {
        Some((_, "ok")) => Revocation::No,
        Some((_, "REVOKED")) => Revocation::Always,
        _ => Revocation::Unknown("`ssh-keygen -Q` said nothing of it".into()),
    }
}

/// What `ssh-keygen` printed. Its exit code says only that some key is revoked.
async fn batch_of(list: &[u8], keys: &[&PublicKey], env: &ProcessEnv) -> Result<String, String> {
    let folder = private_folder().map_err(|error| format!("no temporary folder: {error}"))?;
    write(folder.path(), list, keys).map_err(|error| format!("no temporary file: {error}"))?;
    let mut argv: Vec<String> = ["ssh-keygen", "-Q", "-f", "krl"].map(str::to_owned).to_vec();
    argv.extend((0..keys.len()).map(name));
    let command = Command { argv: &argv, env, dir: folder.path(), deadline: Instant::now() + TIME, limit: LARGEST, stdin: b"" };
    let ended = command.run().await.map_err(|error| error.to_string())?;
    match ended.code {
        Some(0 | 1) => String::from_utf8(ended.stdout).map_err(|_| "`ssh-keygen -Q` printed no text".into()),
        _ => Err(format!("`ssh-keygen -Q` failed: {}", ended.complaint)),
    }
}

fn write(folder: &Path, list: &[u8], keys: &[&PublicKey]) -> io::Result<()> {
    fs::write(folder.join("krl"), list)?;
    keys.iter().enumerate().try_for_each(|(number, key)| fs::write(folder.join(name(number)), format!("{}\n", key.to_openssh())))
}
