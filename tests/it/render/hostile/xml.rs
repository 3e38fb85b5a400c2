//! The JUnit document, read by an XML parser.

use quick_xml::{Reader, events::Event};

use super::{acts, payload, rendered};

/// A document taken apart; texts are unescaped.
#[derive(Default)]
struct Document {
    /// Every element with the names of its attributes.
    elements: Vec<String>,
    values: Vec<String>,
    texts: Vec<String>,
}

fn read(xml: &str) -> Document {
    let mut reader = Reader::from_str(xml);
    reader.config_mut().check_end_names = true;
    let mut document = Document::default();
    loop {
        match reader.read_event().expect("well-formed XML") {
            Event::Start(tag) | Event::Empty(tag) => {
                let mut element = String::from_utf8(tag.name().as_ref().to_vec()).expect("UTF-8");
                for attribute in tag.attributes() {
                    let attribute = attribute.expect("a well-formed attribute");
                    element += &format!(" {}", String::from_utf8_lossy(attribute.key.as_ref()));
                    let value = String::from_utf8(attribute.value.to_vec()).expect("UTF-8");
                    assert!(!value.contains('<'), "{value}");
                    document.values.push(quick_xml::escape::unescape(&value).expect("known entities").into_owned());
                }
                document.elements.push(element);
            }
            Event::Text(text) => document.texts.push(String::from_utf8(text.to_vec()).expect("UTF-8")),
            Event::GeneralRef(name) => assert!(["lt", "gt", "amp", "quot", "apos"].contains(&name.decode().expect("UTF-8").as_ref())),
            Event::Decl(_) | Event::End(_) => {}
            Event::Eof => return document,
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn the_document_keeps_its_shape() {
    let wanted = read(&rendered("junit", &payload::everywhere(payload::HARMLESS))).elements;
    assert!(wanted.len() > 50);
    for attack in payload::ATTACKS {
        assert_eq!(read(&rendered("junit", &payload::everywhere(attack))).elements, wanted, "{attack:?}");
    }
}

#[test]
fn every_character_is_one_that_xml_allows() {
    // XML 1.0, section 2.2.
    let allowed = |c: char| matches!(c, '\t' | '\n' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    for attack in payload::ATTACKS {
        let document = read(&rendered("junit", &payload::everywhere(attack)));
        for text in document.texts.iter().chain(&document.values) {
            assert_eq!(text.chars().find(|c| !allowed(*c) || acts(*c)), None, "{attack:?}: {text:?}");
        }
    }
}

#[test]
fn a_document_printed_into_a_log_commands_nobody() {
    for attack in payload::ATTACKS {
        let document = read(&rendered("junit", &payload::everywhere(attack)));
        for line in document.texts.iter().flat_map(|text| text.lines()) {
            assert!(!line.trim_start().starts_with("::") && !line.contains("##"), "{attack:?}: {line}");
        }
    }
}
