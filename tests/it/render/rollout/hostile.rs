//! Accounts in which every text attacks and every number is one that nobody can draw.

use gonogo::{
    model::{Json, Report},
    render::{
        FORMATS, Page,
        rollout::{html, live, markdown, terminal},
    },
    rollout::{Account, Form, Gap, StageEvidence},
};
use html5gum::{Token, Tokenizer};
use jiff::Timestamp;

use super::{
    super::{
        hostile::{acts, markdown::read, payload},
        sample,
    },
    NARROW, made,
};

/// The account with `attack` in every text.
fn attacked(mut account: Account, attack: &str) -> Account {
    let text = || attack.to_owned();
    (account.project, account.environment, account.said, account.old) = (text(), text(), text(), Some(text()));
    account.release.version = Some(text());
    account.notes = vec![text()];
    for stage in &mut account.stages {
        (stage.name, stage.traffic, stage.roles) = (text(), text(), vec![text()]);
        stage.void = stage.attempt.eq(&0).then(text);
        for it in &mut stage.decisions {
            (it.who, it.role, it.choice, it.comment) = (text(), text(), text(), Some(text()));
            (it.exceptions, it.void) = (vec![text()], Some(text()));
        }
        stage.evidence.iter_mut().for_each(|evidence| attack_evidence(evidence, attack));
    }
    for back in account.rollbacks.iter_mut().chain(&mut account.drill) {
        (back.environment, back.stage, back.kind, back.why) = (text(), text(), text(), text());
        (back.outcome, back.notes) = (Some(text()), vec![text()]);
    }
    for shown in &mut account.success {
        (shown.text, shown.wanted, shown.measured) = (text(), text(), text());
    }
    account
}

fn attack_evidence(evidence: &mut StageEvidence, attack: &str) {
    let text = || attack.to_owned();
    (evidence.stage, evidence.traffic, evidence.unit) = (text(), text(), text());
    (evidence.fixed.new, evidence.fixed.old, evidence.old.version) = (text(), text(), Some(text()));
    let judgement = &mut evidence.judgement;
    judgement.reasons = vec![text()];
    judgement.gaps.iter_mut().for_each(|gap| gap.why = text());
    judgement.triggers.iter_mut().for_each(|trigger| trigger.when = text());
    for demand in &mut judgement.demands {
        (demand.measure, demand.wanted, demand.got, demand.missing) = (text(), text(), text(), Some(text()));
    }
    for course in &mut evidence.courses {
        (course.measure, course.limit_said) = (text(), format!("{attack} %"));
    }
}

fn accounts(attack: &str) -> Vec<Account> {
    [made::finished(), made::held(), made::rolled_back()].map(|account| attacked(account, attack)).into()
}

/// The report of a stage with `attack` in every text of the stage.
fn of_report(attack: &str) -> String {
    let evidence = accounts(attack).swap_remove(1).stages.swap_remove(1).evidence;
    let report = Report { rollout: Json::of(&evidence).ok(), ..sample::stored("hold") };
    let format = FORMATS.iter().find(|format| format.name == "html").expect("a format");
    (format.render)(&Page::new(&report)).into_owned()
}

/// Every start tag with its attributes, but for those that stand or not by what a text has between backticks.
fn tags(html: &str) -> Vec<(String, Vec<(String, String)>)> {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("UTF-8");
    let tags = Tokenizer::new(html).filter_map(|token| match token.expect("no error") {
        Token::StartTag(tag) => Some((text(&tag.name), tag.attributes.iter().map(|(name, value)| (text(name), text(value))).collect())),
        Token::Error(error) => panic!("{error:?}"),
        Token::EndTag(_) | Token::String(_) | Token::Comment(_) | Token::Doctype(_) => None,
    });
    tags.filter(|(name, _)| name != "code").collect()
}

/// The tags with the names of their attributes; of those that could act also what they say.
fn structure(html: &str) -> Vec<String> {
    let attribute = |(name, value): &(String, String)| match name.as_str() {
        "style" | "id" | "href" | "d" | "class" => format!("{name}={value}"),
        _ => name.clone(),
    };
    tags(html).iter().map(|(tag, attributes)| format!("{tag} {}", attributes.iter().map(attribute).collect::<Vec<_>>().join(" "))).collect()
}

