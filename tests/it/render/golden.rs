//! Every format of every stored sample, as it was when somebody last looked at it and found it good.
//!
//! `UPDATE=1 cargo test --test it render::golden` writes them anew, for somebody to look at.

use gonogo::{
    model::Digest,
    render::{FORMATS, Page, summary},
};

use super::sample;
use crate::golden;

fn compare(file: &str, got: &str) {
    assert_eq!(golden::difference(&sample::path(file), got), None);
}

#[test]
fn samples_are_reports_as_this_version_writes_them() {
    for name in sample::NAMES {
        let report = sample::stored(name).concluded();
        let json = String::from_utf8(report.to_json()).expect("JSON is UTF-8");
        compare(&format!("{name}.json"), &json);
    }
}

#[test]
fn every_format_of_every_sample() {
    for name in sample::NAMES {
        let report = sample::stored(name).concluded();
        compare_all(name, &Page::new(&report));
    }
}

#[test]
fn every_format_with_every_record() {
    for name in sample::RECORDS {
        let report = if name == "deployed" { sample::after_the_deployment() } else { sample::stored("go") };
        let record = sample::record(name);
        compare_all(name, &Page::new(&report).with_record(&record));
        let json = serde_json::to_string_pretty(&record).expect("JSON");
        compare(&format!("{name}.record.json"), &format!("{json}\n"));
    }
}

fn compare_all(name: &str, page: &Page<'_>) {
    // A short page is the same for a comment: `bounds` looks at long ones.
    for format in FORMATS.iter().filter(|format| !["json", "comment"].contains(&format.name)) {
        let extension = match format.name {
            "terminal" => "txt",
            "markdown" => "md",
            "junit" => "xml",
            "github" => "github.txt",
            "codescanning" => "problems.sarif",
            other => other,
        };
        let got = (format.render)(page);
        assert_eq!(got, (format.render)(page), "{} is not the same twice", format.name);
        assert!(got.ends_with('\n') && !got.ends_with("\n\n"), "{} of {name} ends in one newline", format.name);
        compare(&format!("{name}.{extension}"), &got);
    }
    compare(&format!("{name}.summary.md"), &summary(page, 1024));
}

#[test]
fn names_of_formats_are_words_and_differ() {
    let names: std::collections::BTreeSet<&str> = FORMATS.iter().map(|format| format.name).collect();
    assert_eq!(names.len(), FORMATS.len());
    assert!(FORMATS.iter().all(|f| !f.about.is_empty() && !f.about.ends_with('.') && f.name.chars().all(|c| c.is_ascii_lowercase())));
}

#[test]
fn a_stored_report_keeps_its_bytes_and_its_fingerprint() {
    let text = String::from_utf8(sample::bytes("go")).expect("UTF-8");
    let newer = text.replacen('{', "{\n  \"from-a-newer-version\": true,", 1);
    let report = serde_json::from_str(&newer).expect("unknown fields are ignored");
    let page = Page::stored(&report, newer.as_bytes());
    let fingerprint = Digest::of(newer.as_bytes());
    assert_eq!(page.fingerprint(), fingerprint);
    assert_ne!(Page::new(&report).fingerprint(), fingerprint);
    for format in FORMATS {
        let got = (format.render)(&page);
        if format.name == "json" {
            assert_eq!(got, newer);
        } else if format.name != "github" {
            assert!(got.replace("\n│             ", "").contains(fingerprint.as_str()), "{} shows another fingerprint", format.name);
        }
    }
}
