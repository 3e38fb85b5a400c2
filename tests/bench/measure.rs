//! What a process takes: wall time, CPU time, peak memory.
//!
//! A process that only starts the one to be measured stands between, since the peak of children is that of the largest
//! of all there ever were.

use std::{
    env, fs,
    fs::File,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};
use nix::sys::resource::{UsageWho, getrusage};

/// What one process took.
#[derive(Clone, Copy)]
pub(crate) struct Taken {
    pub(crate) wall: Duration,
    /// In the program and in the kernel on its behalf.
    pub(crate) cpu: Duration,
    /// Kibibytes resident at most.
    pub(crate) peak: u64,
}

/// Runs `program` in `folder` to its end; its output stays in files there.
pub(crate) fn run(folder: &Path, program: &Path, arguments: &[String]) -> anyhow::Result<Taken> {
    let out = folder.join("taken");
    let mut measured = Command::new(env::current_exe()?);
    // As on most machines, where no variable names roots to trust.
    measured.env_remove("SSL_CERT_FILE").env_remove("SSL_CERT_DIR");
    measured.arg("measure").arg(&out).arg(program).args(arguments).current_dir(folder).stdin(Stdio::null());
    let (said, complained) = (folder.join("stdout"), folder.join("stderr"));
    let status = measured.stdout(File::create(&said)?).stderr(File::create(&complained)?).status()?;
    let tail = |file: &Path| {
        let text = fs::read_to_string(file).unwrap_or_default();
        text.lines().rev().take(20).collect::<Vec<_>>().into_iter().rev().collect::<Vec<_>>().join("\n")
    };
    ensure!(status.success(), "{} {arguments:?}: {status}\n{}\n{}", program.display(), tail(&said), tail(&complained));
    Taken::parse(&fs::read_to_string(out)?).context("no measurement")
}

/// The process between: starts `program`, waits, writes what it took to `out`.
pub(crate) fn child(out: &str, program: &str, arguments: &[&str]) -> anyhow::Result<()> {
    let began = Instant::now();
    let status = Command::new(program).args(arguments).status().with_context(|| program.to_owned())?;
    let wall = began.elapsed();
    ensure!(status.success(), "{program}: {status}");
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let (user, system) = (usage.user_time(), usage.system_time());
    let micros = (user.tv_sec() + system.tv_sec()) * 1_000_000 + user.tv_usec() + system.tv_usec();
    fs::write(out, format!("{} {micros} {}", wall.as_micros(), usage.max_rss()))?;
    Ok(())
}

impl Taken {
    fn parse(text: &str) -> Option<Self> {
        let mut figures = text.split(' ').map_while(|figure| figure.parse().ok());
        let mut time = || figures.next().map(Duration::from_micros);
        let (wall, cpu) = (time()?, time()?);
        Some(Self { wall, cpu, peak: figures.next()? })
    }

    /// The median of each figure by itself.
    pub(crate) fn median(all: &[Self]) -> Self {
        fn middle<T: Ord + Copy>(all: &[Taken], figure: impl Fn(&Taken) -> T) -> T {
            let mut figures: Vec<T> = all.iter().map(figure).collect();
            figures.sort_unstable();
            figures[figures.len() / 2]
        }
        Self { wall: middle(all, |one| one.wall), cpu: middle(all, |one| one.cpu), peak: middle(all, |one| one.peak) }
    }
}
