//! A FIDO key whose file stands for a device: `ssh-keygen` speaks to it, on the terminal of whoever signs, because the
//! device may want a PIN and a touch.

use std::{fs, path::Path, process::Stdio, time::Duration};

use super::{armor::LARGEST, error::KeyError, private_folder};
use crate::{
    ledger::NAMESPACE,
    model::{ProcessEnv, Size},
    net::regular_file::read_text,
};

/// How long a person may take to find the device, enter a PIN and touch it.
const TIME: Duration = Duration::from_secs(180);

/// The armored signature over `message`. What comes back is as good as any other: whoever calls verifies it.
pub(super) async fn sign(file: &Path, message: &[u8], env: &ProcessEnv) -> Result<String, KeyError> {
    let failed = |error: std::io::Error| KeyError::Hardware(format!("no temporary file for `ssh-keygen`: {error}"));
    let folder = private_folder().map_err(failed)?;
    let data = folder.path().join("statement.dsse");
    fs::write(&data, message).map_err(failed)?;
    // An absolute path, so that no name is taken for an option.
    let file = std::path::absolute(file).map_err(failed)?;
    let mut command = tokio::process::Command::new("ssh-keygen");
    command.args(["-Y", "sign", "-n", NAMESPACE, "-f"]).arg(&file).arg(&data).env_clear().envs(env.iter());
    command.stdin(Stdio::inherit()).stdout(Stdio::null()).stderr(Stdio::inherit()).kill_on_drop(true);
    let ended = tokio::time::timeout(TIME, command.status()).await;
    match ended {
        Err(_) => Err(KeyError::Hardware(format!("`ssh-keygen` waited {} s for it", TIME.as_secs()))),
        Ok(Err(error)) if error.kind() == std::io::ErrorKind::NotFound => {
            Err(KeyError::Hardware("`ssh-keygen`, which speaks to it, is not installed or not in PATH".into()))
        }
        Ok(Err(error)) => Err(KeyError::Hardware(format!("`ssh-keygen` cannot be started: {error}"))),
        Ok(Ok(status)) if status.success() => read_text(&data.with_extension("dsse.sig"), Size(LARGEST as u64))
            .map_err(|why| KeyError::Hardware(format!("the signature of `ssh-keygen` {why}"))),
        Ok(Ok(_)) => Err(KeyError::Hardware("`ssh-keygen` ended with an error, told above".into())),
    }
}
