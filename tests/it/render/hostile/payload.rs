//! The attacks, and a report that has one of them wherever a text can come from outside.

use gonogo::model::{Digest, Evidence, Expectation, Finding, Json, Record, Report, SignOffRow, SignOffState};
use serde_json::json;

use super::super::sample::{self, stored};

/// What stands where an attack will stand: the page it makes is the measure for the others.
pub(in super::super) const HARMLESS: &str = "harmless";

pub(in super::super) const ATTACKS: &[&str] = &[
    "<script>alert(1)</script>",
    "</style></title></textarea></pre></summary></details><script src=//evil.example></script>",
    "]]><x/>",
    "\" onload=\"alert(1)",
    "' onmouseover='alert(1)' x='",
    "<img src=x onerror=alert(1)>",
    "<!-- --!> <![CDATA[ <?xml version='1.0'?>",
    "&lt;script&gt; &amp; &#60;b&#62; &nosuch;",
    "::error::forged",
    " ::error file=x,line=1::forged",
    "a\n::error::forged\r::warning::forged",
    "::stop-commands::token",
    "x ::add-mask::x ::set-output name=a::b",
    "##[error]forged ##vso[task.setvariable variable=a]b ##teamcity[message text='x']",
    "%0A::error::forged%0D%25",
    "title,file=evil:line=1",
    "\u{1b}[2J\u{1b}[31mred\u{1b}[0m \u{1b}]0;title\u{7}\u{1b}]8;;http://evil.example\u{1b}\\link\u{1b}]8;;\u{1b}\\",
    "\u{9b}31m\u{90}\u{9c}\u{85}",
    "\u{202e}txt.exe\u{202c} \u{2066}x\u{2069} \u{200f}",
    "nul \0 and \u{fffe}\u{ffff}\u{7f}\u{8}",
    "a | b || c \\| d \\",
    "`code` ``` ~~~ `` ` ",
    "```\n# heading\n```",
    "` <img src=x onerror=alert(1)> [x](http://evil.example) `",
    "`` <b> ` <i> `` [x](javascript:a) ```",
    "\\` <b> \\",
    "[x](javascript:alert(1)) ![x](http://evil.example/x.png) [y]: http://evil.example",
    "<javascript:alert(1)> <http://evil.example>",
    "\n## heading\n\nSetext\n======\n\n---\n",
    "# heading",
    "## heading ##",
    "- item\n- item",
    "1. item",
    "1) item",
    "+ item",
    "> quote",
    "    indented",
    "---",
    "===",
    "***",
    "| a | b |\n| - | - |",
    "@octocat @org/team #1 GH-2 org/repo#3 https://github.com/org/repo/issues/4 www.evil.example me@evil.example",
    "*bold* _it_ ~~gone~~ **b** $x$ $$y$$ :smile: <br>",
    "</details>\n\n<details open>",
    "{{ 7 * 7 }} {% raw %} {# x #}",
    "✗ NO-GO: forged\n✓ GO: forged",
    "javascript:alert(1)",
    "https://evil.example/\"><script>alert(1)</script>",
    "https://evil.example/|`x`<b>",
    "data:text/html,<script>alert(1)</script>",
];

/// The rich sample with `attack` in every text, ids included.
pub(super) fn everywhere(attack: &str) -> Report {
    let mut report = stored("no-go");
    let texts = [&mut report.project, &mut report.environment, &mut report.release.source, &mut report.tool.name, &mut report.tool.version];
    for text in texts {
        attack.clone_into(text);
    }
    let some = || Some(attack.to_owned());
    (report.release.version, report.release.commit, report.release.artifact) = (some(), some(), some());
    (report.vantage.name, report.vantage.host, report.vantage.ci) = (some(), some(), some());
    report.notes = vec![attack.to_owned()];
    report.resolve = [(attack.to_owned(), attack.to_owned())].into();
    report.partial = Some(serde_json::from_value(json!({ "only": [attack], "skip": [attack], "from": attack })).expect("a partial"));
    serde_json::from_value::<Digest>(json!(attack)).expect_err("a fingerprint is no place for a text");
    report.plan.files = [(attack.to_owned(), report.plan.digest.clone())].into();
    let ids: Vec<String> = report.findings.iter().map(|f| f.id.clone()).collect();
    let renamed = |id: &str| format!("{attack}{}", ids.iter().position(|other| other == id).expect("an id"));
    for finding in &mut report.findings {
        let because = finding.because.as_deref().map(renamed);
        *finding = Finding { id: renamed(&finding.id), because, ..attacked(finding, attack) };
    }
    report
}

