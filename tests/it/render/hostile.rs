//! Reports in which every text from outside attacks: no format lets it act, forge or break the format.

mod difference;
mod html;
mod lines;
pub(super) mod markdown;
pub(super) mod payload;
mod xml;

use gonogo::{
    model::{Record, Report},
    render::{FORMATS, Page},
};

fn rendered(format: &str, report: &Report) -> String {
    (FORMATS.iter().find(|f| f.name == format).expect("a format").render)(&Page::new(report)).into_owned()
}

/// With each of the records that `attack` stands in.
fn recorded(format: &str, report: &Report, attack: &str) -> Vec<String> {
    let format = FORMATS.iter().find(|f| f.name == format).expect("a format");
    payload::records(attack).iter().map(|record| (format.render)(&Page::new(report).with_record(record)).into_owned()).collect()
}

/// Every page of the report with `attack` everywhere: without a record and with each.
fn all_pages(format: &str, attack: &str) -> Vec<String> {
    let report = payload::everywhere(attack);
    let mut pages = vec![rendered(format, &report)];
    pages.extend(recorded(format, &report, attack));
    pages
}

/// C0 and C1 controls but for the newline, DEL, what turns the direction of text, what cannot be seen.
pub(super) fn acts(c: char) -> bool {
    (c.is_control() && c != '\n')
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{feff}' | '\u{fffe}')
}

#[test]
fn json_gives_the_texts_back_unharmed() {
    for attack in payload::ATTACKS {
        let report = payload::everywhere(attack);
        let read: Report = serde_json::from_str(&rendered("json", &report)).expect("JSON");
        assert_eq!(read, report);
        assert!(all_pages("json", attack).iter().all(|json| *json == rendered("json", &report)), "a record changes no report");
        for record in payload::records(attack) {
            let json = serde_json::to_vec(&record).expect("JSON");
            assert_eq!(serde_json::from_slice::<Record>(&json).expect("a record"), record);
        }
    }
}
