//! The demands on what was found.

use jiff::Timestamp;

use super::{
    ScanReport,
    seen::{Finding, Scan, Seen, State},
};
use crate::model::{Expectation, Period, counted, first_of, quote};

pub(super) fn judge(check: &ScanReport, seen: &Seen, at: Timestamp) -> Vec<Expectation> {
    let scan = &seen.scan;
    let said = |finding: &&Finding| format!("{} {}", finding.id, finding.at).trim_end().to_owned();
    let named = |found: &[&Finding]| first_of(&found.iter().map(said).collect::<Vec<_>>(), 5, found.len(), ", ");
    let of = |wanted: fn(&Finding) -> bool| scan.findings.iter().filter(|finding| wanted(finding)).collect::<Vec<_>>();
    let mut all = vec![found(check, scan)];
    for (name, what, found) in [
        ("unrated", "findings without a severity", of(|one| one.state == State::Open && one.severity.is_none())),
        ("manual", "findings that a person has to look at", of(|one| one.state == State::Manual)),
    ] {
        if !found.is_empty() {
            all.push(Expectation::new(name, what).wanted("none").undetermined(format!("{}: {}", found.len(), named(&found))));
        }
    }
    for (name, what, notes) in [
        ("scanned", "what was scanned", &scan.idle),
        ("complete", "whether it tells all", &scan.partial),
        ("understood", "what else stands in it", &scan.odd),
    ] {
        if !notes.is_empty() {
            let demand = Expectation::new(name, what).wanted("nothing left open");
            all.push(demand.undetermined(first_of(notes, 3, notes.len(), "; ")));
        }
    }
    if let Some(ended) = &scan.ended {
        all.push(
            Expectation::new("supported", "distribution")
                .wanted("one that is kept up")
                .got(format!("{ended}, beyond its end of life"))
                .met(false),
        );
    }
    all.extend(check.max_database_age.map(|limit| {
        let demand = Expectation::new("database-age", "age of the scanner's database").wanted(format!("at most {limit}"));
        match scan.database {
            None => demand.undetermined("the report does not tell it"),
            Some(built) => {
                demand.got(format!("{} (built at {built})", Period::between(built, at))).met(Period::between(built, at) <= limit)
            }
        }
    }));
    for id in check.names() {
        let ran = scan.ran.contains(&id);
        let demand = Expectation::new(format!("ran:{id}"), format!("the check {}", quote(&id))).wanted("it ran");
        all.push(demand.got(if ran { "it ran" } else { "it did not run, or was not asked for" }).met(ran));
    }
    all.extend(check.target.as_ref().map(|target| {
        let demand = Expectation::new("target", "account or host").wanted(target.to_string());
        match scan.targets.iter().find(|one| *one != target.as_str()).or(scan.targets.first()) {
            None => demand.undetermined("the report names none"),
            Some(one) => demand.got(quote(one)).met(one == target.as_str()),
        }
    }));
    seen.evidence.judge(&check.bound(), at, all, &["ran:"])
}

fn found(check: &ScanReport, scan: &Scan) -> Expectation {
    let least = check.severity();
    let or_more = if least == super::Severity::Critical { "critical".to_owned() } else { format!("{least} or more") };
    let demand = Expectation::new("findings", "open findings").wanted(format!("none that is {or_more}"));
    let accepted = |finding: &Finding| check.without_fix.is_some() && finding.without_fix;
    let (mut open, mut excepted) = (Vec::new(), Vec::new());
    for finding in scan.findings.iter().filter(|finding| finding.severity.is_some_and(|severity| severity >= least)) {
        let severity = finding.severity.map(|severity| severity.to_string()).unwrap_or_default();
        let said = format!("{} ({severity}", format!("{} {}", finding.id, finding.at).trim_end());
        match &finding.state {
            State::Open if accepted(finding) => excepted.push(format!("{said}, without a fix)")),
            State::Open => open.push(format!("{said})")),
            State::Excepted(why) => excepted.push(format!("{said}, {why})")),
            State::Manual => {}
        }
    }
    let beside = match excepted.len() {
        0 => String::new(),
        count => format!("; {}: {}", counted(count, "exception"), first_of(&excepted, 10, count, ", ")),
    };
    let all = counted(scan.count, "finding");
    match open.len() {
        0 => demand.got(format!("none of {all}{beside}")).met(true),
        count => demand.got(format!("{}{beside}", first_of(&open, 5, count, ", "))).met(false),
    }
}
