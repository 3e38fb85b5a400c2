//! What the pages say of people's decisions: who has signed, who has not, and nothing that is more than it is.

use gonogo::{
    model::{Decision, DeployerSource, Method, Record, SignOffState},
    render::{FORMATS, Page, pages, summary},
};

use super::sample::{record, stored};

fn rendered(format: &str, record: &Record) -> String {
    let report = stored("go");
    (FORMATS.iter().find(|f| f.name == format).expect("a format").render)(&Page::new(&report).with_record(record)).into_owned()
}

/// What the first screen says of the signatures, by the terminal's line.
fn signed(record: &Record) -> String {
    let text = rendered("terminal", record).replace("\n│             ", " ");
    text.lines().find_map(|line| line.strip_prefix("Signed        ")).expect("a line").to_owned()
}

#[test]
fn every_format_for_people_says_on_its_first_screen_who_has_signed() {
    let signed = record("signed");
    for format in ["terminal", "markdown", "html"] {
        let text = rendered(format, &signed);
        assert!(text.contains("Signed by 4 of 4 roles, 1 of them entered by somebody else"), "{format}");
        assert!(!text.contains("Not signed."), "{format}");
    }
    assert!(summary(&Page::new(&stored("go")).with_record(&signed), 2048).contains("Signed by 4 of 4 roles"));
    assert!(self::signed(&record("confirmed")).contains("; signed on 2026-11-19 for the earlier report "));
}

#[test]
fn a_refusal_is_the_headline() {
    let refused = record("refused");
    let html = rendered("html", &refused);
    assert!(html.contains("class=\"verdict no-go\"") && html.contains("<h1><span class=\"w\">NO-GO</span> by security (checks: GO)</h1>"));
    assert!(rendered("markdown", &refused).starts_with("# ✗ NO-GO by security (checks: GO): "));
    assert_eq!(rendered("terminal", &refused).lines().last(), Some("✗ NO-GO by security (checks: GO): All 6 blockers passed."));
    for format in ["terminal", "markdown", "html"] {
        assert!(rendered(format, &refused).to_uppercase().contains("SEC-88"), "{format} lacks the comment");
    }
    // Nobody waits for somebody who has said no.
    assert_eq!(
        signed(&refused),
        "NO-GO by Bob Brown as security; go by 0 of 4 roles (Omar Haddad as devops; zoe@example.com as observer), \
         waits for deployment-lead, devops (1 of 2), engineering-manager"
    );
}

#[test]
fn a_decision_that_does_not_count_refuses_nothing() {
    let mut refused = record("refused");
    for row in refused.roles.iter_mut().flat_map(|role| &mut role.sign_offs) {
        row.state = SignOffState::Void("withdrawn by its signer".into());
    }
    refused.emergencies.clear();
    assert!(rendered("html", &refused).contains("class=\"verdict go\""));
    assert_eq!(signed(&refused), "Not signed, waits for deployment-lead, devops (0 of 2), security, engineering-manager");
    for (format, struck) in [("html", "<s>Bob Brown</s>"), ("markdown", "~~Bob Brown~~"), ("terminal", "DOES NOT COUNT")] {
        let text = rendered(format, &refused);
        assert!(text.contains(struck) && text.contains("withdrawn by its signer"), "{format}");
    }
}

#[test]
fn what_was_entered_is_never_a_signature() {
    let mut entered = record("signed");
    for row in entered.roles.iter_mut().flat_map(|role| &mut role.sign_offs) {
        (row.method, row.transcriber) = (Method::Recorded, Some("Dana Lindqvist".into()));
    }
    for format in ["terminal", "markdown", "html"] {
        let text = rendered(format, &entered);
        assert!(!text.contains("signed with their own SSH key") && !text.contains("GO by "), "{format}");
        assert!(text.contains("entered by Dana Lindqvist"), "{format}");
    }
    // A record that does not name who entered it, or that names somebody for a signature, makes none of it either.
    for row in entered.roles.iter_mut().flat_map(|role| &mut role.sign_offs) {
        (row.method, row.transcriber) = (Method::Recorded, None);
    }
    assert!(rendered("html", &entered).contains("entered by somebody who is not named"));
    for row in entered.roles.iter_mut().flat_map(|role| &mut role.sign_offs) {
        (row.method, row.transcriber) = (Method::Ssh, Some("Dana Lindqvist".into()));
    }
    assert!(!rendered("html", &entered).contains("signed with their own SSH key"));
}

