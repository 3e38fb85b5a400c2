//! The reader of stored reports, and every format of what it reads.

use gonogo::{
    model::{Outcome, Report},
    render::{FORMATS, Page, summary},
};

/// A report that is read is the same when it is stored and read again, and every format takes it. One that contradicts
/// itself is refused, but its findings with the verdict they give can be shown: a run makes such reports.
pub(crate) fn holds(input: &[u8]) {
    match Report::from_json(input) {
        Ok(report) => {
            let stored = report.to_json();
            match Report::from_json(&stored) {
                Ok(again) => assert!(again.to_json() == stored, "stored twice, it is another"),
                Err(error) => panic!("what was written is not read: {error}"),
            }
            shows(&report, Page::stored(&report, input));
        }
        Err(error) => {
            assert!(!error.to_string().is_empty() && !error.to_string().contains(|c: char| c.is_control()), "{error:?}");
            if let Ok(report) = serde_json::from_slice::<Report>(input) {
                let report = report.concluded();
                shows(&report, Page::new(&report));
            }
        }
    }
}

fn shows(report: &Report, page: Page<'_>) {
    for format in FORMATS {
        fits(format.name, &(format.render)(&page), report);
    }
    for limit in [0, 1_000, 1 << 20] {
        let text = summary(&page, limit);
        quiet("summary", &text);
        assert!(limit < 1_000 || text.chars().count() <= limit, "a summary over its limit");
    }
}

/// The text is one of its format, shows every finding, and does nothing to who reads it.
fn fits(format: &str, text: &str, report: &Report) {
    match format {
        "json" | "sarif" | "codescanning" => {
            serde_json::from_str::<serde_json::Value>(text).unwrap_or_else(|error| panic!("{format}: {error}"));
        }
        "junit" => well_formed(text),
        _ => quiet(format, text),
    }
    let plain = |finding: &gonogo::model::Finding| finding.id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-/".contains(&byte));
    // What is in order is no alert.
    let alerts = |finding: &&gonogo::model::Finding| {
        format != "codescanning" || (matches!(finding.outcome, Outcome::Fail | Outcome::Unknown) && !finding.is_waived())
    };
    for finding in report.findings.iter().filter(alerts).filter(|finding| !finding.id.is_empty() && plain(finding)) {
        assert!(text.contains(&finding.id) || text.contains(&finding.title), "{format} does not show {}", finding.id);
    }
}

fn quiet(format: &str, text: &str) {
    let acts = |c: char| c.is_control() && !matches!(c, '\n');
    assert!(!text.contains(acts), "{format} has a control character: {:?}", text.chars().find(|c| acts(*c)));
    match format {
        "html" => assert!(!text.to_lowercase().contains("<script"), "html has a script"),
        "markdown" | "summary" | "comment" => pulldown_cmark::Parser::new_ext(text, pulldown_cmark::Options::all()).for_each(own_markup),
        _ => {}
    }
}

/// HTML in the Markdown is the template's, never the report's.
fn own_markup(event: pulldown_cmark::Event<'_>) {
    use pulldown_cmark::Event::{Html, InlineHtml};
    const OWN: [&str; 8] = ["<details", "</details>", "<summary>", "</summary>", "<br>", "<!--", "<code>", "</code>"];
    if let Html(html) | InlineHtml(html) = event {
        assert!(html.trim().is_empty() || OWN.iter().any(|own| html.trim_start().starts_with(own)), "markdown has {html:?}");
    }
}

fn well_formed(xml: &str) {
    let mut reader = quick_xml::Reader::from_str(xml);
    reader.config_mut().check_end_names = true;
    loop {
        match reader.read_event() {
            Ok(quick_xml::events::Event::Eof) => return,
            Ok(quick_xml::events::Event::Start(tag) | quick_xml::events::Event::Empty(tag)) => {
                tag.attributes().for_each(|attribute| drop(attribute.unwrap_or_else(|error| panic!("junit: {error}"))));
            }
            Ok(_) => {}
            Err(error) => panic!("junit is not XML: {error}"),
        }
    }
}
