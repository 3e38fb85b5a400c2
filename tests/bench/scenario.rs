//! What is measured, with the goal of each.

use std::{any::Any, fs, path::Path};

use anyhow::ensure;
use gonogo::model::Report;
use tempfile::TempDir;

use crate::{
    database, deployed, instruments, judges,
    ledger::{self, Kind},
    measure::{self, Taken},
    web,
};

/// The most that peak memory may be, in kibibytes.
const MEMORY: u64 = 64 << 10;

/// One row of the table.
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    pub(crate) goal: Goal,
    /// Checks in the plan.
    checks: usize,
    prepare: fn(usize) -> anyhow::Result<Contest>,
}

/// What is to be reached.
#[derive(Clone, Copy)]
pub(crate) enum Goal {
    /// At most so many times the bare client's wall time.
    Wall(f64),
    /// At most so many times its CPU time.
    Cpu(f64),
    /// At most so many milliseconds.
    Millis(f64),
    /// At most so many milliseconds of CPU.
    CpuMillis(f64),
    /// At most so many milliseconds of CPU more than the other.
    CpuMore(f64),
}

const GATE: [&str; 3] = ["gate", "--release", "1.0"];
const SIGN: [&str; 5] = ["sign", "--as", "security", "--key", "sec"];
const VERIFY: [&str; 4] = ["verify", "-q", "--release", "1.0"];
const LOG: [&str; 2] = ["log", "verify"];
const BUNDLE: [&str; 6] = ["report", "--quiet", "--release", "1.0", "--bundle", "bundle.zip"];

/// A command over a ledger of so many entries.
macro_rules! ledger {
    ($name:literal, $entries:literal, $kind:ident, $command:ident, $goal:expr) => {
        Scenario { name: $name, goal: $goal, checks: $entries, prepare: |entries| ledger::contest(entries, Kind::$kind, &$command) }
    };
}

/// Every scenario.
pub(crate) const SCENARIOS: [Scenario; 46] = [
    Scenario { name: "version", goal: Goal::CpuMillis(1.5), checks: 0, prepare: |_| nothing() },
    Scenario { name: "one", goal: Goal::CpuMillis(6.0), checks: 1, prepare: |checks| web::plain(checks, 0) },
    Scenario { name: "http-0ms-1000", goal: Goal::Cpu(1.8), checks: 1_000, prepare: |checks| web::plain(checks, 0) },
    Scenario { name: "http-0ms-10000", goal: Goal::Cpu(1.8), checks: 10_000, prepare: |checks| web::plain(checks, 0) },
    Scenario { name: "http-50ms-1000", goal: Goal::Wall(1.05), checks: 1_000, prepare: |checks| web::plain(checks, 50) },
    Scenario { name: "http-50ms-10000", goal: Goal::Wall(1.05), checks: 10_000, prepare: |checks| web::plain(checks, 50) },
    Scenario { name: "http-200ms-1000", goal: Goal::Wall(1.15), checks: 1_000, prepare: |checks| web::hosts(checks, 200) },
    Scenario { name: "tls-100", goal: Goal::Wall(1.15), checks: 100, prepare: web::tls },
    Scenario { name: "certificates-100", goal: Goal::Cpu(1.5), checks: 100, prepare: web::certificates },
    Scenario { name: "origins-20", goal: Goal::Cpu(1.5), checks: 20, prepare: web::origins },
    Scenario { name: "postgres-200", goal: Goal::Wall(2.0), checks: 200, prepare: database::contest },
    Scenario { name: "sql-200", goal: Goal::Cpu(1.3), checks: 200, prepare: instruments::sql },
    Scenario { name: "redis-200", goal: Goal::Cpu(1.3), checks: 200, prepare: instruments::redis },
    Scenario { name: "prometheus-1000", goal: Goal::Cpu(1.3), checks: 1_000, prepare: instruments::prometheus },
    Scenario { name: "dns-1000", goal: Goal::Cpu(1.3), checks: 1_000, prepare: instruments::dns },
    Scenario { name: "tcp-200", goal: Goal::Cpu(1.3), checks: 200, prepare: instruments::tcp },
    Scenario { name: "files-100", goal: Goal::Cpu(1.3), checks: 100, prepare: judges::files },
    Scenario { name: "mixed-1000", goal: Goal::Wall(1.2), checks: 1_000, prepare: instruments::mixed },
    ledger!("gate-file-10", 10, File, GATE, Goal::CpuMillis(100.0)),
    ledger!("sign-file-10", 10, File, SIGN, Goal::CpuMillis(100.0)),
    ledger!("verify-file-10", 10, File, VERIFY, Goal::CpuMore(100.0)),
    ledger!("log-file-10", 10, File, LOG, Goal::Millis(1000.0)),
    ledger!("gate-file-1000", 1000, File, GATE, Goal::CpuMillis(100.0)),
    ledger!("sign-file-1000", 1000, File, SIGN, Goal::CpuMillis(100.0)),
    ledger!("verify-file-1000", 1000, File, VERIFY, Goal::CpuMore(100.0)),
    ledger!("log-file-1000", 1000, File, LOG, Goal::Millis(1000.0)),
    ledger!("gate-file-10000", 10000, File, GATE, Goal::CpuMillis(100.0)),
    ledger!("sign-file-10000", 10000, File, SIGN, Goal::CpuMillis(100.0)),
    ledger!("verify-file-10000", 10000, File, VERIFY, Goal::CpuMore(100.0)),
    ledger!("log-file-10000", 10000, File, LOG, Goal::Millis(1000.0)),
    ledger!("gate-db-10", 10, Database, GATE, Goal::CpuMillis(100.0)),
    ledger!("sign-db-10", 10, Database, SIGN, Goal::CpuMillis(100.0)),
    ledger!("verify-db-10", 10, Database, VERIFY, Goal::CpuMore(100.0)),
    ledger!("log-db-10", 10, Database, LOG, Goal::Millis(1000.0)),
    ledger!("gate-db-1000", 1000, Database, GATE, Goal::CpuMillis(100.0)),
    ledger!("sign-db-1000", 1000, Database, SIGN, Goal::CpuMillis(100.0)),
    ledger!("verify-db-1000", 1000, Database, VERIFY, Goal::CpuMore(100.0)),
    ledger!("log-db-1000", 1000, Database, LOG, Goal::Millis(1000.0)),
    ledger!("gate-db-10000", 10000, Database, GATE, Goal::CpuMillis(100.0)),
    ledger!("sign-db-10000", 10000, Database, SIGN, Goal::CpuMillis(100.0)),
    ledger!("verify-db-10000", 10000, Database, VERIFY, Goal::CpuMore(100.0)),
    ledger!("log-db-10000", 10000, Database, LOG, Goal::Millis(1000.0)),
    ledger!("bundle-file-10000", 10000, File, BUNDLE, Goal::Millis(1000.0)),
    ledger!("bundle-db-10000", 10000, Database, BUNDLE, Goal::Millis(1000.0)),
    Scenario {
        name: "deployments-file-2500",
        goal: Goal::Millis(1000.0),
        checks: 2500,
        prepare: |count| deployed::contest(count, Kind::File),
    },
    Scenario {
        name: "deployments-db-2500",
        goal: Goal::Millis(1000.0),
        checks: 2500,
        prepare: |count| deployed::contest(count, Kind::Database),
    },
];

