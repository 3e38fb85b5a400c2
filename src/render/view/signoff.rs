//! The sign-off table, as the templates of the reports for people are given it.

use serde::Serialize;

use crate::model::{Decision, Record, RoleRow, SignOffRow, SignOffState};

use super::{
    super::{people, story::moment},
    evidence::EvidenceView,
};

/// A form with more lines than these is no form; whoever requires more people adds sheets.
const MOST_LINES: usize = 12;

#[derive(Serialize)]
pub(super) struct SignOffsView {
    /// Which roles have signed and which have not.
    signed: String,
    /// `pass` where everything that must be signed is, `fail` where somebody says no, else `pending`.
    tone: &'static str,
    remarks: Vec<String>,
    confirms: Option<ConfirmsView>,
    roles: Vec<RoleView>,
    /// Whether somebody can still sign by hand.
    open: bool,
}

/// The earlier report that people signed.
#[derive(Serialize)]
struct ConfirmsView {
    report: String,
    signed: Option<String>,
}

#[derive(Serialize)]
struct RoleView {
    role: String,
    /// `1 of 2 signed`, `says NO-GO`, `not required`.
    need: String,
    meaning: String,
    rows: Vec<RowView>,
    /// An empty line to sign by hand for each person who must still decide.
    lines: Vec<usize>,
    /// The rows it takes in a table.
    height: usize,
}

#[derive(Serialize)]
struct RowView {
    name: String,
    title: Option<String>,
    person: Option<String>,
    decision: &'static str,
    sign: char,
    tone: &'static str,
    /// Why it does not count.
    void: Option<String>,
    /// What is to be said although it counts.
    note: Option<String>,
    /// Whether it is the person's own signature.
    own: bool,
    /// Who entered it where it is not.
    transcriber: Option<String>,
    evidence: Vec<EvidenceView>,
    key: String,
    at: String,
    recorded: String,
    meaning: String,
    comment: Option<String>,
    entry: u64,
}

impl SignOffsView {
    pub(super) fn of(record: &Record) -> Self {
        let roles: Vec<RoleView> = record.roles.iter().map(RoleView::of).collect();
        Self {
            signed: people::signed(record),
            tone: if people::is_refused(record) {
                "fail"
            } else if people::is_signed(record) {
                "pass"
            } else {
                "pending"
            },
            remarks: record.standing.remarks.clone(),
            confirms: record
                .standing
                .confirms
                .as_ref()
                .map(|report| ConfirmsView { report: report.to_string(), signed: people::signing_days(record) }),
            open: roles.iter().any(|role| !role.lines.is_empty()),
            roles,
        }
    }
}

impl RoleView {
    fn of(role: &RoleRow) -> Self {
        let rows: Vec<RowView> = role.sign_offs.iter().map(RowView::of).collect();
        let lines: Vec<usize> = (0..people::still_to_sign(role).min(MOST_LINES)).collect();
        Self {
            role: role.role.clone(),
            need: people::need(role),
            meaning: role.meaning.clone(),
            height: rows.len() + lines.len(),
            rows,
            lines,
        }
    }
}

impl RowView {
    fn of(row: &SignOffRow) -> Self {
        let (void, note) = match &row.state {
            SignOffState::Counts => (None, None),
            SignOffState::Noted(note) => (None, Some(note.clone())),
            SignOffState::Void(why) => (Some(why.clone()), None),
        };
        let (sign, tone) = match (&void, row.decision) {
            (Some(_), _) => ('-', "skipped"),
            (None, Decision::Go) => ('✓', "pass"),
            (None, Decision::NoGo) => ('✗', "fail"),
        };
        let own = people::is_own(row);
        Self {
            name: row.name.clone(),
            title: row.title.clone(),
            person: (row.person != row.name).then(|| row.person.clone()),
            decision: people::decided(row.decision),
            sign,
            tone,
            void,
            note,
            own,
            transcriber: (!own).then(|| people::transcriber(row).to_owned()),
            evidence: row.evidence.iter().map(EvidenceView::of).collect(),
            key: row.key.clone(),
            at: moment(row.at),
            recorded: moment(row.recorded),
            meaning: row.meaning.clone(),
            comment: row.comment.clone(),
            entry: row.entry,
        }
    }
}
