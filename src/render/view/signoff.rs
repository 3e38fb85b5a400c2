//! The sign-off table, as the templates of the reports for people are given it.

use minijinja::{context, value::Value};

use crate::model::{Decision, Method, NobodySigns, Record, RoleRow, SignOffRow, SignOffState, Verdict};

use super::{Page, evidence, people, story::moment};

/// A form with more lines than these is no form; whoever requires more people adds sheets.
const MOST_LINES: usize = 12;

pub(super) fn view(record: &Record, page: &Page<'_>) -> Value {
    let standing = &record.standing;
    let deployed = people::is_deployed(record);
    context! {
        signed => people::signed(record),
        tone => match page.shown().verdict {
            _ if people::is_refused(record) => "fail",
            Verdict::NoGo if page.report.verdict != Verdict::NoGo => "fail",
            _ if people::is_signed(record) => "pass",
            Verdict::Go | Verdict::Hold | Verdict::NoGo => "pending",
        },
        remarks => &standing.remarks,
        // The earlier report that people signed.
        confirms => standing.confirms.as_ref().map(|report| context! {
            report => report.as_str(),
            signed => people::signing_days(record),
        }),
        // Whether nobody signs this report.
        nobody => standing.nobody_signs.is_some(),
        // The report made before the deployment, which the sign-offs are for.
        deployed => match &standing.nobody_signs {
            Some(NobodySigns::Deployed(report)) => report.as_ref().map(|report| report.as_str()),
            Some(NobodySigns::NotAsked | NobodySigns::NotFull) | None => None,
        },
        roles => record.roles.iter().map(|row| role(row, deployed)).collect::<Vec<_>>(),
        // Whether somebody can still sign by hand.
        open => !deployed && record.roles.iter().any(|row| row.undecided() > 0),
    }
}

/// With an empty line to sign by hand for each person who must still decide; after the deployment one that says so.
/// `height` is how many rows it takes in a table.
fn role(role: &RoleRow, deployed: bool) -> Value {
    let most = if deployed { usize::from(role.sign_offs.is_empty()) } else { MOST_LINES };
    let lines: Vec<usize> = (0..role.undecided().min(most)).collect();
    context! {
        role => &role.role,
        need => people::need(role),
        meaning => &role.meaning,
        height => role.sign_offs.len() + lines.len(),
        rows => role.sign_offs.iter().map(sign_off).collect::<Vec<_>>(),
        lines,
    }
}

fn sign_off(row: &SignOffRow) -> Value {
    // Why it does not count, or what is to be said although it does.
    let (void, note) = match &row.state {
        SignOffState::Counts => (None, None),
        SignOffState::Noted(note) => (None, Some(note)),
        SignOffState::Void(why) => (Some(why), None),
    };
    let (sign, tone) = match (void, row.decision) {
        (Some(_), _) => ('-', "skipped"),
        (None, Decision::Go) => ('✓', "pass"),
        (None, Decision::NoGo) => ('✗', "fail"),
    };
    let own = people::is_own(row);
    context! {
        name => row.who(),
        title => &row.title,
        person => (row.person != row.name).then_some(&row.person),
        decision => people::decided(row.decision),
        sign,
        tone,
        void,
        note,
        own,
        hand => if row.method == Method::Webauthn { "passkey" } else { "SSH key" },
        transcriber => (!own).then(|| people::transcriber(row)),
        evidence => evidence(&row.evidence),
        key => &row.key,
        at => moment(row.at),
        recorded => moment(row.recorded),
        meaning => &row.meaning,
        comment => &row.comment,
        entry => row.entry,
    }
}