/// What is made ready for one scenario.
pub(crate) struct Contest {
    /// Holds the plan.
    pub(crate) folder: TempDir,
    /// What is run there.
    pub(crate) beside: Beside,
    /// This program's arguments for the bare client; none where there is nothing to compare with.
    pub(crate) bare: Vec<String>,
    /// Servers that run meanwhile.
    #[expect(dead_code, reason = "it is only to be dropped")]
    pub(crate) keep: Box<dyn Any>,
}

/// What the program is to do.
pub(crate) enum Beside {
    /// Run the plan, all of whose checks pass.
    Verify,
    /// These words.
    Arguments(Vec<String>),
}

/// The medians.
pub(crate) struct Measured {
    pub(crate) gonogo: Taken,
    pub(crate) bare: Option<Taken>,
}

impl Scenario {
    /// Runs both in turns, so many times each, after one turn that does not count.
    pub(crate) fn run(&self, runs: usize) -> anyhow::Result<Measured> {
        let contest = (self.prepare)(self.checks)?;
        let folder = contest.folder.path();
        let (mut gonogo, mut bare) = (Vec::new(), Vec::new());
        for run in 0..=runs {
            let (ours, theirs) = (self.gonogo(folder, &contest.beside)?, self.bare(&contest)?);
            if run > 0 {
                gonogo.push(ours);
                bare.extend(theirs);
            }
        }
        Ok(Measured { gonogo: Taken::median(&gonogo), bare: (!bare.is_empty()).then(|| Taken::median(&bare)) })
    }

    fn gonogo(&self, folder: &Path, beside: &Beside) -> anyhow::Result<Taken> {
        let program = Path::new(env!("CARGO_BIN_EXE_gonogo"));
        if let Beside::Arguments(arguments) = beside {
            return measure::run(folder, program, arguments);
        }
        if self.checks == 0 {
            return measure::run(folder, program, &["--version".to_owned()]);
        }
        let arguments = ["verify", "--env", "prod", "--format", "json=report.json"].map(str::to_owned);
        let taken = measure::run(folder, program, &arguments)?;
        let report = Report::from_json(&fs::read(folder.join("report.json"))?)?;
        let passed = report.counts.blocker.pass;
        ensure!(passed == self.checks, "{passed} of {} checks passed", self.checks);
        Ok(taken)
    }

    fn bare(&self, contest: &Contest) -> anyhow::Result<Option<Taken>> {
        if contest.bare.is_empty() {
            return Ok(None);
        }
        measure::run(contest.folder.path(), &std::env::current_exe()?, &contest.bare).map(Some)
    }
}

impl Measured {
    /// The bare client's figure in the denominator.
    pub(crate) fn ratio(&self, figure: impl Fn(&Taken) -> std::time::Duration) -> Option<f64> {
        self.bare.map(|bare| figure(&self.gonogo).as_secs_f64() / figure(&bare).as_secs_f64())
    }

    /// Whether the goal is met, and memory is within its bound.
    pub(crate) fn meets(&self, goal: Goal) -> bool {
        let within = |ratio: Option<f64>, most: f64| ratio.is_some_and(|ratio| ratio <= most);
        self.gonogo.peak < MEMORY
            && match goal {
                Goal::Wall(most) => within(self.ratio(|taken| taken.wall), most),
                Goal::Cpu(most) => within(self.ratio(|taken| taken.cpu), most),
                Goal::Millis(most) => self.gonogo.wall.as_secs_f64() * 1e3 <= most,
                Goal::CpuMillis(most) => self.gonogo.cpu.as_secs_f64() * 1e3 <= most,
                Goal::CpuMore(most) => self.bare.is_some_and(|bare| self.gonogo.cpu.saturating_sub(bare.cpu).as_secs_f64() * 1e3 <= most),
            }
    }
}

fn nothing() -> anyhow::Result<Contest> {
    Ok(Contest { folder: TempDir::new()?, beside: Beside::Verify, bare: Vec::new(), keep: Box::new(()) })
}
