//! Which broken rows people have set aside: by how many of them, and what that holds.

use std::collections::BTreeMap;

use super::{History, LedgerError, PolicyInForce};
use crate::model::{Act, Repaired};

/// The rows that enough people have set aside, by what stands in a history that goes past every fault: two people in two
/// roles, or all roles that must sign where there are fewer. Without a policy an unsigned word is enough, and is shown for
/// ever.
pub fn set_aside(history: &History, policy: Option<&PolicyInForce<'_>>) -> Result<Vec<Repaired>, LedgerError> {
    let mut said: BTreeMap<Repaired, Vec<[&str; 3]>> = BTreeMap::new();
    for entry in history.entries()?.into_iter().filter(|entry| entry.aside.is_none()) {
        let Act::Repair(repair) = &entry.statement.act else { continue };
        let voice = match (policy, entry.signer(), repair.role.as_deref()) {
            (None, ..) => [""; 3],
            (Some(policy), Some(by), Some(role)) if policy.policy.is_of_people(by) && policy.policy.has_role(by, role) => {
                [by, role, entry.key().unwrap_or_default()]
            }
            _ => continue,
        };
        repair.rows.iter().for_each(|row| said.entry(row.clone()).or_default().push(voice));
    }
    let enough = policy.map_or(1, |policy| policy.policy.require.len().clamp(1, 2));
    // Neither the person, the role nor the key is the same.
    let apart = |one: &[&str; 3], other: &[&str; 3]| one.iter().zip(other).all(|(one, other)| one != other);
    let is_enough = |voices: &Vec<[&str; 3]>| enough == 1 || voices.iter().any(|one| voices.iter().any(|other| apart(one, other)));
    Ok(said.into_iter().filter(|(_, voices)| is_enough(voices)).map(|(row, _)| row).collect())
}

/// What rows that were set aside hold, a sentence each: nobody knows what stood in them, so every release has to be looked at
/// and signed anew. `run` is where the newest look at it stands.
pub(super) fn holds(history: &History, run: Option<u64>) -> Result<Vec<String>, LedgerError> {
    if history.repaired().is_empty() {
        return Ok(Vec::new());
    }
    let entries = history.entries()?;
    let said = |row: &Repaired| {
        let statements = entries.iter().filter(|entry| matches!(&entry.statement.act, Act::Repair(said) if said.rows.contains(row)));
        statements.map(|entry| entry.entry.seq).max().unwrap_or(u64::MAX)
    };
    let faults = history.repaired().iter().filter(|fault| run.is_none_or(|run| run < said(&fault.row)));
    Ok(faults
        .map(|fault| format!("entry {} was set aside ({}): run `gonogo verify` again, and have it signed anew", fault.place, fault.row.why))
        .collect())
}

/// Every row that was set aside, a sentence each: shown for ever.
pub fn told(history: &History) -> Vec<String> {
    history.repaired().iter().map(|fault| format!("entry {} is set aside: {}", fault.place, fault.row.why)).collect()
}