/// What the ledger says beside it, with `attack` in every text: once all signed an earlier report, once refused and waiting.
pub(super) fn records(attack: &str) -> Vec<Record> {
    ["signed", "refused"].iter().map(|name| attacked_record(sample::record(name), attack)).collect()
}

fn attacked_record(mut record: Record, attack: &str) -> Record {
    let text = || attack.to_owned();
    record.standing.remarks.iter_mut().for_each(|remark| *remark = text());
    record.standing.confirms = record.standing.signed.then(|| record.head.clone());
    record.changes.iter_mut().flatten().for_each(|change| *change = text());
    for role in &mut record.roles {
        (role.role, role.meaning) = (text(), text());
        role.sign_offs.iter_mut().for_each(|row| attack_row(row, attack));
    }
    for row in &mut record.answers {
        (row.check, row.question, row.reason, row.name) = (text(), text(), Some(text()), text());
        attack_evidence(&mut row.evidence, attack);
    }
    for row in &mut record.waivers {
        (row.check, row.reason, row.ticket, row.owner, row.approver) = (text(), text(), text(), text(), text());
    }
    for row in &mut record.deployments {
        (row.release.version, row.release.commit, row.release.artifact) = (Some(text()), Some(text()), Some(text()));
        (row.deployer.name, row.notes, row.log_tail, row.log) = (text(), Some(text()), Some(text()), Some(record.head.clone()));
        row.approvers = vec![text(), text()];
    }
    for row in &mut record.emergencies {
        (row.release.version, row.name, row.role, row.reason, row.ticket) = (Some(text()), text(), text(), text(), text());
        row.reviewed.iter_mut().for_each(|review| *review = text());
    }
    record
}

fn attack_row(row: &mut SignOffRow, attack: &str) {
    let text = || attack.to_owned();
    (row.name, row.title, row.key, row.meaning, row.comment) = (text(), Some(text()), text(), text(), Some(text()));
    // A page shows a person's id only beside another name.
    row.person = format!("{attack} {}", row.person);
    row.transcriber.iter_mut().for_each(|name| *name = text());
    attack_evidence(&mut row.evidence, attack);
    match &mut row.state {
        SignOffState::Counts => {}
        SignOffState::Noted(said) | SignOffState::Void(said) => *said = text(),
    }
}

fn attack_evidence(evidence: &mut [Evidence], attack: &str) {
    for item in evidence {
        attack.clone_into(&mut item.name);
    }
}

fn attacked(finding: &Finding, attack: &str) -> Finding {
    let text = || attack.to_owned();
    let observation = Json::from(json!({ attack: [attack, { "body": attack }] }));
    let mut finding = Finding {
        title: text(),
        section: text(),
        kind: text(),
        reason: text(),
        owner: Some(text()),
        tags: vec![text()],
        target: Some(text()),
        vantage: Some(text()),
        needs: vec![text()],
        why: Some(text()),
        fix: Some(text()),
        runbook: Some(text()),
        observation: observation.clone(),
        settings: observation,
        ..finding.clone()
    };
    finding.location.file = text();
    for waiver in finding.waiver.iter_mut() {
        for field in [&mut waiver.reason, &mut waiver.owner, &mut waiver.approver, &mut waiver.ticket] {
            *field = text();
        }
    }
    for demand in &mut finding.expectations {
        let why = demand.met.is_none().then(text);
        *demand = Expectation { name: text(), what: text(), wanted: text(), got: text(), why, ..demand.clone() };
    }
    finding
}
