//! What is read line by line: the terminal, CI logs, GitHub's workflow commands, SARIF's messages.

use gonogo::{
    model::Report,
    render::{
        Page,
        terminal::{self, Style},
    },
};
use serde_json::Value;

use super::{acts, payload, rendered};

/// What a CI runner would take for a command.
fn commands(text: &str) -> Vec<&str> {
    text.lines()
        .filter(|line| {
            line.trim_start().starts_with("::") || line.contains("##[") || line.contains("##vso[") || line.contains("##teamcity[")
        })
        .collect()
}

fn progress(report: &Report, style: Style) -> String {
    report.findings.iter().map(|finding| terminal::line(finding, style) + "\n").collect()
}

/// The report with `attack` everywhere as the terminal shows it: without a record and with each.
fn shown(attack: &str, style: Style) -> Vec<String> {
    let report = payload::everywhere(attack);
    let mut texts = vec![terminal::render(&Page::new(&report), style)];
    texts.extend(payload::records(attack).iter().map(|record| terminal::render(&Page::new(&report).with_record(record), style)));
    texts
}

#[test]
fn a_terminal_is_only_written_to() {
    for attack in payload::ATTACKS {
        let report = payload::everywhere(attack);
        for width in [20, 41, 80, 100, 500] {
            let plain = Style { colour: false, width, verbose: width % 2 == 0 };
            for text in shown(attack, plain).into_iter().chain([progress(&report, plain)]) {
                assert_eq!(text.chars().find(|c| acts(*c)), None, "{attack:?}");
                assert_eq!(commands(&text), Vec::<&str>::new(), "{attack:?}");
            }
            for coloured in shown(attack, Style { colour: true, width, verbose: true }) {
                assert_eq!(uncoloured(&coloured).chars().find(|c| acts(*c)), None, "{attack:?}");
            }
        }
    }
}

/// Without our own colours: `ESC [ digits ; digits m`.
fn uncoloured(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (code, rest) = part.split_once('m').expect("a colour");
        assert!(code.chars().all(|c| c.is_ascii_digit() || c == ';'), "{code:?}");
        out += rest;
    }
    out
}

#[test]
fn nothing_poses_as_a_verdict_or_a_finding() {
    for attack in payload::ATTACKS {
        let report = payload::everywhere(attack);
        for text in shown(attack, terminal::PLAIN) {
            assert_eq!(text.lines().filter(|line| line.starts_with(['✓', '✗'])).count(), 1, "{attack}");
        }
        assert_eq!(progress(&report, terminal::PLAIN).lines().count(), report.findings.len(), "{attack}");
    }
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    for attack in payload::ATTACKS.iter().chain(&["漢字".repeat(400).as_str(), "x".repeat(3000).as_str()]) {
        let report = payload::everywhere(attack);
        for width in [40, 80, 120] {
            let style = Style { colour: false, width, verbose: width % 2 == 0 };
            let progress = progress(&report, style);
            for line in shown(attack, style).iter().flat_map(|text| text.lines()).chain(progress.lines()) {
                assert!(unicode_width::UnicodeWidthStr::width(line) <= width, "{width}: {line}");
            }
        }
    }
}

#[test]
fn github_obeys_only_our_commands() {
    let shape = |line: &str| {
        let (command, rest) = line.strip_prefix("::")?.split_once("::")?;
        let (name, properties) = command.split_once(' ').unwrap_or((command, ""));
        let names: Vec<String> =
            properties.split(',').filter(|p| !p.is_empty()).map(|p| p.split('=').next().unwrap_or("").to_owned()).collect();
        assert!(!rest.contains('\r'), "{line}");
        Some((name.to_owned(), names))
    };
    let shapes = |report: &Report| {
        let text = rendered("github", report);
        assert_eq!(text.chars().find(|c| acts(*c)), None);
        assert!(!text.contains("##["), "{text}");
        commands(&text).into_iter().map(|line| shape(line).unwrap_or_else(|| panic!("{line}"))).collect::<Vec<_>>()
    };
    let wanted = shapes(&payload::everywhere(payload::HARMLESS));
    assert!(wanted.len() > 8);
    for attack in payload::ATTACKS {
        assert_eq!(shapes(&payload::everywhere(attack)), wanted, "{attack:?}");
    }
}

#[test]
fn github_decodes_what_was_meant() {
    let text = rendered("github", &payload::everywhere("100%, a:b"));
    let line = text.lines().find(|line| line.starts_with("::error file=")).expect("an annotation");
    assert!(
        line.starts_with("::error file=100%25%2C a%3Ab,line=66,title=100%25%2C a%3Ab0%3A 100%25%2C a%3Ab::failed (blocker): 100%25, a:b"),
        "{line}"
    );
}

#[test]
fn sarif_keeps_its_shape() {
    for attack in payload::ATTACKS {
        let report = payload::everywhere(attack);
        let log: Value = serde_json::from_str(&rendered("sarif", &report)).expect("JSON");
        let run = &log["runs"][0];
        assert_eq!(run["results"].as_array().map(Vec::len), Some(report.findings.len()));
        for (place, result) in run["results"].as_array().into_iter().flatten().enumerate() {
            assert_eq!(result["ruleId"], run["tool"]["driver"]["rules"][place]["id"]);
            let uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].as_str().expect("a URI");
            assert!(uri.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~/%".contains(&b)), "{uri}");
            let message = result["message"]["text"].as_str().expect("a message");
            assert_eq!(message.chars().find(|c| acts(*c) || *c == '\n'), None, "{attack:?}");
        }
    }
}