#[test]
fn a_record_that_contradicts_itself_is_taken_for_the_lesser() {
    let mut record = record("signed");
    record.roles[2].sign_offs.clear();
    assert!(record.standing.signed);
    assert!(signed(&record).starts_with("Signed by 3 of 4 roles") && signed(&record).ends_with(", waits for security"));
    assert!(!rendered("html", &record).contains("standing pass"));
    // Two keys of one person are one person.
    record.roles[2].required = 2;
    let twice = record.roles[0].sign_offs[0].clone();
    record.roles[2].sign_offs = vec![twice.clone(), twice];
    assert!(signed(&record).ends_with("waits for security (1 of 2)"), "{}", signed(&record));
    // All have signed, and it still does not do.
    record.roles.truncate(2);
    record.standing.signed = false;
    record.standing.remarks = vec!["the author is the only approver".into()];
    assert!(signed(&record).ends_with(", which is not enough"), "{}", signed(&record));
    assert!(rendered("terminal", &record).ends_with("\n… HOLD (checks: GO): The author is the only approver. All 6 blockers passed.\n"));
}

#[test]
fn open_roles_are_lines_to_sign_by_hand() {
    let refused = record("refused");
    let html = rendered("html", &refused);
    // One for the lead, the second of two for devops, one for the manager; security has decided.
    assert_eq!(html.matches("<span class=\"blank\">Signature</span>").count(), 3);
    assert_eq!(rendered("markdown", &refused).matches("Signature: ").count(), 3);
    let mut endless = refused;
    endless.roles[0].required = u32::MAX;
    assert!(rendered("html", &endless).matches("<span class=\"blank\">Signature</span>").count() < 50);
}

#[test]
fn what_no_signature_covers_is_called_unsigned() {
    let mut record = record("confirmed");
    for (unsigned, said) in [(0, "a signature covers every one"), (1, "the newest is unsigned"), (7, "the newest 7 are unsigned")] {
        record.unsigned = unsigned;
        for format in ["terminal", "markdown", "html"] {
            let text = rendered(format, &record);
            let foot = text.get(text.len() / 2..).unwrap_or(&text);
            assert!(foot.replace("\n│             ", " ").contains(said), "{format}: {said}");
            assert!(foot.replace("\n│             ", " ").contains(record.head.as_str()), "{format}");
            assert!(!text.to_lowercase().contains("verified"), "{format}");
        }
    }
}

#[test]
fn the_deployment_log_says_how_the_deployer_is_known() {
    let mut record = record("signed");
    for format in ["markdown", "html"] {
        let text = rendered(format, &record);
        let parts =
            ["1.4.1", "rolled back", "EMERGENCY", "unsigned", "declared, not proven", "as the CI says", "by the key the entry is signed"];
        for part in parts.iter().chain(&["successfully rolled out", "Reviewed: ", "Initial production release", "not signed"]) {
            assert!(text.contains(part), "{format} lacks {part}");
        }
    }
    for row in &mut record.deployments {
        (row.deployer.source, row.signed) = (DeployerSource::Key, false);
    }
    let text = rendered("markdown", &record);
    assert!(!text.contains("by the key") && text.contains("not proven: the entry is not signed"));
}

#[test]
fn pages_made_again_are_the_same_and_show_every_change() {
    let report = stored("go");
    let bytes = report.to_json();
    let record = record("signed");
    let kept: Record = serde_json::from_slice(&serde_json::to_vec(&record).expect("JSON")).expect("a record");
    let made = pages(&report, &bytes, Some(&record));
    assert_eq!(made, pages(&report, &bytes, Some(&kept)));
    assert_eq!(made.html, rendered("html", &record));
    let mut other = record.clone();
    other.roles[3].sign_offs[0].decision = Decision::NoGo;
    assert_ne!(made, pages(&report, &bytes, Some(&other)));
    assert_ne!(made, pages(&report, &bytes, None));
}
