//! The sign-off table, as the templates of the reports for people are given it.

use serde::Serialize;

use crate::model::{Decision, NobodySigns, Record, RoleRow, SignOffRow, SignOffState, Verdict};

use super::{
    super::{Page, people, story::moment},
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
    /// Whether nobody signs this report.
    nobody: bool,
    /// The report made before the deployment, which the sign-offs are for.
    deployed: Option<String>,
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
    /// An empty line to sign by hand for each person who must still decide; after the deployment one that says so.
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
    pub(super) fn of(record: &Record, page: &Page<'_>) -> Self {
        let standing = &record.standing;
        let deployed = people::is_deployed(record);
        let roles: Vec<RoleView> = record.roles.iter().map(|role| RoleView::of(role, deployed)).collect();
        Self {
            signed: people::signed(record),
            tone: match page.shown().verdict {
                _ if people::is_refused(record) => "fail",
                Verdict::NoGo if page.report.verdict != Verdict::NoGo => "fail",
                _ if people::is_signed(record) => "pass",
                Verdict::Go | Verdict::Hold | Verdict::NoGo => "pending",
            },
            remarks: standing.remarks.clone(),
            confirms: standing
                .confirms
                .as_ref()
                .map(|report| ConfirmsView { report: report.to_string(), signed: people::signing_days(record) }),
            deployed: match &standing.nobody_signs {
                Some(NobodySigns::Deployed(report)) => report.as_ref().map(ToString::to_string),
                Some(NobodySigns::NotAsked | NobodySigns::NotFull) | None => None,
            },
            nobody: standing.nobody_signs.is_some(),
            open: !deployed && roles.iter().any(|role| !role.lines.is_empty()),
            roles,
        }
    }
}

impl RoleView {
    fn of(role: &RoleRow, deployed: bool) -> Self {
        let rows: Vec<RowView> = role.sign_offs.iter().map(RowView::of).collect();
        let most = if deployed { usize::from(rows.is_empty()) } else { MOST_LINES };
        let lines: Vec<usize> = (0..role.undecided().min(most)).collect();
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
