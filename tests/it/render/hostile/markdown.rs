//! The Markdown page and the summary, read by a parser that follows CommonMark with GitHub's extensions.

use std::collections::BTreeMap;

use gonogo::{
    model::Report,
    render::{Page, summary},
};
use pulldown_cmark::{Event, Options, Parser, Tag};

use super::{acts, payload, rendered};

/// How often each kind of block and span stands in the page, and the running text outside code.
pub(super) fn read(markdown: &str) -> (BTreeMap<String, usize>, String) {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS | Options::ENABLE_FOOTNOTES;
    let mut shape: BTreeMap<String, usize> = BTreeMap::new();
    let mut text = String::new();
    for event in Parser::new_ext(markdown, options) {
        let name = match event {
            Event::Start(Tag::Link { dest_url, .. }) => {
                assert!(dest_url.starts_with("http://") || dest_url.starts_with("https://"), "{dest_url}");
                continue;
            }
            Event::Start(tag) => format!("{:?}", tag.to_end()),
            Event::Html(html) | Event::InlineHtml(html) => format!("html {}", html.trim()),
            Event::Text(words) => {
                text += &words;
                continue;
            }
            Event::Code(_) | Event::End(_) | Event::SoftBreak => {
                text.push('\n');
                continue;
            }
            other => format!("{other:?}"),
        };
        *shape.entry(name).or_default() += 1;
    }
    (shape, text)
}

fn summarised(report: &Report) -> String {
    summary(&Page::new(report), 60_000)
}

#[test]
fn no_text_becomes_markup() {
    let harmless = payload::everywhere(payload::HARMLESS);
    for make in [|report: &Report| rendered("markdown", report), summarised] {
        let (wanted, _) = read(&make(&harmless));
        let ours = ["html <details>", "html </details>", "html <summary>"];
        assert!(
            wanted.keys().filter(|name| name.starts_with("html")).all(|name| ours.iter().any(|tag| name.starts_with(tag))),
            "{wanted:?}"
        );
        for attack in payload::ATTACKS {
            let markdown = make(&payload::everywhere(attack));
            let (mut shape, _) = read(&markdown);
            // The lines of advice are kept.
            shape.remove("html <br>");
            assert_eq!(shape, wanted, "{attack:?}\n{markdown}");
        }
    }
}

#[test]
fn nobody_is_called_and_nothing_is_linked() {
    for attack in payload::ATTACKS {
        let report = payload::everywhere(attack);
        for markdown in [rendered("markdown", &report), summarised(&report)] {
            let (_, text) = read(&markdown);
            let characters: Vec<char> = text.chars().collect();
            for pair in characters.windows(2) {
                assert!(!(matches!(pair[0], '@' | '#') && pair[1].is_alphanumeric()), "{attack}: {text}");
            }
            // What is linked at all stands in angle brackets, which the parser takes for a link.
            assert!(!text.contains("GH-2") && !text.contains("www.evil"), "{attack}: {text}");
        }
    }
}

#[test]
fn no_character_acts() {
    for attack in payload::ATTACKS {
        let report = payload::everywhere(attack);
        for markdown in [rendered("markdown", &report), summarised(&report)] {
            assert_eq!(markdown.chars().find(|c| acts(*c)), None, "{attack:?}");
        }
    }
}
