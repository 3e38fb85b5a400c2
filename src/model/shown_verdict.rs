//! The verdict that is shown, of a report and the record beside it: the one place where the two become one.

use super::{Exit, Phase, Record, Report, Verdict, utc};

/// What every format but `json`, whose bytes people sign, says of a report.
///
/// | the record says of a report made before the deployment | shown, unless the checks are worse | exit |
/// | --- | --- | --- |
/// | it cannot be trusted (the gate: 5) | NO-GO | 5 |
/// | a role that must sign says no | NO-GO by that role | 1 |
/// | the gate says 1, 3 or anything but 0, 4 and 5 | NO-GO | the gate's |
/// | the gate says 4, and not because signatures are only missing yet | HOLD | 4 |
/// | a deployment began and has no end, or the review of an emergency is overdue | HOLD | 4 |
/// | all have signed, and it still does not do | HOLD | 4 |
/// | signatures are only missing yet, or no ledger was asked | as the checks say | the run's |
///
/// After the deployment nobody is asked any more whether it may be: then only a record that cannot be trusted weighs. An
/// advisory run exits with 0 whatever is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownVerdict {
    /// The verdict.
    pub verdict: Verdict,
    /// The headline, with everything that makes it less than it seems: `GO (partial run)`, `NO-GO by security (checks: GO)`.
    pub headline: String,
    /// What in the record makes it worse than the checks alone, where the headline does not say it.
    pub because: Option<String>,
    /// The exit code of a command that goes by it.
    pub exit: Exit,
}

/// The names of the roles that say no may take this many characters of the headline; the sign-off has them whole.
const LONGEST_ROLES: usize = 60;

/// What the record has against a go.
struct Against {
    exit: Exit,
    /// The roles that say no.
    roles: Vec<String>,
    because: Option<String>,
}

impl ShownVerdict {
    /// The verdict of `report` with the record beside it, where a ledger was asked.
    pub fn of(report: &Report, record: Option<&Record>) -> Self {
        let checks = headline(report);
        let own = Exit::of_code(report.exit).unwrap_or(Exit::Unchecked);
        let Some(against) = record.and_then(|record| Against::of(report, record)) else {
            return Self { verdict: report.verdict, headline: checks, because: None, exit: own };
        };
        let exit = if report.advisory { own } else { own.and(against.exit) };
        let verdict = if against.exit == Exit::Hold && report.verdict != Verdict::NoGo { Verdict::Hold } else { Verdict::NoGo };
        if verdict == report.verdict && against.roles.is_empty() {
            return Self { verdict, headline: checks, because: None, exit };
        }
        Self { verdict, headline: format!("{} (checks: {checks})", against.word()), because: against.because, exit }
    }
}

impl Against {
    /// The gravest.
    fn of(report: &Report, record: &Record) -> Option<Self> {
        let standing = &record.standing;
        // A code that this version does not know is no reason to trust.
        let gate = standing.gate.map(|gate| (Exit::of_code(gate.exit).unwrap_or(Exit::Untrusted), gate.waiting));
        let first = || standing.remarks.first().cloned();
        let by_gate =
            |exit: Exit| Self { exit, roles: Vec::new(), because: first().or_else(|| Some("the gate does not let it pass".into())) };
        match gate {
            Some((Exit::Untrusted, _)) => return Some(by_gate(Exit::Untrusted)),
            _ if report.phase == Phase::PostDeploy => return None,
            _ => {}
        }
        let roles: Vec<String> = record.roles.iter().filter(|role| role.refuses()).map(|role| role.role.clone()).collect();
        if !roles.is_empty() {
            return Some(Self { exit: Exit::Red, roles, because: None });
        }
        match gate {
            Some((Exit::Go, _) | (Exit::Hold, true)) | None => {}
            Some((exit, _)) => return Some(by_gate(exit)),
        }
        let complete = record.roles.iter().any(|role| role.required > 0) && record.roles.iter().all(|role| role.missing() == 0);
        match held(record) {
            Some(because) => Some(Self { exit: Exit::Hold, roles, because: Some(because) }),
            None => (complete && !standing.signed).then(|| by_gate(Exit::Hold)),
        }
    }

    fn word(&self) -> String {
        match (self.exit, self.roles.join(", ")) {
            (Exit::Hold, _) => "HOLD".into(),
            (_, roles) if roles.is_empty() => "NO-GO".into(),
            (_, roles) => match roles.char_indices().nth(LONGEST_ROLES) {
                Some((end, _)) => format!("NO-GO by {}…", &roles[..end]),
                None => format!("NO-GO by {roles}"),
            },
        }
    }
}

/// What holds every release of an environment until somebody settles it.
fn held(record: &Record) -> Option<String> {
    let name = |release: &super::Release| release.name().unwrap_or_else(|| "a release without a name".into());
    let begun = record
        .begun
        .first()
        .map(|begun| format!("the deployment of {} began on {} and has no end on record", name(&begun.release), utc(begun.at)));
    let overdue = || record.emergencies.iter().find(|emergency| emergency.is_overdue(record.as_of));
    begun.or_else(|| {
        overdue().map(|late| format!("the emergency of {} was to be reviewed by {}, and was not", name(&late.release), utc(late.review_by)))
    })
}

/// What the checks say, with everything that makes it less than it seems.
fn headline(report: &Report) -> String {
    let less: Vec<&str> = [(report.partial.is_some(), "partial run"), (report.rehearsal, "rehearsal"), (report.interrupted, "interrupted")]
        .into_iter()
        .filter_map(|(is, word)| is.then_some(word))
        .collect();
    if less.is_empty() { report.headline() } else { format!("{} ({})", report.headline(), less.join(", ")) }
}
