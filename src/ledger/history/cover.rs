//! How much of a chain concerns an environment, and how much of it signatures vouch for.

use super::{History, LinkedEntry, VerifiedEntry};
use crate::ledger::{LedgerError, VERSION};

impl History {
    /// How many entries are about another project or environment.
    pub fn elsewhere(&self, project: &str, environment: &str) -> usize {
        let elsewhere = |linked: &&LinkedEntry| {
            let label = linked.label();
            Some(linked.entry.seq) != self.read.closing && (label.project != project || label.environment != environment)
        };
        self.linked().iter().filter(elsewhere).count()
    }

    /// The first entry that only a newer program understands, with its version: one of this environment, or one that
    /// may be.
    pub fn newer(&self, project: &str, environment: &str) -> Option<(u64, u32)> {
        let newer = |linked: &&LinkedEntry| {
            let label = linked.label();
            linked.entry.version > VERSION || (!label.is_known() && label.project == project && label.environment == environment)
        };
        self.linked().iter().find(newer).map(|linked| (linked.entry.seq, linked.entry.version))
    }

    /// Up to which entry, by its place, the chain is vouched for by a trusted signature made later; an error where an
    /// entry after that one cannot be believed.
    pub fn covered(&self) -> Result<u64, LedgerError> {
        let mut covered = 0;
        for linked in self.linked().iter().rev() {
            // Nobody vouches for what stands after their own entry.
            if linked.entry.seq <= covered + 1 {
                break;
            }
            if let Some(verified) = self.signed(linked)? {
                covered = covered.max(self.place(&verified.statement.made.head));
            }
        }
        Ok(covered)
    }

    /// How many entries neither bear a trusted signature nor are covered by a later one.
    pub fn unsigned(&self) -> Result<u64, LedgerError> {
        let covered = self.covered()?;
        let open = self.linked().iter().filter(|linked| linked.entry.seq > covered && Some(linked.entry.seq) != self.read.closing);
        let mut unsigned = 0;
        for linked in open {
            unsigned += u64::from(self.signed(linked)?.is_none());
        }
        Ok(unsigned)
    }

    /// The entry, where it bears a trusted signature.
    fn signed<'h>(&'h self, linked: &'h LinkedEntry) -> Result<Option<&'h VerifiedEntry>, LedgerError> {
        if linked.entry.signature.is_none() {
            return Ok(None);
        }
        Ok(Some(self.verified(linked)?).filter(|verified| verified.signer().is_some()))
    }
}
