//! Who has signed and who has not, in brief: a line for each signature and each one that is missing.

use crate::model::{Decision, Record, RoleRow, SignOffRow, SignOffState};

use super::{
    super::{inert, people, story::moment},
    Style, push, wrap,
};

/// The block, where a ledger was asked.
pub(super) fn block(out: &mut String, record: &Record, style: Style) {
    if record.standing.nobody_signs.is_some() && record.roles.is_empty() && record.standing.remarks.is_empty() {
        return;
    }
    if !out.is_empty() {
        out.push('\n');
    }
    let deployed = people::is_deployed(record);
    push(out, &style.bold(if deployed { "Sign-off before the deployment" } else { "Sign-off" }));
    for role in &record.roles {
        for row in &role.sign_offs {
            entry(out, sign(row), &told(role, row), style);
        }
        match role.undecided() {
            0 => {}
            _ if deployed => entry(out, '-', &format!("{}: {}", role.role, people::need(role)), style),
            1 => entry(out, '…', &format!("{}: not signed yet", role.role), style),
            n => entry(out, '…', &format!("{}: {n} more must sign", role.role), style),
        }
    }
    for remark in &record.standing.remarks {
        entry(out, '·', remark, style);
    }
}

fn sign(row: &SignOffRow) -> char {
    match (&row.state, row.decision) {
        (SignOffState::Void(_), _) => '-',
        (SignOffState::Counts | SignOffState::Noted(_), Decision::Go) => '✓',
        (SignOffState::Counts | SignOffState::Noted(_), Decision::NoGo) => '✗',
    }
}

/// `security: GO by Bob Brown, 2026-11-20 12:31:07 UTC: comment`.
fn told(role: &RoleRow, row: &SignOffRow) -> String {
    let decided = people::decided(row.decision);
    let by = if people::is_own(row) {
        format!("{decided} by {}", row.who())
    } else {
        format!("{decided} of {}, not signed but entered by {}{}", row.name, people::transcriber(row), from(row))
    };
    let state = match &row.state {
        SignOffState::Counts => String::new(),
        SignOffState::Noted(note) => format!(" ({note})"),
        SignOffState::Void(why) => format!(", DOES NOT COUNT: {why}"),
    };
    let comment = row.comment.as_deref().map(|comment| format!(": {comment}")).unwrap_or_default();
    format!("{}: {by}, {}{state}{comment}", role.role, moment(row.at))
}

fn from(row: &SignOffRow) -> String {
    let names: Vec<&str> = row.evidence.iter().map(|evidence| evidence.name.as_str()).collect();
    if names.is_empty() { String::new() } else { format!(" from {}", names.join(", ")) }
}

fn entry(out: &mut String, sign: char, text: &str, style: Style) {
    for (place, line) in wrap::lines(&inert::log_line(text), style.columns().saturating_sub(6)).iter().enumerate() {
        let line = if place == 0 { format!("  {sign} {line}") } else { format!("  │   {line}") };
        push(out, &if sign == '✗' { style.loud(&line) } else { line });
    }
}
