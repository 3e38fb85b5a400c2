//! A comparison of reports that hold attacks: neither a terminal nor a Markdown page acts on them.

use gonogo::{
    model::{Difference, Digest, Report},
    render::{DIFFERENCE_FORMATS, difference, terminal::Style},
};

use super::{acts, markdown::read, payload};

/// From a harmless report to one with the attack everywhere and other figures, and the other way round.
fn compared(attack: &str) -> [Difference; 2] {
    let (plain, hostile) = (payload::everywhere(payload::HARMLESS), changed(payload::everywhere(attack)));
    let sides = [(&plain, Digest::of(b"a")), (&hostile, Digest::of(b"b"))];
    let [a, b] = sides;
    [Difference::between(a.clone(), b.clone()), Difference::between(b, a)]
}

/// The ids of the harmless report, so that the checks are compared and not only listed.
fn changed(mut report: Report) -> Report {
    let plain = payload::everywhere(payload::HARMLESS);
    for (finding, other) in report.findings.iter_mut().zip(plain.findings).step_by(2) {
        finding.id = other.id;
    }
    report
}

fn rendered(format: &str, of: &Difference) -> String {
    (DIFFERENCE_FORMATS.iter().find(|f| f.name == format).expect("a format").render)(of)
}

#[test]
fn a_terminal_is_only_written_to() {
    for attack in payload::ATTACKS {
        for of in compared(attack) {
            for width in [20, 41, 80, 120] {
                let text = difference(&of, Style { colour: false, width, verbose: false });
                assert_eq!(text.chars().find(|c| acts(*c)), None, "{attack:?}");
                for line in text.lines() {
                    let obeyed = line.trim_start().starts_with("::") || ["##[", "##vso[", "##teamcity["].iter().any(|c| line.contains(c));
                    assert!(!obeyed, "{attack:?}: {line}");
                    assert!(!line.starts_with(['✓', '✗']), "{attack:?}: {line}");
                    assert!(unicode_width::UnicodeWidthStr::width(line) <= width.clamp(40, 120), "{width}: {line}");
                }
            }
        }
    }
}

#[test]
fn markdown_gains_no_markup() {
    for attack in payload::ATTACKS {
        for of in compared(attack) {
            let markdown = rendered("markdown", &of);
            assert_eq!(markdown.chars().find(|c| acts(*c)), None, "{attack:?}");
            let (shape, _) = read(&markdown);
            let ours = ["Heading", "Table", "List", "Item", "Strong", "Paragraph", "Code", "html <code>", "html </code>"];
            let foreign: Vec<&String> = shape.keys().filter(|name| !ours.iter().any(|our| name.starts_with(our))).collect();
            assert_eq!(foreign, Vec::<&String>::new(), "{attack:?}\n{markdown}");
        }
    }
}

#[test]
fn json_is_json() {
    for attack in payload::ATTACKS {
        for of in compared(attack) {
            let value: serde_json::Value = serde_json::from_str(&rendered("json", &of)).expect("JSON");
            assert_eq!(value["schema"], "gonogo.diff/v1");
        }
    }
}
