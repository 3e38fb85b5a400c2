//! One `psql` session that runs a script.

use std::process::Command;

use anyhow::{Context as _, bail, ensure};

/// `URL FILE`.
pub(crate) fn run(settings: &[&str]) -> anyhow::Result<()> {
    let [url, file] = settings else { bail!("url, file") };
    let status = Command::new("psql")
        .args(["-X", "-q", "-At", "-v", "ON_ERROR_STOP=1", "-o", "/dev/null", "-f", file, url])
        .status()
        .context("psql")?;
    ensure!(status.success(), "psql: {status}");
    Ok(())
}
