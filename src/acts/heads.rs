//! The newest entry of a ledger that this user has seen: it must be there for ever.
//!
//! It is kept in the user's state folder, one file for each ledger and project. It is a demand and no shortcut: the ledger is
//! read whole all the same.

use std::path::PathBuf;

use super::{ActError, Caller};
use crate::{
    ledger::{History, LedgerError},
    model::Digest,
};

/// Where the head of one chain is kept.
pub(super) struct KeptHead {
    file: PathBuf,
}

impl KeptHead {
    /// That of a project's chain in the ledger at this place; `None` where nothing can be kept.
    pub(super) fn of(caller: &Caller, place: &str, project: &str) -> Option<Self> {
        let name = Digest::of(format!("{place}\0{project}").as_bytes());
        Some(Self { file: caller.heads.as_ref()?.join(name.as_str()) })
    }

    /// Demands what was seen, unless the head of today is accepted in its place; [`LedgerError::Cut`] where it is gone.
    pub(super) fn demand(&self, history: &History, place: &str, accepted: Option<&Digest>) -> Result<(), ActError> {
        let head = history.head();
        let Some(seen) = self.seen().filter(|seen| !history.holds(seen) && accepted != Some(&head)) else { return Ok(()) };
        let seen = format!(
            "{place}: the head {seen}, which you have seen there, is not in it any more: entries were cut off or replaced, or it is another \
             ledger. Where that was meant, after a restore or a new start, say `--accept-head {head}`"
        );
        Err(LedgerError::Cut(seen).into())
    }

    /// Keeps what was seen now. Who has no room for it loses no more than the demand.
    pub(super) fn keep(&self, history: &History) {
        let head = history.head();
        if history.is_empty() || self.seen().as_ref() == Some(&head) {
            return;
        }
        let kept = self.file.parent().map(std::fs::create_dir_all).and_then(Result::ok);
        // Beside it first: two that end at once leave one of two whole heads.
        let beside = self.file.with_extension(format!("{}", std::process::id()));
        let _ =
            kept.and_then(|()| std::fs::write(&beside, format!("{head}\n")).ok()).and_then(|()| std::fs::rename(&beside, &self.file).ok());
    }

    fn seen(&self) -> Option<Digest> {
        Digest::parse(std::fs::read_to_string(&self.file).ok()?.trim())
    }
}
