//! What the people decided, as the ledger has it, in the words that every format for people uses. The record says what
//! counts; where it contradicts itself, the page says the lesser.

use crate::model::{
    BegunRow, Decision, Deployer, DeployerSource, Digest, EmergencyRow, Method, NobodySigns, PolicyPlace, Record, Release, Report, RoleRow,
    SignOffRow, counted, first_of,
};

use super::{
    head::{self, Caveat, capital},
    story::moment,
};

/// More names than these do not stand on the first screen.
const NAMED: usize = 8;
/// This much of a fingerprint tells two reports apart in running text; the whole stands in the sign-off.
const SHORT: usize = 12;

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
    let no = refused(record).map(|(role, row)| format!("NO-GO by {} as {}", row.who(), role.role));
    let said = || no.chain([go(record, names)]).collect::<Vec<_>>().join("; ");
    match (&record.standing.nobody_signs, &record.standing.confirms) {
        (Some(NobodySigns::NotAsked), _) => "Nobody has to sign: the plan asks for no sign-off".into(),
        (Some(NobodySigns::NotFull), _) => "Nobody signs this: it is no full run of the plan".into(),
        (Some(NobodySigns::Deployed(None)), _) => "Not signed before the deployment: no report made before it is on record".into(),
        (Some(NobodySigns::Deployed(Some(report))), _) => format!("Before the deployment, report {}: {}", short(report), said()),
        (None, None) => capital(&said()),
        (None, Some(earlier)) => {
            let days = signing_days(record).map(|days| format!(" on {days}")).unwrap_or_default();
            capital(&format!("{}; signed{days} for the earlier report {}, which this run confirms", said(), short(earlier)))
        }
    }
}

fn short(report: &Digest) -> String {
    format!("{}…", report.as_str().chars().take(SHORT).collect::<String>())
}

/// Those whose go counts, with their roles: `Ann Example as security, …`; empty where there are none.
fn names(record: &Record) -> String {
    let mut names: Vec<String> = Vec::new();
    for role in &record.roles {
        let mut going: Vec<&SignOffRow> = role.sign_offs.iter().filter(|row| row.approves()).collect();
        going.dedup_by_key(|row| &row.person);
        names.extend(going.iter().map(|row| {
            let entered = if is_own(row) { String::new() } else { format!(", entered by {}", transcriber(row)) };
            format!("{} as {}{entered}", row.who(), role.role)
        }));
    }
    first_of(&names, NAMED, names.len(), "; ")
}

fn go(record: &Record, names: &str) -> String {
    let required: Vec<&RoleRow> = record.roles.iter().filter(|role| role.required > 0).collect();
    let filled = required.iter().filter(|role| role.missing() == 0).count();
    let verb = if is_refused(record) { "go" } else { "signed" };
    let by = format!("{verb} by {filled} of {}{}{names}", counted(required.len(), "role"), entered(record));
    let deployed = is_deployed(record);
    let open: Vec<String> = required.iter().filter(|role| role.undecided() > 0).map(|role| waits(role)).collect();
    let silent = record.roles.iter().flat_map(|role| &role.sign_offs).all(|row| !row.counts());
    match open.as_slice() {
        _ if required.is_empty() && record.standing.signed => format!("no role has to sign{names}"),
        _ if required.is_empty() => not_enough(record, "no role has to sign"),
        open if deployed && silent => format!("not signed by {}", open.join(", ")),
        open if deployed && !open.is_empty() => format!("{by}, not by {}", open.join(", ")),
        [] if filled < required.len() => by,
        [] if record.standing.signed => by,
        [] => format!("{by}, which is not enough"),
        open if silent => format!("not signed, waits for {}", open.join(", ")),
        open => format!("{by}, waits for {}", open.join(", ")),
    }
}

