//! What people said of a release after the moment that a page shows.

use crate::{
    ledger::{self, GateInput, History, LedgerError, RecordedRun},
    model::{Act, Decision, SignOffState, utc},
};

/// Decisions, and decisions taken back.
pub(super) struct Afterwards {
    /// A sentence each, oldest first.
    pub(super) remarks: Vec<String>,
    /// Whether somebody says no whose role must sign.
    pub(super) refused: bool,
}

impl Afterwards {
    /// What `all` has and `then` has not, of the release in question.
    pub(super) fn of(
        all: &History,
        then: &History,
        input: GateInput<'_>,
        runs: &[RecordedRun],
        current: &RecordedRun,
    ) -> Result<Self, LedgerError> {
        let (asked, people) = (input.asked, input.policy.people);
        let newest = then.linked().last().map_or(0, |linked| linked.entry.seq);
        let votes = ledger::votes(all, asked, input.policy, runs, current, None)?;
        let mut said: Vec<(u64, String)> = Vec::new();
        let mut refused = false;
        for vote in votes.iter().filter(|vote| vote.proven.entry.seq > newest) {
            let row = vote.row(people);
            let no = vote.sign_off.decision == Decision::NoGo;
            refused |= no && vote.counts() && input.policy.policy.require.iter().any(|required| required.role == vote.sign_off.role);
            let decision = if no { "no-go" } else { "go" };
            let comment = row.comment.as_ref().map(|comment| format!(": {comment}")).unwrap_or_default();
            let void = if let SignOffState::Void(why) = &row.state { format!(" (does not count: {why})") } else { String::new() };
            let (name, role, at) = (row.who(), &vote.sign_off.role, utc(row.recorded));
            said.push((row.entry, format!("after this moment: {decision} by {name} as {role}, {at}{comment}{void}")));
        }
        for proven in all.said_where(asked.place(), &[Act::WITHDRAWAL], |linked| linked.entry.seq > newest) {
            let proven = proven?;
            let (Act::Withdrawal(withdrawal), Some(by)) = (&proven.statement.act, proven.signer()) else { continue };
            let Some(vote) = votes.iter().find(|vote| vote.proven.entry.statement() == withdrawal.sign_off) else { continue };
            let name = people.get(by).map_or(by, |person| person.name.as_str());
            let (of, role, at) = (vote.row(people).name, &vote.sign_off.role, utc(proven.entry.recorded));
            let text = format!("after this moment: {name} withdrew the sign-off of {of} as {role}, {at}: {}", withdrawal.reason);
            said.push((proven.entry.seq, text));
        }
        said.sort_by_key(|(seq, _)| *seq);
        Ok(Self { remarks: said.into_iter().map(|(_, text)| text).collect(), refused })
    }
}
