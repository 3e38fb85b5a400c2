//! What the people decided, as the ledger has it, in the words that every format for people uses. The record says what
//! counts; where it contradicts itself, the page says the lesser.

use std::collections::BTreeSet;

use crate::model::{Decision, Deployer, DeployerSource, Method, Record, RoleRow, SignOffRow, SignOffState};

use super::{
    Page, Tone,
    head::{self, Caveat},
    inert,
    story::{count, moment},
};

/// More names than these do not stand on the first screen.
const NAMED: usize = 8;
/// The names of the roles that say no may take this many characters of the headline; the table has them whole.
const LONGEST_ROLES: usize = 60;
/// This much of a fingerprint tells two reports apart in running text; the whole stands in the sign-off.
const SHORT: usize = 12;

/// How the page as a whole is to be taken: nothing that a required role said no to looks like a go.
pub(super) fn tone(page: &Page<'_>) -> Tone {
    if page.record.is_some_and(is_refused) { Tone::NoGo } else { Tone::of(page.report) }
}

/// The verdict; before it, who of those that must sign says no: `NO-GO by security (checks: GO)`.
pub(super) fn headline(page: &Page<'_>) -> String {
    let headline = head::headline(page.report);
    let mut roles: Vec<&str> = page.record.iter().flat_map(|record| refused(record)).map(|(role, _)| role.role.as_str()).collect();
    roles.dedup();
    if roles.is_empty() { headline } else { format!("NO-GO by {} (checks: {headline})", inert::cut(&roles.join(", "), LONGEST_ROLES)) }
}

/// Which roles have signed and which have not, in one line.
pub(super) fn signed(record: &Record) -> String {
    told(record, "")
}

/// The same with the names of those who signed.
pub(super) fn signed_by_name(record: &Record) -> String {
    let names = names(record);
    told(record, &if names.is_empty() { names } else { format!(" ({names})") })
}

fn told(record: &Record, names: &str) -> String {
    let no = refused(record).map(|(role, row)| format!("NO-GO by {} as {}", row.name, role.role));
    let mut said: Vec<String> = no.chain([go(record, names)]).collect();
    if let Some(first) = said.first_mut() {
        // `signed by …` begins a sentence where nobody says no before it.
        let rest = first.split_off(first.chars().next().map_or(0, char::len_utf8));
        *first = first.to_uppercase() + &rest;
    }
    if let Some(earlier) = &record.standing.confirms {
        let short: String = earlier.as_str().chars().take(SHORT).collect();
        let dates = signing_days(record).map(|days| format!(" on {days}")).unwrap_or_default();
        said.push(format!("signed{dates} for the earlier report {short}…, which this run confirms"));
    }
    said.join("; ")
}

/// Those whose go counts, with their roles: `Ann Example as security, …`; empty where there are none.
fn names(record: &Record) -> String {
    let mut names: Vec<String> = Vec::new();
    for role in &record.roles {
        let mut going: Vec<&SignOffRow> = role.sign_offs.iter().filter(|row| counts(row) && row.decision == Decision::Go).collect();
        going.dedup_by_key(|row| &row.person);
        names.extend(going.iter().map(|row| {
            let entered = if is_own(row) { String::new() } else { format!(", entered by {}", transcriber(row)) };
            format!("{} as {}{entered}", row.name, role.role)
        }));
    }
    let more = names.len().saturating_sub(NAMED);
    names.truncate(NAMED);
    if more > 0 {
        names.push(format!("and {more} more"));
    }
    names.join("; ")
}

fn go(record: &Record, names: &str) -> String {
    let required: Vec<&RoleRow> = record.roles.iter().filter(|role| role.required > 0).collect();
    let filled = required.iter().filter(|role| missing(role) == 0).count();
    let verb = if is_refused(record) { "go" } else { "signed" };
    let by = format!("{verb} by {filled} of {}{}{names}", count(required.len(), "role"), entered(record));
    let open: Vec<String> = required.iter().filter(|role| still_to_sign(role) > 0).map(|role| waits(role)).collect();
    let silent = record.roles.iter().flat_map(|role| &role.sign_offs).all(|row| !counts(row));
    match open.as_slice() {
        _ if required.is_empty() && record.standing.signed => format!("no role has to sign{names}"),
        _ if required.is_empty() => not_enough(record, "no role has to sign"),
        [] if filled < required.len() => by,
        [] if record.standing.signed => by,
        [] => not_enough(record, &by),
        open if silent => format!("not signed, waits for {}", open.join(", ")),
        open => format!("{by}, waits for {}", open.join(", ")),
    }
}

/// A decision that somebody entered for its person is no signature of theirs, also where it counts.
fn entered(record: &Record) -> String {
    let going = record.roles.iter().flat_map(|role| &role.sign_offs).filter(|row| counts(row) && row.decision == Decision::Go);
    match going.filter(|row| !is_own(row)).count() {
        0 => String::new(),
        n => format!(", {n} of them entered by somebody else"),
    }
}

fn not_enough(record: &Record, said: &str) -> String {
    match record.standing.remarks.first() {
        Some(remark) => format!("{said}, which is not enough: {remark}"),
        None => format!("{said}, which is not enough"),
    }
}

fn waits(role: &RoleRow) -> String {
    if role.required > 1 { format!("{} ({} of {})", role.role, approvals(role), role.required) } else { role.role.clone() }
}

/// How many more people must sign as go in this role.
pub(super) fn missing(role: &RoleRow) -> usize {
    usize::try_from(role.required).unwrap_or(usize::MAX).saturating_sub(approvals(role))
}