/// A decision that somebody entered for its person is no signature of theirs, also where it counts.
fn entered(record: &Record) -> String {
    let going = record.roles.iter().flat_map(|role| &role.sign_offs).filter(|row| row.approves());
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

/// Whether what is shown of the sign-offs is what was signed before the deployment.
pub(super) fn is_deployed(record: &Record) -> bool {
    matches!(record.standing.nobody_signs, Some(NobodySigns::Deployed(_)))
}

fn waits(role: &RoleRow) -> String {
    if role.required > 1 { format!("{} ({} of {})", role.role, role.approvals(), role.required) } else { role.role.clone() }
}

/// What came of a role: `1 of 2 signed`, `1 of 1, as entered`, `says NO-GO`, `not required`.
pub(super) fn need(role: &RoleRow) -> String {
    let no = role.sign_offs.iter().any(|row| row.refuses());
    match role.required {
        _ if no => "says NO-GO".into(),
        0 => "not required".into(),
        required if role.sign_offs.iter().all(|row| is_own(row) || !row.counts()) => {
            let why = role.asked_because.as_ref().map(|why| format!(", because {why}")).unwrap_or_default();
            let over = role.request.as_ref().is_some_and(|request| request.timed_out.is_some());
            format!("{} of {required} signed{}{why}", role.approvals(), if over { ", timed out" } else { "" })
        }
        required => format!("{} of {required}, as entered", role.approvals()),
    }
}

/// Whether everything that must be signed is: by the record's own word, and by the signatures that it shows.
pub(super) fn is_signed(record: &Record) -> bool {
    record.standing.signed && !is_refused(record) && record.roles.iter().all(|role| role.missing() == 0)
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
    rows.filter(|(_, row)| row.refuses())
}

/// The day or days on which the signatures that count were made, UTC.
pub(super) fn signing_days(record: &Record) -> Option<String> {
    let times = || record.roles.iter().flat_map(|role| &role.sign_offs).filter(|row| row.counts()).map(|row| row.at);
    let day = |at: jiff::Timestamp| at.strftime("%Y-%m-%d").to_string();
    let (first, last) = (day(times().min()?), day(times().max()?));
    Some(if first == last { first } else { format!("{first} to {last}") })
}

/// What must be known beside the verdict: those who say no, deployments without an end, gates passed in an emergency that
/// nobody has reviewed; then what weakens the record itself.
pub(super) fn caveats(record: &Record, report: &Report) -> Vec<Caveat> {
    let loud = |word, text| Caveat { word, text, loud: true };
    let says_no = dissent(record).map(|(role, row)| {
        let comment = row.comment.as_deref().map(|comment| format!(": {comment}")).unwrap_or_default();
        loud("No-go", format!("{} ({}) decided against it on {}{comment}", row.name, role.role, moment(row.at)))
    });
    let begun = record.begun.iter().map(|begun| loud("Not ended", unended(begun)));
    let emergencies = record.emergencies.iter().filter(|emergency| emergency.reviewed.is_none()).map(|emergency| {
        let release = named(&emergency.release);
        let (at, by) = (moment(emergency.at), moment(emergency.review_by));
        let EmergencyRow { name, role, reason, ticket, .. } = emergency;
        let text =
            format!("{name} ({role}) let {release} past the gate on {at}: {reason} ({ticket}). To be reviewed by {by}, not reviewed yet.");
        loud("Emergency", text)
    });
    let quiet = |word, text| Caveat { word, text, loud: false };
    let share = if report.merged.is_empty() { "this run" } else { "every share of this run" };
    let unsigned = record.unsigned_evidence.then(|| quiet("Unsigned evidence", format!("No recorder has signed {share}.")));
    let repaired = record.repaired.iter().map(|row| quiet("Set aside", head::sentence(row)));
    says_no.chain(begun).chain(emergencies).chain(unsigned).chain(repaired).collect()
}

fn unended(begun: &BegunRow) -> String {
    let host = begun.host.as_ref().map(|host| format!("on {host}, ")).unwrap_or_default();
    let emergency = if begun.emergency { ", past the gate" } else { "" };
    format!(
        "{} ({}) began to deploy {}{emergency} on {} ({host}process {}), and no end is on record. `gonogo deploy settle {}` says what became of it.",
        begun.deployer.name,
        known(&begun.deployer, begun.signed),
        named(&begun.release),
        moment(begun.at),
        begun.pid,
        begun.entry,
    )
}

/// A release as people name it.
pub(super) fn named(release: &Release) -> String {
    release.name().unwrap_or_else(|| "a release without a name".into())
}

/// Where a policy came from: `refs/remotes/origin/main, commit 3f2a91c0d4e5`.
pub(super) fn policy(place: &PolicyPlace) -> String {
    let commit = format!("commit {}", place.commit.chars().take(SHORT).collect::<String>());
    if place.reference == place.commit { commit } else { format!("{}, {commit}", place.reference) }
}

/// Whether the person signed with a key of their own; anything else was entered for them.
pub(super) fn is_own(row: &SignOffRow) -> bool {
    row.method != Method::Recorded && row.transcriber.is_none()
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
    let unsigned = match record.unsigned {
        0 => "a signature covers every one".to_owned(),
        1 => "the newest is unsigned: no signature covers it".into(),
        n => format!("the newest {n} are unsigned: no signature covers them"),
    };
    if record.entries == 0 { "no entries".into() } else { format!("{}, {unsigned}", counted(record.entries, "entry")) }
}
