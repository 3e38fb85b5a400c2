//! How many files and connections this process may have open, and how many checks at once that is enough for.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::edge;

/// Raised no further: no run needs more, and some programs that are started close every descriptor they could have.
const ENOUGH: u64 = 65_536;

/// Of one check: its connection, a file while a name is looked up, the pipes of a program.
const OF_A_CHECK: u64 = 4;

/// The terminal, the report, the ledger, the runtime.
const OWN: u64 = 64;

/// As many of `wanted` checks as can run at once once the limit is raised; says so where it is fewer.
pub(super) fn checks_at_once(wanted: usize) -> usize {
    let Some(open) = raised() else { return wanted };
    let enough_for = usize::try_from(open.saturating_sub(OWN) / OF_A_CHECK).unwrap_or(usize::MAX).max(1);
    if enough_for < wanted {
        let why = format!("this process may have {open} files and connections open (`ulimit -n`)");
        edge::say(&format!("gonogo: {why}, so at most {enough_for} checks run at once"));
    }
    enough_for.min(wanted)
}

/// The limit in force; `None` where there is none.
fn raised() -> Option<u64> {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let now = current?;
    let wanted = maximum.unwrap_or(ENOUGH).min(ENOUGH);
    if now >= wanted {
        return Some(now);
    }
    // Some systems have a limit below the one they tell of.
    let raised = setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum });
    Some(if raised.is_ok() { wanted } else { now })
}