/// How many more people must decide in this role at all; somebody who said no has decided.
pub(super) fn still_to_sign(role: &RoleRow) -> usize {
    let decided: BTreeSet<&String> = role.sign_offs.iter().filter(|row| counts(row)).map(|row| &row.person).collect();
    usize::try_from(role.required).unwrap_or(usize::MAX).saturating_sub(decided.len())
}

/// What came of a role: `1 of 2 signed`, `1 of 1, as entered`, `says NO-GO`, `not required`.
pub(super) fn need(role: &RoleRow) -> String {
    let no = role.sign_offs.iter().any(|row| counts(row) && row.decision == Decision::NoGo);
    match role.required {
        _ if no => "says NO-GO".into(),
        0 => "not required".into(),
        required if role.sign_offs.iter().all(|row| is_own(row) || !counts(row)) => format!("{} of {required} signed", approvals(role)),
        required => format!("{} of {required}, as entered", approvals(role)),
    }
}

/// How many people's go counts in this role; somebody who signed twice is one.
fn approvals(role: &RoleRow) -> usize {
    let going = role.sign_offs.iter().filter(|row| counts(row) && row.decision == Decision::Go);
    going.map(|row| &row.person).collect::<BTreeSet<_>>().len()
}

fn counts(row: &SignOffRow) -> bool {
    !matches!(row.state, SignOffState::Void(_))
}

/// Whether everything that must be signed is: by the record's own word, and by the signatures that it shows.
pub(super) fn is_signed(record: &Record) -> bool {
    record.standing.signed && !is_refused(record) && record.roles.iter().all(|role| missing(role) == 0)
}

/// Whether somebody in a role that must sign says no.
pub(super) fn is_refused(record: &Record) -> bool {
    refused(record).next().is_some()
}

/// Every no-go that counts, of the roles that must sign.
fn refused(record: &Record) -> impl Iterator<Item = (&RoleRow, &SignOffRow)> {
    dissent(record).filter(|(role, _)| role.required > 0)
}

fn dissent(record: &Record) -> impl Iterator<Item = (&RoleRow, &SignOffRow)> {
    let rows = record.roles.iter().flat_map(|role| role.sign_offs.iter().map(move |row| (role, row)));
    rows.filter(|(_, row)| counts(row) && row.decision == Decision::NoGo)
}

/// The day or days on which the signatures that count were made, UTC.
pub(super) fn signing_days(record: &Record) -> Option<String> {
    let times = || record.roles.iter().flat_map(|role| &role.sign_offs).filter(|row| counts(row)).map(|row| row.at);
    let day = |at: jiff::Timestamp| at.strftime("%Y-%m-%d").to_string();
    let (first, last) = (day(times().min()?), day(times().max()?));
    Some(if first == last { first } else { format!("{first} to {last}") })
}

/// What must be known beside the verdict: those who say no, and gates passed in an emergency that nobody has reviewed.
pub(super) fn caveats(record: &Record) -> Vec<Caveat> {
    let says_no = dissent(record).map(|(role, row)| {
        let comment = row.comment.as_deref().map(|comment| format!(": {comment}")).unwrap_or_default();
        let text = format!("{} ({}) decided against it on {}{comment}", row.name, role.role, moment(row.at));
        Caveat { word: "No-go", text, loud: true }
    });
    let open = record.emergencies.iter().filter(|emergency| emergency.reviewed.is_none());
    let emergencies = open.map(|emergency| {
        let release = emergency.release.name().unwrap_or_else(|| "a release without a name".into());
        let text = format!(
            "{} ({}) let {release} past the gate on {}: {} ({}). To be reviewed by {}, not reviewed yet.",
            emergency.name,
            emergency.role,
            moment(emergency.at),
            emergency.reason,
            emergency.ticket,
            moment(emergency.review_by),
        );
        Caveat { word: "Emergency", text, loud: true }
    });
    says_no.chain(emergencies).collect()
}

/// Whether the person signed with a key of their own; anything else was entered for them.
pub(super) fn is_own(row: &SignOffRow) -> bool {
    row.method == Method::Ssh && row.transcriber.is_none()
}

/// Who entered it.
pub(super) fn transcriber(row: &SignOffRow) -> &str {
    row.transcriber.as_deref().unwrap_or("somebody who is not named")
}

/// Go or no-go, in the words of the verdict.
pub(super) fn decided(decision: Decision) -> &'static str {
    match decision {
        Decision::Go => "GO",
        Decision::NoGo => "NO-GO",
    }
}

/// How it is known who deployed. A key proves nothing for an entry that is not signed.
pub(super) fn known(deployer: &Deployer, signed: bool) -> &'static str {
    match deployer.source {
        DeployerSource::Key if signed => "by the key the entry is signed with",
        DeployerSource::Key => "not proven: the entry is not signed",
        DeployerSource::Ci => "as the CI says",
        DeployerSource::Declared => "declared, not proven",
    }
}

/// The ledger's newest entry and how many of the newest no signature covers.
pub(super) fn ledger(record: &Record) -> String {
    let entries = match record.entries {
        1 => "1 entry".to_owned(),
        n => format!("{n} entries"),
    };
    let unsigned = match record.unsigned {
        0 => "a signature covers every one".to_owned(),
        1 => "the newest is unsigned: no signature covers it".into(),
        n => format!("the newest {n} are unsigned: no signature covers them"),
    };
    if record.entries == 0 { "no entries".into() } else { format!("{entries}, {unsigned}") }
}
