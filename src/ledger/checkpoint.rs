//! A statement that binds the newest entries of all chains of a ledger: what it names must be there for ever.

use super::{History, LedgerError, Store};
use crate::model::Checkpoint;

impl Checkpoint {
    /// That of all chains as they are now.
    pub async fn of(store: &dyn Store) -> Result<Self, LedgerError> {
        Ok(Self { heads: store.chains().await? })
    }

    /// Checks the chain of this name against it. A chain that had not begun yet is not named; [`LedgerError::Cut`] where
    /// the chain lacks what is named.
    pub fn demand(&self, chain: &str, history: &History) -> Result<(), LedgerError> {
        for name in ["", chain] {
            if let Some(head) = self.heads.get(name).filter(|head| !history.holds(head)) {
                let named = if name.is_empty() { "shared chain" } else { chain };
                return Err(LedgerError::Cut(format!(
                    "a checkpoint names {head} as an entry of `{named}`, and it is not in it: entries were cut off or replaced"
                )));
            }
        }
        Ok(())
    }
}