#[test]
fn no_text_becomes_markup() {
    let wanted: Vec<_> = accounts(payload::HARMLESS).iter().map(|account| structure(&html(account))).collect();
    let within = structure(&of_report(payload::HARMLESS));
    let shape = |account: &Account| read(&markdown(account)).0;
    let plain: Vec<_> = accounts(payload::HARMLESS).iter().map(shape).collect();
    assert!(wanted.iter().all(|page| page.len() > 200));
    for attack in payload::ATTACKS {
        assert_eq!(structure(&of_report(attack)), within, "{attack}");
        for ((account, wanted), plain) in accounts(attack).iter().zip(&wanted).zip(&plain) {
            assert_eq!(structure(&html(account)), *wanted, "{attack}");
            assert_eq!(shape(account), *plain, "{attack}");
        }
    }
}

#[test]
fn no_character_acts_and_no_line_commands() {
    for attack in payload::ATTACKS {
        for account in accounts(attack) {
            let watched = account.stages[0].evidence.as_ref().map(|evidence| live(evidence, NARROW).join("\n")).expect("evidence");
            for text in [html(&account), markdown(&account), terminal(&account, NARROW), watched] {
                assert_eq!(text.chars().find(|c| acts(*c)), None, "{attack:?}");
            }
            for line in terminal(&account, NARROW).lines() {
                assert!(!line.trim_start().starts_with("::") && !line.contains("##["), "{attack:?}: {line}");
                assert!(!line.starts_with("✗ NO-GO") && !line.starts_with("✓ GO"), "{line}");
            }
        }
    }
}

#[test]
fn a_page_asks_for_nothing_and_lets_nothing_run() {
    let html = html(&made::held());
    assert!(html.contains("content=\"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\""));
    for fetches in ["src=", "@import", "url(", "<link", "<script", "javascript:"] {
        assert!(!html.contains(fetches), "{fetches}");
    }
    for (tag, attributes) in tags(&html) {
        assert!(attributes.iter().all(|(name, _)| !name.starts_with("on")), "{tag}");
        assert!(attributes.iter().all(|(name, value)| name != "href" || value.starts_with('#')), "{tag}");
    }
}

/// Numbers that nobody can draw, in every place of the chart.
fn numbers() -> Vec<Option<f64>> {
    let some = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MAX, f64::MIN, f64::MIN_POSITIVE, 5e-324, -0.0, 0.0, 1e299, -1e299];
    some.into_iter().map(Some).chain([None]).collect()
}

#[test]
fn no_number_breaks_a_drawing() {
    for form in [Form::Share, Form::Seconds, Form::Bytes, Form::Plain] {
        for (place, number) in numbers().into_iter().enumerate() {
            let mut account = made::held();
            for evidence in account.stages.iter_mut().filter_map(|stage| stage.evidence.as_mut()) {
                for course in &mut evidence.courses {
                    (course.form, course.limit, course.baseline) = (form, number, number);
                    for (n, point) in course.points.iter_mut().enumerate().skip(place).step_by(3) {
                        (point.own, point.other, point.lower, point.upper) = (number, number, number, number);
                        point.at = if n % 7 == 0 { Timestamp::MAX } else { point.at };
                    }
                }
                evidence.begun = Timestamp::MIN;
                evidence.judgement.gaps.push(Gap { from: Timestamp::MAX, to: Timestamp::MIN, why: "backwards".into() });
                evidence.judgement.coverage = number.unwrap_or(f64::NAN);
                evidence.judgement.triggers.iter_mut().for_each(|trigger| trigger.evidence = Some((f64::NAN, f64::INFINITY)));
            }
            let page = html(&account);
            for (_, attributes) in tags(&page) {
                for (name, value) in attributes.iter().filter(|(name, _)| name == "d" || name == "style") {
                    let allowed = if name == "d" { "MLHVZh0123456789. " } else { "leftwidhbom:;%0123456789." };
                    assert!(value.chars().all(|c| allowed.contains(c)), "{number:?}: {name}={value}");
                }
            }
            assert!(!page.contains("<pre>"), "{number:?}: the template has failed");
            let _ = (markdown(&account), terminal(&account, NARROW));
        }
    }
}

#[test]
fn a_course_without_a_point_is_drawn_as_none() {
    let mut account = made::held();
    for evidence in account.stages.iter_mut().filter_map(|stage| stage.evidence.as_mut()) {
        evidence.courses.iter_mut().for_each(|course| course.points.clear());
    }
    let page = html(&account);
    assert!(page.contains("judged version: –") && !page.contains("<pre>"));
    assert!(markdown(&account).contains("| errors |  | – | at most 1% |"));
}

#[test]
fn what_the_report_carries_reads_back_as_it_was() {
    let evidence = made::held().stages.swap_remove(1).evidence.expect("evidence");
    let json = Json::of(&evidence).expect("JSON");
    assert_eq!(serde_json::from_str::<StageEvidence>(json.text()).expect("evidence"), *evidence);
}
