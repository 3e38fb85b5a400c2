//! One exception with all that a person needs to act on it, behind a gutter.

use crate::model::{Expectation, Finding, Outcome, counted};

use super::{
    super::{
        proof,
        story::{Exception, moment, said_by_demands},
    },
    Style, inert, said, took, wrap,
};

/// Beyond this many characters of one outside text, the JSON report holds the rest.
const LONGEST: usize = 600;

/// The columns of a label.
const LABEL: usize = 9;

pub(super) fn push(out: &mut String, exception: &Exception<'_>, style: Style) {
    let finding = exception.finding;
    let id = wrap::fit(&inert::log_line(&finding.id), style.columns().saturating_sub(4));
    super::push(out, &format!("  {} {}", style.sign(finding), style.bold(&id)));
    let mut gutter = Gutter { out, finding, style };
    gutter.coloured(&format!("{} · {}", said(finding), finding.severity));
    if finding.title != finding.id {
        gutter.say("", &finding.title);
    }
    gutter.demands();
    gutter.waiver();
    gutter.advice();
    gutter.dependents(&exception.dependents);
}

/// Writes lines that all begin with the gutter of one finding.
struct Gutter<'a> {
    out: &'a mut String,
    finding: &'a Finding,
    style: Style,
}

impl Gutter<'_> {
    /// The reason, and each demand that is not met or not determined; none twice.
    fn demands(&mut self) {
        let finding = self.finding;
        let open: Vec<&Expectation> = finding.expectations.iter().filter(|e| e.met != Some(true)).collect();
        proof::question(finding).iter().for_each(|question| self.say("asked", question));
        if !said_by_demands(finding) {
            self.say("", &proof::reason(finding));
        }
        for demand in &open {
            let label = match open.len() {
                1 if said_by_demands(finding) => "",
                _ => "·",
            };
            self.say(label, &demand.line());
        }
        let met = finding.expectations.iter().filter(|e| e.met == Some(true));
        if self.style.verbose {
            met.for_each(|demand| self.say("✓", &proof::line(demand)));
        } else if !open.is_empty() && met.clone().count() > 0 {
            self.say("", &format!("({} met)", counted(met.count(), "other expectation")));
        }
    }

    /// Under which conditions it is accepted, or why an exception does not count.
    fn waiver(&mut self) {
        let Some(waiver) = &self.finding.waiver else { return };
        let until = moment(waiver.expires);
        match self.finding.outcome {
            Outcome::Fail => self.say(
                "accepted",
                &format!("until {until}: {} (owner {}, accepted by {}, {})", waiver.reason, waiver.owner, waiver.approver, waiver.ticket),
            ),
            Outcome::Pass => self.say("accepted", &format!("no longer needed: the exception until {until} ({}) can go", waiver.ticket)),
            Outcome::Unknown | Outcome::Pending | Outcome::Skipped => {
                self.say("accepted", &format!("does not count: only a failure can be accepted (until {until}, {})", waiver.ticket));
            }
        }
    }

    fn advice(&mut self) {
        let finding = self.finding;
        if finding.attempts > 1 {
            self.say("tried", &format!("{} times, {}", finding.attempts, took(finding)));
        }
        for (label, text) in [("target", &finding.target), ("owner", &finding.owner)] {
            text.iter().for_each(|text| self.say(label, text));
        }
        // Only the plan's own words may take several lines.
        for (label, text) in [("why", &finding.why), ("fix", &finding.fix), ("runbook", &finding.runbook)] {
            let mut label = label;
            for line in text.iter().flat_map(|text| text.trim().lines()) {
                self.say(label, line);
                label = " ";
            }
        }
        self.say("plan", &format!("{}:{}", finding.location.file, finding.location.line));
    }

    /// The ids of what is not known only because of this, close together: there may be hundreds.
    fn dependents(&mut self, dependents: &[&Finding]) {
        for outcome in Outcome::ALL {
            let ids: Vec<String> = dependents.iter().filter(|d| d.outcome == outcome).map(|d| self.weighed(d)).collect();
            if !ids.is_empty() {
                let text = format!("{}, only because of this: {}", outcome.phrase(), ids.join(", "));
                self.whole("also", &text);
            }
        }
    }

    fn weighed(&self, dependent: &Finding) -> String {
        if dependent.severity == self.finding.severity {
            dependent.id.clone()
        } else {
            format!("{} ({})", dependent.id, dependent.severity)
        }
    }

    fn coloured(&mut self, text: &str) {
        for line in wrap::lines(text, self.style.columns().saturating_sub(4)) {
            let line = format!("  {} {}", self.style.dim("│"), self.style.outcome(self.finding, &line));
            super::push(self.out, &line);
        }
    }

    fn say(&mut self, label: &str, text: &str) {
        self.whole(label, &inert::cut(text, LONGEST));
    }

    fn whole(&mut self, label: &str, text: &str) {
        let text = inert::log_line(text);
        let indent = match label {
            "" => 0,
            "·" | "✓" => 2,
            _ => LABEL,
        };
        for (place, line) in wrap::lines(&text, self.style.columns().saturating_sub(4 + indent)).iter().enumerate() {
            let label = if place == 0 { label } else { "" };
            let line = format!("  {}{line}", self.style.dim(&format!("│ {label:<indent$}")));
            super::push(self.out, line.trim_end());
        }
    }
}
