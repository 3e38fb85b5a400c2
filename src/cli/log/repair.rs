//! `gonogo log repair`: what of a ledger cannot be believed, and setting it aside.

use crate::{
    acts::log::{RepairRequest, faults, repair as set_aside},
    cli::{
        Failure,
        arguments::LogRepairOptions,
        edge::{self, Edge},
        runtime,
    },
    model::Exit,
};

/// Names each entry that cannot be believed; with `--apply` sets them aside.
pub(super) fn repair(edge: &Edge, options: &LogRepairOptions) -> Result<Exit, Failure> {
    let (caller, record) = (edge.caller(), edge.of(&options.record)?);
    if !options.apply {
        let faults = runtime::block_on(async { Ok(faults(&caller, &record).await?) })?;
        if faults.is_empty() {
            edge::print_lines(&["everything in the ledger can be believed: there is nothing to repair".to_owned()])?;
            return Ok(Exit::Go);
        }
        let mut lines: Vec<String> = faults
            .iter()
            .flat_map(|fault| [format!("entry {}: {}", fault.place, fault.row.why), format!("  row {}", fault.row.row)])
            .collect();
        lines.push("nothing was changed; `--apply --as ROLE --comment TEXT` sets these aside, on record: two people in two roles".into());
        edge::print_lines(&lines)?;
        return Ok(Exit::Untrusted);
    }
    let request = RepairRequest {
        record,
        role: options.role.clone(),
        comment: options.comment.clone().unwrap_or_default(),
        key: options.key.key.clone(),
    };
    let (entry, head, others) = runtime::block_on(async { Ok(set_aside(&caller, &edge.with(&options.key), &request).await?) })?;
    let more = if others { "; somebody else, in another role, must say it too" } else { "" };
    edge::print_lines(&[format!("on record: entry {}, ledger head {head}{more}", entry.seq)])?;
    Ok(if others { Exit::Hold } else { Exit::Go })
}
